import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fees import Fee, FeeLine, FeeQuantities, FeeStep, FeeUnit, bill, total

CERTIFIED_COPY = Fee(2000, FeeUnit.PAGE, "Phí chứng thực bản sao", (FeeStep(3, 1000),), 200_000)
quantities = st.builds(FeeQuantities, copies=st.integers(0, 99), pages=st.integers(0, 999))


@pytest.mark.parametrize(
    ("pages", "dong"),
    [(0, 0), (1, 2000), (2, 4000), (3, 5000), (10, 12_000), (198, 200_000), (199, 200_000), (1000, 200_000)],
)
def test_certifying_a_copy_costs_2000_then_1000_from_page_3_and_at_most_200000(pages: int, dong: int) -> None:
    assert CERTIFIED_COPY.amount(pages) == dong


def test_the_cap_holds_for_each_copy_and_not_for_all_copies() -> None:
    assert total([CERTIFIED_COPY], FeeQuantities(copies=2, pages=300)) == 400_000
    assert total([CERTIFIED_COPY], FeeQuantities(copies=5, pages=1)) == 10_000


def test_the_bill_names_each_fee_of_the_channel() -> None:
    fees = [
        Fee(8000, FeeUnit.COPY, "Bản sao trích lục"),
        Fee(20_000, FeeUnit.DOSSIER, "Lệ phí"),
        Fee(10_000, FeeUnit.CASE, "Chứng thực chữ ký"),
        Fee(7000, FeeUnit.PERSON, "Theo người"),
    ]
    assert bill(fees, FeeQuantities(copies=3, cases=2, persons=4)) == (
        FeeLine("Bản sao trích lục", 24_000),
        FeeLine("Lệ phí", 20_000),
        FeeLine("Chứng thực chữ ký", 20_000),
        FeeLine("Theo người", 28_000),
    )


def test_a_channel_without_fees_costs_nothing() -> None:
    assert total([], FeeQuantities(copies=9, pages=9)) == 0


def test_a_fee_is_never_negative_and_its_steps_ascend() -> None:
    with pytest.raises(ValueError, match="negative"):
        Fee(-1, FeeUnit.COPY, "x")
    with pytest.raises(ValueError, match="ascend"):
        Fee(1, FeeUnit.PAGE, "x", (FeeStep(5, 1), FeeStep(3, 1)))
    with pytest.raises(ValueError, match="ascend"):
        Fee(1, FeeUnit.PAGE, "x", (FeeStep(1, 1),))
    with pytest.raises(ValueError, match="negative"):
        CERTIFIED_COPY.amount(-1)


@given(quantities, quantities)
def test_more_pages_and_copies_never_cost_less(one: FeeQuantities, other: FeeQuantities) -> None:
    less = FeeQuantities(copies=min(one.copies, other.copies), pages=min(one.pages, other.pages))
    assert total([CERTIFIED_COPY], less) <= total([CERTIFIED_COPY], one)


@given(pages=st.integers(0, 500))
def test_the_steps_agree_with_counting_page_by_page(pages: int) -> None:
    counted = sum(2000 if page < 3 else 1000 for page in range(1, pages + 1))
    assert CERTIFIED_COPY.amount(pages) == min(counted, 200_000)
