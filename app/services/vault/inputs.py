"""What people send about papers that are held."""

from typing import Annotated, Literal

from pydantic import Field

from app.domain.papers import PaperSource
from app.services.dossiers.inputs import IdentityNumber
from app.services.inputs import Code, Day, Input, ProcedureCode, Text, Whole, YesNo


class SearchHeldPapers(Input):
    """Whose papers, and what for: the search is recorded with its reader and purpose.

    With a procedure the answer also says which of its components need not be asked for.
    """

    identity_number: IdentityNumber
    purpose: Literal["registration", "guidance", "checking"]
    procedure_code: ProcedureCode | None = None
    case_variant: Code | None = None


class RecordHeldPaper(Input):
    """A paper of the dossier's applicant, put into the vault by an officer who has it before them.

    Its content is a document of the dossier. `kind` is a code of `GET /paper-kinds`; without it, the component's.
    """

    document_id: Annotated[Whole, Field(ge=1, le=2**63 - 1)]
    kind: Code | None = None
    about_holder: YesNo = False
    issuer: Text
    number: Code | None = None
    issued_on: Day | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    legal_basis: Text


class ChangeHeldPaper(Input):
    """The paper no longer counts: revoked, or replaced by another paper of the same person."""

    status: Literal["revoked", "replaced"]
    reason: Text
    replaced_by: Code | None = None


class ReuseHeldPaper(Input):
    source: Literal[PaperSource.VAULT]
    held_paper: Code
    legal_basis: Text | None = None


class ReuseFromStore(Input):
    """`reference`: the paper's code in the citizen's own store at the national portal."""

    source: Literal[PaperSource.NATIONAL_STORE]
    reference: Code
    legal_basis: Text | None = None


class ReuseFromDatabase(Input):
    """`database_code`: MaCSDL; `reference`: number of the inquiry that was answered."""

    source: Literal[PaperSource.DATABASE]
    database_code: Code
    reference: Code
    legal_basis: Text | None = None


ReusePaper = Annotated[ReuseHeldPaper | ReuseFromStore | ReuseFromDatabase, Field(discriminator="source")]


class AddPaperKind(Input):
    """A line of the list of kinds, from a day on. `file_names`: names of files that betray a card only to be shown."""

    code: Code
    vi: Text
    en: Text
    presented_only: YesNo = False
    valid_months: Annotated[Whole, Field(ge=1, le=600)] | None = None
    file_names: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    confidence: Literal["verified", "unverified"] = "verified"
    source: Text
    valid_from: Day
    valid_to: Day | None = None


class AddPaperUse(Input):
    """Which paper a component or a result of a procedure is; no `code` for a result: every result of the procedure.

    `about_holder`: it states facts of the applicant themselves, so that one that is held stands in.
    """

    procedure_code: ProcedureCode
    role: Literal["component", "result"]
    code: Code | None = None
    kind: Code
    about_holder: YesNo
    confidence: Literal["verified", "unverified"] = "verified"
    source: Text
    valid_from: Day
    valid_to: Day | None = None


class EndPaperLine(Input):
    """`valid_to`: the first day on which the line no longer counts."""

    valid_to: Day
