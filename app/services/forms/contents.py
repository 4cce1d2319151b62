"""What each slip says: the facts of one event and its dossier, worded for the form. Pure; dates already in words."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from app.core.clock import local_date
from app.domain.errors import ActionRefused, Refusal
from app.services.dossiers.code_lists import label
from app.services.forms.registry import Form, Purpose
from app.services.forms.wording import (
    OfficeNames,
    agency_names,
    day_in_words,
    limit_in_words,
    moment_in_words,
    one_stop_names,
    pieces,
    sentence,
)

_SOURCES = {"data": "khai thác từ cơ sở dữ liệu", "reused": "đã có trong kho dữ liệu", "upload": "bản điện tử"}
_WITHDRAWAL_BASIS = "Mẫu số 05 ban hành kèm theo Thông tư 03/2025/TT-VPCP: tổ chức, cá nhân rút hồ sơ"
"""Who withdraws names no law; the form itself lists withdrawal among its cases."""
_OF_THE_AGENCY = frozenset({Purpose.APOLOGY, Purpose.STOP})


def signing_unit(form: Form, facts: Any) -> dict[str, Any]:
    """Return the unit that issues the slip: the agency for its letters, the reception for its own, else who acted."""
    if form.purpose in _OF_THE_AGENCY:
        found = facts.competent
    elif form.purpose is Purpose.SUPPLEMENT_REQUEST:
        found = facts.acting
    else:
        found = facts.receiving
    return dict(found)


def contents_of(form: Form, facts: Any, *, number: str, verify_address: str, public_base_url: str) -> dict[str, Any]:
    """Return everything the slip prints, for an ordinary form; the control sheet adds its steps.

    Below the title of the agency's head stands nobody's name but a leader's who acted; else there is room for it.

    Raises `ActionRefused` where the event has nothing to print from (imported without its papers).
    """
    unit, day = signing_unit(form, facts), local_date(facts.occurred_at)
    names = agency_names(unit) if form.purpose in _OF_THE_AGENCY else one_stop_names(unit, day)
    return {
        "form": {"code": form.code, "number": form.number, "name": form.name, "instrument": form.instrument},
        "superior": names.superior,
        "office": names.office,
        "number": number,
        "place_and_date": f"{names.place}, {day_in_words(day)}",
        "dossier_code": facts.code,
        "verify_address": verify_address,
        **_shared(facts, day),
        **_BUILDERS[form.purpose](facts, public_base_url),
        "signer": facts.event_actor if facts.actor_leads or form.purpose not in _OF_THE_AGENCY else None,
    }


def _shared(facts: Any, day: dt.date) -> dict[str, Any]:
    one_stop = one_stop_names(facts.receiving, day)
    agency: OfficeNames = agency_names(facts.competent)
    applicant = _person(facts, "applicant")
    request = f"{facts.procedure_name} (mã thủ tục {facts.procedure_code})"
    return {
        "receiving_office": one_stop.in_sentence,
        "one_stop": one_stop.in_sentence,
        "one_stop_plain": one_stop.in_sentence,
        "agency": agency.in_sentence,
        "agency_capital": agency.in_sentence[:1].upper() + agency.in_sentence[1:],
        "request": f"{request} – {facts.summary.rstrip('.')}" if facts.summary else request,
        "applicant_name": applicant.get("full_name") or "",
        "applicant_address": applicant.get("address"),
        "applicant_phone": applicant.get("phone"),
        "applicant_email": applicant.get("email"),
        "clerk": facts.event_actor,
    }


def _receipt(facts: Any, public_base_url: str) -> dict[str, Any]:
    receipt = facts.receipt or {}
    if receipt.get("voided_at") is not None:
        raise ActionRefused(Refusal("receipt_void", "event"))
    applicant = _person(facts, "applicant")
    filer = _person(facts, "representative") or applicant
    due = receipt.get("promised_due_at") or facts.promised_due_at
    base = public_base_url.rstrip("/")
    secret, rating = receipt.get("lookup_secret"), receipt.get("rating_token")
    day = local_date(facts.occurred_at)
    return {
        "copies": [
            {"label": "Liên 1: Lưu", "for_filer": False},
            {"label": "Liên 2: Giao người nộp hồ sơ", "for_filer": True},
        ],
        "filer_name": filer.get("full_name") or "",
        "filer_address": filer.get("address"),
        "filer_phone": filer.get("phone"),
        "filer_email": filer.get("email"),
        "owner_name": applicant.get("full_name") or "",
        "owner_number": applicant.get("identity_number"),
        "online": facts.channel == "online",
        "components": [_component(facts, component) for component in facts.components],
        "sets": "01",
        "limit": limit_in_words(facts.limit_value, facts.limit_unit) or "theo quy định của thủ tục",
        "received": moment_in_words(facts.accepted_at),
        "due": moment_in_words(_instant(due)),
        "provisional": facts.due_provisional,
        "return_place": _return_place(facts, day),
        "book": str(day.year),
        "lookup_secret": secret,
        "lookup_address": f"{base}/api/v1/lookup/{facts.code}?secret={secret}" if secret else None,
        "rating_address": f"{base}/r/{rating}" if rating else None,
    }


def _supplement_request(facts: Any, _base: str) -> dict[str, Any]:
    supplement = _needed(facts.supplement)
    unit = facts.acting
    day = local_date(facts.occurred_at)
    return {
        "items": [
            {
                "name": _component_name(facts, item["component_code"]),
                "problem": label("supplement_problems", item["problem"]),
                "note": item.get("note"),
            }
            for item in supplement["items"]
        ],
        "reason": sentence(supplement["reason"]),
        "answer_due": moment_in_words(_instant(supplement["answer_due_at"])),
        "contact": one_stop_names(unit, day).in_sentence,
    }


def _refusal(facts: Any, _base: str) -> dict[str, Any]:
    outcome = _needed(facts.outcome)
    return {
        "reason": label("refusal_reasons", outcome["reason_code"] or ""),
        "explanation": sentence(outcome["explanation"]),
        "legal_basis": outcome["legal_basis"],
    }


def _apology(facts: Any, _base: str) -> dict[str, Any]:
    moved = _needed(facts.adjustment)
    before = _instant(moved["before_due"])
    return {
        "received_day": _capital(day_in_words(local_date(facts.accepted_at))),
        "field": facts.field,
        "due": moment_in_words(facts.promised_due_at),
        # What the applicant was awaited for is not the office's time: the date had moved before it was missed.
        "moved_due": moment_in_words(before) if before != facts.promised_due_at else None,
        "new_due": moment_in_words(_instant(moved["after_due"])),
        "reason": sentence(moved["reason"]),
    }


def _stop(facts: Any, _base: str) -> dict[str, Any]:
    outcome = _needed(facts.outcome)
    code = outcome["reason_code"] or "withdrawn"
    return {
        "received_day": _capital(day_in_words(local_date(facts.accepted_at or facts.occurred_at))),
        "stopped": moment_in_words(facts.occurred_at),
        "reason": label("stop_reasons", code),
        "explanation": sentence(outcome["explanation"]),
        "legal_basis": outcome["legal_basis"] or (_WITHDRAWAL_BASIS if code == "withdrawn" else ""),
    }


def _control(facts: Any, _base: str) -> dict[str, Any]:
    return {
        "cooperating": None,
        "received": moment_in_words(facts.accepted_at),
        "due": moment_in_words(facts.current_due_at),
        "as_of": moment_in_words(facts.occurred_at),
        "as_of_seq": facts.seq,
    }


_BUILDERS: Mapping[Purpose, Callable[[Any, str], dict[str, Any]]] = {
    Purpose.RECEIPT: _receipt,
    Purpose.SUPPLEMENT_REQUEST: _supplement_request,
    Purpose.REFUSAL: _refusal,
    Purpose.APOLOGY: _apology,
    Purpose.STOP: _stop,
    Purpose.CONTROL: _control,
}


def _component(facts: Any, component: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": _component_name(facts, component["code"]),
        "originals": pieces(component["originals"]),
        "certified_copies": pieces(component["certified_copies"]),
        "photocopies": pieces(component["photocopies"]),
        "note": _SOURCES.get(component["source"]),
    }


def _component_name(facts: Any, code: str) -> str:
    return str((facts.component_names or {}).get(code) or code)


def _return_place(facts: Any, day: dt.date) -> str:
    if facts.return_channel == "postal":
        address = facts.return_address or _person(facts, "applicant").get("address")
        return f"Dịch vụ bưu chính công ích, địa chỉ: {address}" if address else "Dịch vụ bưu chính công ích"
    if facts.return_channel == "online":
        return "Trực tuyến, kho dữ liệu điện tử của tổ chức, cá nhân"
    return one_stop_names(facts.receiving, day).in_sentence


def _person(facts: Any, role: str) -> dict[str, Any]:
    return dict((facts.people or {}).get(role) or {})


def _needed(found: Any) -> dict[str, Any]:
    if found is None:
        raise ActionRefused(Refusal("slip_without_content", "event"))
    return dict(found)


def _instant(value: Any) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
