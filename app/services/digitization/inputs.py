"""What people send about scans."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.domain.digitization import Cut
from app.domain.digitization_fields import FieldKind
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.services.inputs import Code, Input, Text, refuse_far_instant

_FIELDS = frozenset({"unit", "dossier", "cut", "scanned_at", "device", "document"})
_MAX_CODE = 64
_MAX_DEVICE = 100
_MAX_ID = 2**63 - 1
_ID = re.compile(r"[0-9]{1,19}", re.ASCII)

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class AssignPiece(Input):
    """Which paper of which dossier a piece is; without a dossier: of the one it has already.

    `wrongly_recognised`: why a piece that reads like a paper that is only presented is none. The log keeps the words.
    """

    component_code: Code
    dossier: Code | None = None
    wrongly_recognised: Text | None = None


class ConfirmedValue(Input):
    """A value as it stands on the paper, compared with it by whoever confirms."""

    name: FieldName
    kind: FieldKind
    value: Text
    label: Annotated[str, StringConstraints(max_length=100)] = ""


class ConfirmPiece(Input):
    """The values that were checked against the paper; proposals that are not among them stay proposals."""

    values: Annotated[tuple[ConfirmedValue, ...], Field(max_length=60)] = ()


class DiscardPiece(Input):
    """Why a piece does not become a document."""

    reason: Literal["scanned_twice", "illegible", "wrong_dossier", "presented_only", "not_a_paper"]


class SignPiece(Input):
    """Where the paper was when it was copied; without it: at the unit that scanned it."""

    place: Text | None = None


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What a scanning station says of a batch besides its files."""

    unit: str
    dossier: str | None
    cut: Cut
    scanned_at: dt.datetime | None
    device: str | None
    document_id: int | None
    """A document of the dossier that is to be digitized, instead of files."""


def batch_from(fields: Mapping[str, str]) -> NewBatch:
    """Return what the fields of a form say; raise `InvalidInput` with every fault at once."""
    refusals = [Refusal("extra_forbidden", name) for name in sorted(set(fields) - _FIELDS)]
    given = {name: value.strip() for name, value in fields.items() if value.strip()}
    unit = given.get("unit", "")
    if not unit:
        refusals.append(Refusal("missing", "unit"))
    refusals += [
        Refusal("string_too_long", name, {"max_length": most})
        for name, most in (("unit", _MAX_CODE), ("dossier", _MAX_CODE), ("device", _MAX_DEVICE))
        if len(given.get(name, "")) > most or "\x00" in given.get(name, "")
    ]
    how = given.get("cut", Cut.SEPARATORS_OR_BLANKS.value)
    if how not in {choice.value for choice in Cut}:
        refusals.append(Refusal("scan_cut_unknown", "cut"))
    scanned_at = _instant(given.get("scanned_at"))
    if scanned_at is None and "scanned_at" in given:
        refusals.append(Refusal("datetime_from_date_parsing", "scanned_at"))
    document = given.get("document")
    if document is not None and (_ID.fullmatch(document) is None or not 0 < int(document) <= _MAX_ID):
        refusals.append(Refusal("document_unknown", "document"))
    if document is not None and "dossier" not in given:
        refusals.append(Refusal("missing", "dossier"))
    refuse_all(InvalidInput, refusals)
    return NewBatch(
        unit=unit,
        dossier=given.get("dossier"),
        cut=Cut(how),
        scanned_at=scanned_at,
        device=given.get("device"),
        document_id=None if document is None else int(document),
    )


def _instant(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        instant = refuse_far_instant(dt.datetime.fromisoformat(text))
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
