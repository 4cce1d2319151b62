"""Never ask twice: which papers the State holds already or can read from data, and when asking anyway is refused.

NQ 66.7/2025/NQ-CP: a component that data replaces is not demanded on paper. NĐ 118/2025/NĐ-CP Điều 5: no demand beyond
what is needed. Pure; the papers themselves are rows of the vault.
"""

import calendar
import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import Any

from app.domain.errors import ParamValue, Refusal
from app.domain.procedures import Component, ComponentSource, SubmittedComponent, unknown_components
from app.domain.search_text import tokens

_MONTHS = 12


class PaperStatus(StrEnum):
    """How a held paper stands on a day: `NOT_YET` and `EXPIRED` follow from its days, the others somebody said."""

    VALID = "valid"
    NOT_YET = "not_yet_in_force"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REVOKED = "revoked"


class PaperSource(StrEnum):
    """Where a component comes from that was not asked for."""

    VAULT = "vault"
    """The papers this system holds."""
    NATIONAL_STORE = "national_store"
    """Kho dữ liệu điện tử of the person at the national portal (Kho DMQG)."""
    DATABASE = "database"
    """A national or specialised database, as data (NQ 66.7/2025)."""


class Available(StrEnum):
    """Why a component need not be asked for."""

    HELD = "held"
    DATA = "data"


@dataclasses.dataclass(frozen=True, slots=True)
class Obtainable:
    """A component that need not be asked for; `held_paper` is the code of the paper held, if it is one."""

    component: str
    available: Available
    held_paper: str | None = None
    name: str = ""

    @property
    def refusal_code(self) -> str:
        return "component_held" if self.available is Available.HELD else "component_obtainable"

    @property
    def params(self) -> Mapping[str, ParamValue]:
        named = {"component": self.component, "name": self.name or self.component}
        return named if self.held_paper is None else {**named, "held_paper": self.held_paper}


def status_on(
    status: str, *, valid_from: dt.date | None = None, valid_until: dt.date | None, day: dt.date
) -> PaperStatus:
    """Return how a paper stands on `day`; `valid_from` and `valid_until` are first and last day on which it counts."""
    said = PaperStatus(status)
    if said is PaperStatus.VALID and valid_from is not None and day < valid_from:
        return PaperStatus.NOT_YET
    if said is PaperStatus.VALID and valid_until is not None and valid_until < day:
        return PaperStatus.EXPIRED
    return said


def last_valid_day(issued_on: dt.date, months: int) -> dt.date:
    """Return the last day of a validity of so many months: the same day of a later month, or its last one."""
    year, month = divmod(issued_on.year * _MONTHS + issued_on.month - 1 + months, _MONTHS)
    days = calendar.monthrange(year, month + 1)[1]
    return issued_on.replace(year=year, month=month + 1, day=min(issued_on.day, days))


def obtainable_components(components: Iterable[Component], held: Mapping[str, str]) -> dict[str, Obtainable]:
    """Return by code the components that need not be asked for; `held` gives the code of the paper held for one.

    A paper that is only presented is never kept, so nothing stands in for seeing it.
    """
    found = {}
    for component in components:
        if component.presented_only:
            continue
        if component.code in held:
            found[component.code] = Obtainable(component.code, Available.HELD, held[component.code], component.name)
        elif component.data_satisfiable:
            found[component.code] = Obtainable(component.code, Available.DATA, name=component.name)
    return found


def split_missing(
    missing: Iterable[Refusal], obtainable: Mapping[str, Obtainable], *, field: str = "components"
) -> tuple[list[Refusal], list[Refusal]]:
    """Return what of `missing` is to be demanded, and what is not, as notices that name where it is to be had."""
    demanded, spared = [], []
    for fault in missing:
        found = obtainable.get(str(fault.params["component"]))
        if found is None:
            demanded.append(fault)
        else:
            spared.append(Refusal(found.refusal_code, field, found.params))
    return demanded, spared


def brought_needlessly(
    obtainable: Mapping[str, Obtainable], brought: Iterable[SubmittedComponent], *, field: str = "components"
) -> list[Refusal]:
    """Return a notice for each paper taken from the applicant that nobody had to ask for."""
    return [
        Refusal(obtainable[piece.code].refusal_code, field, obtainable[piece.code].params)
        for piece in brought
        if piece.source is ComponentSource.PAPER and piece.code in obtainable
    ]


