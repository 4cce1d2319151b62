"""What a receipt's holder may see of a dossier: no personal data, nobody's name."""

import datetime as dt
from typing import Any

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import StateLabel, local
from app.api.v1.schemas.instants import LocalInstant
from app.domain.lifecycle import DossierState, EventType
from app.services.dossiers.code_lists import label, status_texts
from app.services.dossiers.lookup import PublicStatus
from app.services.dossiers.timeline import moment, public_sentences


class PublicEventOut(BaseModel):
    at: LocalInstant
    state: StateLabel
    vi: str
    en: str


class PublicSupplementItemOut(BaseModel):
    """A paper that is asked for, and what is wrong with it."""

    component: str
    name: str
    problem: str
    problem_vi: str
    problem_en: str


class PublicSupplementOut(BaseModel):
    items: list[PublicSupplementItemOut]
    answer_due_at: LocalInstant


class PublicStatusOut(BaseModel):
    code: str
    state: StateLabel
    national_status: int
    status_vi: str
    status_en: str
    procedure_code: str
    procedure_name: str
    receiving_unit: str
    competent_unit: str
    registered_at: LocalInstant
    accepted_at: LocalInstant | None
    promised_due_at: LocalInstant | None
    current_due_at: LocalInstant | None
    due_provisional: bool
    kept: str | None
    waiting: bool
    resolved_at: LocalInstant | None
    returned_at: LocalInstant | None
    receipt_void: bool
    why_vi: str | None
    why_en: str | None
    supplement: PublicSupplementOut | None
    rating_open: bool
    rating_token: str | None
    events: list[PublicEventOut]


def status_document(found: PublicStatus) -> dict[str, Any]:
    """Return the document of `PublicStatusOut`."""
    row, state = found.row, found.state
    status_vi, status_en = status_texts(int(state))
    why_vi, why_en = _why(found)
    return {
        "code": row.code,
        "state": state.label,
        "national_status": int(state),
        "status_vi": status_vi,
        "status_en": status_en,
        "procedure_code": found.procedure_code,
        "procedure_name": found.procedure_name,
        "receiving_unit": row.receiving_name,
        "competent_unit": row.competent_name,
        "registered_at": local(row.registered_at),
        "accepted_at": local(row.accepted_at),
        "promised_due_at": local(row.promised_due_at),
        "current_due_at": local(row.current_due_at),
        "due_provisional": row.due_provisional,
        "kept": found.kept,
        "waiting": row.suspended_since is not None,
        "resolved_at": local(row.resolved_at),
        "returned_at": local(row.returned_at),
        "receipt_void": found.receipt_void,
        "why_vi": why_vi,
        "why_en": why_en,
        "supplement": _supplement(found),
        "rating_open": found.rating_open,
        "rating_token": row.rating_token if found.rating_open else None,
        "events": [event for event in map(_event, found.events) if event is not None],
    }


def _supplement(found: PublicStatus) -> dict[str, Any] | None:
    row = found.supplement
    if row is None:
        return None
    return {
        "items": [
            {
                "component": item["component_code"],
                "name": found.component_names.get(item["component_code"], item["component_code"]),
                "problem": item["problem"],
                "problem_vi": label("supplement_problems", item["problem"]),
                "problem_en": label("supplement_problems", item["problem"], "en"),
            }
            for item in row["items"]
        ],
        "answer_due_at": local(dt.datetime.fromisoformat(row["answer_due_at"])),
    }


def _why(found: PublicStatus) -> tuple[str | None, str | None]:
    """Say why the dossier stands where it stands: refused, stopped, denied, or moved to another date; no free text."""
    outcome, moved = found.outcome, found.last_adjustment
    if outcome is not None and outcome["reason_code"] is not None and outcome["kind"] in ("refused", "stopped"):
        name = "refusal_reasons" if outcome["kind"] == "refused" else "stop_reasons"
        basis = outcome["legal_basis"]
        return (
            f"{label(name, outcome['reason_code'])} ({basis})",
            f"{label(name, outcome['reason_code'], 'en')} ({basis})",
        )
    if outcome is not None and (outcome["kind"], outcome["reason_code"]) == ("resolved", "denied"):
        return _why_denied(found.events)
    if moved is not None:
        cause_vi, cause_en = _CAUSES[moved["cause"]]
        if moved["reason_code"] is not None:
            cause_vi += f" ({label('extension_reasons', moved['reason_code'])})"
            cause_en += f" ({label('extension_reasons', moved['reason_code'], 'en')})"
        when = moment(moved["after_due"])
        return f"{cause_vi}: hẹn trả {when}", f"{cause_en}: due {when}"
    return None, None


def _why_denied(events: list[dict[str, Any]]) -> tuple[str, str]:
    """The ground of the list if the decision names one; the whole reason stands in the written answer."""
    code = next((event["reason_code"] for event in reversed(events) if event["type"] == EventType.RESOLVED), None)
    if code is None:
        return _DENIED
    return (
        f"Không chấp thuận: {label('refusal_reasons', code)}. Lý do đầy đủ nêu trong văn bản trả kết quả",
        f"Not approved: {label('refusal_reasons', code, 'en')}. The full reason is in the written answer",
    )


_DENIED = (
    "Không chấp thuận; lý do nêu trong văn bản trả kết quả",
    "Not approved; the reason is in the written answer",
)


_CAUSES = {
    "supplement_wait": ("Cộng thời gian chờ bổ sung giấy tờ", "Time waiting for papers was added"),
    "payment_wait": ("Cộng thời gian chờ nộp nghĩa vụ tài chính", "Time waiting for payment was added"),
    "extension": ("Xin lỗi và gia hạn", "Apology and extension"),
    "calendar_change": ("Lịch làm việc thay đổi", "The working calendar changed"),
    "correction": ("Đính chính hồ sơ", "The dossier was corrected"),
}


def _event(event: dict[str, Any]) -> dict[str, Any] | None:
    said = public_sentences(event["type"], event["outcome"])
    if said is None:
        return None
    vi, en = said
    return {
        "at": local(dt.datetime.fromisoformat(event["at"])),
        "state": DossierState(event["state"]).label,
        "vi": vi,
        "en": en,
    }
