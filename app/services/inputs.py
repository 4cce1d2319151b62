"""What every input shares: unknown fields are refused, spaces trimmed, nothing changes after it was read.

Strings carry a limit and never a NUL character, which PostgreSQL cannot store. The annotated types are for query and
path parameters as well.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

_NUL = "\x00"


def refuse_nul(text: str) -> str:
    """Return `text`; raise the fault `nul_character` if it contains one."""
    if _NUL in text:
        raise PydanticCustomError("nul_character", "The text contains a NUL character")
    return text


class Input(BaseModel):
    """Base of all inputs of use cases."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def refuse_nul_in_plain_strings(cls, value: object) -> object:
        return refuse_nul(value) if isinstance(value, str) else value


Code = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True), AfterValidator(refuse_nul)]
"""A code by which something is known: unit, procedure, dossier, component."""

Text = Annotated[
    str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True), AfterValidator(refuse_nul)
]
"""One line that people read: a name, an address, a reason."""

LongText = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True), AfterValidator(refuse_nul)
]
"""Several lines: a summary, a description, legal grounds."""

SearchText = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(refuse_nul)
]
"""What somebody types into a search box."""

Secret = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=False), AfterValidator(refuse_nul)
]
"""A password, token or secret: never trimmed."""
