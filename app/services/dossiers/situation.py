"""The facts of one dossier, typed: from a row of `queries` to what rules and answers need."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.core.db import from_json
from app.domain.errors import Refusal
from app.domain.lifecycle import DossierSituation, DossierState
from app.domain.papers import Obtainable, obtainable_components, split_missing, with_brought
from app.domain.procedures import Channel, ComponentSource, SubmittedComponent, missing_components
from app.services.deadlines.compiled import PolicyRow, read_policy
from app.services.dossiers.inputs import ComponentInput
from app.services.dossiers.view import ActionView, DossierView, ProcedureName, ReceiptView, UnitName
from app.services.procedures.content import ComponentContent, VersionContent

_INSTANTS = ("from_at", "to_at", "before_due", "after_due", "recorded_at")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of `deadline_adjustment`."""

    seq: int
    cause: str
    effect: str
    from_at: dt.datetime
    to_at: dt.datetime | None
    minutes: int
    before_due: dt.datetime
    after_due: dt.datetime
    reason: str
    legal_basis: str
    recorded_at: dt.datetime


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """One dossier's row and children, typed once."""

    row: Any
    state: DossierState
    content: VersionContent
    policy: PolicyRow
    components: tuple[SubmittedComponent, ...]
    ledger: tuple[LedgerRow, ...]
    receipt: ReceiptView | None
    held_papers: Mapping[str, str] | None = None
    """By component the codes of the applicant's papers; None: a history told later."""

    @property
    def channel(self) -> Channel:
        return Channel(self.row.channel)

    def obtainable(self, listed: Sequence[ComponentContent]) -> dict[str, Obtainable]:
        """Return what of the `listed` components need not be asked for; of a history told later nothing is judged."""
        if self.held_papers is None:
            return {}
        return obtainable_components(listed, self.held_papers)

    @property
    def situation(self) -> DossierSituation:
        """Return what the transition table asks for."""
        return self.situation_after({})

    def situation_after(self, changes: Mapping[str, Any]) -> DossierSituation:
        """Return the situation with the `changes` of an act laid over the row."""
        row = self.row

        def now(name: str) -> Any:
            return changes.get(name, getattr(row, name))

        listed = self.content.components_for(now("case_variant"))
        obtainable = self.obtainable(listed)
        missing, _ = split_missing(missing_components(listed, self.components), obtainable)
        return DossierSituation(
            state=DossierState(now("state")),
            registered_at=row.registered_at,
            accepted_at=now("accepted_at"),
            started_at=now("started_at"),
            current_due_at=now("current_due_at"),
            suspended_since=now("suspended_since"),
            last_event_at=row.last_event_at,
            supplement_requests=row.supplement_requests,
            supplement_requests_allowed=self.policy.supplement_requests_allowed,
            extensions=now("extension_count"),
            extensions_allowed=self.policy.extensions_allowed,
            missing_components=tuple(str(fault.params["component"]) for fault in missing),
            known_components=frozenset(component.code for component in listed),
            component_names={component.code: component.name for component in listed},
            obtainable=obtainable,
        )

    @property
    def listed(self) -> tuple[ComponentContent, ...]:
        """The papers of the dossier's case."""
        return tuple(self.content.components_for(self.row.case_variant))

    def still_missing(self) -> list[Refusal]:
        """Return a notice for each required paper that is neither here nor to be had without asking."""
        listed = self.listed
        return split_missing(missing_components(listed, self.components), self.obtainable(listed))[0]

    def taking_in(self, components: Iterable[ComponentInput]) -> list[dict[str, Any]]:
        """Return the rows of papers brought now, beside what was handed in before."""
        return [asdict(piece) for piece in with_brought(self.components, pieces_of(components))]

    def with_components(self, rows: Sequence[Mapping[str, Any]]) -> "DossierFacts":
        """Return the facts once the papers in `rows` are handed in as well."""
        handed_in = {piece.code: piece for piece in (*self.components, *submitted(rows))}
        return replace(self, components=tuple(handed_in.values()))

    def view(
        self,
        actions: Sequence[ActionView],
        changes: Mapping[str, Any] | None = None,
        warnings: Sequence[Refusal] = (),
    ) -> DossierView:
        """Return the answer's view of the row, with `changes` of an act laid over it."""
        row, changed = self.row, changes or {}

        def now(name: str) -> Any:
            return changed.get(name, getattr(row, name))

        return DossierView(
            code=row.code,
            state=DossierState(now("state")),
            version=now("version"),
            channel=row.channel,
            case_variant=now("case_variant"),
            procedure=ProcedureName(self.content.code, self.content.version, self.content.name),
            receiving_unit=UnitName(row.receiving_code, row.receiving_name),
            competent_unit=UnitName(row.competent_code, row.competent_name),
            summary=now("summary"),
            return_channel=now("return_channel"),
            registered_at=row.registered_at,
            accepted_at=now("accepted_at"),
            started_at=now("started_at"),
            promised_due_at=now("promised_due_at"),
            current_due_at=now("current_due_at"),
            due_provisional=now("due_provisional"),
            suspended_since=now("suspended_since"),
            resolved_at=now("resolved_at"),
            ended_at=now("ended_at"),
            returned_at=now("returned_at"),
            receipt=self.receipt and replace(self.receipt, promised_due_at=now("promised_due_at")),
            actions=actions,
            warnings=tuple(warnings),
        )


def facts_of(row: Any, content: VersionContent) -> DossierFacts:
    return DossierFacts(
        row=row,
        state=DossierState(row.state),
        content=content,
        policy=read_policy(row.policy),
        components=submitted(from_json(row.components)),
        ledger=tuple(_ledger_row(item) for item in from_json(row.ledger)),
        receipt=receipt_of(from_json(row.receipt)),
        held_papers=None if row.held_papers is None else from_json(row.held_papers),
    )


def _ledger_row(item: dict[str, Any]) -> LedgerRow:
    instants = {name: dt.datetime.fromisoformat(item[name]) for name in _INSTANTS if item[name] is not None}
    return LedgerRow(**{**item, **instants})


def pieces_of(components: Iterable[ComponentInput]) -> tuple[SubmittedComponent, ...]:
    return tuple(SubmittedComponent(**component.model_dump()) for component in components)


def submitted(rows: Sequence[Mapping[str, Any]]) -> tuple[SubmittedComponent, ...]:
    return tuple(
        SubmittedComponent(
            code=row["code"],
            originals=row["originals"],
            certified_copies=row["certified_copies"],
            photocopies=row["photocopies"],
            source=ComponentSource(row["source"]),
        )
        for row in rows
    )


def receipt_of(found: Mapping[str, Any] | None) -> ReceiptView | None:
    if found is None:
        return None
    promised = found["promised_due_at"]
    return ReceiptView(
        number=found["number"],
        lookup_secret=found.get("lookup_secret"),
        rating_token=found.get("rating_token"),
        issued_at=dt.datetime.fromisoformat(found["issued_at"]),
        promised_due_at=promised and dt.datetime.fromisoformat(promised),
    )
