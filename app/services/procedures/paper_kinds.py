"""Which papers the components and results of procedures are, by lists that a province edits (docs/vault.md).

Components are numbered within their procedure (`TP01`); the list of uses says which of them are the same paper.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.errors import Refusal
from app.domain.papers import last_valid_day, names_paper
from app.domain.procedures import Component
from app.services.procedures import queries


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A kind of paper. `presented_only`: shown, never kept. `valid_months`: how long it counts from its date."""

    code: str
    vi: str
    en: str
    presented_only: bool = False
    valid_months: int | None = None
    file_names: tuple[str, ...] = ()
    """Names of files that say they are such a paper."""

    def valid_until(self, issued_on: dt.date | None) -> dt.date | None:
        """Return the last day on which a paper of this kind counts; None: no limit, or none that can be told."""
        if issued_on is None or self.valid_months is None:
            return None
        return last_valid_day(issued_on, self.valid_months)


@dataclass(frozen=True, slots=True)
class PaperUse:
    """What a component or a result is. `about_holder`: it states facts of the applicant themselves."""

    kind: PaperKind
    about_holder: bool


@dataclass(frozen=True, slots=True)
class PaperLists:
    """What the lists say on a day: every kind in force, and the uses of one procedure by role and code."""

    procedure_code: str
    kinds: Mapping[str, PaperKind]
    uses: Mapping[tuple[str, str], PaperUse]

    def of_component(self, component: Component) -> PaperUse | None:
        """Return which paper a component is; None: one made for each request anew (a declaration), never held.

        One that must be digitized but is on no list is known from its procedure only, and never stands in by itself.
        """
        listed = self.uses.get(("component", component.code))
        if listed is not None or component.presented_only or not component.digitization_required:
            return listed
        kind = PaperKind(f"{self.procedure_code}/{component.code}", component.name, component.name)
        return PaperUse(kind, about_holder=False)

    def of_result(self, result_type: str | None) -> PaperUse | None:
        """Return which paper a result is; None: one that nobody will be asked for later."""
        return self.uses.get(("result", result_type or "")) or self.uses.get(("result", ""))

    def presented_only_faults(
        self,
        components: Iterable[Component],
        *,
        component_code: str | None,
        file_name: str,
        field: str = "component_code",
        name_field: str = "name",
    ) -> list[Refusal]:
        """Return why a file may not be kept: its component is only shown, or its name says it is such a card.

        TT 01/2023/TT-VPCP: presented, not copied. Code `paper_presented_only` with the paper's `name`.
        """
        for component in components:
            if component.code == component_code and component.presented_only:
                return [Refusal("paper_presented_only", field, {"name": component.name})]
        return [
            Refusal("paper_presented_only", name_field, {"name": kind.vi})
            for kind in self.kinds.values()
            if kind.presented_only and names_paper(file_name, kind.file_names)
        ]


async def paper_lists(
    connection: AsyncConnection, *, procedure_id: int, procedure_code: str, on: dt.date
) -> PaperLists:
    """Return what the lists say of a procedure's papers on a day, in one round trip."""
    row = await queries.paper_lists(connection, procedure_id, on)
    kinds = {found["code"]: _kind(found) for found in from_json(row.kinds)}
    uses = {
        (found["role"], found["code"]): PaperUse(kinds[found["kind"]], about_holder=found["about_holder"])
        for found in from_json(row.uses)
        if found["kind"] in kinds
    }
    return PaperLists(procedure_code, kinds, uses)


def _kind(found: Mapping[str, Any]) -> PaperKind:
    return PaperKind(
        found["code"],
        found["vi"],
        found["en"],
        presented_only=found["presented_only"],
        valid_months=found["valid_months"],
        file_names=tuple(found["file_names"]),
    )
