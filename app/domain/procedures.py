"""What a procedure demands: channels, terms, components, and how well a procedure answers a search."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from app.domain.deadline_terms import Limit
from app.domain.errors import Refusal
from app.domain.search_text import fold, tokens


class Channel(StrEnum):
    """How a dossier is filed; the national `KenhThucHien` is 1 counter, 2 online, 3 postal."""

    COUNTER = "counter"
    ONLINE = "online"
    POSTAL = "postal"


class ServiceLevel(StrEnum):
    """How far a procedure can be done online (NĐ 42/2022): toàn trình, một phần, chỉ cung cấp thông tin."""

    FULL = "full"
    PARTIAL = "partial"
    INFORMATION = "information"


class Confidence(StrEnum):
    """How sure a fact is.

    `VERIFIED`: read in a public document. `SEEN_IN_PRACTICE`: a deployed system does so. `UNVERIFIED`: general
    knowledge. `COMPUTED`: derived from a rule, not announced. `DEFAULT`: our assumption where no source speaks.
    `SYNTHETIC`: invented for demonstration.
    """

    VERIFIED = "verified"
    SEEN_IN_PRACTICE = "seen_in_practice"
    UNVERIFIED = "unverified"
    COMPUTED = "computed"
    DEFAULT = "default"
    SYNTHETIC = "synthetic"


class ComponentSource(StrEnum):
    """Where a submitted component comes from: paper handed in, an uploaded file, a national database, or a copy that an
    earlier dossier or the citizen's store already holds.
    """

    PAPER = "paper"
    UPLOAD = "upload"
    DATA = "data"
    REUSED = "reused"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTerm:
    """The time a procedure has on a channel: what the law gives, and what the agency commits to when that is less.

    `verification` is the longest time when facts must be verified elsewhere.
    """

    channel: Channel
    statutory: Limit
    committed: Limit | None = None
    verification: Limit | None = None
    confidence: Confidence = Confidence.DEFAULT

    @property
    def promised(self) -> Limit:
        """The limit a receipt promises: the committed one where there is one."""
        return self.committed or self.statutory


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One paper or form of a procedure version. `originals` and `copies` are how many of each are asked for.

    `presented_only`: shown at the counter and never kept or scanned (an identity card). `data_satisfiable`: a national
    database can stand in for it, so it must not be asked for on paper (NQ 66.7/2025).
    """

    code: str
    name: str
    originals: int = 0
    copies: int = 0
    required: bool = True
    presented_only: bool = False
    digitization_required: bool = False
    data_satisfiable: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedComponent:
    """What the applicant brings for one component: numbers of pieces and where they come from."""

    code: str
    originals: int = 0
    certified_copies: int = 0
    photocopies: int = 0
    source: ComponentSource = ComponentSource.PAPER

    @property
    def pieces(self) -> int:
        return self.originals + self.certified_copies + self.photocopies


def missing_components(
    listed: Iterable[Component], submitted: Iterable[SubmittedComponent], *, field: str = "components"
) -> list[Refusal]:
    """Return a refusal for each required component that is absent or empty, in the order of the procedure.

    Papers that are only presented are not counted. Paper needs at least one piece; files, data and reused copies need
    none. Codes: `component_missing`, `component_empty`, each with `component` and `name`.
    """
    brought = {piece.code: piece for piece in submitted}
    refusals = []
    for component in listed:
        if not component.required or component.presented_only:
            continue
        found = brought.get(component.code)
        params = {"component": component.code, "name": component.name}
        if found is None:
            refusals.append(Refusal("component_missing", field, params))
        elif found.source is ComponentSource.PAPER and found.pieces == 0:
            refusals.append(Refusal("component_empty", field, params))
    return refusals


def unknown_components(
    listed: Iterable[Component], submitted: Iterable[SubmittedComponent], *, field: str = "components"
) -> list[Refusal]:
    """Return a refusal for each submitted component the procedure does not list, names twice, or cannot take as data.

    Papers outside the list may not be asked for (NĐ 118/2025 Điều 5). Codes: `component_unknown`, `component_repeated`,
    `component_not_from_data`; `field` is the JSON path of the entry.
    """
    by_code = {component.code: component for component in listed}
    seen: Counter[str] = Counter()
    refusals = []
    for index, piece in enumerate(submitted):
        component = by_code.get(piece.code)
        name = piece.code if component is None else component.name
        path, params = f"{field}.{index}.code", {"component": piece.code, "name": name}
        seen[piece.code] += 1
        if component is None:
            refusals.append(Refusal("component_unknown", path, params))
        elif piece.source is ComponentSource.DATA and not component.data_satisfiable:
            refusals.append(Refusal("component_not_from_data", f"{field}.{index}.source", params))
        if seen[piece.code] == 2:  # noqa: PLR2004 - said once, at the second mention
            refusals.append(Refusal("component_repeated", path, params))
    return refusals


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SearchDocument:
    """What of a procedure is searched."""

    code: str
    name: str
    field: str = ""
    synonyms: tuple[str, ...] = ()


def rank(query: str, document: SearchDocument) -> int:
    """Return how well `document` answers `query`, accents and case ignored; 0 when a word of the query is not found.

    6: the code itself; 5: a synonym; 4: the name; 3: a phrase of the name; 2: a phrase of a synonym; 1: all words
    anywhere, the last of which may be unfinished.
    """
    words = tokens(query)
    if not words:
        return 0
    phrase, name = fold(query), fold(document.name)
    synonyms = tuple(fold(synonym) for synonym in document.synonyms)
    if phrase == document.code:
        return 6
    if phrase in synonyms:
        return 5
    if phrase == name:
        return 4
    if phrase in name:
        return 3
    if any(phrase in synonym for synonym in synonyms):
        return 2
    return 1 if _has_all(words, tokens(" ".join((document.code, document.name, document.field, *synonyms)))) else 0


def _has_all(words: Sequence[str], found: Sequence[str]) -> bool:
    vocabulary = set(found)
    *finished, last = words
    return vocabulary.issuperset(finished) and any(word.startswith(last) for word in vocabulary)
