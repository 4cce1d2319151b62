"""Scanned paper: what a sheet is, how a stack of sheets becomes papers, which states a scan goes through. Pure.

A batch is what a scanning station sends at once. Its sheets are cut into pieces, one for each paper; recognition gives
a piece its text; a clerk says which paper of the dossier it is and confirms what was read (domain: số hóa, TT 01/2023).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.errors import InvalidInput, Refusal
from app.domain.identifiers import DossierCode

SEPARATOR_PREFIX = "motcua:sep:1"
"""What our separator sheets' QR begins with; the number is the version of the payload."""
_COMPONENT = re.compile(r"[A-Z0-9._-]{1,64}", re.ASCII)


class BatchState(StrEnum):
    """Where a batch stands. `not_digitized`: cut and kept, but no page was read; `partly_failed`: some were not.

    `quarantined`: the virus check named something in one of its files; nothing else of it is kept.
    """

    RECEIVED = "received"
    PROCESSING = "processing"
    PROCESSED = "processed"
    PARTLY_FAILED = "partly_failed"
    NOT_DIGITIZED = "not_digitized"
    FAILED = "failed"
    QUARANTINED = "quarantined"

    @property
    def is_retryable(self) -> bool:
        return self in {BatchState.PARTLY_FAILED, BatchState.NOT_DIGITIZED, BatchState.FAILED}


class PageKind(StrEnum):
    """What a sheet's side turned out to be; blanks and separators belong to no piece, failed ones to theirs."""

    CONTENT = "content"
    BLANK = "blank"
    SEPARATOR = "separator"
    FAILED = "failed"


class Recognition(StrEnum):
    """What became of reading a piece. `unavailable`: the programs that read are not installed here.

    `removed`: it was read, and what was read went with the discarded paper.
    """

    WAITING = "waiting"
    DONE = "done"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"
    REMOVED = "removed"


class PieceState(StrEnum):
    """Where a piece stands in people's hands; `confirmed` ones are documents of the dossier."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    SIGNED = "signed"
    DISCARDED = "discarded"


class Cut(StrEnum):
    """Where a batch is cut. Without a choice: at separators if it has any, else at blank sides."""

    SEPARATORS_OR_BLANKS = "separators_or_blanks"
    SEPARATORS = "separators"
    NOWHERE = "nowhere"


class MatchedBy(StrEnum):
    """Who said which component of the dossier a piece is."""

    SEPARATOR = "separator"
    TEXT = "text"
    CLERK = "clerk"


@dataclass(frozen=True, slots=True)
class Separator:
    """What a separator sheet says: the next sheets are this component of this dossier.

    Without a component: another paper of the dossier begins. No personal data: the sheet may lie about.
    """

    dossier_code: str
    component_code: str | None = None

    @property
    def payload(self) -> str:
        """The text of its QR code."""
        return f"{SEPARATOR_PREFIX}:{self.dossier_code}:{self.component_code or ''}"


def read_separator(payload: str) -> Separator | None:
    """Return what a QR code says if it is one of our separators; None for every other code on a paper."""
    prefix, _, rest = payload.rpartition(f"{SEPARATOR_PREFIX}:")
    if prefix or not rest:
        return None
    code, _, component = rest.partition(":")
    try:
        dossier_code = str(DossierCode.parse(code))
    except InvalidInput:
        return None
    if component and _COMPONENT.fullmatch(component) is None:
        return None
    return Separator(dossier_code, component or None)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a sheet as it was seen; `number` counts from 1 through the batch."""

    number: int
    kind: PageKind
    separator: Separator | None = None


@dataclass(frozen=True, slots=True)
class Cutting:
    """The sides of one paper, and what the separator in front of them said."""

    sides: tuple[int, ...]
    separator: Separator | None = None


@dataclass(slots=True)
class _Stack:
    separator: Separator | None = None
    sides: list[int] = field(default_factory=list)


def cut(sides: Iterable[Side], how: Cut = Cut.SEPARATORS_OR_BLANKS) -> list[Cutting]:
    """Return the papers of a batch in order; blank sides and separators are in none of them.

    A scanner that reads both sides sees a blank behind many a sheet, so blanks cut only a batch without separators.
    What a separator says holds until the next one. A side that failed stays with its paper: nothing is lost in silence.
    """
    seen = list(sides)
    at_separators = how is not Cut.NOWHERE
    at_blanks = how is Cut.SEPARATORS_OR_BLANKS and not any(side.kind is PageKind.SEPARATOR for side in seen)
    stacks = [_Stack()]
    for side in seen:
        if side.kind is PageKind.SEPARATOR:
            if at_separators:
                stacks.append(_Stack(side.separator))
        elif side.kind is PageKind.BLANK:
            if at_blanks:
                stacks.append(_Stack())
        else:
            stacks[-1].sides.append(side.number)
    return [Cutting(tuple(stack.sides), stack.separator) for stack in stacks if stack.sides]


def ending_of(recognitions: Sequence[Recognition], *, failed_sides: int) -> BatchState:
    """Return the state of a batch whose pieces all had their turn."""
    if not recognitions:
        return BatchState.FAILED if failed_sides else BatchState.PROCESSED
    if all(found is Recognition.UNAVAILABLE for found in recognitions):
        return BatchState.NOT_DIGITIZED
    if all(found is Recognition.FAILED for found in recognitions):
        return BatchState.FAILED
    if failed_sides or any(found is not Recognition.DONE for found in recognitions):
        return BatchState.PARTLY_FAILED
    return BatchState.PROCESSED


@dataclass(frozen=True, slots=True)
class PieceSituation:
    """What must be known of a piece before a clerk's act on it."""

    state: PieceState
    recognition: Recognition
    failed_sides: int = 0
    has_dossier: bool = False
    component_code: str | None = None
    is_presented_only: bool = False
    """It reads like a paper that is looked at and never kept (an identity card)."""
    is_withdrawn: bool = False
    """Its picture is the one of a paper that was withdrawn: it is not kept again."""


def ensure_may_confirm(piece: PieceSituation) -> list[Refusal]:
    """Return every reason why the piece cannot become a document of its dossier; empty if it can.

    Codes: `scan_piece_closed`, `scan_piece_waiting`, `scan_piece_presented_only`, `scan_piece_incomplete`,
    `content_withdrawn`, `scan_piece_unassigned`. A piece that could not be read for want of the programs may be
    confirmed: it stays a picture, and is told as not digitized.
    """
    refusals = []
    if piece.state is not PieceState.OPEN:
        refusals.append(Refusal("scan_piece_closed", params={"state": piece.state.value}))
    if piece.recognition is Recognition.WAITING:
        refusals.append(Refusal("scan_piece_waiting"))
    if piece.is_presented_only:
        refusals.append(Refusal("scan_piece_presented_only"))
    if piece.is_withdrawn:
        refusals.append(Refusal("content_withdrawn"))
    elif piece.failed_sides or piece.recognition is Recognition.FAILED:
        refusals.append(Refusal("scan_piece_incomplete", params={"pages": piece.failed_sides}))
    if not piece.has_dossier or piece.component_code is None:
        refusals.append(Refusal("scan_piece_unassigned", "component_code"))
    return refusals
