"""The transition table, held against a table written by hand, and the laws that hold for every act."""

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ActionRefused
from app.domain.lifecycle import (
    FINAL_STATES,
    STATE_BY_LABEL,
    TRANSITIONS,
    ClockEffect,
    DossierAction,
    DossierSituation,
    DossierState,
    EventType,
    plan,
    refusals_now,
    resume_state,
)
from app.domain.working_calendar import LOCAL_TIME
from app.services.dossiers.paper_sentences import PAPER_SENTENCES

ARRIVED = dt.datetime(2026, 11, 20, 8, 0, tzinfo=LOCAL_TIME)
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL_TIME)
DUE = dt.datetime(2026, 11, 26, 16, 0, tzinfo=LOCAL_TIME)
DAY = dt.timedelta(days=1)
FINE: dict[DossierAction, dict[str, Any]] = {
    DossierAction.REQUEST_SUPPLEMENT: {"items": [{"component_code": "TP01"}], "leader_reason": None},
    DossierAction.RECEIVE_SUPPLEMENT: {"components": [{"code": "TP01"}]},
    DossierAction.EXTEND: {"new_due_at": DUE + DAY},
    DossierAction.CORRECT: {"summary": "Sửa trích yếu"},
}
"""For each act a payload that nothing can be said against; acts without rules of their own need none."""


def situation_of(state: DossierState, *, accepted: bool = True, **changes: Any) -> DossierSituation:
    """A dossier in `state`, started if it was accepted, nothing used up yet."""
    accepted = accepted and state not in (DossierState.REGISTERED, DossierState.REFUSED)
    usual = DossierSituation(
        state=state,
        registered_at=ARRIVED,
        accepted_at=ARRIVED if accepted else None,
        started_at=ARRIVED if accepted and state is not DossierState.ACCEPTED else None,
        current_due_at=DUE if accepted else None,
        last_event_at=ARRIVED,
        known_components=frozenset({"TP01", "TP02"}),
    )
    return replace(usual, **changes)


COLUMNS = {
    **{state.label: situation_of(state) for state in DossierState},
    "awaiting_supplement_unaccepted": situation_of(DossierState.AWAITING_SUPPLEMENT, accepted=False),
}
with (Path(__file__).parent / "lifecycle_table.csv").open(encoding="utf-8") as file:
    TABLE = {row.pop("action"): row for row in csv.DictReader(file)}
CELLS = [(column, action, outcome) for action, row in TABLE.items() for column, outcome in row.items()]


def codes_of(
    situation: DossierSituation, action: DossierAction, payload: dict[str, Any], now: dt.datetime
) -> list[str]:
    """Codes with which the act is refused; empty if it is possible."""
    try:
        plan(situation, action, payload, now)
    except ActionRefused as refused:
        return [refusal.code for refusal in refused.refusals]
    return []


def test_the_table_has_every_state_and_every_act() -> None:
    assert list(TABLE) == [action.value for action in DossierAction]
    assert {column for row in TABLE.values() for column in row} == set(COLUMNS)
    assert len(CELLS) == 13 * 11
    assert set(TRANSITIONS) == set(DossierAction)


@pytest.mark.parametrize(("column", "action", "outcome"), CELLS, ids=str)
def test_each_act_in_each_state_leads_where_the_table_says(column: str, action: str, outcome: str) -> None:
    act = DossierAction(action)
    situation, payload = COLUMNS[column], FINE.get(act, {})
    if outcome not in STATE_BY_LABEL:
        assert codes_of(situation, act, payload, NOW) == [outcome]
        return
    found = plan(situation, act, payload, NOW)
    assert found.to_state is STATE_BY_LABEL[outcome]
    assert (found.action, found.from_state, found.at) == (act, situation.state, NOW)


def test_national_codes_are_the_national_list() -> None:
    assert [state.value for state in DossierState] == list(range(1, 11))
    assert sorted(FINAL_STATES) == [3, 7, 8, 10]


def test_every_act_writes_an_event_of_its_own() -> None:
    events = [row.event for row in TRANSITIONS.values()]
    assert len(events) == len(set(events))
    others = {EventType.REGISTERED, EventType.RATED, EventType.DEADLINE_MOVED}
    assert set(EventType) - set(events) == others | set(PAPER_SENTENCES)


# --- All reasons at once


def test_a_late_second_extension_to_an_earlier_date_is_refused_for_all_three_reasons() -> None:
    situation = situation_of(DossierState.PROCESSING, extensions=1)
    codes = codes_of(situation, DossierAction.EXTEND, {"new_due_at": DUE - DAY}, DUE)
    assert codes == ["extension_used", "extension_after_due", "extension_not_later"]


