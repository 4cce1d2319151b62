"""Signatures of PDFs from outside are judged in processes of their own, so that no file can hold the service up."""

import asyncio
import base64
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from app.adapters.warm_processes import UNAVAILABLE, WarmProcesses
from app.domain.errors import Refusal, Unavailable
from app.services.documents.workplace import open_workplace
from app.services.ports import FoundSignature, SignatureReport, SigningFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.adapters.signing_keys import KeySource

_INSTANTS: Final = ("signed_at", "stamped_at", "revoked_at")

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class JudgingProcesses(WarmProcesses):
    """Judges by `app.adapters.judging`; the PDF lies in a workplace of `data_dir` meanwhile."""

    data_dir: Path
    trust_file: Path | None = None
    revocation_lists: Path | None = None
    accepts_unknown_revocation: bool = True
    program: str = "app.adapters.judging"

    async def judge(self, pdf: bytes, keys: "Callable[[], KeySource]", *, at: dt.datetime) -> SignatureReport:
        """Do what `app.services.ports.Signer.validate_pdf` promises; the authorities of `keys` are trusted, too.

        Raises `Unavailable` (`inspection_unavailable`) where the fault is not the file's.
        """
        roots = await asyncio.to_thread(lambda: [root.dump() for root in keys().trust_roots])
        with open_workplace(self.data_dir) as workplace:
            path = workplace / "signed.pdf"
            await asyncio.to_thread(path.write_bytes, pdf)
            told = await self.ask(
                {
                    "pdf": str(path),
                    "at": at.isoformat(),
                    "roots": [base64.b64encode(root).decode() for root in roots],
                    "trust_file": _absolute(self.trust_file),
                    "revocation_lists": _absolute(self.revocation_lists),
                    "accepts_unknown_revocation": self.accepts_unknown_revocation,
                }
            )
        if "failure" in told:
            log.warning("judging_failed", reason=told["failure"], cause=told["cause"])
            if told["failure"] == UNAVAILABLE:
                raise Unavailable(Refusal(UNAVAILABLE))
            raise SigningFailed("pdf_unreadable")
        if "refused" in told:
            raise SigningFailed(told["refused"])
        return SignatureReport(tuple(_found(facts) for facts in told["signatures"]), told["whole"])


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _found(facts: dict[str, Any]) -> FoundSignature:
    instants = {name: dt.datetime.fromisoformat(facts[name]) for name in _INSTANTS if facts[name] is not None}
    return FoundSignature(**facts | instants)
