"""What an import is given for each dossier: the body of a registration, and what happened afterwards, in order."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from app.domain.lifecycle import DossierAction
from app.services.dossiers import inputs
from app.services.inputs import Code, Input, Text, Whole, YesNo

RATE: Final = "rate"
"""The step by which the citizen's answer is told; every other step is an act of the transition table."""


class HistoricRating(Input):
    """A rating given before: its level, and what is known of how it was given."""

    level: Annotated[Whole, Field(ge=1, le=5)]
    reasons: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    comment: Text | None = None
    channel: Literal["own_device", "kiosk", "phone", "paper", "imported"] = "imported"
    assisted: YesNo = False


# A correction has no place in a history that is told as it is known to be right.
STEP_MODELS: Final[Mapping[str, type[Input]]] = {
    DossierAction.ACCEPT.value: inputs.Accept,
    DossierAction.REFUSE.value: inputs.Refuse,
    DossierAction.REQUEST_SUPPLEMENT.value: inputs.RequestSupplement,
    DossierAction.RECEIVE_SUPPLEMENT.value: inputs.ReceiveSupplement,
    DossierAction.START_PROCESSING.value: inputs.StartProcessing,
    DossierAction.REQUEST_PAYMENT.value: inputs.RequestPayment,
    DossierAction.CONFIRM_PAYMENT.value: inputs.ConfirmPayment,
    DossierAction.EXTEND.value: inputs.Extend,
    DossierAction.RESOLVE.value: inputs.Resolve,
    DossierAction.HAND_OVER.value: inputs.HandOver,
    DossierAction.WITHDRAW.value: inputs.Withdraw,
    DossierAction.STOP.value: inputs.Stop,
    RATE: HistoricRating,
}
INSTANTS_OF_STEPS: Final[Mapping[str, tuple[str, ...]]] = {DossierAction.EXTEND.value: ("new_due_at",)}
"""Further instants in a step besides its own `at`."""

FORBIDDEN_IN_STEPS: Final[Mapping[str, tuple[str, ...]]] = {DossierAction.START_PROCESSING.value: ("assignee",)}
"""What a present-day act may say and a historic one may not: accounts of today did not act then."""

Document = Mapping[str, Any]