def test_extension_is_possible_until_the_minute_before_the_due_time() -> None:
    situation = situation_of(DossierState.PROCESSING)
    payload = {"new_due_at": DUE + DAY}
    assert codes_of(situation, DossierAction.EXTEND, payload, DUE - dt.timedelta(minutes=1)) == []
    assert codes_of(situation, DossierAction.EXTEND, payload, DUE) == ["extension_after_due"]


def test_each_missing_paper_is_a_reason_not_to_accept() -> None:
    situation = situation_of(DossierState.REGISTERED, missing_components=("TP01", "TP02"))
    with pytest.raises(ActionRefused) as refused:
        plan(situation, DossierAction.ACCEPT, {}, NOW)
    assert [refusal.params["component"] for refusal in refused.value.refusals] == ["TP01", "TP02"]


def test_unlisted_papers_may_not_be_asked_for_and_a_second_request_needs_a_leader() -> None:
    situation = situation_of(DossierState.PROCESSING, supplement_requests=1)
    payload = {"items": [{"component_code": "XX"}, {"component_code": "TP01"}, {"component_code": "YY"}]}
    with pytest.raises(ActionRefused) as refused:
        plan(situation, DossierAction.REQUEST_SUPPLEMENT, payload, NOW)
    assert [(refusal.code, refusal.field) for refusal in refused.value.refusals] == [
        ("component_unknown", "items.0.component_code"),
        ("component_unknown", "items.2.component_code"),
        ("second_supplement_needs_leader", "leader_reason"),
    ]
    payload = FINE[DossierAction.REQUEST_SUPPLEMENT] | {"leader_reason": "Phát sinh tình tiết mới"}
    assert codes_of(situation, DossierAction.REQUEST_SUPPLEMENT, payload, NOW) == []


def test_an_act_before_the_last_event_is_refused_beside_its_other_reasons() -> None:
    early = ARRIVED - dt.timedelta(minutes=1)
    for state, others in ((DossierState.REFUSED, ["action_not_possible_now"]), (DossierState.PROCESSING, [])):
        assert codes_of(situation_of(state), DossierAction.RESOLVE, {}, early) == ["before_last_event", *others]
    missing = situation_of(DossierState.REGISTERED, missing_components=("TP01",))
    assert codes_of(missing, DossierAction.ACCEPT, {}, early) == ["before_last_event", "component_missing"]


@pytest.mark.parametrize("payload", [{}, {"summary": None, "components": None}])
def test_a_correction_must_change_something(payload: dict[str, Any]) -> None:
    assert codes_of(situation_of(DossierState.ACCEPTED), DossierAction.CORRECT, payload, NOW) == ["correction_empty"]


@pytest.mark.parametrize(
    "payload", [{"case_variant": "again"}, {"components": ()}, {"applicant": {"full_name": "Người thử"}}]
)
def test_each_part_of_a_dossier_can_be_corrected_alone(payload: dict[str, Any]) -> None:
    assert codes_of(situation_of(DossierState.ACCEPTED), DossierAction.CORRECT, payload, NOW) == []


@pytest.mark.parametrize(
    "state", [DossierState.AWAITING_SUPPLEMENT, DossierState.AWAITING_PAYMENT, DossierState.RESOLVED]
)
def test_procedure_and_case_change_only_while_the_clock_runs(state: DossierState) -> None:
    payload = {"procedure_code": "1.001193", "case_variant": "again"}
    codes = codes_of(situation_of(state), DossierAction.CORRECT, payload, NOW)
    assert codes == ["procedure_not_correctable", "procedure_not_correctable"]


# --- Waiting and going on


@pytest.mark.parametrize(
    ("waiting", "act"),
    [
        (DossierState.AWAITING_SUPPLEMENT, DossierAction.RECEIVE_SUPPLEMENT),
        (DossierState.AWAITING_PAYMENT, DossierAction.CONFIRM_PAYMENT),
    ],
)
@pytest.mark.parametrize(("started", "expected"), [(None, DossierState.ACCEPTED), (ARRIVED, DossierState.PROCESSING)])
def test_after_a_wait_the_dossier_goes_on_where_it_was(
    waiting: DossierState, act: DossierAction, started: dt.datetime | None, expected: DossierState
) -> None:
    situation = situation_of(waiting, started_at=started, suspended_since=ARRIVED)
    found = plan(situation, act, {}, NOW)
    assert (found.to_state, found.clock) == (expected, ClockEffect.RESUME)


