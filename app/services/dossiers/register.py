"""Register a dossier, with or without accepting it in the same transaction: two statements, whatever it holds.

A likely double takes a third: its warning is known only when the dossier is written.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.acts import note_act
from app.core.clock import local_date
from app.core.db import from_json
from app.core.security import random_paper_secret, random_secret
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.identifiers import DossierCode
from app.domain.lifecycle import ClockEffect, DossierAction, DossierSituation, DossierState, plan
from app.domain.papers import Obtainable, brought_needlessly, obtainable_components, split_missing
from app.domain.permissions import Actor, Permission
from app.domain.procedures import missing_components, unknown_components
from app.services.audit.idempotency import StoredAnswer
from app.services.audit.queries import store_answer
from app.services.deadlines.compiled import calendar_at, read_policy
from app.services.deadlines.promises import lawful_due, promised_deadline
from app.services.dossiers import queries
from app.services.dossiers.access import actions_now, require_action
from app.services.dossiers.doubles.warning import warned_of_double
from app.services.dossiers.inputs import RegisterDossier
from app.services.dossiers.people import check_person
from app.services.dossiers.registered_rows import Acceptance, dossier_row, events_of, party_rows
from app.services.dossiers.requests import KeyedRequest, Render, Rendered, keyed_answer, stored_answer
from app.services.dossiers.situation import pieces_of
from app.services.dossiers.view import DossierView, ProcedureName, ReceiptView, UnitName
from app.services.dossiers.writes import give_number_back, write_registration
from app.services.identity.tokens import ensure_current
from app.services.procedures.content import VersionContent, version_content

REGISTER = "register"
"""What the act is called beside those of `DossierAction`."""
_TOKEN_BYTES = 16


async def register_dossier(
    connection: AsyncConnection,
    actor: Actor,
    body: RegisterDossier,
    *,
    keyed: KeyedRequest | None,
    render: Render,
    now: dt.datetime,
    double_within: dt.timedelta = dt.timedelta(hours=24),
) -> Rendered | StoredAnswer:
    """Register (and accept, if asked) a dossier; return the rendered answer, or the stored one of the same key.

    A dossier of the same person, procedure and unit, registered `double_within` and still open, is a warning.

    Raises `InvalidInput` with every fault of the input at once, `Forbidden` outside the actor's units, `Conflict` if
    the outside code is known already. Law: NĐ 118/2025 (reception independent of boundaries inside the province).
    """
    facts = await _facts(connection, actor, body, keyed, now)
    ensure_current(actor, facts.auth_version)
    if facts.request_hash is not None:
        return stored_answer(facts)
    await _refuse_faults(connection, actor, body, facts, now)
    content = await version_content(connection, facts.procedure_version_id)
    faults, warnings = check_registration(body, content, now, held_papers=from_json(facts.held_papers))
    refuse_all(InvalidInput, faults)

    code = str(DossierCode(agency=facts.agency_code, day=local_date(now), number=facts.number))
    accepted = await _accept(connection, body, content, facts, now) if body.accept else None
    view = _view(actor, body, content, facts, code=code, now=now, accepted=accepted, warnings=warnings)
    rendered = render(view)
    written = await write_registration(
        connection,
        answer=keyed_answer(keyed, rendered),
        now=now,
        dossier=dossier_row(actor, body, content, facts, code=code, now=now, accepted=accepted),
        parties=party_rows(body),
        components=[component.model_dump(mode="json") for component in body.components],
        receipt=_receipt(view),
        alias=body.external_code,
        alias_system=actor.kind,
        events=events_of(
            actor, body, content, facts, now=now, accepted=accepted, needless=_needless(content, body, facts)
        ),
        doubles_since=now - double_within if double_within else None,
    )
    if written.dossier_id is None:
        # The same key was taken while we worked; its owner has committed by now, so its answer is there to be read.
        # Our number's row is still locked, so nobody has a later one: given back, it leaves no gap.
        await give_number_back(connection, agency_code=facts.agency_code, day=local_date(now), number=facts.number)
        again = await _facts(connection, actor, body, keyed, now)
        return stored_answer(again)
    if body.external_code is not None and not written.aliased:
        raise Conflict(Refusal("external_code_taken", "external_code", {"external_code": body.external_code}))
    note_act(REGISTER)
    if accepted is not None:
        note_act(DossierAction.ACCEPT.value)
    doubled = warned_of_double(actor, written.likely_double, receiving_path=facts.receiving_path)
    if not doubled:
        return rendered
    told = render(replace(view, warnings=(*view.warnings, *doubled)))
    if keyed is not None:
        await store_answer(
            connection,
            scope=keyed.scope,
            key=keyed.key,
            status=told.status,
            headers=told.headers,
            body=told.body.decode(),
        )
    return told


async def _facts(
    connection: AsyncConnection,
    actor: Actor,
    body: RegisterDossier,
    keyed: KeyedRequest | None,
    now: dt.datetime,
) -> Any:
    return await queries.registration_facts(
        connection,
        scope=keyed.scope if keyed else "",
        key=keyed.key if keyed else None,
        account_id=actor.account_id or 0,
        receiving_unit=body.receiving_unit,
        competent_unit=body.competent_unit or body.receiving_unit,
        supporting_unit=body.supporting_unit,
        procedure_code=body.procedure_code,
        day=local_date(now),
        external_code=body.external_code,
        identity_number=body.applicant.identity_number,
    )


async def _refuse_faults(
    connection: AsyncConnection, actor: Actor, body: RegisterDossier, facts: Any, now: dt.datetime
) -> None:
    """Raise for units and procedure that do not exist and rights that are missing; everything found is said at once."""
    faults = []
    missing = {} if facts.receiving_id is not None else {"receiving_unit": body.receiving_unit}
    if body.competent_unit is not None and facts.competent_id is None:
        missing["competent_unit"] = body.competent_unit
    if body.supporting_unit is not None and facts.supporting_id is None:
        missing["supporting_unit"] = body.supporting_unit
    if missing:
        faults += await _missing_units(connection, missing, local_date(now))
    if facts.receiving_id is not None and facts.agency_code is None:
        faults.append(Refusal("unit_without_agency_code", "receiving_unit", {"code": body.receiving_unit}))
    if body.external_code is not None and facts.external_code_ours:
        # Such a number may be given out one day; the alias would then lead to the wrong dossier.
        faults.append(Refusal("external_code_ours", "external_code", {"external_code": body.external_code}))
    if facts.procedure_version_id is None:
        code = "procedure_not_in_force" if facts.procedure_known else "procedure_unknown"
        faults.append(Refusal(code, "procedure_code", {"code": body.procedure_code}))
    if faults:
        # What does not depend on the unknown things is checked as well, so that one answer names every fault.
        content = None
        if facts.procedure_version_id is not None:
            content = await version_content(connection, facts.procedure_version_id)
        held_papers = from_json(facts.held_papers)
        raise InvalidInput(*faults, *check_registration(body, content, now, held_papers=held_papers)[0])
    if not actor.scope(Permission.DOSSIERS_SUBMIT).covers(facts.receiving_path):
        raise Forbidden(Refusal("out_of_scope", "receiving_unit"))
    if body.accept:
        require_action(
            actor,
            DossierAction.ACCEPT,
            receiving_path=facts.receiving_path,
            competent_path=facts.competent_path,
        )
    if facts.external_code_taken:
        raise Conflict(Refusal("external_code_taken", "external_code", {"external_code": body.external_code}))


async def _missing_units(connection: AsyncConnection, missing: Mapping[str, str], today: dt.date) -> list[Refusal]:
    """Return for each field why its unit is none today: closed, not yet there, or never heard of."""
    known = await queries.days_of_units(connection, list(missing.values()))
    faults = []
    for field, code in missing.items():
        begun, ended = known.get(code, (None, None))
        if begun is None:
            faults.append(Refusal("unit_unknown", field, {"code": code}))
        elif ended is not None and ended <= today:
            faults.append(Refusal("unit_closed", field, {"code": code}))
        else:
            faults.append(Refusal("unit_not_yet", field, {"code": code, "valid_from": begun.isoformat()}))
    return faults


def check_registration(
    body: RegisterDossier,
    content: VersionContent | None,
    now: dt.datetime,
    *,
    held_papers: Mapping[str, str] | None = None,
) -> tuple[list[Refusal], list[Refusal]]:
    """Return (faults, warnings) of people and papers.

    `held_papers` gives by component the codes of the applicant's papers; None: a history told later, nothing is judged.
    """
    faults, warnings = check_person(body.applicant, "applicant", now=now)
    if body.representative is not None:
        more_faults, more_warnings = check_person(body.representative, "representative", now=now)
        faults += more_faults
        warnings += more_warnings
    if body.return_channel.value == "postal" and body.return_address is None and body.applicant.address is None:
        faults.append(Refusal("return_address_missing", "return_address"))
    if content is not None:
        listed = content.components_for(body.case_variant or "")
        if not content.has_case(body.case_variant or ""):
            faults.append(Refusal("case_variant_unknown", "case_variant", {"case_variant": body.case_variant}))
        if content.term(body.channel, body.case_variant or "") is None:
            faults.append(Refusal("channel_not_offered", "channel", {"channel": body.channel.value}))
        pieces = pieces_of(body.components)
        faults += unknown_components(listed, pieces)
        # Somebody filing from home may complete the papers later; who accepts at the counter has them in hand.
        missing = missing_components(listed, pieces)
        if held_papers is not None:
            obtainable = _obtainable(content, body, held_papers)
            missing, spared = split_missing(missing, obtainable)
            warnings += spared + brought_needlessly(obtainable, pieces)
        if body.accept:
            faults += missing
        else:
            warnings += missing
    return faults, warnings


def _obtainable(
    content: VersionContent, body: RegisterDossier, held_papers: Mapping[str, str]
) -> dict[str, Obtainable]:
    listed = content.components_for(body.case_variant or "")
    return obtainable_components(listed, held_papers)


def _needless(content: VersionContent, body: RegisterDossier, facts: Any) -> list[str]:
    """Return the components that were brought though nobody had to ask for them."""
    obtainable = _obtainable(content, body, from_json(facts.held_papers))
    return [str(notice.params["component"]) for notice in brought_needlessly(obtainable, pieces_of(body.components))]


async def _accept(
    connection: AsyncConnection, body: RegisterDossier, content: VersionContent, facts: Any, now: dt.datetime
) -> Acceptance:
    """Plan the acceptance through the one transition table and start the clock."""
    situation = DossierSituation(state=DossierState.REGISTERED, registered_at=now)
    planned = plan(situation, DossierAction.ACCEPT, {}, now)
    if planned.clock is not ClockEffect.START:
        raise AssertionError("acceptance must start the clock")
    calendar = await calendar_at(connection, facts.competent_id, facts.calendar_version)
    policy = read_policy(facts.policy)
    term = content.term(body.channel, body.case_variant or "")
    if term is None:
        raise NotFound(Refusal("channel_not_offered", "channel"))
    deadline = promised_deadline(calendar, policy, term.promised, now)
    if deadline.due_at is None:
        raise AssertionError("a clock that just started has a due time")
    lawful = lawful_due(calendar, policy, term.statutory, now)
    return Acceptance(deadline, deadline.due_at, lawful, term, policy, calendar)


def _view(
    actor: Actor,
    body: RegisterDossier,
    content: VersionContent,
    facts: Any,
    *,
    code: str,
    now: dt.datetime,
    accepted: Acceptance | None,
    warnings: Sequence[Refusal],
) -> DossierView:
    state = DossierState.ACCEPTED if accepted else DossierState.REGISTERED
    listed = content.components_for(body.case_variant or "")
    obtainable = _obtainable(content, body, from_json(facts.held_papers))
    missing, _ = split_missing(missing_components(listed, pieces_of(body.components)), obtainable)
    situation = DossierSituation(
        state=state,
        registered_at=now,
        accepted_at=now if accepted else None,
        missing_components=() if accepted else tuple(str(fault.params["component"]) for fault in missing),
        component_names={component.code: component.name for component in listed},
    )
    due_at = accepted.due_at if accepted else None
    return DossierView(
        code=code,
        state=state,
        version=2 if accepted else 1,
        channel=body.channel.value,
        case_variant=body.case_variant or "",
        procedure=ProcedureName(content.code, content.version, content.name),
        receiving_unit=UnitName(facts.receiving_code, facts.receiving_name),
        competent_unit=UnitName(facts.competent_code, facts.competent_name),
        summary=body.summary or "",
        return_channel=body.return_channel.value,
        registered_at=now,
        accepted_at=now if accepted else None,
        started_at=None,
        promised_due_at=due_at,
        current_due_at=due_at,
        due_provisional=accepted.deadline.provisional if accepted else False,
        suspended_since=None,
        resolved_at=None,
        ended_at=None,
        returned_at=None,
        receipt=ReceiptView(1, random_paper_secret(), random_secret(_TOKEN_BYTES), now, due_at),
        actions=actions_now(
            actor, situation, receiving_path=facts.receiving_path, competent_path=facts.competent_path, now=now
        ),
        warnings=tuple(warnings),
    )


def _receipt(view: DossierView) -> ReceiptView:
    if view.receipt is None:
        raise AssertionError("a registration always issues a receipt")
    return view.receipt
