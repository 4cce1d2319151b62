"""What people send about results and signatures. Shape only; the rules are in the use cases."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.services.inputs import Code, Day, Input, Instant, LongText, Text, Whole, YesNo

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
RowId = Annotated[Whole, Field(ge=1, le=2**63 - 1)]
AT_ONCE = 50
"""So many requests are signed in one call."""


class WrittenResult(Input):
    """The words of a result that the house prints itself: what was decided, article by article.

    `style`: a decision numbers its articles under QUYẾT ĐỊNH, a certificate states them one after the other.
    """

    style: Literal["decision", "certificate"] = "decision"
    preamble: Annotated[tuple[LongText, ...], Field(max_length=20)] = ()
    """The grounds and the consideration: printed above the decision, a line each."""
    articles: Annotated[tuple[LongText, ...], Field(min_length=1, max_length=40)]
    signer_title: Annotated[tuple[Text, ...], Field(max_length=3)] = ()
    """What stands above the signature, a line each: `KT. CHỦ TỊCH`, `PHÓ CHỦ TỊCH`. None: as the head of the unit."""


class DraftResult(Input):
    """A result to be signed: either `text`, printed by the house, or `content_sha256`, a PDF among the documents.

    `already_signed`: the PDF bears the signatures it needs; they are judged and must be trusted, and who hands it
    in may sign for the unit.
    """

    number: Text
    title: Text
    result_type: Code | None = None
    legal_basis: LongText
    effective_from: Day | None = None
    effective_to: Day | None = None
    content_sha256: Sha256 | None = None
    text: WrittenResult | None = None
    already_signed: YesNo = False


class ReplaceResult(DraftResult):
    """The draft of what takes the place of a published result, and why."""

    reason_code: Code


class SubmitResult(Input):
    """`signer`: user name of the leader it is meant for; None: any leader of the unit."""

    signer: Code | None = None


class SignBatch(Input):
    ids: Annotated[tuple[RowId, ...], Field(min_length=1, max_length=AT_ONCE)]


class DeclineSignature(Input):
    reason: LongText


class PublishResult(Input):
    """Nothing to say: publishing is the act."""


class DiscardResult(Input):
    reason: LongText | None = None


class RevokeResult(Input):
    """A published decision taken back, or a signed one before anybody saw it."""

    reason_code: Code
    reason: LongText
    legal_basis: Text


class Delegate(Input):
    """Somebody of the unit signs in the leader's stead until `valid_to`."""

    delegate: Code
    unit: Code
    valid_from: Instant | None = None
    valid_to: Instant
    reason: Text


class CheckSignatures(Input):
    """A PDF among the dossier's documents."""

    content_sha256: Sha256
