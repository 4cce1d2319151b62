"""What goes out about ratings."""

from pydantic import BaseModel


class ChoiceOut(BaseModel):
    code: str
    vi: str
    en: str


class RatingInvitationOut(BaseModel):
    dossier_code: str
    procedure_name: str
    open: bool
    rated: bool
    levels: list[ChoiceOut]
    reasons: list[ChoiceOut]


class RatedOut(BaseModel):
    level: int
    vi: str
    en: str
