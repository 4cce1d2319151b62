"""What administrators of accounts, and the account holders themselves, send."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from app.domain.permissions import Permission, Role
from app.services.inputs import Code, Input, Secret, Text, refuse_nul

MINIMUM_PASSWORD = 10
MAXIMUM_ROLES = 50

Username = Annotated[
    str,
    StringConstraints(min_length=3, max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]*$", strip_whitespace=True),
]
"""Small letters, digits, dot, hyphen, underscore: read out over the phone without doubt."""

NewPassword = Annotated[
    str,
    StringConstraints(min_length=MINIMUM_PASSWORD, max_length=200, strip_whitespace=False),
    AfterValidator(refuse_nul),
]


class RoleInput(Input):
    """A role in a unit, known by its code."""

    role: Role
    unit: Code


class StaffInput(Input):
    """A new member of staff; without `password` one is made up and returned once."""

    username: Username
    display_name: Text
    password: NewPassword | None = None
    roles: Annotated[list[RoleInput], Field(min_length=1, max_length=MAXIMUM_ROLES)]


class MachineInput(Input):
    """A new machine client: what it may do (`scopes`) over which units and all below them."""

    client_id: Username
    display_name: Text
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))]
    units: Annotated[list[Code], Field(min_length=1, max_length=MAXIMUM_ROLES)]


class PasswordReset(Input):
    """A new password chosen by the administrator; without one it is made up and returned once."""

    password: NewPassword | None = None


class PasswordChange(Input):
    """One's own new password; the present one proves that it is not just a found session."""

    current_password: Secret
    new_password: NewPassword


class TokenForm(Input):
    """A request for tokens (RFC 6749 §4.3, §4.4, §6); fields that no grant type knows are ignored, as §3.2 asks."""

    model_config = ConfigDict(extra="ignore")

    grant_type: Literal["password", "client_credentials", "refresh_token"]
    username: Secret | None = None
    password: Secret | None = None
    client_id: Secret | None = None
    client_secret: Secret | None = None
    refresh_token: Secret | None = None
    scope: Annotated[str, Field(max_length=1000)] = ""
