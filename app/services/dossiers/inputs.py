"""What people send to register a dossier and to act on one. Shape only; the rules are in `app.domain`."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.domain.errors import Refusal
from app.domain.identifiers import Gender, check_number, normalize_identity_number, normalize_phone
from app.domain.procedures import Channel, ComponentSource
from app.services.dossiers.code_lists import check_code
from app.services.inputs import (
    Code,
    Day,
    Input,
    Instant,
    LongText,
    PersonName,
    ProcedureCode,
    TellingAll,
    Text,
    Whole,
    YesNo,
    plain_code,
)

PersonKind = Literal["citizen", "enterprise", "organization", "other"]
ORGANISATIONS: Final = frozenset({"enterprise", "organization"})
Pieces = Annotated[Whole, Field(ge=0, le=1000)]
RowId = Annotated[Whole, Field(ge=1, le=2**63 - 1)]
_NOT_IN_A_PATH = re.compile(r"[/\\?#%\s]|^\.{1,2}$")


def _refuse_unaddressable(code: str) -> str:
    if _NOT_IN_A_PATH.search(code) or not code.isprintable():
        raise PydanticCustomError("external_code_malformed", "The code cannot stand in an address")
    return code


def _refuse_other_than_https(link: str) -> str:
    if re.fullmatch(r"https://[^\s/?#@\\]+([/?#]\S*)?", link) is None:
        raise PydanticCustomError("link_not_https", "Not an https address")
    return link


IdentityNumber = Annotated[Code, AfterValidator(normalize_identity_number)]
"""Of a person or an organisation: passports in capitals, tax codes of branches with their hyphen."""
ExternalCode = Annotated[Code, AfterValidator(_refuse_unaddressable)]
"""Another system's code: the dossier is found by it, so it can stand in an address."""
WebLink = Annotated[Text, AfterValidator(_refuse_other_than_https)]
Phone = Annotated[
    str, StringConstraints(max_length=30, pattern=r"^\+?[ .]*([0-9][ .]*){8,15}$"), AfterValidator(normalize_phone)
]
"""However it is spaced, and with 0 or +84: kept in one shape."""
EmailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s]{2,}$")]


class ComponentInput(Input):
    """A paper handed in: pieces of each kind and where its content comes from."""

    code: Code
    originals: Pieces = 0
    certified_copies: Pieces = 0
    photocopies: Pieces = 0
    source: ComponentSource = ComponentSource.PAPER


class PersonInput(Input):
    """The applicant (chủ hồ sơ) or the representative who files for them."""

    kind: PersonKind = "citizen"
    full_name: PersonName
    identity_number: IdentityNumber | None = None
    date_of_birth: Day | None = None
    gender: Gender | None = None
    phone: Phone | None = None
    email: EmailAddress | None = None
    address: Text | None = None


class OfPeople(TellingAll):
    """An input that names an applicant and perhaps who represents them."""

    @classmethod
    def plain_faults(cls, given: Mapping[str, Any]) -> Iterable[Refusal]:
        for role in ("applicant", "representative"):
            person = given.get(role)
            if isinstance(person, Mapping):
                yield from _number_faults(person, role)


def _number_faults(person: Mapping[str, Any], role: str) -> Iterable[Refusal]:
    kind, number = person.get("kind", "citizen"), person.get("identity_number")
    field = f"{role}.identity_number"
    if kind not in get_args(PersonKind):
        return
    if number is None and role == "applicant" and kind != "other":
        yield Refusal("missing", field)
    elif isinstance(number, str) and number.strip():
        yield from check_number(
            normalize_identity_number(number), organisation=kind in ORGANISATIONS, field=field
        ).errors


