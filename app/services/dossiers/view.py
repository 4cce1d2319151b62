"""A dossier as an answer needs it, whether it was just written or read back: one shape for all."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import Refusal
from app.domain.lifecycle import DossierState


@dataclass(frozen=True, slots=True)
class UnitName:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ProcedureName:
    code: str
    version: int
    name: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """The receipt that counts. Its two secrets are the citizen's: known only to the act that issues it, else None."""

    number: int
    lookup_secret: str | None
    rating_token: str | None
    issued_at: dt.datetime
    promised_due_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ActionView:
    """An act, whether this actor may do it now, and every reason why not."""

    action: str
    possible: bool
    refusals: Sequence[Refusal]


@dataclass(frozen=True, slots=True)
class DossierView:
    """What every answer about one dossier has."""

    code: str
    state: DossierState
    version: int
    channel: str
    case_variant: str
    procedure: ProcedureName
    receiving_unit: UnitName
    competent_unit: UnitName
    summary: str
    return_channel: str
    registered_at: dt.datetime
    accepted_at: dt.datetime | None
    started_at: dt.datetime | None
    promised_due_at: dt.datetime | None
    current_due_at: dt.datetime | None
    due_provisional: bool
    suspended_since: dt.datetime | None
    resolved_at: dt.datetime | None
    ended_at: dt.datetime | None
    returned_at: dt.datetime | None
    receipt: ReceiptView | None
    actions: Sequence[ActionView]
    warnings: Sequence[Refusal] = ()
