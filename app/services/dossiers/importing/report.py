"""What becomes of each row of an import."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Refusal


class RowOutcome(StrEnum):
    IMPORTED = "imported"
    """Written; in a dry run: would be written."""
    PRESENT = "present"
    """A dossier with the row's code or outside code is there already; nothing was changed."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """One row: `number` as a spreadsheet (CSV, header 1) or an editor (JSON lines) counts it.

    `code` is the dossier's code, None where none was given (refused; numbered only when written). `faults` are why it
    was refused, `warnings` what should be looked at although it was taken.
    """

    number: int
    outcome: RowOutcome
    code: str | None = None
    external_code: str | None = None
    faults: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()
