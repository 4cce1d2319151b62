"""Routes of papers held: what need not be asked for, taking it, keeping it, and how often that happened."""

from typing import Annotated

from fastapi import Depends, Response

from app.api.deps import App, ReadConnection, Requires, WriteConnection, public
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.query import QueryOf
from app.api.v1.schemas.vault import (
    HeldPaperOut,
    HeldPapersOut,
    ReusedOut,
    ReuseReportOut,
    held_paper_document,
    held_papers_document,
    reuse_report_document,
)
from app.domain.permissions import Actor, Permission
from app.services.inputs import Code
from app.services.vault.counts import ReuseQuestion, reuse_report
from app.services.vault.held import held_for_dossier, search_held, view_of
from app.services.vault.hold import change_paper, record_paper
from app.services.vault.inputs import ChangeHeldPaper, RecordHeldPaper, ReusePaper, SearchHeldPapers
from app.services.vault.reuse import reuse_paper

router = NounRouter(tags=["held papers"])

Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
PaperReader = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_READ))]
PaperAdder = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_ADD))]
Keeper = Annotated[Actor, Depends(Requires(Permission.RESULTS_PUBLISH))]


@router.get(
    "/dossiers/{code}/held-papers",
    summary="Thành phần không phải nộp lại / What the applicant need not bring",
)
async def of_dossier(code: Code, actor: Reader, connection: ReadConnection, app: App) -> HeldPapersOut:
    """Papers held for the applicant, component by component, with the flags of the national message."""
    return held_papers_document(await held_for_dossier(connection, actor, code, now=app.clock.now()))


@router.post("/held-papers/search", summary="Giấy tờ đã có của một người / What is held for a person")
async def search(body: SearchHeldPapers, actor: PaperReader, connection: WriteConnection, app: App) -> HeldPapersOut:
    """By the whole number, sent in the body and never in an address. The reading is recorded."""
    return held_papers_document(await search_held(connection, actor, body, now=app.clock.now()))


@router.post(
    "/dossiers/{code}/components/{component}/reuse",
    summary="Dùng giấy tờ, dữ liệu đã có / Use what is there already",
    status_code=201,
    response_model=ReusedOut,
)
async def reuse(
    code: Code, component: Code, body: ReusePaper, actor: PaperAdder, connection: WriteConnection, once: Once
) -> Response:
    """From the vault, from the citizen's own store, or from a database; logged with who, what and on which basis."""

    def shown(reused: tuple[str, int]) -> ReusedOut:
        dossier_code, seq = reused
        held_paper = getattr(body, "held_paper", None)
        return ReusedOut(
            dossier_code=dossier_code, component=component, source=body.source.value, held_paper=held_paper, seq=seq
        )

    return await once(
        connection,
        actor,
        lambda: reuse_paper(connection, actor, code, component, body, now=once.now),
        show=shown,
        status=201,
    )


@router.post(
    "/dossiers/{code}/held-papers",
    summary="Đưa giấy tờ vào kho / Keep a paper of the applicant",
    status_code=201,
    response_model=HeldPaperOut,
)
async def record(code: Code, body: RecordHeldPaper, actor: Keeper, connection: WriteConnection, once: Once) -> Response:
    """A document of the dossier, as the records officer describes it; the same content is held once."""
    return await once(
        connection,
        actor,
        lambda: record_paper(connection, actor, code, body, now=once.now),
        show=lambda held: held_paper_document(view_of(held, now=once.now)),
        status=201,
    )


@router.post(
    "/held-papers/{paper}/status",
    summary="Thu hồi hoặc thay thế giấy tờ trong kho / Revoke or replace a paper held",
    response_model=HeldPaperOut,
)
async def change(
    paper: Code, body: ChangeHeldPaper, actor: Keeper, connection: WriteConnection, once: Once
) -> Response:
    """It no longer stands in for anything; what was reused before stays as it was."""
    return await once(
        connection,
        actor,
        lambda: change_paper(connection, actor, paper, body, now=once.now),
        show=lambda held: held_paper_document(view_of(held, now=once.now)),
    )


@router.get(
    "/statistics/reuse",
    summary="Số lần dùng lại giấy tờ / How often papers were reused",
    dependencies=[Depends(public)],
    tags=["statistics"],
)
async def reuse_statistics(
    question: Annotated[ReuseQuestion, Depends(QueryOf(ReuseQuestion))], connection: ReadConnection, app: App
) -> ReuseReportOut:
    """By unit or month; and how often a paper was demanded although it was there."""
    now = app.clock.now()
    first, last, rows, total = await reuse_report(connection, question, now=now)
    return reuse_report_document(first, last, rows, total, as_of=now)
