import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fee_sentences import dong_in_words, explained
from app.domain.fees import (
    Fee,
    FeeLine,
    FeeQuantities,
    FeeStep,
    FeeUnit,
    ListedFee,
    PaymentMethod,
    PricedPaper,
    Reduction,
    bill,
    charge_lines,
    charge_total,
    counted_cash,
    shares,
    total,
)

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


papers = st.lists(
    st.builds(PricedPaper, name=st.just("Bằng tốt nghiệp"), pages=st.integers(1, 400), copies=st.integers(1, 50)),
    max_size=6,
)
percents = st.integers(1, 100)
LISTED_COPY = ListedFee(code="PH01", fee=CERTIFIED_COPY, source="Phiên bản 1")


@pytest.mark.parametrize(
    ("pages", "copies", "dong"),
    [(1, 1, 2000), (2, 1, 4000), (3, 1, 5000), (5, 5, 35_000), (199, 1, 200_000), (300, 30, 6_000_000)],
)
def test_each_copy_of_a_paper_is_counted_by_its_own_pages(pages: int, copies: int, dong: int) -> None:
    (line,) = charge_lines([LISTED_COPY], [PricedPaper(name="Học bạ", pages=pages, copies=copies)])
    assert (line.paper, line.quantity, line.times, line.amount_vnd) == ("Học bạ", pages, copies, dong)


def test_fees_by_dossier_and_by_person_make_one_line_whatever_the_papers() -> None:
    listed = [
        ListedFee(code="LP01", fee=Fee(20_000, FeeUnit.DOSSIER, "Lệ phí"), source="x"),
        ListedFee(code="LP02", fee=Fee(7000, FeeUnit.PERSON, "Theo người"), source="x"),
        ListedFee(code="PH02", fee=Fee(10_000, FeeUnit.CASE, "Chứng thực chữ ký"), source="x"),
    ]
    both = [PricedPaper(name="Giấy ủy quyền", copies=2), PricedPaper(name="Sơ yếu lý lịch")]
    lines = charge_lines(listed, both, persons=3)
    assert [(line.code, line.paper, line.amount_vnd) for line in lines] == [
        ("LP01", None, 20_000),
        ("LP02", None, 21_000),
        ("PH02", "Giấy ủy quyền", 20_000),
        ("PH02", "Sơ yếu lý lịch", 10_000),
    ]


@given(papers)
def test_a_charge_is_the_bill_of_its_papers_added_up(listed: list[PricedPaper]) -> None:
    each = (total([CERTIFIED_COPY], FeeQuantities(pages=paper.pages, copies=paper.copies)) for paper in listed)
    assert charge_total(charge_lines([LISTED_COPY], listed)) == sum(each)


@given(papers, percents, percents)
def test_grounds_to_pay_less_never_add_up(listed: list[PricedPaper], claimed: int, taken_off: int) -> None:
    exemption, discount = Reduction("A", "A", claimed), Reduction("B", "B", taken_off)
    fee = ListedFee(code="PH01", fee=CERTIFIED_COPY, source="x", discount=discount)
    lines = charge_lines([fee], listed, exemption=exemption)
    percent = max(claimed, taken_off)
    assert [line.amount_vnd for line in lines] == [line.gross_vnd * (100 - percent) // 100 for line in lines]
    assert all(0 <= line.amount_vnd <= line.gross_vnd for line in lines)


def test_whoever_is_exempt_pays_nothing() -> None:
    exempt = Reduction("HN", "Hộ nghèo", 100)
    assert charge_total(charge_lines([LISTED_COPY], [PricedPaper(name="x", pages=9)], exemption=exempt)) == 0


@given(st.integers(0, 10**9), st.integers(1, 200))
def test_shares_add_up_and_differ_by_a_dong_at_most(amount: int, parts: int) -> None:
    found = shares(amount, parts)
    assert sum(found) == amount
    assert len(found) == parts
    assert max(found) - min(found) <= 1


def test_notes_are_counted_and_unknown_ones_refused() -> None:
    assert counted_cash({500_000: 2, 2000: 3}) == 1_006_000
    with pytest.raises(ValueError, match="note"):
        counted_cash({3000: 1})


@pytest.mark.parametrize(
    ("method", "channel"),
    [("online_national", 1), ("online_province", 2), ("cash", 3), ("bank_transfer", 3)],
)
def test_the_national_code_of_online_payment_follows_from_the_method(method: str, channel: int) -> None:
    assert PaymentMethod(method).payment_channel == channel


@pytest.mark.parametrize(
    ("pages", "copies", "reduction", "vi"),
    [
        (1, 1, None, "1 trang × 2.000 = 2.000 đồng"),
        (5, 5, None, "2 trang × 2.000 + 3 trang × 1.000 = 7.000; × 5 bản = 35.000 đồng"),
        (300, 1, None, "2 trang × 2.000 + 298 trang × 1.000 = 302.000, tối đa 200.000 đồng"),
        (5, 1, Reduction("x", "x", 50), "2 trang × 2.000 + 3 trang × 1.000 = 7.000; giảm 50 % còn 3.500 đồng"),
    ],
)
def test_a_line_explains_itself(pages: int, copies: int, reduction: Reduction | None, vi: str) -> None:
    (line,) = charge_lines([LISTED_COPY], [PricedPaper(name="x", pages=pages, copies=copies)], exemption=reduction)
    assert explained(line)[0] == vi


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (2000, "Hai nghìn đồng"),
        (10_000, "Mười nghìn đồng"),
        (15_000, "Mười lăm nghìn đồng"),
        (41_000, "Bốn mươi mốt nghìn đồng"),
        (105_500, "Một trăm lẻ năm nghìn năm trăm đồng"),
        (120_000, "Một trăm hai mươi nghìn đồng"),
        (1_000_021, "Một triệu không trăm hai mươi mốt đồng"),
        (1_250_000, "Một triệu hai trăm năm mươi nghìn đồng"),
        (2_000_005_000, "Hai tỷ không trăm lẻ năm nghìn đồng"),
        (1_000_000_000_000, "Một nghìn tỷ đồng"),
    ],
)
def test_amounts_are_written_out_as_on_receipts(amount: int, words: str) -> None:
    assert dong_in_words(amount) == words
