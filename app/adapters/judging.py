"""Judges signatures of strangers' PDFs, each in a bounded process of its own: `python -m app.adapters.judging`.

It knows the authorities that are trusted and the lists of what was revoked, and nobody's keys.
"""

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from pyhanko.sign.signers import Signer as PadesSigner

from app.adapters.answering import Question, answer_questions
from app.adapters.pades import Pades
from app.services.ports import SigningFailed, SigningIdentity


class _NoKeys:
    """A `KeySource` with authorities only."""

    is_test = False

    def __init__(self, trust_roots: Sequence[asn1_x509.Certificate]) -> None:
        self.trust_roots = trust_roots

    def has(self, identity: SigningIdentity) -> bool:  # noqa: ARG002 - as `KeySource` says
        return False

    def signer_for(self, identity: SigningIdentity) -> PadesSigner:  # noqa: ARG002 - likewise
        raise SigningFailed("signing_key_missing")


def judged(question: Question) -> dict[str, Any]:
    """Return the report of a PDF's signatures as JSON can carry it; `{"refused": code}` for one that is none."""
    roots = [asn1_x509.Certificate.load(base64.b64decode(root)) for root in question["roots"]]
    lists = question["revocation_lists"]
    pades = Pades(
        _NoKeys(roots),
        trust_file=None if question["trust_file"] is None else Path(question["trust_file"]),
        revocation_lists=None if lists is None else Path(lists),
        accepts_unknown_revocation=question["accepts_unknown_revocation"],
    )
    try:
        report = pades.validate(Path(question["pdf"]).read_bytes(), dt.datetime.fromisoformat(question["at"]))
    except SigningFailed as failed:
        return {"refused": failed.code}
    return {"signatures": [_plain(asdict(found)) for found in report.signatures], "whole": report.whole}


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in found.items()}


if __name__ == "__main__":
    # What is loaded when it is first used, every child would load anew.
    for name in ("pyhanko.pdf_utils.filters", "cryptography.hazmat.backends.openssl.backend", "lxml.etree"):
        import_module(name)
    answer_questions(judged)
