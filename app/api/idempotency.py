"""`Idempotency-Key`: the header's form, the hash of a request, and answers replayed for rare paths.

Hot paths write their key in their own statement (`app.services.dossiers.writes`); everything else uses `Once`.
"""

import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.api.answers import Document, json_answer
from app.api.deps import application_of
from app.domain.errors import Conflict, InvalidInput, Refusal
from app.domain.permissions import Actor
from app.services.audit.idempotency import StoredAnswer, claim_key, store_answer

_MAX_KEY = 200
_Result = TypeVar("_Result")


async def idempotency_key(request: Request) -> str | None:
    """Return the request's key; None if it has none; raise `InvalidInput` if it is malformed."""
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= _MAX_KEY and key.isascii() and key.isprintable()):
        raise InvalidInput(Refusal("idempotency_key_invalid", "Idempotency-Key"))
    return key


async def request_hash(request: Request) -> bytes:
    """Digest of what makes two requests the same: method, path and body."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
    digest.update(await request.body())
    return digest.digest()


def answer_from(stored: StoredAnswer, *, digest: bytes) -> Response:
    """Replay a stored answer; raise `Conflict` if the key was used for another request."""
    if stored.request_hash != digest:
        raise Conflict(Refusal("idempotency_key_reused", "Idempotency-Key"))
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    return Response(stored.body, status_code=stored.status, headers=headers, media_type="application/json")


@dataclass(frozen=True, slots=True)
class OncePerKey:
    """Does what a request asks for, once for its key; the same request again gets the same answer.

    `now` is when the request came.
    """

    request: Request
    key: str | None
    now: dt.datetime

    async def __call__(
        self,
        connection: AsyncConnection | AsyncSession,
        caller: Actor | str,
        act: Callable[[], Awaitable[_Result]],
        *,
        show: Callable[[_Result], Document | Response],
        status: int = 200,
    ) -> Response:
        """Act in the caller's transaction and answer what `show` makes of the result: a document, or a whole answer.

        Keys are each caller's own: an account's, or of whoever the string stands for. A second request with the key
        waits on the first one's row, then replays its answer, or acts if it was rolled back. Raises `Conflict` if the
        key was used for another request.
        """
        if self.key is None:
            return _answer(show(await act()), status)
        if isinstance(connection, AsyncSession):
            connection = await connection.connection()
        scope = caller if isinstance(caller, str) else f"account:{caller.account_id}"
        digest = await request_hash(self.request)
        stored = await claim_key(connection, scope=scope, key=self.key, request_hash=digest, now=self.now)
        if stored is not None:
            return answer_from(stored, digest=digest)
        answer = _answer(show(await act()), status)
        headers = {name: value for name, value in answer.headers.items() if name in ("location", "etag")}
        body = bytes(answer.body).decode()
        await store_answer(connection, scope=scope, key=self.key, status=answer.status_code, headers=headers, body=body)
        return answer


async def once_per_key(request: Request) -> OncePerKey:
    """Lend what acts once for the request's key; raise `InvalidInput` if the key is malformed."""
    return OncePerKey(request, await idempotency_key(request), application_of(request).clock.now())


Once = Annotated[OncePerKey, Depends(once_per_key)]


def _answer(shown: Document | Response, status: int) -> Response:
    return shown if isinstance(shown, Response) else json_answer(shown, status=status)
