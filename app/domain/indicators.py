"""Rates of the office: exact fractions, the judgement of one dossier, and what each published figure means."""

import dataclasses
import datetime as dt


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    """A counted fraction. Both numbers are counts of dossiers or ratings; ValueError when one is negative."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if self.numerator < 0 or self.denominator < 0:
            raise ValueError("a rate counts things; counts are never negative")

    @property
    def rate(self) -> float | None:
        """The fraction as a float for charts; None where the denominator is 0."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> str | None:
        """The percentage with two decimals as printed in reports ("99.80"), None where the denominator is 0.

        Computed with integers and rounded half up, nothing else: 99,998 of 100,000 is "100.00" although two were late.
        Whoever must tell "all" from "almost all" compares numerator and denominator, which always stand beside it.
        """
        if not self.denominator:
            return None
        hundredths = (self.numerator * 20_000 + self.denominator) // (2 * self.denominator)
        return f"{hundredths // 100}.{hundredths % 100:02d}"


def on_time_by_index_766(
    *,
    due_at: dt.datetime,
    ended_at: dt.datetime | None,
    supplement_requests: int,
    open_supplement_since: dt.datetime | None,
    as_of: dt.datetime,
) -> bool:
    """Judge one dossier as QĐ 766/QĐ-TTg 2022, indicator 2.1, does; `due_at` is the current date (suspensions counted).

    More than one supplement request is late. Without an end, the moment of an open supplement request counts as the
    end, otherwise `as_of` (the end of the period) does: an overdue open dossier is late, one in time is on time.
    """
    if supplement_requests > 1:
        return False
    return (ended_at or open_supplement_since or as_of) <= due_at


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a published figure means, in both languages, and where the definition comes from."""

    code: str
    vi: str
    en: str
    source: str


ON_TIME_DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        code="resolved_on_time",
        vi="Hồ sơ đã giải quyết trước hạn và đúng hạn trên tổng số hồ sơ đã giải quyết trong kỳ, so với hạn trả hiện"
        " hành; không tính hồ sơ đang giải quyết.",
        en="Dossiers resolved before or on time out of all dossiers resolved in the period, against the current due"
        " date; open dossiers are not counted.",
        source="Biểu II.06a/VPCP/KSTT: (trước hạn + đúng hạn) / đã giải quyết",
    ),
    Definition(
        code="index_766_2_1",
        vi="Hồ sơ đúng hạn trên tổng số hồ sơ tiếp nhận, xử lý trong kỳ, kể cả hồ sơ đang giải quyết; hồ sơ đang giải"
        " quyết đã quá hạn và hồ sơ bị yêu cầu bổ sung quá một lần tính là trễ hạn.",
        en="Dossiers on time out of all dossiers received or handled in the period, open ones included; an overdue open"
        " dossier and one with more than one supplement request count as late.",
        source="QĐ 766/QĐ-TTg 2022, chỉ số 2.1",
    ),
    Definition(
        code="against_promise",
        vi="Hồ sơ đã giải quyết không muộn hơn ngày hẹn in trên giấy tiếp nhận trên tổng số hồ sơ đã giải quyết trong"
        " kỳ, bất kể sau đó có gia hạn hay tạm dừng.",
        en="Dossiers resolved no later than the date printed on the receipt out of all dossiers resolved in the period,"
        " whatever was extended or suspended later.",
        source="Mẫu 01 (TT 03/2025/TT-VPCP), ngày hẹn trả in trên giấy",
    ),
)

SATISFACTION_DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        code="satisfied",
        vi="Phiếu đánh giá mức 3, 4 và 5 (hài lòng và rất hài lòng theo thang ba mức) trên tổng số phiếu trả lời trong"
        " kỳ.",
        en="Ratings of level 3, 4 and 5 (satisfied and very satisfied on the three-level scale) out of all responses in"
        " the period.",
        source="Thang ba mức của báo cáo quốc gia: 1–2 không hài lòng, 3–4 hài lòng, 5 rất hài lòng",
    ),
    Definition(
        code="very_satisfied",
        vi="Phiếu đánh giá mức 5 (rất hài lòng) trên tổng số phiếu trả lời trong kỳ.",
        en="Ratings of level 5 (very satisfied) out of all responses in the period.",
        source="Thang ba mức của báo cáo quốc gia: 1–2 không hài lòng, 3–4 hài lòng, 5 rất hài lòng",
    ),
    Definition(
        code="response_rate",
        vi="Phiếu trả lời trên tổng số lượt mời đánh giá trong kỳ.",
        en="Responses out of all invitations to rate in the period.",
        source="Mã đánh giá một lần in trên giấy tiếp nhận",
    ),
)
