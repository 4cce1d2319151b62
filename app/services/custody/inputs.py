"""What people send about originals: taking in, handing on, confirming."""

from typing import Annotated, Literal

from pydantic import Field

from app.domain.custody import Place
from app.services.dossiers.inputs import Authorisation, IdentityNumber
from app.services.inputs import Code, Input, Text, YesNo

Barcodes = Annotated[tuple[Code, ...], Field(min_length=1, max_length=500)]


class OriginalInput(Input):
    """One original; its name is that of the component unless it is told. A component of two pieces is two originals."""

    component_code: Code | None = None
    name: Text | None = None
    to_be_returned: YesNo = True


class TakeIn(Input):
    """Originals handed in at a counter of the receiving unit, or at the office that is competent."""

    place: Literal[Place.COUNTER, Place.OFFICE] = Place.COUNTER
    originals: Annotated[tuple[OriginalInput, ...], Field(min_length=1, max_length=100)]


class HandOn(Input):
    """A batch as it was scanned, and where it goes.

    To a counter or an office: the unit, and the person if only they may take it. To the post: the tracking number, and
    the unit unless it goes to the citizen. To the citizen: who took it and the proof of it; anybody else than the
    applicant or the recorded representative with the authorisation.
    """

    barcodes: Barcodes
    to_place: Place
    to_unit: Code | None = None
    to_account: Code | None = None
    tracking_number: Code | None = None
    receiver_name: Text | None = None
    receiver_identity_number: IdentityNumber | None = None
    authorisation: Authorisation | None = None
    proof: Text | None = None
    note: Text | None = None


class Confirm(Input):
    """What was scanned on arrival. Of a delivery to the citizen by post: to whom, and the notice of delivery."""

    barcodes: Barcodes
    receiver_name: Text | None = None
    proof: Text | None = None


class TakeBack(Input):
    """What nobody took, or what the post brought back."""

    barcodes: Barcodes
