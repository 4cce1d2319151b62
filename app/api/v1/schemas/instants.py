"""Instants as they are answered."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from app.core.clock import LOCAL_ZONE


def _as_in_vietnam(at: dt.datetime) -> dt.datetime:
    return at.astimezone(LOCAL_ZONE)


LocalInstant = Annotated[AwareDatetime, AfterValidator(_as_in_vietnam)]
"""An instant as people in Vietnam read it (+07:00)."""
