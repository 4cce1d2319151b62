"""What an administrator of units sends."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.services.inputs import Code, Day, Input, Text, YesNo

Level = Literal["ministry", "province", "department", "district", "commune", "vertical"]
Confidence = Literal["verified", "seen_in_practice", "unverified", "default", "synthetic"]
UnitCode = Annotated[Code, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class UnitInput(Input):
    """A new unit below an existing one; the tree has one root, so a parent is always named."""

    code: UnitCode
    name: Text
    level: Level
    parent: Code
    valid_from: Day
    is_one_stop: YesNo = False
    source: Annotated[str, Field(max_length=300)] = ""
    confidence: Confidence = "unverified"


class UnitClosing(Input):
    """The first day on which the unit no longer exists; null takes back a closing that has not begun."""

    valid_to: Day | None


class CounterInput(Input):
    """A window of a one-stop desk."""

    code: UnitCode
    name: Text


class AgencyIdentifierInput(Input):
    """The identifier a unit uses from a day on (mã định danh, QĐ 20/2020/QĐ-TTg)."""

    code: Code
    valid_from: Day
    source: Annotated[str, Field(max_length=300)] = ""
    confidence: Confidence = "unverified"
