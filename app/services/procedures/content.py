"""What a version demands, as the use cases of dossiers need it, read once and then kept in memory.

A published version never changes, so its content is never read twice; drafts are not kept.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.deadline_terms import Limit, LimitUnit
from app.domain.errors import NotFound, Refusal
from app.domain.fees import Fee, FeeStep, FeeUnit
from app.domain.identifiers import normalize_procedure_code
from app.domain.procedures import Channel, ChannelTerm, Component, Confidence, ServiceLevel
from app.services.procedures import queries

EVERY_CASE = ""
"""The case variant of terms and components that hold whatever the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVariant:
    """A case of the procedure (TRUONGHOP); `requires` are codes of components it demands besides the required ones."""

    code: str
    name: str
    requires: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentContent(Component):
    """A component of every case, or of `case_variant` only."""

    case_variant: str = EVERY_CASE
    confidence: Confidence = Confidence.UNVERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class TermContent(ChannelTerm):
    """The limits on a channel; `promised` is what the receipt prints."""

    case_variant: str = EVERY_CASE


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeContent:
    """A fee on a channel. No fee at all means not known, an amount of 0 means free."""

    channel: Channel
    code: str
    fee: Fee
    confidence: Confidence = Confidence.UNVERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultType:
    """What the applicant gets; `code` is the national one (`KQ.G15.000032`) where it is known."""

    code: str | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionContent:
    """One version of a procedure, whole. `field` is the procedure's at the time of reading."""

    version_id: int
    procedure_id: int
    code: str
    version: int
    name: str
    field: str
    level: ServiceLevel | None
    competent_level: str | None
    processing_system: str
    fee_set_by_council: bool
    components: tuple[ComponentContent, ...]
    terms: Mapping[tuple[str, Channel], TermContent]
    fees: tuple[FeeContent, ...]
    case_variants: tuple[CaseVariant, ...]
    result_types: tuple[ResultType, ...]

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels on which a dossier can be filed: those with a term."""
        return frozenset(channel for _, channel in self.terms)

    def has_case(self, case_variant: str) -> bool:
        """Tell whether the procedure knows the case; no case (`""`) is always known."""
        return case_variant == EVERY_CASE or any(case.code == case_variant for case in self.case_variants)

    def term(self, channel: Channel, case_variant: str = EVERY_CASE) -> TermContent | None:
        """Return the term of the case on the channel, else that of every case; None: the channel is not offered."""
        return self.terms.get((case_variant, channel)) or self.terms.get((EVERY_CASE, channel))

    def components_for(self, case_variant: str = EVERY_CASE) -> tuple[ComponentContent, ...]:
        """Return the components of a case in order; those the case demands are required."""
        demanded = {code for case in self.case_variants if case.code == case_variant for code in case.requires}
        return tuple(
            replace(component, required=True) if component.code in demanded else component
            for component in self.components
            if component.case_variant in (EVERY_CASE, case_variant)
        )

    def fees_for(self, channel: Channel) -> tuple[Fee, ...]:
        return tuple(item.fee for item in self.fees if item.channel is channel)


# Ids repeat from one database to the next, so each engine has its own shelf.
_kept: WeakKeyDictionary[Engine, dict[int, VersionContent]] = WeakKeyDictionary()


async def version_content(connection: AsyncConnection, version_id: int) -> VersionContent:
    """Return the content of a version: from memory, else in one round trip. NotFound `procedure_version_unknown`."""
    shelf = _shelf(connection)
    kept = shelf.get(version_id)
    if kept is not None:
        return kept
    row = await queries.content_document(connection, version_id)
    if row is None:
        raise NotFound(Refusal("procedure_version_unknown", params={"version": version_id}))
    content = content_of(from_json(row.document), version_id=row.id, procedure_id=row.procedure_id)
    if row.status != "draft":
        shelf[version_id] = content
    return content


async def version_in_force(connection: AsyncConnection, code: str, on_date: dt.date) -> VersionContent | None:
    """Return the content in force on a local date (one round trip, a second the first time); None if there is none.

    `code` may have the old long form; InvalidInput `procedure_code_malformed`.
    """
    version_id = await queries.version_id_in_force(connection, normalize_procedure_code(code), on_date)
    return None if version_id is None else await version_content(connection, version_id)


def content_of(document: Mapping[str, Any], *, version_id: int, procedure_id: int) -> VersionContent:
    """Read the document that the database makes of a version."""
    terms = [_term(item) for item in document["terms"]]
    return VersionContent(
        version_id=version_id,
        procedure_id=procedure_id,
        code=document["code"],
        version=document["version"],
        name=document["name"],
        field=document["field"],
        level=None if document["level"] is None else ServiceLevel(document["level"]),
        competent_level=document["competent_level"],
        processing_system=document["processing_system"],
        fee_set_by_council=document["fee_set_by_council"],
        components=tuple(_component(item) for item in document["components"]),
        terms={(term.case_variant, term.channel): term for term in terms},
        fees=tuple(_fee(item) for item in document["fees"]),
        case_variants=tuple(
            CaseVariant(code=item["code"], name=item["name"], requires=frozenset(item["requires"]))
            for item in document["case_variants"]
        ),
        result_types=tuple(ResultType(code=item["code"], name=item["name"]) for item in document["result_types"]),
    )


def _shelf(connection: AsyncConnection) -> dict[int, VersionContent]:
    engine = connection.sync_connection.engine if connection.sync_connection is not None else None
    if engine is None:
        return {}
    return _kept.setdefault(engine, {})


def _component(item: Mapping[str, Any]) -> ComponentContent:
    return ComponentContent(
        code=item["code"],
        name=item["name"],
        originals=item["originals"],
        copies=item["copies"],
        required=item["required"],
        presented_only=item["presented_only"],
        digitization_required=item["digitization_required"],
        data_satisfiable=item["data_satisfiable"],
        case_variant=item["case_variant"],
        confidence=Confidence(item["confidence"]),
    )


def _term(item: Mapping[str, Any]) -> TermContent:
    return TermContent(
        channel=Channel(item["channel"]),
        statutory=_limit(item["statutory"]),
        committed=_limit(item["committed"]),
        verification=None if item["verification"] is None else _limit(item["verification"]),
        case_variant=item["case_variant"],
        confidence=Confidence(item["confidence"]),
    )


def _limit(item: Mapping[str, Any]) -> Limit:
    return Limit(item["value"], LimitUnit(item["unit"]))


def _fee(item: Mapping[str, Any]) -> FeeContent:
    fee = Fee(
        item["amount_vnd"],
        FeeUnit(item["per"]),
        item["name"],
        tuple(FeeStep(step["from_quantity"], step["amount_vnd"]) for step in item["later_steps"]),
        item["cap_vnd"],
    )
    return FeeContent(
        channel=Channel(item["channel"]), code=item["code"], fee=fee, confidence=Confidence(item["confidence"])
    )
