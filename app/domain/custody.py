"""Originals in the house's care: their barcodes, and which hand-overs fit. Pure.

An original lies somewhere, is on its way, or has gone home. Who gives must hold; who receives confirms; a paper has one
way and no two.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Refusal

_PREFIX = "GT-"
_BARCODE = re.compile(r"GT-(\d{9})(\d)", re.ASCII)
_LARGEST = 999_999_999


class Place(StrEnum):
    """Where an original can be."""

    COUNTER = "counter"
    OFFICE = "office"
    POST = "post"
    CITIZEN = "citizen"

    @property
    def is_in_house(self) -> bool:
        return self in {Place.COUNTER, Place.OFFICE}


class Move(StrEnum):
    """What can happen to an original; see `app.models.custody.OriginalMove`."""

    TAKEN_IN = "taken_in"
    GIVEN = "given"
    RECEIVED = "received"
    TAKEN_BACK = "taken_back"
    POSTED = "posted"
    RETURNED = "returned"


class Holding(StrEnum):
    """What a unit has to do with an original that is not home yet."""

    HELD = "held"
    """It lies there."""
    AWAITED = "awaited"
    """It is on its way there, and waits for somebody to confirm it."""
    SENT = "sent"
    """The unit gave it away, and nobody has confirmed it."""


LYING = frozenset({Move.TAKEN_IN, Move.RECEIVED, Move.TAKEN_BACK})
ON_ITS_WAY = frozenset({Move.GIVEN, Move.POSTED})


def barcode(number: int) -> str:
    """Return the text of the barcode for a number of 1 to 999,999,999: `GT-0000000018`, the last digit a check.

    The check digit (Luhn, ISO/IEC 7812-1) finds every single wrong digit and nearly every swap when it is typed.
    """
    if not 1 <= number <= _LARGEST:
        raise ValueError(number)
    digits = f"{number:09d}"
    return f"{_PREFIX}{digits}{_check_digit(digits)}"


def read_barcode(text: str) -> str | None:
    """Return what was scanned or typed in its one form; None for what is no barcode of an original."""
    found = _BARCODE.fullmatch(text.strip().upper())
    if found is None or _check_digit(found[1]) != int(found[2]):
        return None
    return found[0]


def _check_digit(digits: str) -> int:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of the two digits of the product
    return -total % 10


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an original is by its last move. `hand_over` is the batch it came or goes with."""

    dossier_id: int
    move: Move
    place: Place
    unit_id: int | None
    account_id: int | None
    hand_over: int | None

    @property
    def is_lying(self) -> bool:
        return self.move in LYING


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a batch is to go; for the citizen no unit."""

    place: Place
    unit_id: int | None = None
    account_id: int | None = None


def read_batch(scanned: Sequence[str]) -> tuple[list[str], list[Refusal]]:
    """Return the barcodes of a batch in order, and a refusal for each that is none or was scanned twice."""
    read, faults = [], []
    for index, text in enumerate(scanned):
        found = read_barcode(text)
        if found is None:
            faults.append(Refusal("barcode_malformed", f"barcodes.{index}"))
        else:
            read.append(found)
    twice = [code for code, times in Counter(read).items() if times > 1]
    faults += [Refusal("original_repeated", "barcodes", {"barcode": code}) for code in twice]
    return read, faults


def give_faults(
    barcodes: Sequence[str],
    found: Mapping[str, Whereabouts],
    destination: Destination,
    *,
    units_of_giver: frozenset[int],
) -> list[Refusal]:
    """Return why the batch cannot be given, paper by paper: unknown, gone, on its way, held elsewhere, there already.

    `units_of_giver` are those units among the holders for which the giver may act.
    """
    faults = []
    for code in barcodes:
        where = found.get(code)
        if where is None:
            faults.append(_fault("original_unknown", code))
        elif not where.is_lying:
            faults.append(_fault(_not_lying(where.move), code))
        elif where.unit_id not in units_of_giver:
            faults.append(_fault("original_held_elsewhere", code))
        elif destination == Destination(where.place, where.unit_id, where.account_id):
            faults.append(_fault("original_there_already", code))
    dossiers = {where.dossier_id for where in found.values()}
    if not faults and destination.unit_id is None and len(dossiers) > 1:
        # What goes home goes to one person, against one proof.
        faults.append(Refusal("originals_of_several_dossiers", "barcodes"))
    return faults


def receive_faults(barcodes: Sequence[str], found: Mapping[str, Whereabouts], *, hand_over: int) -> list[Refusal]:
    """Return why papers cannot be received (or taken back) from this batch: not in it, or not on their way with it."""
    faults = []
    for code in barcodes:
        where = found.get(code)
        if where is None or where.hand_over != hand_over:
            faults.append(_fault("original_not_in_hand_over", code))
        elif where.move not in ON_ITS_WAY:
            faults.append(_fault("original_confirmed_already", code))
    return faults


def _not_lying(move: Move) -> str:
    return "original_returned" if move is Move.RETURNED else "original_on_its_way"


def _fault(code: str, barcode_text: str) -> Refusal:
    return Refusal(code, "barcodes", {"barcode": barcode_text})
