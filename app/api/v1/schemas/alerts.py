"""Documents of alerts and of their counts: references and dates, nothing of the people of a dossier."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant
from app.core.clock import LOCAL_ZONE
from app.core.db import from_json
from app.domain.alerts import AlertKind, AlertLevel

KINDS: dict[AlertKind, tuple[str, str]] = {
    AlertKind.NEAR_DUE: ("Sắp đến hạn", "Near its due time"),
    AlertKind.DUE_TODAY: ("Đến hạn hôm nay", "Due today"),
    AlertKind.OVERDUE: ("Quá hạn", "Overdue"),
    AlertKind.IDLE: ("Không có diễn biến trong nhiều ngày làm việc", "Nothing happened for several working days"),
    AlertKind.ONLINE_REPLY_DUE: ("Hồ sơ trực tuyến sắp hết giờ trả lời", "An online submission must be answered"),
    AlertKind.WAITING_AT_SIGNATURE: ("Kết quả chờ ký quá lâu", "The result waits too long to be signed"),
    AlertKind.UNCOLLECTED_RESULT: ("Kết quả chưa được nhận", "The result lies uncollected"),
    AlertKind.UNRETURNED_ORIGINALS: ("Bản chính chưa trả công dân", "Originals were not returned"),
    AlertKind.SUPPLEMENT_EXPIRING: ("Sắp hết thời hạn bổ sung, cần nhắc", "The time to supplement is ending: remind"),
    AlertKind.SUPPLEMENT_EXPIRED: ("Hết thời hạn bổ sung", "The time to supplement is over"),
    AlertKind.BREACH_WITHOUT_APOLOGY: ("Quá hạn mà không xin lỗi", "Breach without an apology"),
}
LEVELS = {
    AlertLevel.HOLDER: ("Người thụ lý", "Holder"),
    AlertLevel.UNIT_HEAD: ("Lãnh đạo đơn vị", "Head of the unit"),
    AlertLevel.PROVINCE: ("Cấp tỉnh", "Province"),
}


class AlertUnitOut(BaseModel):
    """The unit whose duty it is."""

    code: str
    name: str


class AlertStepOut(BaseModel):
    """A level it reached; `assignee` null: all who hold the duty there."""

    level: str
    level_vi: str
    level_en: str
    reached_at: LocalInstant
    assignee: str | None


class AlertOut(BaseModel):
    """Why somebody must look at a dossier, and how far it has climbed. `due_at`: the time it warns of or tells of."""

    id: int
    dossier_code: str
    kind: AlertKind
    vi: str
    en: str
    unit: AlertUnitOut
    assignee: str | None
    level: str
    due_at: LocalInstant | None
    raised_at: LocalInstant
    acknowledged_at: LocalInstant | None
    acknowledged_by: str | None
    acknowledged_note: str | None
    closed_at: LocalInstant | None
    steps: list[AlertStepOut]


class AlertPageOut(BaseModel):
    items: list[AlertOut]
    next_cursor: str | None


class AlertCountOut(BaseModel):
    """Alerts of one kind in one unit that were raised in the period."""

    unit: AlertUnitOut
    kind: AlertKind
    vi: str
    en: str
    raised: int
    open: int
    acknowledged: int
    reached_unit_head: int
    reached_province: int


class AlertSummaryOut(BaseModel):
    """Both days of the period are included."""

    first: dt.date
    last: dt.date
    as_of: LocalInstant
    rows: list[AlertCountOut]
    breaches_without_apology: int


def alert_document(row: Any) -> AlertOut:
    kind = AlertKind(row.kind)
    vi, en = KINDS[kind]
    return AlertOut(
        id=row.id,
        dossier_code=row.dossier_code,
        kind=kind,
        vi=vi,
        en=en,
        unit=AlertUnitOut(code=row.unit_code, name=row.unit_name),
        assignee=row.assignee,
        level=AlertLevel(row.level).label,
        due_at=local(row.due_at),
        raised_at=row.raised_at.astimezone(LOCAL_ZONE),
        acknowledged_at=local(row.acknowledged_at),
        acknowledged_by=row.acknowledged_by,
        acknowledged_note=row.acknowledged_note,
        closed_at=local(row.closed_at),
        steps=[_step(step) for step in from_json(row.steps) or ()],
    )


def summary_document(rows: Sequence[Any], *, first: dt.date, last: dt.date, as_of: dt.datetime) -> AlertSummaryOut:
    counts = [_count(row) for row in rows]
    return AlertSummaryOut(
        first=first,
        last=last,
        as_of=as_of.astimezone(LOCAL_ZONE),
        rows=counts,
        breaches_without_apology=sum(
            count.raised for count in counts if count.kind is AlertKind.BREACH_WITHOUT_APOLOGY
        ),
    )


def _step(step: dict[str, Any]) -> AlertStepOut:
    level = AlertLevel(step["level"])
    vi, en = LEVELS[level]
    return AlertStepOut(
        level=level.label,
        level_vi=vi,
        level_en=en,
        reached_at=dt.datetime.fromisoformat(step["reached_at"]).astimezone(LOCAL_ZONE),
        assignee=step["assignee"],
    )


def _count(row: Any) -> AlertCountOut:
    kind = AlertKind(row.kind)
    vi, en = KINDS[kind]
    return AlertCountOut(
        unit=AlertUnitOut(code=row.unit_code, name=row.unit_name),
        kind=kind,
        vi=vi,
        en=en,
        raised=row.raised,
        open=row.still_open,
        acknowledged=row.acknowledged,
        reached_unit_head=row.reached_unit_head,
        reached_province=row.reached_province,
    )
