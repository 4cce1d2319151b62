"""Documents of the lists of papers."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant


class PaperKindOut(BaseModel):
    """A line of the list of kinds. `valid_months`: how long one counts from its day of issue; null: no limit."""

    id: int
    code: str
    vi: str
    en: str
    presented_only: bool
    valid_months: int | None
    file_names: list[str]
    confidence: str
    source: str
    valid_from: dt.date
    valid_to: dt.date | None
    recorded_at: LocalInstant


class PaperKindPageOut(BaseModel):
    items: list[PaperKindOut]
    next_cursor: str | None


class PaperUseOut(BaseModel):
    """A line of the list of uses; `code` empty: every result of the procedure."""

    id: int
    procedure_code: str
    role: Literal["component", "result"]
    code: str
    kind: str
    kind_vi: str | None
    about_holder: bool
    confidence: str
    source: str
    valid_from: dt.date
    valid_to: dt.date | None
    recorded_at: LocalInstant


class PaperUsePageOut(BaseModel):
    items: list[PaperUseOut]
    next_cursor: str | None


def kind_document(row: Any) -> PaperKindOut:
    return PaperKindOut(**_fields(row, PaperKindOut))


def use_document(row: Any) -> PaperUseOut:
    return PaperUseOut(**_fields(row, PaperUseOut))


def _fields(row: Any, model: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in model.model_fields} | {"recorded_at": local(row.recorded_at)}
