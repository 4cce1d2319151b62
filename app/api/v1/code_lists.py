"""Lists of codes that acts and ratings refer to: what a client shows to choose from."""

from typing import Annotated, Literal

from fastapi import Depends, Path
from pydantic import BaseModel

from app.api.deps import public
from app.api.noun_router import NounRouter
from app.services.dossiers.code_lists import entries

router = NounRouter(prefix="/code-lists", tags=["code lists"], dependencies=[Depends(public)])

ListName = Annotated[
    Literal[
        "refusal_reasons",
        "stop_reasons",
        "supplement_problems",
        "extension_reasons",
        "rating_reasons",
        "satisfaction_levels",
        "national_statuses",
        "channels",
        "ask_again_reasons",
        "result_correction_reasons",
        "result_revocation_reasons",
    ],
    Path(),
]


class CodeOut(BaseModel):
    code: str
    vi: str
    en: str
    confidence: str


class CodeListOut(BaseModel):
    name: str
    items: list[CodeOut]


@router.get("/{name}", summary="Danh mục mã / A list of codes")
async def code_list(name: ListName) -> CodeListOut:
    items = [
        CodeOut(code=row["code"], vi=row["vi"], en=row["en"], confidence=row["confidence"])
        for row in entries(name).values()
    ]
    return CodeListOut(name=name, items=items)
