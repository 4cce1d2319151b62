"""What the end of a dossier must agree with: the result it names, the person who receives it, what proves it."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.db import from_json
from app.domain.errors import ActionRefused, InvalidInput, Refusal, refuse_all
from app.domain.procedures import Channel
from app.services.dossiers import inputs

_NEEDED = {
    Channel.COUNTER: ("receiver_name", "proof"),
    Channel.POSTAL: ("tracking_number",),
    Channel.ONLINE: (),
}
_BY_HAND = frozenset({Channel.COUNTER, Channel.POSTAL})
_ONLY_WITH = {
    "receiver_name": _BY_HAND,
    "receiver_identity_number": _BY_HAND,
    "relationship": _BY_HAND,
    "authorisation": _BY_HAND,
    "tracking_number": frozenset({Channel.POSTAL}),
    "link": frozenset({Channel.ONLINE}),
}


@dataclass(frozen=True, slots=True)
class EndingFacts:
    """People, results and named documents of a dossier, gathered under its lock for `resolve` and `hand_over`."""

    people: tuple[Mapping[str, Any], ...]
    results: tuple[Mapping[str, Any], ...]
    """Those neither discarded, replaced nor revoked: `{id, number, result_type, status}`."""
    documents: frozenset[int]

    @classmethod
    def of(cls, found: Any) -> "EndingFacts":
        row = from_json(found)
        return cls(tuple(row["people"]), tuple(row["results"]), frozenset(row["documents"]))


def documents_named(body: Any) -> list[int]:
    """Return the documents that an act points to; they must be the dossier's own."""
    if not isinstance(body, inputs.HandOver):
        return []
    authorised = body.authorisation.document_id if body.authorisation is not None else None
    return [found for found in (body.proof_document_id, authorised) if found is not None]


def missing_proof(body: inputs.HandOver) -> list[Refusal]:
    """Return a fault for each thing that this way of handing over must be proved by."""
    return [Refusal("missing", name) for name in _NEEDED[body.method] if getattr(body, name) is None]


def plain_faults(body: Any) -> list[Refusal]:
    """Return what is wrong with a hand-over whatever the dossier; none with another act."""
    if not isinstance(body, inputs.HandOver):
        return []
    return missing_proof(body) + [
        Refusal("not_with_method", name, {"method": body.method.value})
        for name, methods in _ONLY_WITH.items()
        if getattr(body, name) is not None and body.method not in methods
    ]


def authorisation_columns(given: inputs.Authorisation | None) -> dict[str, Any]:
    """Return the columns of a hand-over that say why somebody else received it."""
    return {
        "authorisation_reason": None if given is None else given.reason,
        "authorisation_reference": None if given is None else given.reference,
        "authorisation_document_id": None if given is None else given.document_id,
    }


def check_hand_over(facts: EndingFacts, body: inputs.HandOver) -> None:
    """Raise `InvalidInput` for want of proof or for a stranger without authorisation, `ActionRefused` for a result
    that is signed but not published, and online for want of anything to fetch.
    """
    faults = plain_faults(body)
    if body.method is Channel.COUNTER and body.authorisation is None:
        faults += receiver_faults(facts.people, name=body.receiver_name, identity_number=body.receiver_identity_number)
    faults += [
        Refusal("document_of_another_dossier", None, {"document": named})
        for named in documents_named(body)
        if named not in facts.documents
    ]
    refuse_all(InvalidInput, faults)
    refused = [
        Refusal("result_to_be_published", params={"number": result["number"]})
        for result in facts.results
        if result["status"] == "signed"
    ]
    if body.method is Channel.ONLINE and body.link is None and not _published(facts):
        refused.append(Refusal("result_not_published"))
    refuse_all(ActionRefused, refused)


def receiver_faults(
    people: Sequence[Mapping[str, Any]], *, name: str | None, identity_number: str | None
) -> list[Refusal]:
    """Return why the receiver is not known to be one of the dossier's people.

    By number whoever has one recorded (`receiver_number_needed` when only the name was told); by the whole name, tones
    included, only those of whom the dossier holds no number.
    """
    if name is None:
        return []
    namesakes = [person for person in people if _same_name(person["full_name"], name)]
    if any(person["identity_number"] is None for person in namesakes):
        return []
    if identity_number is None:
        code = "receiver_number_needed" if namesakes else "receiver_is_stranger"
        return [Refusal(code, "receiver_identity_number")]
    if any(person["identity_number"] == identity_number for person in people):
        return []
    return [Refusal("receiver_is_stranger", "receiver_identity_number")]


def _same_name(one: str, other: str) -> bool:
    return _comparable(one) == _comparable(other)


def _comparable(name: str) -> str:
    """Return a name without what only its writing differs by: letter case, spaces, composed or decomposed letters."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


def unexplained(body: inputs.Resolve) -> list[Refusal]:
    """Return a fault if the decision denies and does not say why, or gives grounds to deny what it approves."""
    if body.outcome == "denied":
        return [Refusal("denial_unexplained", "explanation")] if body.explanation is None else []
    return [Refusal("reason_without_denial", "reason_code")] if body.reason_code is not None else []


def resolved_by(facts: EndingFacts, body: inputs.Resolve) -> inputs.Resolve:
    """Return the act with number and kind of the signed result it names.

    Raises `InvalidInput` for a result of another dossier, `ActionRefused` for one that is not signed and while one
    waits to be signed.
    """
    named = next((result for result in facts.results if result["id"] == body.result_id), None)
    if body.result_id is not None and named is None:
        raise InvalidInput(Refusal("result_of_another_dossier", "result_id", {"result": body.result_id}))
    refused = [
        Refusal("signature_pending", params={"number": result["number"]})
        for result in facts.results
        if result["status"] == "submitted" and result["id"] != body.result_id
    ]
    if named is not None and named["status"] not in ("signed", "published"):
        refused.append(Refusal("result_not_signed", "result_id", {"result": named["id"]}))
    refuse_all(ActionRefused, refused)
    if named is None:
        return body
    return body.model_copy(
        update={
            "result_number": body.result_number or named["number"],
            "result_type": body.result_type or named["result_type"],
        }
    )


def original_path(code: str) -> str:
    """Return where the holder of the receipt fetches the electronic original."""
    return f"/api/v1/lookup/{code}/result"


def linked(facts: EndingFacts, body: inputs.HandOver, code: str) -> inputs.HandOver:
    """Return a hand-over online with the address of the published original, unless it names another."""
    if body.method is not Channel.ONLINE or body.link is not None or not _published(facts):
        return body
    return body.model_copy(update={"link": original_path(code)})


def _published(facts: EndingFacts) -> bool:
    return any(result["status"] == "published" for result in facts.results)
