"""What the end of a dossier must agree with: the result it names, the person who receives it, what proves it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.db import from_json
from app.domain.errors import ActionRefused, InvalidInput, Refusal, refuse_all
from app.domain.procedures import Channel
from app.domain.search_text import fold
from app.services.dossiers import inputs

_NEEDED = {
    Channel.COUNTER: ("receiver_name", "proof"),
    Channel.POSTAL: ("tracking_number",),
    Channel.ONLINE: (),
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
    faults = missing_proof(body)
    if (
        body.method is Channel.COUNTER
        and body.authorisation is None
        and is_stranger(facts.people, name=body.receiver_name, identity_number=body.receiver_identity_number)
    ):
        faults.append(Refusal("receiver_is_stranger", "receiver_identity_number"))
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


def is_stranger(people: Iterable[Mapping[str, Any]], *, name: str | None, identity_number: str | None) -> bool:
    """Tell whether the receiver is none of the dossier's people: by number, or by name where no number was taken."""
    if identity_number is not None:
        return all(person["identity_number"] != identity_number for person in people)
    return name is not None and all(person["name_search"] != fold(name) for person in people)


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
