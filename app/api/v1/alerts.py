"""Routes of alerts: what must be looked at, taking it upon oneself, the counts."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Response

from app.api.deps import App, ReadConnection, Requires, WriteConnection
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_instant_cursor, encode_cursor
from app.api.v1.schemas.alerts import AlertOut, AlertPageOut, AlertSummaryOut, alert_document, summary_document
from app.core.clock import local_date
from app.domain.alerts import LEVEL_BY_LABEL, AlertKind
from app.domain.permissions import Actor, Permission
from app.services.alerts.attend import AlertFilter, acknowledge, list_alerts, summarize
from app.services.alerts.inputs import Acknowledge
from app.services.inputs import Code, Day
from app.services.procedures.named_filters import refuse_unknown_filters

router = NounRouter(prefix="/alerts", tags=["alerts"])

Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
Counter = Annotated[Actor, Depends(Requires(Permission.STATISTICS_READ))]
_SORT = "raised_at"


@router.get("", summary="Cảnh báo trong phạm vi / Alerts in scope")
async def alerts(
    actor: Reader,
    connection: ReadConnection,
    unit: Annotated[Code | None, Query()] = None,
    kind: Annotated[list[AlertKind] | None, Query(max_length=20)] = None,
    level: Literal["holder", "unit_head", "province"] | None = None,
    open: Annotated[bool | None, Query()] = True,  # noqa: A002, FBT002 - the query parameter is called so
    acknowledged: Annotated[bool | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> AlertPageOut:
    """Open ones unless asked otherwise, the newest first."""
    wanted = AlertFilter(
        unit=unit,
        kinds=tuple(kind or ()),
        level=None if level is None else LEVEL_BY_LABEL[level],
        is_open=open,
        acknowledged=acknowledged,
    )
    after = None if cursor is None else decode_instant_cursor(cursor, sort=_SORT)
    rows = await list_alerts(connection, actor, wanted, after=after, limit=limit + 1)
    if not rows:
        await refuse_unknown_filters(connection, unit=unit)
    page = rows[:limit]
    more = encode_cursor(_SORT, [page[-1].raised_at.isoformat(), page[-1].id]) if len(rows) > limit else None
    return AlertPageOut(items=[alert_document(row) for row in page], next_cursor=more)


@router.get("/summary", summary="Số cảnh báo theo đơn vị và loại / How many alerts, by unit and kind")
async def summary(
    actor: Counter,
    connection: ReadConnection,
    app: App,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    unit: Annotated[Code | None, Query()] = None,
) -> AlertSummaryOut:
    """Raised in the period (default: this month until today), among them breaches without an apology."""
    now = app.clock.now()
    last = last or local_date(now)
    first = first or last.replace(day=1)
    rows = await summarize(connection, actor, unit=unit, first=first, last=last)
    if not rows:
        await refuse_unknown_filters(connection, unit=unit)
    return summary_document(rows, first=first, last=last, as_of=now)


@router.post("/{alert_id}/acknowledge", summary="Nhận cảnh báo về mình / Take the alert", response_model=AlertOut)
async def post_acknowledge(
    alert_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    body: Acknowledge,
    actor: Reader,
    connection: WriteConnection,
    once: Once,
) -> Response:
    """With a note of what is done; it climbs no further."""
    return await once(
        connection,
        actor,
        lambda: acknowledge(connection, actor, alert_id, note=body.note, now=once.now),
        show=alert_document,
    )