class RegisterDossier(OfPeople):
    """A dossier at the counter, from the portal or by post; `accept` also accepts it in the same transaction."""

    procedure_code: ProcedureCode
    case_variant: Code | None = None
    channel: Channel
    receiving_unit: Code
    competent_unit: Code | None = None
    supporting_unit: Code | None = None
    applicant: PersonInput
    representative: PersonInput | None = None
    summary: LongText | None = None
    components: Annotated[tuple[ComponentInput, ...], Field(max_length=100)] = ()
    return_channel: Channel = Channel.COUNTER
    return_address: Text | None = None
    external_code: ExternalCode | None = None
    accept: YesNo = False

    @classmethod
    def plain_faults(cls, given: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().plain_faults(given)
        person = given.get("applicant")
        addresses = (given.get("return_address"), person.get("address") if isinstance(person, Mapping) else None)
        if given.get("return_channel") == Channel.POSTAL.value and addresses == (None, None):
            yield Refusal("return_address_missing", "return_address")


class Reasoned(TellingAll):
    """An act whose `reason_code` is of a shipped list."""

    reasons: ClassVar[str]
    """The list's name."""

    @classmethod
    def plain_faults(cls, given: Mapping[str, Any]) -> Iterable[Refusal]:
        if code := plain_code(given, "reason_code"):
            yield from check_code(cls.reasons, code, "reason_code")


def check_codes(body: Any) -> list[Refusal]:
    """Return a fault for each code in an act that its list does not have."""
    return list(body.plain_faults(body.model_dump())) if isinstance(body, Reasoned | RequestSupplement) else []


class Accept(Input):
    """Take the dossier in; `components` are papers brought on this occasion, beside those handed in before."""

    action: Literal["accept"]
    components: Annotated[tuple[ComponentInput, ...], Field(max_length=100)] = ()


class Refuse(Reasoned):
    """Mẫu 03: a structured reason, what it means for this dossier, and its legal basis."""

    reasons: ClassVar = "refusal_reasons"
    action: Literal["refuse"]
    reason_code: Code
    explanation: LongText
    legal_basis: Text


class SupplementItem(Input):
    component_code: Code
    problem: Code
    note: Text | None = None


class AskAgainReason(Input):
    """Why a paper is demanded that is held already or to be had from data; who asks signs it with their account."""

    code: Code
    text: LongText


class RequestSupplement(TellingAll):
    """Mẫu 02: everything that is missing, at once, each row naming a component of the procedure."""

    action: Literal["request_supplement"]
    items: Annotated[tuple[SupplementItem, ...], Field(min_length=1, max_length=50)]
    reason: LongText
    answer_within_days: Annotated[Whole | None, Field(ge=1, le=365)] = None
    leader_reason: LongText | None = None
    ask_again_reason: AskAgainReason | None = None

    @classmethod
    def plain_faults(cls, given: Mapping[str, Any]) -> Iterable[Refusal]:
        again, items = given.get("ask_again_reason"), given.get("items")
        if isinstance(again, Mapping) and (code := plain_code(again, "code")):
            yield from check_code("ask_again_reasons", code, "ask_again_reason.code")
        for index, item in enumerate(items if isinstance(items, (list, tuple)) else ()):
            if isinstance(item, Mapping) and (code := plain_code(item, "problem")):
                yield from check_code("supplement_problems", code, f"items.{index}.problem")


class ReceiveSupplement(Input):
    """Papers brought beside those handed in before; what was asked for and did not come is a warning."""

    action: Literal["receive_supplement"]
    components: Annotated[tuple[ComponentInput, ...], Field(max_length=100)] = ()


class StartProcessing(Input):
    action: Literal["start_processing"]
    assignee: Code | None = None


class RequestPayment(Input):
    action: Literal["request_payment"]
    amount_vnd: Annotated[Whole, Field(gt=0, le=1_000_000_000_000)]
    reason: Text


class ConfirmPayment(Input):
    action: Literal["confirm_payment"]
    method: Literal["cash", "bank_transfer", "online_national", "online_province"]
    reference: Code | None = None


class Extend(Reasoned):
    """Mẫu 04: apology and the new date, issued before the due time, at most once.

    `reason_code` (list `extension_reasons`) is what the citizen reads in the look-up; `reason` goes into the letter.
    """

    reasons: ClassVar = "extension_reasons"
    action: Literal["extend"]
    new_due_at: Instant
    reason_code: Code | None = None
    reason: LongText
    legal_basis: Text | None = None


class Resolve(Reasoned):
    """The decision: `result_id` names the signed result that it is; number and kind are then taken from it.

    Denied, it needs an `explanation`; `reason_code` (list `refusal_reasons`) is what the citizen reads in the look-up.
    """

    reasons: ClassVar = "refusal_reasons"
    action: Literal["resolve"]
    outcome: Literal["approved", "denied"] = "approved"
    reason_code: Code | None = None
    result_number: Code | None = None
    result_type: Code | None = None
    result_id: RowId | None = None
    explanation: LongText | None = None


class Authorisation(Input):
    """Why somebody else receives the result, and the paper that says so: its number and date, or a document here."""

    reason: Text
    reference: Text
    document_id: RowId | None = None


class HandOver(Input):
    """The result reaches the applicant: receiver and proof at the counter, tracking number by post, link online.

    At the counter the receiver is the applicant or the recorded representative, or an authorisation says why not.
    """

    action: Literal["hand_over"]
    method: Channel
    receiver_name: PersonName | None = None
    receiver_identity_number: IdentityNumber | None = None
    relationship: Text | None = None
    proof: Text | None = None
    proof_document_id: RowId | None = None
    authorisation: Authorisation | None = None
    tracking_number: Code | None = None
    link: WebLink | None = None


class Withdraw(Input):
    action: Literal["withdraw"]
    explanation: LongText


class Stop(Reasoned):
    """Mẫu 05: only while no result was decided."""

    reasons: ClassVar = "stop_reasons"
    action: Literal["stop"]
    reason_code: Code
    explanation: LongText
    legal_basis: Text


class Correct(OfPeople):
    """A clerk's mistake put right: voids the receipt, issues a new one, keeps what was there before."""

    action: Literal["correct"]
    reason: LongText
    procedure_code: ProcedureCode | None = None
    case_variant: Code | None = None
    applicant: PersonInput | None = None
    representative: PersonInput | None = None
    components: Annotated[tuple[ComponentInput, ...] | None, Field(max_length=100)] = None
    summary: LongText | None = None
    return_channel: Channel | None = None
    return_address: Text | None = None


ActionInput = Annotated[
    Accept
    | Refuse
    | RequestSupplement
    | ReceiveSupplement
    | StartProcessing
    | RequestPayment
    | ConfirmPayment
    | Extend
    | Resolve
    | HandOver
    | Withdraw
    | Stop
    | Correct,
    Field(discriminator="action"),
]