def test_a_supplement_before_acceptance_touches_no_clock() -> None:
    asked = plan(
        situation_of(DossierState.REGISTERED),
        DossierAction.REQUEST_SUPPLEMENT,
        FINE[DossierAction.REQUEST_SUPPLEMENT],
        NOW,
    )
    assert (asked.to_state, asked.clock) == (DossierState.AWAITING_SUPPLEMENT, ClockEffect.NONE)
    waiting = situation_of(DossierState.AWAITING_SUPPLEMENT, accepted=False)
    received = plan(waiting, DossierAction.RECEIVE_SUPPLEMENT, {}, NOW)
    assert (received.to_state, received.clock) == (DossierState.REGISTERED, ClockEffect.NONE)


# --- Laws for every situation

instants = st.one_of(
    st.none(), st.integers(0, 60 * 24 * 30).map(lambda minutes: ARRIVED + dt.timedelta(minutes=minutes))
)
situations = st.builds(
    DossierSituation,
    state=st.sampled_from(DossierState),
    registered_at=st.just(ARRIVED),
    accepted_at=instants,
    started_at=instants,
    current_due_at=instants,
    suspended_since=instants,
    last_event_at=instants,
    supplement_requests=st.integers(0, 3),
    extensions=st.integers(0, 2),
    missing_components=st.lists(st.sampled_from(["TP01", "TP02"]), unique=True).map(tuple),
    known_components=st.frozensets(st.sampled_from(["TP01", "TP02"])),
)
codes = st.sampled_from(["TP01", "TP02", "XX"])
payloads = st.fixed_dictionaries(
    {
        "items": st.lists(st.fixed_dictionaries({"component_code": codes}), min_size=1, max_size=3),
        "components": st.lists(st.fixed_dictionaries({"code": codes}), max_size=2),
        "new_due_at": instants.filter(lambda at: at is not None),
        "leader_reason": st.one_of(st.none(), st.just("Lý do")),
        "procedure_code": st.one_of(st.none(), st.just("1.001193")),
        "case_variant": st.one_of(st.none(), st.just("again")),
        "applicant": st.none(),
        "summary": st.one_of(st.none(), st.just("Trích yếu")),
    }
)
acts = st.sampled_from(DossierAction)
moments = instants.map(lambda at: at or NOW)


@given(situations, acts, payloads, moments)
def test_nothing_leaves_a_final_state(
    situation: DossierSituation, act: DossierAction, payload: dict[str, Any], now: dt.datetime
) -> None:
    if situation.state.is_final:
        assert "action_not_possible_now" in codes_of(situation, act, payload, now)


@given(situations, acts, payloads, moments)
def test_before_acceptance_only_acceptance_touches_the_clock(
    situation: DossierSituation, act: DossierAction, payload: dict[str, Any], now: dt.datetime
) -> None:
    if situation.accepted_at is None and not codes_of(situation, act, payload, now):
        found = plan(situation, act, payload, now)
        assert found.clock is (ClockEffect.START if act is DossierAction.ACCEPT else ClockEffect.NONE)


@given(situations, acts, payloads, moments)
def test_no_act_lies_before_the_last_event(
    situation: DossierSituation, act: DossierAction, payload: dict[str, Any], now: dt.datetime
) -> None:
    if situation.last_event_at is not None and now < situation.last_event_at:
        assert "before_last_event" in codes_of(situation, act, payload, now)


@given(situations, acts, payloads, moments)
def test_what_stands_in_the_way_now_is_among_the_reasons_of_the_refusal(
    situation: DossierSituation, act: DossierAction, payload: dict[str, Any], now: dt.datetime
) -> None:
    may_override = payload["leader_reason"] is not None
    shown = {refusal.code for refusal in refusals_now(situation, act, now, may_override=may_override)}
    assert shown <= set(codes_of(situation, act, payload, now))


@given(situations, acts, moments)
def test_what_is_shown_as_possible_can_be_done_with_a_right_payload(
    situation: DossierSituation, act: DossierAction, now: dt.datetime
) -> None:
    situation = replace(situation, last_event_at=None, known_components=frozenset({"TP01"}))
    due = situation.current_due_at or now
    payload = FINE.get(act, {}) | ({"new_due_at": due + DAY} if act is DossierAction.EXTEND else {})
    if not refusals_now(situation, act, now):
        assert codes_of(situation, act, payload, now) == []


@given(situations)
def test_a_dossier_goes_on_as_far_as_it_had_come(situation: DossierSituation) -> None:
    state = resume_state(situation)
    assert (state is DossierState.REGISTERED) == (situation.accepted_at is None)
    if situation.accepted_at is not None:
        assert (state is DossierState.PROCESSING) == (situation.started_at is not None)