def check_brought(listed: Sequence[Component], brought: Sequence[SubmittedComponent]) -> list[Refusal]:
    """Return what is wrong with papers brought later: not of the procedure, named twice, no data, or without a piece.

    Codes: those of `unknown_components`, and `component_empty`.
    """
    names = {component.code: component.name for component in listed}
    empty = [
        Refusal("component_empty", f"components.{index}", {"component": piece.code, "name": names[piece.code]})
        for index, piece in enumerate(brought)
        if piece.source is ComponentSource.PAPER and piece.pieces == 0 and piece.code in names
    ]
    return [*unknown_components(listed, brought), *empty]


def with_brought(
    held: Iterable[SubmittedComponent], brought: Iterable[SubmittedComponent]
) -> tuple[SubmittedComponent, ...]:
    """Return each paper brought as it now stands: never fewer pieces than were handed in before, its newest source."""
    before = {piece.code: piece for piece in held}
    return tuple(
        dataclasses.replace(
            piece,
            originals=max(piece.originals, before[piece.code].originals),
            certified_copies=max(piece.certified_copies, before[piece.code].certified_copies),
            photocopies=max(piece.photocopies, before[piece.code].photocopies),
        )
        if piece.code in before
        else piece
        for piece in brought
    )


def not_brought(
    asked: Iterable[str], brought: Iterable[SubmittedComponent], listed: Iterable[Component]
) -> list[Refusal]:
    """Return a notice (`supplement_not_brought`) for each paper asked for that did not come, each once.

    A notice, no refusal: the applicant may have answered in another way.
    """
    names = {component.code: component.name for component in listed}
    came = {piece.code for piece in brought}
    return [
        Refusal("supplement_not_brought", "components", {"component": code, "name": names.get(code, code)})
        for code in dict.fromkeys(asked)
        if code not in came
    ]


def asked_again(items: Sequence[Mapping[str, Any]], obtainable: Mapping[str, Obtainable]) -> list[Obtainable]:
    """Return what a supplement request demands although it is to be had, each component once."""
    named = dict.fromkeys(item["component_code"] for item in items)
    return [obtainable[code] for code in named if code in obtainable]


def refuse_asking_again(
    items: Sequence[Mapping[str, Any]], obtainable: Mapping[str, Obtainable], *, reason_given: bool
) -> list[Refusal]:
    """Return a refusal for each item that demands what is to be had, unless somebody signs a reason for it."""
    if reason_given:
        return []
    return [
        Refusal(found.refusal_code, f"items.{index}.component_code", found.params)
        for index, item in enumerate(items)
        if (found := obtainable.get(item["component_code"])) is not None
    ]


class Reused(IntEnum):
    """DuocTaiSuDung of the national message: 0 no, 1 from the office's own store, 2 from elsewhere [our reading]."""

    NO = 0
    OWN_STORE = 1
    ELSEWHERE = 2


@dataclasses.dataclass(frozen=True, slots=True)
class NationalFlags:
    """The flags of one component in the national message (`TaiLieuNop`); a missing flag is a lost point."""

    digitized: bool
    """DuocSoHoa"""
    reused: Reused
    """DuocTaiSuDung"""
    from_national_store: bool
    """DuocLayTuKhoDMQG"""
    replaced_by: str | None
    """MaKetQuaThayThe: the code of the paper that has taken the place of this one."""


def national_flags(*, digitized: bool, source: PaperSource | None, replaced_by: str | None = None) -> NationalFlags:
    """Return the flags of a component; `source` None: the applicant brought it.

    What is reused from the vault was digitized once and counts so; data has no scan of its own.
    """
    reused = {None: Reused.NO, PaperSource.VAULT: Reused.OWN_STORE}.get(source, Reused.ELSEWHERE)
    return NationalFlags(
        digitized=digitized or source is PaperSource.VAULT,
        reused=reused,
        from_national_store=source is PaperSource.NATIONAL_STORE,
        replaced_by=replaced_by,
    )


# What people put into the name of a file besides the name of the paper.
_SIDE_WORDS = frozenset(
    {"ban", "anh", "chup", "scan", "mat", "truoc", "sau", "cua", "toi", "file", "img", "image", "photo", "jpg", "jpeg",
     "png", "pdf", "heic", "tif", "tiff", "copy", "front", "back"}
)  # fmt: skip


def names_paper(file_name: str, names: Iterable[str]) -> bool:
    """Tell whether a file's name says nothing but one of the papers `names` (accents, numbers, sides ignored)."""
    words = tuple(word for word in tokens(file_name) if word not in _SIDE_WORDS and not word.isdigit())
    return bool(words) and any(words == tokens(name) for name in names)
