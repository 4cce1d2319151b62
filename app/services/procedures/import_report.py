"""What an import is given, row by row, and what it answers, row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain.errors import Refusal


class RowOutcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One procedure of a file. `entry` and `content` hold what the row says; what it does not say stays as it is.

    `number` is the row as a spreadsheet counts it, the header being 1. `faults` are cells that could not be read.
    """

    number: int
    code: str
    entry: Mapping[str, Any] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """What became of a row. `version` is the new version, None where the row makes none."""

    row: int
    code: str
    outcome: RowOutcome
    version: int | None = None
    faults: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became (or, in a dry run, would become) of each row, in the order of the file."""

    dry_run: bool
    rows: Sequence[RowReport]

    def count(self, outcome: RowOutcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)
