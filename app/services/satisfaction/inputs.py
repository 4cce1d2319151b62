"""What a citizen sends to rate."""

from typing import Annotated, Literal

from pydantic import Field

from app.services.inputs import Code, Input, Text, Whole, YesNo


class RateDossier(Input):
    """One answer on five levels. `assisted`: somebody helped to enter it; `channel`: on whose device."""

    level: Annotated[Whole, Field(ge=1, le=5)]
    reasons: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    comment: Text | None = None
    channel: Literal["own_device", "kiosk", "phone", "paper"] = "own_device"
    assisted: YesNo = False
