"""Results between the store, the signer and the database: the same for every entrance.

Each act is several short transactions with the store's and the signer's work between them, and none open meanwhile.
What is interrupted left bytes that no row speaks of, and the collector removes them.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from app.bootstrap import Application
from app.domain.permissions import Actor
from app.services.documents.contents import read_bytes
from app.services.ports import SignatureReport
from app.services.results.draft import MadeDraft, ground_of_draft, make_draft
from app.services.results.inputs import DraftResult, ReplaceResult
from app.services.results.originals import Original, original_by_link, original_by_receipt, read_original
from app.services.results.read import checked_signatures, content_to_check, draft_to_read, seen_result
from app.services.results.sign import SignedBytes, requests_in_hand, sign_all

_T = TypeVar("_T")


async def make_result(application: Application, actor: Actor, code: str, body: DraftResult) -> MadeDraft:
    """Check what is asked for, then print it or judge what was uploaded; nothing is written yet."""
    return await _make(application, actor, code, body, replaces_id=None)


async def make_replacement(application: Application, actor: Actor, result_id: int, body: ReplaceResult) -> MadeDraft:
    """The same for what is to take the place of a result."""
    async with application.database.read() as connection:
        row = await seen_result(connection, actor, result_id)
    return await _make(application, actor, row.dossier_code, body, replaces_id=result_id)


async def sign_requests(application: Application, actor: Actor, ids: Sequence[int]) -> list[SignedBytes]:
    """Look at the requests of a batch and sign their bytes; nothing is written yet."""
    now = application.clock.now()
    async with application.database.read() as connection:
        requests = await requests_in_hand(connection, actor, ids, now=now)
    return await sign_all(
        application.storage,
        application.signing,
        actor,
        requests,
        public_base_url=application.settings.public_base_url,
        now=now,
    )


async def written(application: Application, act: Callable[[AsyncConnection], Awaitable[_T]]) -> _T:
    """Do the last step of an act in a transaction of its own; return once it is committed."""
    async with application.database.write() as connection:
        return await act(connection)


async def draft_bytes(application: Application, actor: Actor, result_id: int) -> bytes:
    """Return the PDF that is to be signed; where it is a paper of the dossier the reading is recorded before."""
    async with application.database.write() as connection:
        row = await draft_to_read(connection, actor, result_id, now=application.clock.now())
    return await read_bytes(application.storage, row.draft_sha256)


async def check_signatures(application: Application, actor: Actor, code: str, sha256: str) -> SignatureReport:
    """Return what the signatures of a document of the dossier are worth."""
    async with application.database.read() as connection:
        await content_to_check(connection, actor, code, sha256)
    return await checked_signatures(application.storage, application.signing, sha256, now=application.clock.now())


async def fetch_by_receipt(application: Application, code: str, secret: str, result_id: int | None) -> Original:
    """Return the electronic original to whoever holds the receipt; the reading is recorded before."""
    async with application.database.write() as connection:
        row = await original_by_receipt(connection, code, secret, result_id, now=application.clock.now())
    return await read_original(application.storage, row)


async def fetch_by_link(application: Application, token: str) -> Original:
    """Return the electronic original that a link opens; the reading is recorded before."""
    async with application.database.write() as connection:
        row = await original_by_link(connection, application.signer, token, now=application.clock.now())
    return await read_original(application.storage, row)


async def _make(
    application: Application, actor: Actor, code: str, body: DraftResult, *, replaces_id: int | None
) -> MadeDraft:
    now = application.clock.now()
    async with application.database.read() as connection:
        ground = await ground_of_draft(
            connection,
            actor,
            code,
            body,
            replaces_id=replaces_id,
            public_base_url=application.settings.public_base_url,
            now=now,
        )
    return await make_draft(application.storage, application.signing, ground, now=now)
