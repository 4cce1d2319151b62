import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.deadline_terms import Limit, LimitUnit
from app.domain.procedures import (
    Channel,
    ChannelTerm,
    Component,
    ComponentSource,
    SearchDocument,
    SubmittedComponent,
    missing_components,
    rank,
    unknown_components,
)

FORM = Component(code="TP01", name="Tờ khai đăng ký khai sinh", originals=1)
BIRTH = Component(code="TP02", name="Giấy chứng sinh", originals=1, data_satisfiable=True)
PROXY = Component(code="TP03", name="Văn bản ủy quyền", required=False)
CARD = Component(code="TP04", name="Giấy tờ tùy thân", presented_only=True)
LISTED = (FORM, BIRTH, PROXY, CARD)
BIRTH_REGISTRATION = SearchDocument(
    code="1.001193", name="Đăng ký khai sinh", field="Hộ tịch", synonyms=("giấy khai sinh", "làm khai sinh")
)


def test_all_missing_components_are_named_at_once_and_conditional_or_presented_ones_are_not() -> None:
    refusals = missing_components(LISTED, [])
    assert [(refusal.code, refusal.params["component"]) for refusal in refusals] == [
        ("component_missing", "TP01"),
        ("component_missing", "TP02"),
    ]


def test_a_paper_component_needs_at_least_one_piece() -> None:
    brought = [SubmittedComponent(code="TP01"), SubmittedComponent(code="TP02", photocopies=1)]
    assert [refusal.code for refusal in missing_components(LISTED, brought)] == ["component_empty"]


@pytest.mark.parametrize("source", [ComponentSource.UPLOAD, ComponentSource.DATA, ComponentSource.REUSED])
def test_what_is_not_paper_needs_no_pieces(source: ComponentSource) -> None:
    brought = [SubmittedComponent(code="TP01", originals=1), SubmittedComponent(code="TP02", source=source)]
    assert missing_components(LISTED, brought) == []
    assert unknown_components(LISTED, brought) == []


def test_a_paper_outside_the_list_is_refused() -> None:
    refusals = unknown_components(LISTED, [SubmittedComponent(code="TP99", originals=1)])
    assert [(refusal.code, refusal.field) for refusal in refusals] == [("component_unknown", "components.0.code")]


def test_a_component_named_twice_is_refused_once() -> None:
    brought = [SubmittedComponent(code="TP01", originals=1)] * 3
    assert [refusal.code for refusal in unknown_components(LISTED, brought)] == ["component_repeated"]


def test_data_cannot_stand_in_for_a_paper_that_no_database_holds() -> None:
    brought = [SubmittedComponent(code="TP01", source=ComponentSource.DATA)]
    assert [refusal.code for refusal in unknown_components(LISTED, brought)] == ["component_not_from_data"]


@given(st.lists(st.sampled_from(["TP01", "TP02", "TP03", "TP04"]), unique=True))
def test_listed_components_are_either_brought_or_missing(codes: list[str]) -> None:
    brought = [SubmittedComponent(code=code, originals=1) for code in codes]
    missing = {refusal.params["component"] for refusal in missing_components(LISTED, brought)}
    assert missing == {"TP01", "TP02"} - set(codes)
    assert unknown_components(LISTED, brought) == []


def test_the_promise_is_the_committed_limit_where_there_is_one() -> None:
    seven_days, five_days = Limit(7, LimitUnit.WORKING_DAYS), Limit(5, LimitUnit.WORKING_DAYS)
    assert ChannelTerm(channel=Channel.COUNTER, statutory=seven_days).promised == seven_days
    assert ChannelTerm(channel=Channel.COUNTER, statutory=seven_days, committed=five_days).promised == five_days


@pytest.mark.parametrize(
    ("query", "score"),
    [
        ("1.001193", 6),
        ("GIẤY khai sinh", 5),
        ("giay khai sinh", 5),
        ("dang ky khai sinh", 4),
        ("khai sinh", 3),
        ("giay khai", 2),
        ("sinh ho tich", 1),
        ("khai sin", 3),
        ("sinh khai gi", 1),
        ("kết hôn", 0),
        ("", 0),
    ],
)
def test_a_procedure_is_found_without_accents_and_by_synonym(query: str, score: int) -> None:
    assert rank(query, BIRTH_REGISTRATION) == score
