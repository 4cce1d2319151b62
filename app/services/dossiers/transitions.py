"""The one door: `perform()` is the only code that changes a dossier's state.

It locks the row, gathers the facts, asks the pure transition table, applies, and writes one event: two statements.
Every reason of a refusal is returned at once.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.acts import note_act
from app.core.clock import local_date
from app.core.db import from_json
from app.domain.errors import (
    ActionRefused,
    Forbidden,
    InvalidInput,
    NotFound,
    Refusal,
    VersionConflict,
    VersionRequired,
    refuse_all,
)
from app.domain.lifecycle import TRANSITIONS, ClockEffect, DossierAction, Plan, Side, plan
from app.domain.papers import check_brought, not_brought
from app.domain.permissions import Actor, Permission
from app.services.audit.idempotency import StoredAnswer
from app.services.deadlines.compiled import CompiledCalendar, calendar_at
from app.services.dossiers import inputs, queries
from app.services.dossiers.access import actions_now, may_see, require_action
from app.services.dossiers.code_lists import check_moment
from app.services.dossiers.correct import correction_effects, write_correction_before
from app.services.dossiers.effects import Act, Effects, effects_of
from app.services.dossiers.handing_over import (
    EndingFacts,
    check_hand_over,
    documents_named,
    linked,
    plain_faults,
    resolved_by,
    unexplained,
)
from app.services.dossiers.requests import KeyedRequest, Render, Rendered, keyed_answer, stored_answer
from app.services.dossiers.situation import DossierFacts, facts_of, pieces_of
from app.services.dossiers.writes import write_transition
from app.services.identity.tokens import ensure_current
from app.services.procedures.content import version_content

_CLOCK_TOUCHED = frozenset({ClockEffect.START, ClockEffect.RESUME, ClockEffect.EXTEND, ClockEffect.RECOMPUTE})


async def perform(
    connection: AsyncConnection,
    actor: Actor,
    code: str,
    body: Any,
    *,
    if_match: int | None,
    keyed: KeyedRequest | None,
    render: Render,
    now: dt.datetime,
    double_within: dt.timedelta = dt.timedelta(hours=24),
) -> Rendered | StoredAnswer:
    """Do the act `body` (one of `inputs.ActionInput`) to the dossier known by `code` or an alias.

    A correction is warned of an open double registered from `double_within` before the dossier on.
    Raises `NotFound` for what the actor may not know, `VersionConflict` if `if_match` is not the present version,
    `Forbidden`, `InvalidInput`, or `ActionRefused` with every reason. Returns the stored answer for a repeated key.
    """
    row = await _situation(connection, actor, code, body, keyed, now)
    ensure_current(actor, row.auth_version)
    if row.request_hash is not None:
        return stored_answer(row)
    if row.id is None or not may_see(actor, row.receiving_path, row.competent_path):
        raise NotFound(Refusal("dossier_unknown"))
    _check_version(row.version, if_match, required=isinstance(body, inputs.Correct))
    action = DossierAction(body.action)
    require_action(actor, action, receiving_path=row.receiving_path, competent_path=row.competent_path)

    # What was asked for is what the law says on the day of acceptance; from then on the version is pinned.
    pinned = row.procedure_version_id if action is not DossierAction.ACCEPT else row.version_in_force
    content = await version_content(connection, pinned or row.procedure_version_id)
    facts = facts_of(row, content)
    # Two servers' clocks may differ by a little; the log's order is the lock's order, so time never runs backwards.
    at = max(now, row.last_event_at)
    faults = inputs.check_codes(body)
    if isinstance(body, inputs.Resolve):
        faults += unexplained(body)
    if isinstance(body, inputs.Accept | inputs.ReceiveSupplement):
        faults += check_brought(facts.listed, pieces_of(body.components))
    if isinstance(body, inputs.Accept):
        facts = facts.with_components(facts.taking_in(body.components))
    planned = _planned(facts, action, body, at, faults)
    if isinstance(body, inputs.Stop):
        refuse_all(ActionRefused, check_moment(body.reasons, body.reason_code, facts.state.label, "reason_code"))
    _check_leader(actor, body, row.competent_path, row.receiving_path)
    body = _ending(body, row)
    act = Act(facts, planned, actor, await _calendar(connection, planned, row))
    correction = None
    if isinstance(body, inputs.Correct):
        correction = await correction_effects(connection, act, body, double_within=double_within)
        effects, facts = correction.effects, correction.facts_after
        await write_correction_before(connection, act, body, correction)
    else:
        effects = effects_of(act, body)
        facts = facts.with_components(effects.parts.get("components", ()))
    warnings = correction.warnings if correction is not None else _warnings(body, row, facts)
    if isinstance(body, inputs.StartProcessing) and body.assignee is not None:
        effects.changes["assignee_id"] = await _assignee(connection, body.assignee, row.competent_path)

    changes = changes_of(act, effects)
    rendered = render(_view_after(actor, facts, changes, at, warnings))
    written = await write_transition(
        connection,
        answer=keyed_answer(keyed, rendered),
        now=at,
        dossier_id=row.id,
        version=row.version,
        changes=changes,
        event=event_of(act, effects),
        parts=effects.parts,
    )
    if not written:
        # The row is locked, so the version stands: only the key can have been taken meanwhile, for another dossier.
        again = await _situation(connection, actor, code, body, keyed, now)
        return stored_answer(again)
    note_act(action.value)
    return rendered


async def _situation(
    connection: AsyncConnection, actor: Actor, code: str, body: Any, keyed: KeyedRequest | None, now: dt.datetime
) -> Any:
    return await queries.situation(
        connection,
        code=code,
        account_id=actor.account_id or 0,
        scope=keyed.scope if keyed else "",
        key=keyed.key if keyed else None,
        today=local_date(now),
        action=body.action,
        documents=documents_named(body),
    )


def _planned(facts: DossierFacts, action: DossierAction, body: Any, at: dt.datetime, faults: list[Refusal]) -> Plan:
    """Return the plan; raise what is wrong with the input (`faults`) and with the moment together, in one answer."""
    try:
        planned = plan(facts.situation, action, body.model_dump(), at)
    except ActionRefused as refused:
        raise ActionRefused(*faults, *plain_faults(body), *refused.refusals) from refused
    refuse_all(InvalidInput, faults)
    return planned


def _warnings(body: Any, row: Any, facts_after: DossierFacts) -> list[Refusal]:
    """Return what was asked for and did not come with a supplement, and what is missing still."""
    if not isinstance(body, inputs.ReceiveSupplement):
        return []
    asked = [item["component_code"] for item in from_json(row.asked) or ()]
    listed = facts_after.listed
    return [*not_brought(asked, pieces_of(body.components), listed), *facts_after.still_missing()]


def _ending(body: Any, row: Any) -> Any:
    """Return an act that ends the dossier as it is to be written; raises what `handing_over` refuses."""
    if isinstance(body, inputs.Resolve):
        return resolved_by(EndingFacts.of(row.ending), body)
    if isinstance(body, inputs.HandOver):
        facts = EndingFacts.of(row.ending)
        check_hand_over(facts, body)
        return linked(facts, body, row.code)
    return body


def _check_version(current: int, if_match: int | None, *, required: bool) -> None:
    if if_match is None:
        if required:
            raise VersionRequired(Refusal("version_required", "If-Match"))
        return
    if if_match != current:
        raise VersionConflict(Refusal("stale_version", "If-Match", {"current": current}))


def _check_leader(actor: Actor, body: Any, *paths: str) -> None:
    """A reason of leadership counts only from somebody who may override."""
    if getattr(body, "leader_reason", None) is None:
        return
    scope = actor.scope(Permission.DOSSIERS_OVERRIDE)
    if not any(scope.covers(path) for path in paths):
        raise Forbidden(Refusal("leader_needed", "leader_reason"))


async def _calendar(connection: AsyncConnection, planned: Plan, row: Any) -> CompiledCalendar | None:
    if planned.clock not in _CLOCK_TOUCHED and row.suspended_since is None:
        return None
    return await calendar_at(connection, row.competent_unit_id, row.calendar_version_now)


async def _assignee(connection: AsyncConnection, username: str, path: str) -> int:
    found = await queries.assignee_id(connection, username=username, path=path)
    if found is None:
        raise InvalidInput(Refusal("assignee_unknown", "assignee"))
    return found


def _view_after(
    actor: Actor, facts: DossierFacts, changes: Mapping[str, Any], at: dt.datetime, warnings: Sequence[Refusal]
) -> Any:
    """Return the view of the dossier as it will be, with what can be done next."""
    situation = facts.situation_after(changes)
    row = facts.row
    actions = actions_now(
        actor, situation, receiving_path=row.receiving_path, competent_path=row.competent_path, now=at
    )
    return facts.view(actions, changes, warnings)


def changes_of(act: Act, effects: Effects) -> dict[str, Any]:
    """Return the columns of the dossier that the act sets: what its effect changes, the planned state, the version."""
    return {**effects.changes, "state": int(act.plan.to_state), "version": act.seq}


def event_of(act: Act, effects: Effects) -> dict[str, Any]:
    """Return the event that the act writes."""
    return {
        "seq": act.seq,
        "type": act.plan.event.value,
        "state": int(act.plan.to_state),
        "actor_id": act.actor.account_id,
        "unit_id": _unit_of(act),
        "occurred_at": act.at,
        "data": effects.data,
    }


def _unit_of(act: Act) -> int:
    """Return the unit that acted; where an act may be of either, the receiving one unless the actor is the other's."""
    row, transition = act.facts.row, TRANSITIONS[act.plan.action]
    scope = act.actor.scope(transition.permission)
    of_the_other = not scope.covers(row.receiving_path) and scope.covers(row.competent_path)
    competent = transition.side is Side.COMPETENT or (transition.side is Side.EITHER and of_the_other)
    return int(row.competent_unit_id if competent else row.receiving_unit_id)
