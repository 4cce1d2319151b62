"""What a document of a dossier can be."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """Why a document lies in a dossier."""

    COMPONENT = "component"
    """A paper of the procedure's checklist, handed in."""
    ATTACHMENT = "attachment"
    DIGITIZED_COPY = "digitized_copy"
    RESULT = "result"
    INTERNAL = "internal"
    """Made by officers while they process; never the citizen's paper."""
