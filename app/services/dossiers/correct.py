"""Put a clerk's mistake right: wrong procedure, wrong people, wrong papers, the wrong way home for the result.

The receipt with the mistake is voided and the next one issued. What stood before is kept in the correction's own row;
the log only says which parts changed. Only a wrong procedure moves dates: they are computed anew from the acceptance.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import from_json
from app.core.security import random_paper_secret, random_secret
from app.domain.deadlines import SuspensionEffect
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.papers import split_missing
from app.domain.procedures import (
    Channel,
    ComponentSource,
    SubmittedComponent,
    missing_components,
    unknown_components,
)
from app.services.deadlines.promises import deadline_after, lawful_due, promised_deadline, recorded_facts
from app.services.dossiers import inputs
from app.services.dossiers.doubles.queries import likely_double_of
from app.services.dossiers.doubles.warning import warned_of_double
from app.services.dossiers.effects import Act, Effects, settled
from app.services.dossiers.people import check_person, party_row
from app.services.dossiers.queries import applicant_of, papers_anew
from app.services.dossiers.situation import DossierFacts
from app.services.dossiers.view import ReceiptView
from app.services.dossiers.writes import people_before_correction, void_before_correction, withdraw_held_papers
from app.services.procedures.content import EVERY_CASE, VersionContent, version_in_force

_TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction writes and how the dossier is then; `another_applicant`: the person is another one."""

    effects: Effects
    facts_after: DossierFacts
    another_applicant: bool
    warnings: tuple[Refusal, ...]


async def correction_effects(
    connection: AsyncConnection, act: Act, body: inputs.Correct, *, double_within: dt.timedelta
) -> Correction:
    """Return what the correction writes and the facts as they will be; raises `InvalidInput` with every fault.

    Of another applicant or procedure it is warned of a double as a registration is.
    """
    facts = act.facts
    content = await _content(connection, act, body)
    # The cases are the procedure's own: another procedure starts without one.
    unchanged = facts.row.case_variant if content.procedure_id == facts.content.procedure_id else EVERY_CASE
    variant = unchanged if body.case_variant is None else body.case_variant
    pieces = facts.components
    if body.components is not None:
        pieces = tuple(SubmittedComponent(**component.model_dump()) for component in body.components)
    judged = replace(facts, content=content)
    another = False
    doubled: list[Refusal] = []
    if facts.held_papers is not None and (
        body.applicant is not None or content.procedure_id != facts.content.procedure_id
    ):
        former = await applicant_of(connection, facts.row.id)
        number = former.identity_number if body.applicant is None else body.applicant.identity_number
        another = number != former.identity_number
        if double_within:
            person = dict(former) if body.applicant is None else party_row("applicant", body.applicant)
            doubled = await _doubled(connection, act, content, person, double_within)
        anew = await papers_anew(
            connection,
            facts.row.id,
            identity_number=number,
            procedure_id=content.procedure_id,
            day=local_date(act.at),
        )
        judged = replace(judged, held_papers=from_json(anew.held_papers))
        if body.components is None:
            pieces = _without(pieces, frozenset(from_json(anew.stand_on_others)))
    faults, warnings = _judge(act, body, judged, variant, pieces, another=another)
    refuse_all(InvalidInput, faults)

    effects = Effects()
    if content.version_id != facts.content.version_id or variant != facts.row.case_variant:
        _move_to_procedure(act, content, variant, effects)
    if body.summary is not None:
        effects.changes["summary"] = body.summary
    if body.return_channel is not None:
        effects.changes["return_channel"] = body.return_channel.value
    if body.return_address is not None:
        effects.changes["return_address"] = body.return_address
    people = {"applicant": body.applicant, "representative": body.representative}
    rows = [party_row(role, person) for role, person in people.items() if person is not None]
    if rows:
        effects.parts["parties"] = rows
    if body.components is not None or pieces != facts.components:
        effects.parts["components"] = [asdict(piece) for piece in pieces]
    receipt = _next_receipt(act, effects.changes.get("promised_due_at", facts.row.promised_due_at))
    effects.parts["receipt"] = {
        "number": receipt.number,
        "lookup_secret": receipt.lookup_secret,
        "rating_token": receipt.rating_token,
        "issued_at": receipt.issued_at,
        "issued_by": act.actor.account_id,
        "promised_due_at": receipt.promised_due_at,
    }
    before = orjson.loads(await people_before_correction(connection, dossier_id=facts.row.id))
    effects.parts["correction"] = {
        "seq": act.seq,
        "reason": body.reason,
        "before": {
            **before,
            "procedure": facts.content.code,
            "procedure_version": facts.content.version,
            "summary": facts.row.summary,
            "promised_due_at": facts.row.promised_due_at,
        },
        "after": body.model_dump(mode="json", exclude={"action", "reason"}, exclude_none=True),
        "corrected_at": act.at,
        "corrected_by": act.actor.account_id,
    }
    effects.data |= {
        "corrected": sorted(body.model_dump(exclude={"action", "reason"}, exclude_none=True)),
        "procedure": content.code,
        "procedure_version": content.version,
        "receipt": receipt.number,
        "promised_due_at": receipt.promised_due_at,
    }
    after = replace(judged, components=pieces, receipt=receipt)
    return Correction(effects, after, another_applicant=another, warnings=(*warnings, *doubled))


