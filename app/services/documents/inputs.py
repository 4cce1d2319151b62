"""What is asked of documents, as request bodies, and how the fields of a form or of a tus header are read."""

import re
from collections.abc import Mapping

from app.domain.documents import DocumentKind, ReadPurpose, clean_name, name_refusals
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.services.documents.take_in import Filing
from app.services.inputs import Input, YesNo

_SHA256 = re.compile(r"^[0-9a-fA-F]{64}$")
_ID = re.compile(r"[0-9]{1,19}", re.ASCII)
_MAX_CODE = 64
_MAX_ID = 2**63 - 1
_FROM_OUTSIDE = {kind.value: kind for kind in DocumentKind if kind is not DocumentKind.DIGITIZED_COPY}


class MakeLink(Input):
    """A link to a document's bytes. `original`: the file as it was handed in, where the document is a conversion."""

    purpose: ReadPurpose
    original: YesNo = False


def filing_from(fields: Mapping[str, str], *, name: str, name_field: str) -> Filing:
    """Return where a file belongs by the fields that came with it; raise `InvalidInput` with every fault at once.

    `component` names a line of the procedure's checklist; without one the file is an attachment. `kind` says otherwise.
    `name_field`: where the sender wrote the name.
    """
    name = clean_name(name)
    refusals = name_refusals(name, name_field)
    component = fields.get("component") or None
    if component is not None and (len(component) > _MAX_CODE or not component.isprintable()):
        refusals.append(Refusal("component_unknown", "component", {"component": ""}))
    usual = DocumentKind.ATTACHMENT if component is None else DocumentKind.COMPONENT
    kind = _FROM_OUTSIDE.get(fields.get("kind") or usual.value)
    if kind is None:
        refusals.append(Refusal("document_kind_unknown", "kind"))
    if kind is DocumentKind.COMPONENT and component is None:
        refusals.append(Refusal("component_expected", "component"))
    sha256 = fields.get("sha256") or None
    if sha256 is not None and not _SHA256.match(sha256):
        refusals.append(Refusal("checksum_malformed", "sha256"))
    supersedes = fields.get("supersedes") or None
    if supersedes is not None and (_ID.fullmatch(supersedes) is None or not 0 < int(supersedes) <= _MAX_ID):
        refusals.append(Refusal("document_unknown", "supersedes"))
        supersedes = None
    refuse_all(InvalidInput, refusals)
    return Filing(
        kind=kind or usual,
        name=name,
        component_code=component,
        supersedes_id=None if supersedes is None else int(supersedes),
        declared_sha256=None if sha256 is None else sha256.lower(),
    )
