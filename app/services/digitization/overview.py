"""What of a dossier must be digitized, what is, by whom; and its part in the national indicator 4.2."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.digitization import PieceState, Recognition
from app.domain.permissions import Actor, Permission
from app.domain.procedures import ComponentSource
from app.services.digitization import queries
from app.services.dossiers.recording.record import seen_dossier
from app.services.procedures.content import ComponentContent, version_content


class DigitizationStatus(StrEnum):
    """How far a component is. `kept_as_picture`: scanned, but nobody could read it; `not_scanned`: held elsewhere."""

    SIGNED = "signed"
    DIGITIZED = "digitized"
    KEPT_AS_PICTURE = "kept_as_picture"
    IN_WORK = "in_work"
    NOT_SCANNED = "not_scanned"
    MISSING = "missing"
    NOT_HANDED_IN = "not_handed_in"


_DONE = frozenset({DigitizationStatus.SIGNED, DigitizationStatus.DIGITIZED, DigitizationStatus.NOT_SCANNED})


@dataclass(frozen=True, slots=True)
class ComponentDigitization:
    component: ComponentContent
    source: str | None
    status: DigitizationStatus
    piece: Any | None
    """The piece that the status is about: the most advanced one."""

    @property
    def is_outstanding(self) -> bool:
        """Tell whether the paper was handed in, must be digitized, and is not."""
        return (
            self.component.digitization_required
            and self.status not in _DONE
            and self.status is not DigitizationStatus.NOT_HANDED_IN
        )


@dataclass(frozen=True, slots=True)
class DossierDigitization:
    dossier_code: str
    components: tuple[ComponentDigitization, ...]
    has_digitized_component: bool
    has_result_file: bool


async def dossier_digitization(connection: AsyncConnection, actor: Actor, code: str) -> DossierDigitization:
    """Return what is digitized of the dossier's checklist; papers that are only presented are never scanned."""
    dossier = await seen_dossier(connection, actor, code, Permission.DOSSIERS_READ)
    content = await version_content(connection, dossier.procedure_version_id)
    handed_in = {row.code: row for row in await queries.components_of_dossier(connection, dossier.id)}
    pieces = await queries.pieces_of_dossier(connection, dossier.id)
    components = tuple(
        _component(component, handed_in.get(component.code), [p for p in pieces if p.component_code == component.code])
        for component in content.components_for(dossier.case_variant)
        if not component.presented_only
    )
    return DossierDigitization(
        dossier_code=dossier.code,
        components=components,
        has_digitized_component=any(
            found.status in (DigitizationStatus.SIGNED, DigitizationStatus.DIGITIZED) for found in components
        ),
        has_result_file=await queries.has_published_result(connection, dossier.id),
    )


def _component(component: ComponentContent, handed_in: Any | None, pieces: Sequence[Any]) -> ComponentDigitization:
    source = None if handed_in is None else handed_in.source
    ranked = sorted(
        ((_status_of(piece), piece) for piece in pieces), key=lambda found: list(DigitizationStatus).index(found[0])
    )
    if ranked:
        return ComponentDigitization(component, source, *ranked[0])
    if handed_in is None:
        return ComponentDigitization(component, source, DigitizationStatus.NOT_HANDED_IN, None)
    # What came as a file, from data or from an earlier dossier is reused, not scanned (TT 01/2023).
    on_paper = handed_in.source == ComponentSource.PAPER
    status = DigitizationStatus.MISSING if on_paper else DigitizationStatus.NOT_SCANNED
    return ComponentDigitization(component, source, status, None)


def _status_of(piece: Any) -> DigitizationStatus:
    if piece.state == PieceState.OPEN:
        return DigitizationStatus.IN_WORK
    if piece.recognition != Recognition.DONE:
        return DigitizationStatus.KEPT_AS_PICTURE
    return DigitizationStatus.SIGNED if piece.state == PieceState.SIGNED else DigitizationStatus.DIGITIZED
