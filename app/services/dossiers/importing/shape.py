"""From a row's document to a typed history, or to every fault of its shape at once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from app.core.clock import LOCAL_ZONE
from app.domain.errors import InvalidInput, Refusal
from app.domain.identifiers import DossierCode
from app.domain.satisfaction import check_reasons
from app.services.dossiers.code_lists import entries
from app.services.dossiers.importing.inputs import FORBIDDEN_IN_STEPS, INSTANTS_OF_STEPS, RATE, STEP_MODELS, Document
from app.services.dossiers.inputs import RegisterDossier, check_codes
from app.services.inputs import Code, Input

_MOST_STEPS = 100
_EARLIEST_YEAR, _LATEST_YEAR = 2000, 2099
"""Years that a dossier code of two digits can mean."""
_OWN_FIELDS = ("code", "registered_at", "promised_due_at", "steps")


class _Names(Input):
    """Codes by which the dossier is known outside the body of a registration."""

    code: Code | None = None


@dataclass(frozen=True, slots=True)
class HistoricRow:
    """A row as it was read. `faults`: it could not even be read."""

    number: int
    document: Document
    faults: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoricStep:
    """One step of a history; `path` is where it stands in the row, for faults."""

    at: dt.datetime
    action: str
    body: Any
    path: str


@dataclass(frozen=True, slots=True)
class History:
    """A dossier's life as a row tells it. `code` is None unless the row gives one of our shape."""

    number: int
    body: RegisterDossier
    code: DossierCode | None
    other_names: tuple[str, ...]
    """Codes of other shapes: the dossier is found by them, too."""
    registered_at: dt.datetime
    promised_due_at: dt.datetime | None
    steps: tuple[HistoricStep, ...]
    papers_recorded: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Every code that must not belong to a dossier yet."""
        return self.other_names if self.code is None else (str(self.code), *self.other_names)


def read_history(row: HistoricRow, *, now: dt.datetime) -> History | list[Refusal]:
    """Return the history a row tells, or all that is wrong with its shape."""
    if row.faults:
        return list(row.faults)
    faults: list[Refusal] = []
    document = dict(row.document)
    own = {name: document.pop(name, None) for name in _OWN_FIELDS}
    registered_at = _instant(own["registered_at"], "registered_at", faults, now=now, required=True)
    promised_due_at = _instant(own["promised_due_at"], "promised_due_at", faults)
    if document.pop("accept", None):
        faults.append(Refusal("extra_forbidden", "accept"))
    body = _validated(RegisterDossier, document, "", faults)
    names = _validated(_Names, {"code": own["code"]}, "", faults)
    steps = _steps(own["steps"], faults, now=now)
    if names is not None and body is not None and names.code is None and body.external_code is None:
        faults.append(Refusal("import_identity_missing", "code"))
    if faults or body is None or names is None or registered_at is None:
        return faults
    code, others = _names(names.code, body.external_code)
    return History(
        number=row.number,
        body=body,
        code=code,
        other_names=others,
        registered_at=registered_at,
        promised_due_at=promised_due_at,
        steps=steps,
        papers_recorded=bool(body.components),
    )


def refusals_of(error: ValidationError, path: str) -> list[Refusal]:
    """Return a fault for each thing a model did not like, under `path`; never with what was given."""
    found = []
    for item in error.errors(include_url=False, include_input=False):
        name = ".".join([path, *map(str, item["loc"])] if path else map(str, item["loc"]))
        context = {key: value for key, value in item.get("ctx", {}).items() if isinstance(value, (str, int))}
        found.append(Refusal(item["type"], name or None, context))
    return found


def _validated(model: type[Any], document: Mapping[str, Any], path: str, faults: list[Refusal]) -> Any:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults += refusals_of(error, path)
        return None


def _names(given: str | None, external_code: str | None) -> tuple[DossierCode | None, tuple[str, ...]]:
    others = [] if external_code is None else [external_code]
    code = None
    if given is not None:
        try:
            code = DossierCode.parse(given)
        except InvalidInput:
            others.insert(0, given)
    return code, tuple(dict.fromkeys(others))


def _steps(given: Any, faults: list[Refusal], *, now: dt.datetime) -> tuple[HistoricStep, ...]:
    if given is None:
        return ()
    if not isinstance(given, (list, tuple)):
        faults.append(Refusal("list_type", "steps"))
        return ()
    if len(given) > _MOST_STEPS:
        faults.append(Refusal("too_long", "steps", {"max_length": _MOST_STEPS, "actual_length": len(given)}))
        return ()
    found = [_step(index, item, faults, now=now) for index, item in enumerate(given)]
    return tuple(step for step in found if step is not None)


def _step(index: int, given: Any, faults: list[Refusal], *, now: dt.datetime) -> HistoricStep | None:
    path = f"steps.{index}"
    if not isinstance(given, Mapping):
        faults.append(Refusal("dict_type", path))
        return None
    action = given.get("action")
    model = STEP_MODELS.get(action) if isinstance(action, str) else None
    if action is None or model is None:
        faults.append(Refusal("import_step_unknown", f"{path}.action", {"expected": ", ".join(STEP_MODELS)}))
        return None
    path = f"{path}.{action}"
    payload = {
        name: value for name, value in given.items() if name != "at" and not (action == RATE and name == "action")
    }
    faults += [
        Refusal("extra_forbidden", f"{path}.{name}")
        for name in FORBIDDEN_IN_STEPS.get(action, ())
        if payload.pop(name, None) is not None
    ]
    for name in INSTANTS_OF_STEPS.get(action, ()):
        payload[name] = _instant(payload.get(name), f"{path}.{name}", faults, required=True)
    at = _instant(given.get("at"), f"{path}.at", faults, now=now, required=True)
    known = len(faults)
    if any(payload.get(name) is None for name in INSTANTS_OF_STEPS.get(action, ())):
        return None
    body = _validated(model, payload, path, faults)
    if body is None or at is None:
        return None
    reasons = check_reasons(body.reasons, entries("rating_reasons")) if action == RATE else check_codes(body)
    faults += [Refusal(fault.code, f"{path}.{fault.field}", fault.params) for fault in reasons]
    return HistoricStep(at, action, body, path) if len(faults) == known else None


def _instant(
    given: Any, field: str, faults: list[Refusal], *, now: dt.datetime | None = None, required: bool = False
) -> dt.datetime | None:
    """Read an instant (RFC 3339; without an offset it is Vietnam's); with `now`, it may not lie after it."""
    if given is None or given == "":
        if required:
            faults.append(Refusal("missing", field))
        return None
    at = given if isinstance(given, dt.datetime) else _instant_of_text(given)
    if at is None:
        faults.append(Refusal("import_instant_unreadable", field))
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=LOCAL_ZONE)
    if not _EARLIEST_YEAR <= at.year <= _LATEST_YEAR:
        faults.append(Refusal("date_out_of_range", field))
        return None
    if now is not None and at > now:
        faults.append(Refusal("import_in_future", field))
        return None
    return at


_DATE_LENGTH = len("2026-11-23")


def _instant_of_text(text: Any) -> dt.datetime | None:
    """A date without a time is no instant: nobody knows whether it was before 15:00."""
    if not isinstance(text, str) or len(text.strip()) <= _DATE_LENGTH:
        return None
    try:
        return dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
