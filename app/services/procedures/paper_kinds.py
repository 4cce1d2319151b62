"""Which papers the components and results of procedures are: the shipped lists, until national component codes come.

Components are numbered within their procedure (`TP01`); the list `paper_uses` says which of them are the same paper.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from app.data import rows
from app.domain.errors import Refusal
from app.domain.papers import last_valid_day, names_paper
from app.domain.procedures import Component


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


@cache
def paper_kinds() -> Mapping[str, PaperKind]:
    """Return the shipped kinds by code."""
    return {
        row["code"]: PaperKind(
            row["code"],
            row["vi"],
            row["en"],
            presented_only=row["presented_only"] == "true",
            valid_months=int(row["valid_months"]) if row["valid_months"] else None,
            file_names=tuple(name for name in row["file_names"].split(";") if name),
        )
        for row in rows("code_lists/paper_kinds.csv")
    }


@cache
def _uses() -> Mapping[tuple[str, str, str], PaperUse]:
    return {
        (row["procedure_code"], row["role"], row["code"]): PaperUse(
            paper_kinds()[row["kind"]], about_holder=row["about"] == "holder"
        )
        for row in rows("paper_uses.csv")
    }


def use_of_component(procedure_code: str, component: Component) -> PaperUse | None:
    """Return which paper a component is; None: one that is made for each request anew (a declaration), never held.

    A paper that must be digitized but is on no list is known from its procedure only, and never stands in by itself.
    """
    listed = _uses().get((procedure_code, "component", component.code))
    if listed is not None or component.presented_only or not component.digitization_required:
        return listed
    return PaperUse(PaperKind(f"{procedure_code}/{component.code}", component.name, component.name), about_holder=False)


def use_of_result(procedure_code: str, result_type: str | None) -> PaperUse | None:
    """Return which paper a result is; None: one that nobody will be asked for later."""
    uses = _uses()
    return uses.get((procedure_code, "result", result_type or "")) or uses.get((procedure_code, "result", ""))


def held_components(
    procedure_code: str, components: Iterable[Component], held_kinds: Mapping[str, str]
) -> dict[str, str]:
    """Return by component the code of the held paper that stands in for it; `held_kinds` gives codes by kind."""
    found = {}
    for component in components:
        use = use_of_component(procedure_code, component)
        if use is not None and use.about_holder and use.kind.code in held_kinds:
            found[component.code] = held_kinds[use.kind.code]
    return found


def presented_only_faults(
    components: Iterable[Component], *, component_code: str | None, file_name: str, field: str = "component_code"
) -> list[Refusal]:
    """Return why a file may not be kept: its component is only shown (an identity card), or its name says it is one.

    TT 01/2023/TT-VPCP: presented, not copied. Code `paper_presented_only` with the paper's `name`.
    """
    for component in components:
        if component.code == component_code and component.presented_only:
            return [Refusal("paper_presented_only", field, {"name": component.name})]
    return [
        Refusal("paper_presented_only", "name", {"name": kind.vi})
        for kind in paper_kinds().values()
        if kind.presented_only and names_paper(file_name, kind.file_names)
    ]
