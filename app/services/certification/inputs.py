"""What the counter sends for a whole certification at once. Shape only."""

from typing import Annotated, Literal

from pydantic import Field

from app.domain.fees import PaymentMethod
from app.services.dossiers.inputs import Authorisation, IdentityNumber, OfPeople, PersonInput
from app.services.inputs import Code, Input, PersonName, ProcedureCode, Text
from app.services.payments.inputs import Book, ExemptionInput, PaperInput, SomeDong


class ReceiverInput(Input):
    """Who takes the copies home; without one it is whoever came, representative or applicant."""

    full_name: PersonName
    identity_number: IdentityNumber | None = None
    relationship: Text | None = None
    authorisation: Authorisation | None = None


class CertifyPapers(OfPeople):
    """One visit to the counter: papers, copies, money, signature of the office, hand-over.

    `signer` is the user name of who signed, needed unless the caller decides for the unit; `amount_vnd` what the clerk
    told the citizen: another total is refused; `proof` how the receiver acknowledged.
    """

    procedure_code: ProcedureCode
    receiving_unit: Code
    applicant: PersonInput
    representative: PersonInput | None = None
    papers: Annotated[tuple[PaperInput, ...], Field(min_length=1, max_length=100)]
    signer: Code | None = None
    exemption: ExemptionInput | None = None
    paid: PaymentMethod | None = None
    payment_reference: Code | None = None
    book: Book = "BL"
    amount_vnd: SomeDong | None = None
    receiver: ReceiverInput | None = None
    proof: Text = "Ký nhận tại quầy"


class AllowFastLane(Input):
    """A procedure enters the fast lane and the book it is entered in; `book` null takes it out."""

    book: Code | None


NumberedBy = Literal["copy", "paper"]
