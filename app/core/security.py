"""Passwords, signed tokens and random secrets: libraries wired once, so that nobody chooses parameters twice."""

import datetime as dt
import hashlib
import secrets
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_ALGORITHM = "HS256"
# No 0/O, 1/I/L, U/V: the secret is read from paper and typed on a phone.
_PAPER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"

_passwords = PasswordHash((Argon2Hasher(),))


class TokenInvalid(Exception):  # noqa: N818 - a token is invalid; nothing failed
    """The token is malformed, altered or past its time."""


class TokenSigner:
    """Signs and reads short-lived access tokens (compact JWS, RFC 7515, HMAC-SHA-256)."""

    def __init__(self, key: str) -> None:
        self._key = OctKey.import_key(hashlib.sha256(key.encode()).digest())

    def sign(self, claims: dict[str, Any], *, expires_at: dt.datetime) -> str:
        payload = orjson.dumps({**claims, "exp": int(expires_at.timestamp())})
        return jws.serialize_compact({"alg": _ALGORITHM, "typ": "at+jwt"}, payload, self._key)

    def read(self, token: str) -> dict[str, Any]:
        """Return the claims; raise `TokenInvalid` if altered or malformed. The caller compares `exp`."""
        try:
            signed = jws.deserialize_compact(token, self._key, algorithms=[_ALGORITHM])
            claims: dict[str, Any] = orjson.loads(signed.payload)
        except (JoseError, ValueError) as error:
            raise TokenInvalid from error
        if not isinstance(claims, dict):
            raise TokenInvalid
        return claims


def hash_password(password: str) -> str:
    return _passwords.hash(password)


def verify_password(password: str, password_hash: str) -> bool:
    return _passwords.verify(password, password_hash)


def hash_secret(secret: str) -> bytes:
    """Digest of a high-entropy secret (refresh token, client secret, link); not for passwords."""
    return hashlib.sha256(secret.encode()).digest()


def random_secret(size: int = 32) -> str:
    return secrets.token_urlsafe(size)


def random_paper_secret(length: int = 8) -> str:
    """A secret short enough to type from paper: 8 of 29 characters; a guess a millisecond needs sixteen years."""
    return "".join(secrets.choice(_PAPER_ALPHABET) for _ in range(length))
