"""What every act on a dossier shares: the idempotency key it came under, and its answer as it goes out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.db import from_json
from app.services.audit.idempotency import StoredAnswer
from app.services.dossiers.view import DossierView
from app.services.dossiers.writes import KeyedAnswer


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request under an idempotency key: whose key, which, and the digest that makes two requests the same."""

    scope: str
    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer as it goes out."""

    status: int
    headers: dict[str, str]
    body: bytes


Render = Callable[[DossierView], Rendered]


def keyed_answer(keyed: KeyedRequest | None, rendered: Rendered) -> KeyedAnswer | None:
    """Return what to store with the act; None without a key."""
    if keyed is None:
        return None
    return KeyedAnswer(keyed.scope, keyed.key, keyed.request_hash, rendered.status, rendered.headers, rendered.body)


def stored_answer(row: Any) -> StoredAnswer:
    """Return the answer given before under the same key, from columns or a JSON row of `idempotency_key`."""
    return StoredAnswer(bytes(row.request_hash), row.status, from_json(row.headers), row.body)
