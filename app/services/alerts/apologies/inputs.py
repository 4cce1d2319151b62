"""What people write into an apology."""

from typing import Annotated, Literal

from pydantic import Field

from app.services.inputs import Code, Input, Instant, LongText

Explanation = Annotated[str, Field(max_length=3000)]


class WriteApology(Input):
    """The content of Mẫu 04, whole: what was there before is replaced."""

    cause_code: Code
    explanation: Explanation = ""
    new_due_at: Instant
    responsible: Code | None = None
    """User name of the officer who answers for the delay; without one, nobody by name."""


class SendApology(Input):
    """The head of the agency's act; fields that are given replace the draft's."""

    cause_code: Code | None = None
    explanation: LongText | None = None
    new_due_at: Instant | None = None


ApologyStatus = Literal["draft", "sent", "dropped"]
