"""Documents of papers held: the number of their holder is masked, wherever they go."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant
from app.core.clock import local_date
from app.domain.papers import Available, NationalFlags, PaperStatus
from app.services.vault.held import ComponentView, HeldPapers, HeldView


class KindOut(BaseModel):
    """`vi`, `en` null: a paper known only from the procedure that asked for it."""

    code: str
    vi: str | None
    en: str | None


class HeldPaperOut(BaseModel):
    """`valid_until`: the last day on which it counts. `replaced_by`: the code of the paper in its place."""

    code: str
    kind: KindOut
    about_holder: bool
    origin: str
    issuer: str
    number: str | None
    issued_on: dt.date | None
    valid_from: dt.date | None
    valid_until: dt.date | None
    status: PaperStatus
    status_reason: str | None
    replaced_by: str | None
    source_dossier: str
    legal_basis: str
    content_sha256: str
    held_at: LocalInstant


class NationalFlagsOut(BaseModel):
    """The flags of `TaiLieuNop`: DuocSoHoa, DuocTaiSuDung, DuocLayTuKhoDMQG, MaKetQuaThayThe."""

    digitized: int
    reused: int
    from_national_store: int
    replaced_by: str | None


class HeldComponentOut(BaseModel):
    """`available` null: it may be asked for. `papers` then are of the same kind, perhaps of another matter."""

    code: str
    name: str
    required: bool
    presented_only: bool
    available: Available | None
    source: str | None
    papers: list[str]
    flags: NationalFlagsOut | None


class HeldPapersOut(BaseModel):
    """`holder`: the masked number."""

    holder: str | None
    papers: list[HeldPaperOut]
    components: list[HeldComponentOut]


class ReusedOut(BaseModel):
    """The event of the reuse: `seq` in the dossier's log."""

    dossier_code: str
    component: str
    source: str
    held_paper: str | None
    seq: int


class ReuseCountsOut(BaseModel):
    """`key`: a unit's code or a month. `dossiers`: with at least one component reused (QĐ 766, 4.3).

    `brought_needlessly`: papers taken from applicants at registration though they were held or obtainable.
    """

    key: str
    name: str | None
    reuses: int
    dossiers: int
    vault: int
    national_store: int
    database: int
    asked_again: int
    brought_needlessly: int


class ReuseReportOut(BaseModel):
    """Every number can be counted again from the log: `paper_reused`, `supplement_requested`, `registered`.

    `counted_to`: the last day that could be counted; before `to` while the period is under way.
    """

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[dt.date, Field(alias="from")]
    to: dt.date
    counted_to: dt.date
    rows: list[ReuseCountsOut]
    total: ReuseCountsOut
    as_of: LocalInstant


def held_paper_document(view: HeldView) -> HeldPaperOut:
    row = view.row
    return HeldPaperOut(
        code=row.code,
        kind=KindOut(code=row.kind, vi=row.kind_vi, en=row.kind_en),
        about_holder=row.about_holder,
        origin=row.origin,
        issuer=row.issuer,
        number=row.number,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        status=view.status,
        status_reason=row.status_reason,
        replaced_by=row.replaced_by,
        source_dossier=row.source_dossier,
        legal_basis=row.legal_basis,
        content_sha256=row.content_sha256,
        held_at=local(row.held_at),
    )


def held_papers_document(found: HeldPapers) -> HeldPapersOut:
    return HeldPapersOut(
        holder=found.holder,
        papers=[held_paper_document(view) for view in found.papers],
        components=[_component(view) for view in found.components],
    )


def reuse_counts_document(row: Any) -> ReuseCountsOut:
    if row is None:
        return ReuseCountsOut(
            key="",
            name=None,
            reuses=0,
            dossiers=0,
            vault=0,
            national_store=0,
            database=0,
            asked_again=0,
            brought_needlessly=0,
        )
    return ReuseCountsOut(**dict(row))


def reuse_report_document(
    first: dt.date, last: dt.date, rows: Sequence[Any], total: Any, *, as_of: dt.datetime
) -> ReuseReportOut:
    return ReuseReportOut(
        from_=first,
        to=last,
        counted_to=min(last, local_date(as_of)),
        rows=[reuse_counts_document(row) for row in rows],
        total=reuse_counts_document(total),
        as_of=local(as_of),
    )


def _component(view: ComponentView) -> HeldComponentOut:
    return HeldComponentOut(
        code=view.component.code,
        name=view.component.name,
        required=view.component.required,
        presented_only=view.component.presented_only,
        available=view.available,
        source=view.source,
        papers=[paper.row.code for paper in view.papers],
        flags=None if view.flags is None else _flags(view.flags),
    )


def _flags(flags: NationalFlags) -> NationalFlagsOut:
    return NationalFlagsOut(
        digitized=int(flags.digitized),
        reused=int(flags.reused),
        from_national_store=int(flags.from_national_store),
        replaced_by=flags.replaced_by,
    )
