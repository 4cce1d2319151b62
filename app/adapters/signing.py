"""The installation's signer: the work is done in threads, and its libraries are loaded when somebody first signs."""

import asyncio
import datetime as dt
from threading import Lock
from typing import TYPE_CHECKING

from app.core.settings import Settings
from app.services.ports import SignatureBox, SignatureReport, SigningFailed, SigningIdentity

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.adapters.pades import Pades
    from app.adapters.signing_keys import KeySource

_TIME_STAMP_SECONDS = 10


def open_signing(settings: Settings) -> "ThreadedSigner":
    """Return the signer of the installation; without keys of its own it signs with a test authority."""
    has_keys = settings.signing_token_module is not None or settings.signing_keys_dir is not None
    return ThreadedSigner(lambda: _pades_of(settings), is_test=not has_keys)


class ThreadedSigner:
    """Implements `app.services.ports.Signer` over a `Pades` that is made when it is first needed."""

    def __init__(self, make: "Callable[[], Pades]", *, is_test: bool) -> None:
        self._make = make
        self._is_test = is_test
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
        return await asyncio.to_thread(lambda: self._pades().validate(pdf, at))

    def _pades(self) -> "Pades":
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made


def _pades_of(settings: Settings) -> "Pades":
    from pyhanko.sign.timestamps import HTTPTimeStamper

    from app.adapters.pades import Pades

    url = settings.signing_time_stamp_url
    return Pades(
        _keys_of(settings),
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
