"""The kinds of lives that dossiers of the demonstration lead: which acts, by whom, how much later, and how often."""

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.domain.lifecycle import DossierState
from app.domain.permissions import Role
from app.domain.working_calendar import WorkingCalendar
from app.services.dossiers import inputs
from app.services.dossiers.view import DossierView

_HOUR, _DAY = 60, 480
"""Working minutes."""


class Pace(StrEnum):
    """When the result comes, measured by the due date."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


@dataclass(slots=True)
class Moment:
    """Where a dossier stands before its next step."""

    view: DossierView
    at: dt.datetime
    calendar: WorkingCalendar
    chance: random.Random
    pace: Pace
    components: tuple[str, ...]
    fee_vnd: int
    applicant: str
    identity_number: str

    def after(self, least: int, most: int) -> dt.datetime:
        """Some working minutes later."""
        return self.calendar.add_working_minutes(self.at, self.chance.randint(least, most))

    def by_pace(self) -> dt.datetime:
        """The moment of the result; never before this one."""
        due = self.view.current_due_at
        if due is None:
            return self.after(_HOUR, _DAY)
        left = self.calendar.working_minutes(self.at, due)
        if self.pace is Pace.LATE:
            return self.calendar.add_working_minutes(max(due, self.at), self.chance.randint(_HOUR, 2 * _DAY))
        if self.pace is Pace.ON_TIME or left <= _HOUR:
            return self.calendar.add_working_minutes(self.at, max(1, left - self.chance.randint(5, 50)))
        return self.calendar.add_working_minutes(self.at, max(1, int(left * self.chance.uniform(0.2, 0.7))))


@dataclass(frozen=True, slots=True)
class Step:
    """One act: of which role, in which unit (`competent` or receiving), when, and its body."""

    role: Role
    when: Callable[[Moment], dt.datetime]
    body: Callable[[Moment], Any]
    competent: bool = False


def _later(least: int, most: int) -> Callable[[Moment], dt.datetime]:
    return lambda moment: moment.after(least, most)


def _supplement(moment: Moment) -> Any:
    items = [{"component_code": moment.chance.choice(moment.components), "problem": "incomplete_content"}]
    return inputs.RequestSupplement.model_validate(
        {"action": "request_supplement", "items": items, "reason": "Đề nghị kê khai đầy đủ"}
    )


def _hour_before_due(moment: Moment) -> dt.datetime:
    due = moment.view.current_due_at
    return moment.at if due is None else max(moment.at, moment.calendar.add_working_minutes(due, -_HOUR))


def _extend(moment: Moment) -> Any:
    due = moment.view.current_due_at or moment.at
    return inputs.Extend(
        action="extend",
        new_due_at=moment.calendar.add_working_minutes(due, 3 * _DAY),
        reason="Xin lỗi và hẹn lại: cần xác minh thêm",
        legal_basis="NĐ 118/2025/NĐ-CP",
    )


def _hand_over(moment: Moment) -> Any:
    method = moment.view.return_channel
    told = {
        "counter": {
            "receiver_name": moment.applicant,
            "receiver_identity_number": moment.identity_number,
            "proof": "Ký sổ theo dõi",
        },
        "postal": {"tracking_number": f"VN{moment.chance.randrange(10**9):09d}"},
        "online": {},
    }[method]
    return inputs.HandOver.model_validate({"action": "hand_over", "method": method, **told})


def _confirm_payment(moment: Moment) -> Any:
    if moment.view.channel == "counter":
        return inputs.ConfirmPayment(action="confirm_payment", method="cash")
    reference = f"FT{moment.chance.randrange(10**10):010d}"
    return inputs.ConfirmPayment(action="confirm_payment", method="bank_transfer", reference=reference)


_CLERK, _SPECIALIST, _LEADER = Role.RECEPTION_CLERK, Role.SPECIALIST, Role.APPROVING_LEADER
_ACCEPT = Step(_CLERK, _later(5, 3 * _HOUR), lambda _: inputs.Accept(action="accept"))
_START = Step(_SPECIALIST, _later(10, 90), lambda _: inputs.StartProcessing(action="start_processing"), competent=True)
_REQUEST = Step(_SPECIALIST, _later(20, 2 * _HOUR), _supplement, competent=True)
_RECEIVE = Step(_CLERK, _later(_DAY, 4 * _DAY), lambda _: inputs.ReceiveSupplement(action="receive_supplement"))
_ASK_TO_PAY = Step(
    _SPECIALIST,
    _later(20, 2 * _HOUR),
    lambda moment: inputs.RequestPayment(
        action="request_payment", amount_vnd=moment.fee_vnd, reason="Phí, lệ phí theo quy định"
    ),
    competent=True,
)
_PAY = Step(Role.CASHIER, _later(_HOUR, _DAY), _confirm_payment)
_RESOLVE = Step(_SPECIALIST, Moment.by_pace, lambda _: inputs.Resolve(action="resolve"), competent=True)
_HAND_OVER = Step(_CLERK, _later(10, _DAY), _hand_over)
_END = (_RESOLVE, _HAND_OVER)

KINDS: Final[Mapping[str, tuple[Step, ...]]] = {
    "plain": (_ACCEPT, _START, *_END),
    "supplemented": (_ACCEPT, _START, _REQUEST, _RECEIVE, *_END),
    "completed_first": (
        Step(_CLERK, _later(10, _HOUR), _supplement),
        _RECEIVE,
        *(_ACCEPT, _START, *_END),
    ),
    "paid": (_ACCEPT, _START, _ASK_TO_PAY, _PAY, *_END),
    "extended": (_ACCEPT, _START, Step(_LEADER, _hour_before_due, _extend, competent=True), *_END),
    "refused": (
        Step(
            _CLERK,
            _later(30, _DAY),
            lambda _: inputs.Refuse(
                action="refuse",
                reason_code="outside_competence",
                explanation="Đề nghị nộp tại cơ quan có thẩm quyền",
                legal_basis="NĐ 118/2025/NĐ-CP",
            ),
        ),
    ),
    "withdrawn": (
        _ACCEPT,
        Step(_CLERK, _later(_HOUR, _DAY), lambda _: inputs.Withdraw(action="withdraw", explanation="Công dân xin rút")),
    ),
    "stopped": (
        *(_ACCEPT, _START, _REQUEST),
        Step(
            _LEADER,
            _later(6 * _DAY, 8 * _DAY),
            lambda _: inputs.Stop(
                action="stop",
                reason_code="supplement_not_received",
                explanation="Hết thời hạn bổ sung mà chưa nhận được giấy tờ",
                legal_basis="TT 03/2025/TT-VPCP",
            ),
            competent=True,
        ),
    ),
    "corrected": (
        _ACCEPT,
        Step(
            _CLERK,
            _later(5, _HOUR),
            lambda _: inputs.Correct(action="correct", reason="Ghi nhầm trích yếu", summary="Trích yếu đã đính chính"),
        ),
        _START,
        *_END,
    ),
}
WEIGHTS: Final[Mapping[str, int]] = {
    "plain": 66,
    "supplemented": 9,
    "completed_first": 4,
    "paid": 7,
    "extended": 2,
    "refused": 3,
    "withdrawn": 3,
    "stopped": 3,
    "corrected": 3,
}
PACES: Final[Mapping[Pace, int]] = {Pace.EARLY: 70, Pace.ON_TIME: 27, Pace.LATE: 3}

# For each state: a kind of life that comes to it, and how many working days ago such a dossier was filed.
LEFT_IN: Final[Mapping[DossierState, tuple[str, int, int]]] = {
    DossierState.REGISTERED: ("plain", 0, 1),
    DossierState.ACCEPTED: ("plain", 1, 2),
    DossierState.REFUSED: ("refused", 3, 15),
    DossierState.PROCESSING: ("plain", 2, 3),
    DossierState.AWAITING_SUPPLEMENT: ("supplemented", 2, 4),
    DossierState.AWAITING_PAYMENT: ("paid", 2, 4),
    DossierState.WITHDRAWN: ("withdrawn", 4, 20),
    DossierState.STOPPED: ("stopped", 11, 20),
    DossierState.RESOLVED: ("plain", 8, 9),
    DossierState.RETURNED: ("plain", 10, 20),
}
