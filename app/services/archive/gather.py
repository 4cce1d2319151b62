"""A closed dossier, read whole, as the package that will hold it; and the package once it lies in the store."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import Row
from app.domain.errors import ActionRefused, Conflict, NotFound, Refusal
from app.domain.lifecycle import DossierState, EventType
from app.domain.permissions import Actor, Permission
from app.services.archive import queries, writes
from app.services.archive.contents import Package, object_id, record_entries, stored_entries
from app.services.documents.contents import Content, record_content
from app.services.dossiers.read import children_of, one_dossier
from app.services.dossiers.recording.record import record_event, seen_dossier, state_of
from app.services.forms.issued_papers import issue_paper, new_token

_STAMPS = (
    "registered_at", "accepted_at", "started_at", "promised_due_at", "lawful_due_at", "current_due_at", "resolved_at",
    "ended_at", "returned_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gathered:
    """A package to be written, and what of the dossier it was made from."""

    package: Package
    number: int
    log_seq: int


async def gather(connection: AsyncConnection, actor: Actor, code: str, *, now: dt.datetime) -> Gathered | Row:
    """Return everything of a closed dossier that its package holds.

    If nothing has happened since the last package was made, that package's row is returned: nothing is packed twice,
    but in the place of a package that was withdrawn.
    Raises `NotFound`, `Forbidden`, `ActionRefused` for a dossier that is still open.
    """
    dossier = await seen_dossier(connection, actor, code, Permission.RESULTS_PUBLISH)
    _ensure_closed(dossier)
    last = await queries.last_package(connection, dossier.id)
    number = 1 if last is None else last.number + 1
    if last is not None and last.withdrawn_at is None and not _has_moved(dossier, last):
        made: Row = last
        return made
    whole = await one_dossier(connection, actor, dossier.code, now=now)
    events = await queries.events_of(connection, dossier.id, dossier.version)
    fonds = await queries.agency_code(connection, dossier.competent_unit_id, day=local_date(now))
    fonds = fonds or dossier.competent_code
    urn, folder = object_id(fonds, dossier.code, number)
    record = record_entries(_document(whole.row, dossier, whole.view.procedure), events, created_at=now)
    files = stored_entries(await queries.files_of(connection, dossier.id))
    package = Package(
        object_id=urn,
        folder=folder,
        dossier=dossier.code,
        title=whole.view.procedure.name,
        unit_code=dossier.competent_code,
        unit_name=dossier.competent_name,
        accepted_on=None if dossier.accepted_at is None else local_date(dossier.accepted_at),
        made_at=now,
        entries=(*files, *record),
    )
    return Gathered(package, number, dossier.version)


async def record(
    connection: AsyncConnection, actor: Actor, gathered: Gathered, content: Content, *, files: int, now: dt.datetime
) -> Any:
    """Write the rows of a package whose bytes are in the store, and its line in the log; return its row.

    Raises `Conflict` if something happened to the dossier while the package was written: make it again.
    """
    dossier = await seen_dossier(connection, actor, gathered.package.dossier, Permission.RESULTS_PUBLISH, lock=True)
    if dossier.version != gathered.log_seq:
        raise Conflict(Refusal("dossier_moved_meanwhile"))
    await record_content(connection, content, now=now)
    paper_id = await issue_paper(
        connection,
        token=new_token(),
        kind="archive",
        dossier_id=dossier.id,
        unit_id=dossier.competent_unit_id,
        form_code=None,
        number=gathered.package.object_id,
        content_sha256=content.sha256,
        issued_by=actor.account_id,
        now=now,
    )
    await writes.write_package(
        connection,
        dossier_id=dossier.id,
        number=gathered.number,
        object_id=gathered.package.object_id,
        content_sha256=content.sha256,
        size_bytes=content.size_bytes,
        files=files,
        log_seq=gathered.log_seq,
        issued_paper_id=paper_id,
        made_at=now,
        made_by=actor.account_id,
    )
    await record_event(
        connection,
        actor,
        dossier,
        EventType.ARCHIVED,
        now=now,
        data={
            "number": gathered.number,
            "object_id": gathered.package.object_id,
            "content_sha256": content.sha256,
            "files": files,
            "log_seq": gathered.log_seq,
        },
        at_competent_unit=True,
    )
    return await queries.package(connection, dossier.id, gathered.number)


async def packages_of(connection: AsyncConnection, actor: Actor, code: str) -> Any:
    dossier = await seen_dossier(connection, actor, code, Permission.DOSSIERS_READ)
    return await queries.packages_of(connection, dossier.id)


async def package_to_read(connection: AsyncConnection, actor: Actor, code: str, number: int) -> Any:
    """Return one package for somebody who may read the dossier's papers; `NotFound` if there is none, or not any more.

    A package that held a paper which was never to be kept was withdrawn.
    """
    dossier = await seen_dossier(connection, actor, code, Permission.DOCUMENTS_READ)
    found = await queries.package(connection, dossier.id, number)
    if found is None:
        raise NotFound(Refusal("archive_package_unknown"))
    if found.withdrawn_at is not None:
        raise NotFound(Refusal("archive_package_withdrawn"))
    return found


def _ensure_closed(dossier: Any) -> None:
    if not state_of(dossier).is_final:
        raise ActionRefused(Refusal("dossier_not_closed", params={"state": state_of(dossier).label}))


def _has_moved(dossier: Any, last: Any) -> bool:
    """Tell whether anything is in the log beyond the package's own line, which follows its last event."""
    return bool(dossier.version > last.log_seq + 1)


def _document(row: Any, dossier: Any, procedure: Any) -> dict[str, Any]:
    """Return the dossier as data. Its receipts' secrets stay outside: they open things."""
    return {
        "code": dossier.code,
        "state": DossierState(dossier.state).label,
        "national_status": dossier.state,
        "procedure": {"code": procedure.code, "version": procedure.version, "name": procedure.name},
        "case_variant": dossier.case_variant,
        "channel": dossier.channel,
        "summary": row.summary,
        "receiving_unit": {"code": dossier.receiving_code, "name": dossier.receiving_name},
        "competent_unit": {"code": dossier.competent_code, "name": dossier.competent_name},
        **{name: getattr(row, name) for name in _STAMPS},
        **children_of(row),
    }
