"""Routes of forms and slips: the forms there are, slips of a dossier, their PDF, the register."""

from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO, Literal

from fastapi import Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from app.api.answers import json_answer
from app.api.deps import App, ReadConnection, Requires, WriteConnection, public
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.v1.schemas.forms import FormListOut, FormOut, SlipListOut, SlipOut, form_document, slip_document
from app.core.clock import local_date
from app.domain.permissions import Actor, Permission
from app.services.forms.inputs import IssueSlip, VoidSlip
from app.services.forms.register import RegisterPeriod, register_pdf, register_workbook
from app.services.forms.registry import form_with_code, forms_in_force
from app.services.forms.slips import PDF, issue_slip, one_slip, print_slip, slips_of_dossier, void_slip
from app.services.inputs import Code, Day, Text

router = NounRouter(tags=["forms"])

Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
Corrector = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_CORRECT))]
SlipId = Annotated[int, Path(ge=1, le=2**63 - 1)]
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 65_536
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_NO_STORE = {"Cache-Control": "private, no-store"}


@router.get("/forms", summary="Các mẫu đang có hiệu lực / Forms in force", dependencies=[Depends(public)])
async def forms(app: App, on: Annotated[Day | None, Query()] = None) -> FormListOut:
    day = on or local_date(app.clock.now())
    return FormListOut(items=[form_document(form) for form in forms_in_force(day)])


@router.get("/forms/{code}", summary="Một mẫu / One form", dependencies=[Depends(public)])
async def form(code: Code) -> FormOut:
    return form_document(form_with_code(code))


@router.post(
    "/dossiers/{code}/slips",
    status_code=201,
    summary="Phát hành phiếu, hoặc nhận lại phiếu đã phát hành / Issue a slip, or get the one issued",
    response_model=None,
    responses={200: {"model": SlipOut}, 201: {"model": SlipOut}},
)
async def issue(
    code: Code, body: IssueSlip, actor: Reader, connection: WriteConnection, app: App, once: Once
) -> Response:
    """201 for a slip issued now, 200 for one that stands already: it is never rendered twice."""
    url = app.settings.public_base_url
    return await once(
        connection,
        actor,
        lambda: issue_slip(connection, app.storage, actor, code, body, public_base_url=url, now=once.now),
        show=_issued,
    )


@router.get("/dossiers/{code}/slips", summary="Phiếu đã phát hành của hồ sơ / Slips of a dossier")
async def slips(code: Code, actor: Reader, connection: ReadConnection) -> SlipListOut:
    return SlipListOut(items=[slip_document(row) for row in await slips_of_dossier(connection, actor, code)])


@router.get("/slips/{slip_id}", summary="Một phiếu / One slip")
async def slip(slip_id: SlipId, actor: Reader, connection: ReadConnection) -> SlipOut:
    return slip_document(await one_slip(connection, actor, slip_id))


@router.get(
    "/slips/{slip_id}/pdf",
    summary="Bản in của phiếu, đúng từng byte / The slip's PDF, bit for bit",
    response_class=Response,
    responses={200: {"content": {PDF: _BINARY}}},
)
async def slip_pdf(slip_id: SlipId, actor: Reader, connection: WriteConnection, app: App) -> Response:
    """Of a slip that no longer stands a copy stamped `ĐÃ HỦY`, made once and kept; `Slip-Status` says how it stands."""
    printed = await print_slip(connection, app.storage, actor, slip_id, now=app.clock.now())
    headers = {
        **_NO_STORE,
        "Slip-Status": printed.row.status,
        "Content-Disposition": f'inline; filename="{printed.row.form_code}-{slip_id}.pdf"',
    }
    if printed.row.status == "valid":
        headers["ETag"] = f'"{printed.row.content_sha256}"'
    return Response(printed.content, media_type=PDF, headers=headers)


@router.post(
    "/slips/{slip_id}/void",
    summary="Hủy phiếu in hỏng, mất / Void a slip that went wrong",
    response_model=SlipOut,
)
async def void(slip_id: SlipId, body: VoidSlip, actor: Corrector, connection: WriteConnection, once: Once) -> Response:
    return await once(
        connection, actor, lambda: void_slip(connection, actor, slip_id, body, now=once.now), show=slip_document
    )


@router.get(
    "/registers/dossiers",
    summary="Sổ theo dõi hồ sơ theo kỳ, đơn vị, lĩnh vực / The register of dossiers",
    response_class=Response,
    responses={200: {"content": {PDF: _BINARY, _WORKBOOK: _BINARY}}},
)
async def register(
    actor: Reader,
    connection: WriteConnection,
    app: App,
    unit: Annotated[Code, Query()],
    first: Annotated[Day, Query(alias="from")],
    last: Annotated[Day, Query(alias="to")],
    field: Annotated[Text | None, Query()] = None,
    kind: Annotated[Literal["pdf", "xlsx"], Query(alias="format")] = "pdf",
) -> Response:
    """Who took the register out is recorded: it is the data of many people."""
    wanted = RegisterPeriod(unit=unit, first=first, last=last, field=field)
    now = app.clock.now()
    name = f"so-theo-doi-{unit}-{first:%Y%m%d}-{last:%Y%m%d}.{kind}"
    if kind == "pdf":
        content = await register_pdf(connection, actor, wanted, now=now)
        disposition = {"Content-Disposition": f'inline; filename="{name}"'}
        return Response(content, media_type=PDF, headers={**_NO_STORE, **disposition})
    file = await register_workbook(connection, actor, wanted, now=now)
    headers = {**_NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces_of(file), media_type=_WORKBOOK, headers=headers)


def _issued(found: tuple[Any, bool]) -> Response:
    row, is_new = found
    headers = {"Location": f"/api/v1/slips/{row.id}"}
    return json_answer(slip_document(row), status=201 if is_new else 200, headers=headers)


def _pieces_of(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
