"""The installation's signer: it signs in threads, its libraries are loaded when somebody first signs, and it has
signatures judged in processes of their own.
"""

import asyncio
import datetime as dt
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from app.core.settings import Settings
from app.services.ports import SignatureBox, SignatureReport, SigningFailed, SigningIdentity

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.adapters.judging_processes import JudgingProcesses
    from app.adapters.pades import Pades
    from app.adapters.signing_keys import KeySource

    Judge = Callable[[bytes, dt.datetime], Awaitable[SignatureReport]]

_TIME_STAMP_SECONDS = 10


def open_judging(settings: Settings) -> "JudgingProcesses":
    """Return what judges signatures; its processes start when the first one comes. Close it at the end."""
    from app.adapters.judging_processes import JudgingProcesses

    return JudgingProcesses(
        memory_bytes=settings.inspection_memory_bytes,
        cpu_seconds=settings.inspection_cpu_seconds,
        seconds=settings.inspection_seconds,
        data_dir=settings.data_dir,
        trust_file=settings.signing_trust_file,
        revocation_lists=settings.signing_revocation_lists_dir,
        accepts_unknown_revocation=settings.signing_unknown_revocation == "accept",
    )


def open_signing(settings: Settings, judging: "JudgingProcesses | None" = None) -> "ThreadedSigner":
    """Return the signer of the installation; without keys of its own it signs with a test authority.

    Without `judging` it judges signatures in threads of this process.
    """
    has_keys = settings.signing_token_module is not None or settings.signing_keys_dir is not None
    keys = cache(lambda: _keys_of(settings))
    return ThreadedSigner(
        lambda: _pades_of(settings, keys()),
        is_test=not has_keys,
        judge=None if judging is None else lambda pdf, at: judging.judge(pdf, keys, at=at),
    )


class ThreadedSigner:
    """Implements `app.services.ports.Signer` over a `Pades` that is made when it is first needed."""

    def __init__(self, make: "Callable[[], Pades]", *, is_test: bool, judge: "Judge | None" = None) -> None:
        self._make = make
        self._is_test = is_test
        self._judge = judge
        self._lock = Lock()
        self._made: Pades | None = None

    @property
    def is_test(self) -> bool:
        return self._is_test

    async def can_sign(self, identity: SigningIdentity) -> bool:
        return await asyncio.to_thread(lambda: self._pades().has(identity))

    async def sign_pdf(
        self,
        pdf: bytes,
        *,
        identity: SigningIdentity,
        at: dt.datetime,
        reason: str,
        place: str,
        box: SignatureBox | None = None,
    ) -> bytes:
        return await asyncio.to_thread(lambda: self._pades().sign(pdf, identity, at, reason, place, box))

    async def validate_pdf(self, pdf: bytes, *, at: dt.datetime) -> SignatureReport:
        if self._judge is not None:
            return await self._judge(pdf, at)
        return await asyncio.to_thread(lambda: self._pades().validate(pdf, at))

    def _pades(self) -> "Pades":
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made


def _pades_of(settings: Settings, keys: "KeySource") -> "Pades":
    from pyhanko.sign.timestamps import HTTPTimeStamper

    from app.adapters.pades import Pades

    url = settings.signing_time_stamp_url
    return Pades(
        keys,
        trust_file=settings.signing_trust_file,
        revocation_lists=settings.signing_revocation_lists_dir,
        accepts_unknown_revocation=settings.signing_unknown_revocation == "accept",
        time_stamper=HTTPTimeStamper(url, timeout=_TIME_STAMP_SECONDS) if url else None,
    )


def _keys_of(settings: Settings) -> "KeySource":
    from app.adapters.signing_keys import DevelopmentAuthority, FileKeys

    if settings.signing_token_module is not None:
        pin = settings.signing_token_pin
        try:
            from app.adapters.token_keys import TokenKeys
        except ImportError as error:  # python-pkcs11 is installed by who has a token
            raise SigningFailed("signing_token_unavailable") from error
        return TokenKeys(
            settings.signing_token_module, settings.signing_token_label, None if pin is None else pin.get_secret_value()
        )
    if settings.signing_keys_dir is None:
        return DevelopmentAuthority(settings.data_dir / "test-signing")
    passphrase = settings.signing_key_passphrase
    return FileKeys(settings.signing_keys_dir, None if passphrase is None else passphrase.get_secret_value())
