"""Keys of persons and units on a token or HSM, by PKCS#11. They never leave it: it makes the signatures itself.

Key and certificate of an identity are labelled `person-<user name>` or `unit-<code>`; the other certificates of the
token are sent along as the chain. The package `python-pkcs11` is installed by who has a token.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from asn1crypto import x509 as asn1_x509
from pkcs11 import Attribute, ObjectClass, PKCS11Error
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer as PadesSigner

from app.adapters.signing_keys import stem_of
from app.services.ports import SigningFailed, SigningIdentity

_REFUSED = (PinIncorrect, PinInvalid, PinLenRange, PinLocked)


class TokenKeys:
    """`KeySource` over one token, found by its label. Its one session serves one thread after the other.

    Raises `SigningFailed` `signing_token_unavailable` when the token does not answer, or refuses the PIN, which it is
    then not asked again: after some wrong ones a token locks itself.
    """

    is_test = False
    trust_roots: Sequence[asn1_x509.Certificate] = ()

    def __init__(self, module: Path, label: str, pin: str | None) -> None:
        self._module = module
        self._label = label
        self._pin = pin
        self._turn = Lock()
        self._session: Any = None
        self._pin_refused = False

    def has(self, identity: SigningIdentity) -> bool:
        with self.session() as session:
            return bool(_certificates(session, stem_of(identity)))

    def signer_for(self, identity: SigningIdentity) -> PadesSigner:
        label = stem_of(identity)
        with self.session() as session:
            own, keys = _certificates(session, label), _found(session, ObjectClass.PRIVATE_KEY, label)
            if not own or len(keys) != 1:
                raise SigningFailed("signing_key_missing")
            return _TokenSigner(self, session, label, own[0], _certificates(session))

    @contextmanager
    def session(self) -> Iterator[Any]:
        """Lend the session, opened anew after a failure: a token that was pulled out may be back."""
        with self._turn:
            if self._pin_refused:
                raise SigningFailed("signing_token_unavailable")
            try:
                if self._session is None:
                    criteria = TokenCriteria(label=self._label)
                    self._session = open_pkcs11_session(str(self._module), token_criteria=criteria, user_pin=self._pin)
                yield self._session
            except PKCS11Error as error:
                self._pin_refused = isinstance(error, _REFUSED)
                self._forget_session()
                raise SigningFailed("signing_token_unavailable") from error

    def _forget_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(PKCS11Error):
                session.close()


class _TokenSigner(PKCS11Signer):
    """Signs while no other thread talks to the token. The hash is made here: tokens differ in which they make."""

    def __init__(
        self,
        keys: TokenKeys,
        session: Any,
        label: str,
        own: asn1_x509.Certificate,
        chain: Sequence[asn1_x509.Certificate],
    ) -> None:
        super().__init__(session, key_label=label, signing_cert=own, ca_chain=chain, use_raw_mechanism=True)
        self._keys = keys

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - pyHanko's own signature
        with self._keys.session():
            return bytes(await super().async_sign_raw(data, digest_algorithm, dry_run))


def _certificates(session: Any, label: str | None = None) -> list[asn1_x509.Certificate]:
    found = _found(session, ObjectClass.CERTIFICATE, label)
    return [asn1_x509.Certificate.load(one[Attribute.VALUE]) for one in found]


def _found(session: Any, kind: ObjectClass, label: str | None) -> list[Any]:
    wanted = {Attribute.CLASS: kind} | ({} if label is None else {Attribute.LABEL: label})
    return list(session.get_objects(wanted))