async def _doubled(
    connection: AsyncConnection, act: Act, content: VersionContent, person: Mapping[str, Any], within: dt.timedelta
) -> list[Refusal]:
    row = act.facts.row
    found = await likely_double_of(
        connection,
        row.id,
        unit_id=row.receiving_unit_id,
        procedure_id=content.procedure_id,
        person=person,
        since=row.registered_at - within,
    )
    return warned_of_double(act.actor, found, receiving_path=row.receiving_path)


async def write_correction_before(
    connection: AsyncConnection, act: Act, body: inputs.Correct, correction: Correction
) -> None:
    """Void the receipt and drop the papers listed wrongly, before the statement that writes them anew.

    What the dossier put into the vault for somebody who is not its applicant counts no more.
    """
    await void_before_correction(
        connection,
        dossier_id=act.facts.row.id,
        now=act.at,
        reason=body.reason,
        replace_components="components" in correction.effects.parts,
    )
    if correction.another_applicant:
        await withdraw_held_papers(connection, dossier_id=act.facts.row.id, by=act.actor.account_id, now=act.at)


def _without(pieces: Iterable[SubmittedComponent], codes: frozenset[str]) -> tuple[SubmittedComponent, ...]:
    """Return the pieces without what was only taken from the vault; what was handed in as well is paper again."""
    return tuple(
        replace(piece, source=ComponentSource.PAPER) if piece.code in codes else piece
        for piece in pieces
        if piece.code not in codes or piece.pieces
    )


async def _content(connection: AsyncConnection, act: Act, body: inputs.Correct) -> VersionContent:
    if body.procedure_code is None:
        return act.facts.content
    day = local_date(act.facts.row.accepted_at or act.at)
    content = await version_in_force(connection, body.procedure_code, day)
    if content is None:
        raise InvalidInput(Refusal("procedure_unknown", "procedure_code", {"code": body.procedure_code}))
    return content


def _judge(
    act: Act,
    body: inputs.Correct,
    judged: DossierFacts,
    variant: str,
    pieces: tuple[SubmittedComponent, ...],
    *,
    another: bool,
) -> tuple[list[Refusal], list[Refusal]]:
    """Return (faults, warnings) of the dossier as it would be, as of a registration."""
    content = judged.content
    faults: list[Refusal] = []
    warnings: list[Refusal] = []
    for role, person in (("applicant", body.applicant), ("representative", body.representative)):
        if person is not None:
            of_person = check_person(person, role, now=act.at)
            faults += of_person[0]
            warnings += of_person[1]
    if body.return_channel is Channel.POSTAL and body.return_address is None:
        faults.append(Refusal("return_address_missing", "return_address"))
    if not content.has_case(variant):
        faults.append(Refusal("case_variant_unknown", "case_variant", {"case_variant": variant}))
    if content.term(act.facts.channel, variant) is None:
        faults.append(Refusal("channel_not_offered", "procedure_code", {"channel": act.facts.row.channel}))
    if content.procedure_id != act.facts.content.procedure_id and body.components is None and act.facts.components:
        # Each procedure numbers its papers for itself: kept as they are, they would turn into others.
        faults.append(Refusal("components_of_other_procedure", "components", {"procedure": content.code}))
    elif another or any(part is not None for part in (body.components, body.procedure_code, body.case_variant)):
        listed = content.components_for(variant)
        faults += unknown_components(listed, pieces)
        missing, spared = split_missing(missing_components(listed, pieces), judged.obtainable(listed))
        warnings += spared
        if act.facts.row.accepted_at is not None:
            faults += missing
        else:
            warnings += missing
    return faults, warnings


def _move_to_procedure(act: Act, content: VersionContent, variant: str, effects: Effects) -> None:
    """Change procedure or case; after acceptance promise and due date are computed anew from the acceptance."""
    facts, row = act.facts, act.facts.row
    effects.changes |= {
        "procedure_id": content.procedure_id,
        "procedure_version_id": content.version_id,
        "case_variant": variant,
    }
    term = content.term(facts.channel, variant)
    if row.accepted_at is None or term is None:
        return
    promised = settled(promised_deadline(act.compiled, facts.policy, term.promised, row.accepted_at))
    lawful = lawful_due(act.compiled, facts.policy, term.statutory, row.accepted_at)
    suspensions, extensions = recorded_facts(facts.ledger)
    deadline = deadline_after(
        act.compiled, facts.policy, term.promised, row.accepted_at, suspensions, extensions, recomputing=True
    )
    after = settled(deadline)
    effects.changes |= {
        "promised_due_at": promised,
        "lawful_due_at": lawful,
        "current_due_at": after,
        "due_provisional": deadline.provisional,
        "limit_value": term.promised.value,
        "limit_unit": term.promised.unit.value,
        "calendar_version": act.compiled.version,
    }
    effects.data |= {
        "lawful_due_at": lawful,
        "limit": {"value": term.promised.value, "unit": term.promised.unit.value},
        "calendar_version": act.compiled.version,
    }
    effects.parts["adjustment"] = {
        "seq": act.seq,
        "cause": "correction",
        "effect": SuspensionEffect.NONE.value,
        "from_at": row.accepted_at,
        "to_at": None,
        "minutes": 0,
        "before_due": row.current_due_at,
        "after_due": after,
        "reason": f"{facts.content.code} → {content.code}",
        "legal_basis": facts.policy.legal_basis,
        "recorded_at": act.at,
        "recorded_by": act.actor.account_id,
    }


def _next_receipt(act: Act, promised_due_at: dt.datetime | None) -> ReceiptView:
    number = 1 if act.facts.receipt is None else act.facts.receipt.number + 1
    return ReceiptView(number, random_paper_secret(), random_secret(_TOKEN_BYTES), act.at, promised_due_at)
