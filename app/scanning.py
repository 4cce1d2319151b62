"""Scans from outside on their way between the store and the database: no transaction is open while files are looked at.

What is interrupted leaves nothing but bytes that the collector removes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from app.bootstrap import Application
from app.domain.documents import DocumentKind
from app.domain.errors import ActionRefused, InvalidInput, Refusal
from app.domain.permissions import Actor
from app.services.digitization import sign
from app.services.digitization.inputs import SignPiece, batch_from
from app.services.digitization.queries import batch_view
from app.services.digitization.read import open_picture
from app.services.digitization.receive import place_of_batch, receive_batch
from app.services.digitization.sign import SealedCopy
from app.services.documents.limits import limits_of
from app.services.documents.links import OpenedContent
from app.services.documents.take_in import Filing, HandedIn, Prepared, ensure_kept, prepare


async def batch_handed_in(
    application: Application, actor: Actor, fields: Mapping[str, str], files: Sequence[HandedIn], *, workplace: Path
) -> tuple[Any, bool]:
    """Keep the files of a batch and ask for its digitization; return the batch as it is shown and whether it is new.

    Raises `InvalidInput` for every reason why a file is not accepted, and what `place_of_batch` raises.
    """
    new = batch_from(fields)
    if bool(files) == (new.document_id is not None):
        raise InvalidInput(Refusal("scan_files_or_document", "file"))
    async with application.database.read() as connection:
        place = await place_of_batch(connection, actor, new)
    prepared = [await _prepared(application, file, Path(mkdtemp(dir=workplace))) for file in files]
    pages = sum(one.page_count or 0 for one in prepared)
    most = application.settings.scan_batch_max_pages
    if pages > most:
        raise InvalidInput(Refusal("too_many_pages", "file", {"max": most}))
    async with application.database.write() as connection:
        batch_id, is_new = await receive_batch(connection, actor, new, place, prepared, now=application.clock.now())
        row = await batch_view(connection, batch_id)
    for one in prepared:
        await ensure_kept(application.storage, one)
    return row, is_new


async def opened_picture(application: Application, actor: Actor, piece_id: int) -> OpenedContent:
    """Return what to show of a piece; that it was opened is committed before the first byte leaves."""
    async with application.database.write() as connection:
        return await open_picture(connection, actor, piece_id, now=application.clock.now())


async def sealed_copy(application: Application, actor: Actor, piece_id: int, body: SignPiece) -> SealedCopy:
    """Put the unit's seal on the copy of a confirmed piece; `sign.write_sealed` writes it down.

    Raises what `sign.seal_copy` raises; that the piece cannot be signed now is kept for the writing, where a repeated
    request is answered first.
    """
    async with application.database.read() as connection:
        try:
            row = await sign.copy_in_hand(connection, actor, piece_id)
        except ActionRefused as refused:
            return SealedCopy(piece_id, None, None, refused.refusals)
    return await sign.seal_copy(application.storage, application.signing, row, body, now=application.clock.now())


async def _prepared(application: Application, file: HandedIn, workplace: Path) -> Prepared:
    """Look at one file as at every file from outside; nothing but pages is accepted."""
    return await prepare(
        application.storage,
        application.virus_scanner,
        application.inspection,
        limits_of(application.settings),
        file,
        Filing(kind=DocumentKind.COMPONENT, name=file.path.name),
        workplace=workplace,
    )
