"""What use cases of forms are asked with."""

from typing import Annotated, Literal

from pydantic import Field

from app.services.inputs import Code, Input, Whole


class IssueSlip(Input):
    """Which slip of a dossier: by the form's purpose (`receipt`), its number today (`01`) or its code."""

    form: Code
    event: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None
    """Number of the event in the timeline; None: the last one of the kind."""
    variant: Literal["large"] | None = None


class VoidSlip(Input):
    """Why a slip no longer counts."""

    reason_code: Literal["damaged", "lost", "misprinted"]
