"""What the law refuses, as codes and parameters: no HTTP status and no prose (those live in `app.api`)."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import ClassVar, TypeAlias

ParamValue: TypeAlias = str | int | bool | None


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a request is refused.

    `code` is stable and documented; `field` is the JSON path of the offending input (`applicant.identity_number`), or
    None when the whole act is refused; `params` fill the message and carry no personal data.
    """

    code: str
    field: str | None = None
    params: Mapping[str, ParamValue] = dataclasses.field(default_factory=dict)


class DomainError(Exception):
    """Anything the domain refuses. `code` is stable; clients may rely on it."""

    code: ClassVar[str] = "refused"

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals: tuple[Refusal, ...] = refusals
        super().__init__(self.code, *(refusal.code for refusal in refusals))


class InvalidInput(DomainError):  # noqa: N818 - refusals read as nouns of the office, not as "…Error"
    """The request breaks one or more rules; all of them are listed."""

    code = "invalid_input"


class ActionRefused(DomainError):  # noqa: N818 - see InvalidInput
    """The act is not possible in the dossier's present situation; every reason is listed."""

    code = "action_refused"


class NotFound(DomainError):  # noqa: N818 - see InvalidInput
    """The thing does not exist, or the actor may not know that it does."""

    code = "not_found"


class Forbidden(DomainError):  # noqa: N818 - see InvalidInput
    """The actor may see the thing but may not do this to it."""

    code = "forbidden"


class Unauthenticated(DomainError):  # noqa: N818 - see InvalidInput
    """Nobody known is asking: no credentials, wrong, expired or revoked ones."""

    code = "unauthenticated"


class Conflict(DomainError):  # noqa: N818 - see InvalidInput
    """The act contradicts what is already recorded (a duplicate, a second rating, a key used for another body)."""

    code = "conflict"


class VersionConflict(DomainError):  # noqa: N818 - see InvalidInput
    """The caller acted on a version that is no longer the current one (If-Match)."""

    code = "version_conflict"


class VersionRequired(DomainError):  # noqa: N818 - see InvalidInput
    """The act needs If-Match, so that no one overwrites what they have not seen."""

    code = "version_required"


class TooManyAttempts(DomainError):  # noqa: N818 - see InvalidInput
    """Locked for a while after repeated failure."""

    code = "too_many_attempts"


class Unavailable(DomainError):  # noqa: N818 - see InvalidInput
    """Something the act needs does not answer now (the store of papers, the virus check); later it may succeed."""

    code = "unavailable"


def refuse_all(error: type[DomainError], refusals: Iterable[Refusal]) -> None:
    """Raise `error` with every refusal if there is at least one; return silently otherwise."""
    found = tuple(refusals)
    if found:
        raise error(*found)
