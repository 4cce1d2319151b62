"""What is held for a person, and which components of a dossier need therefore not be asked for."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import from_json
from app.domain.errors import InvalidInput, Refusal
from app.domain.identifiers import mask_identity_number
from app.domain.papers import (
    Available,
    NationalFlags,
    PaperSource,
    PaperStatus,
    national_flags,
    status_on,
)
from app.domain.permissions import Actor, Permission
from app.services.audit.queries import write_audit_entry
from app.services.dossiers.recording.record import seen_dossier
from app.services.procedures.content import ComponentContent, VersionContent, version_content, version_in_force
from app.services.procedures.paper_kinds import PaperLists, paper_lists
from app.services.vault import queries
from app.services.vault.inputs import SearchHeldPapers


@dataclass(frozen=True, slots=True)
class HeldView:
    """A held paper as it stands on the day of reading."""

    row: Any
    status: PaperStatus

    @property
    def counts(self) -> bool:
        return self.status is PaperStatus.VALID


@dataclass(frozen=True, slots=True)
class ComponentView:
    """A component, whether it may be asked for, and the papers that could stand in for it.

    `available` None: it may be asked for; `papers` then are proposals of the same kind, of another matter perhaps.
    """

    component: ComponentContent
    kind: str | None
    available: Available | None
    papers: tuple[HeldView, ...]
    source: str | None = None
    flags: NationalFlags | None = None


@dataclass(frozen=True, slots=True)
class HeldPapers:
    """The answer: `holder` is the masked number."""

    holder: str | None
    papers: tuple[HeldView, ...]
    components: tuple[ComponentView, ...]


def view_of(row: Any, *, now: dt.datetime) -> HeldView:
    """Return a row of `queries` as it stands on the day of `now`."""
    day = local_date(now)
    return HeldView(row, status_on(row.status, valid_from=row.valid_from, valid_until=row.valid_until, day=day))


async def held_for_dossier(connection: AsyncConnection, actor: Actor, code: str, *, now: dt.datetime) -> HeldPapers:
    """Return what is held for the dossier's applicant, by component, with the flags of the national message.

    Who may neither read nor add papers there (a cashier) learns what need not be brought, and nothing of the papers.
    """
    dossier = await seen_dossier(connection, actor, code, Permission.DOSSIERS_READ)
    shows_papers = any(
        actor.scope(permission).covers(path)
        for permission in (Permission.DOCUMENTS_READ, Permission.DOCUMENTS_ADD)
        for path in (dossier.receiving_path, dossier.competent_path)
    )
    content = await version_content(connection, dossier.procedure_version_id)
    number = await queries.number_of_applicant(connection, dossier.id)
    papers = await _papers(connection, number, now)
    handed_in = await queries.components_of(connection, dossier.id)
    digitized = await queries.digitized_components(connection, dossier.id)
    components = []
    lists = await lists_for(connection, content, now=now)
    for view in component_views(content, lists, dossier.case_variant, papers):
        row = handed_in.get(view.component.code)
        code_ = view.component.code
        components.append(
            ComponentView(
                view.component,
                view.kind,
                view.available,
                view.papers if shows_papers else (),
                source=None if row is None else row.source,
                flags=None if row is None else _flags(row, is_digitized=code_ in digitized),
            )
        )
    holder = None if number is None else mask_identity_number(number)
    return HeldPapers(holder, papers if shows_papers else (), tuple(components))


async def search_held(
    connection: AsyncConnection, actor: Actor, body: SearchHeldPapers, *, now: dt.datetime
) -> HeldPapers:
    """Return what is held for the person of this number; the reading is recorded with its purpose.

    Raises `InvalidInput` for a procedure that is not in force.
    """
    content = None
    if body.procedure_code is not None:
        content = await version_in_force(connection, body.procedure_code, local_date(now))
        if content is None:
            raise InvalidInput(Refusal("procedure_not_in_force", "procedure_code", {"code": body.procedure_code}))
    holder = await queries.holder_id(connection, body.identity_number)
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action="held_papers_searched",
        subject="paper_holder:none" if holder is None else f"paper_holder:{holder}",
        data={"procedure": body.procedure_code, "purpose": body.purpose},
    )
    papers = await _papers(connection, body.identity_number, now)
    views: tuple[ComponentView, ...] = ()
    if content is not None:
        lists = await lists_for(connection, content, now=now)
        views = component_views(content, lists, body.case_variant or "", papers)
    return HeldPapers(mask_identity_number(body.identity_number), papers, views)


def component_views(
    content: VersionContent, lists: PaperLists, case_variant: str, papers: Sequence[HeldView]
) -> tuple[ComponentView, ...]:
    """Return every component of the case with what could stand in for it; what counts comes first."""
    views = []
    for component in content.components_for(case_variant):
        use = lists.of_component(component)
        fitting = () if use is None else tuple(view for view in papers if view.row.kind == use.kind.code)
        available = None
        stands = use is not None and use.about_holder
        if stands and any(view.counts and view.row.about_holder for view in fitting):
            available = Available.HELD
        elif component.data_satisfiable and not component.presented_only:
            available = Available.DATA
        ordered = tuple(sorted(fitting, key=lambda view: not view.counts))
        views.append(ComponentView(component, None if use is None else use.kind.code, available, ordered))
    return tuple(views)


async def lists_for(connection: AsyncConnection, content: VersionContent, *, now: dt.datetime) -> PaperLists:
    """Return what the lists of papers say of a procedure today."""
    return await paper_lists(
        connection, procedure_id=content.procedure_id, procedure_code=content.code, on=local_date(now)
    )


async def _papers(connection: AsyncConnection, number: str | None, now: dt.datetime) -> tuple[HeldView, ...]:
    if number is None:
        return ()
    return tuple(view_of(row, now=now) for row in await queries.papers_of(connection, number))


def _flags(row: Any, *, is_digitized: bool) -> NationalFlags:
    reuse = from_json(row.reuse)
    source = PaperSource.DATABASE if row.source == "data" else None
    if reuse is not None and row.source in ("reused", "data"):
        source = PaperSource(reuse["source"])
    return national_flags(
        digitized=is_digitized, source=source, replaced_by=None if reuse is None else reuse["replaced_by"]
    )
