"""Acts of a transaction: noted where they are written, told to whoever opened the transaction once it is committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_noted: ContextVar[list[str] | None] = ContextVar("noted_acts", default=None)


@contextmanager
def noting_acts() -> Iterator[list[str]]:
    """Lend the list that receives the names of the acts done in the block, in their order."""
    acts: list[str] = []
    token = _noted.set(acts)
    try:
        yield acts
    finally:
        _noted.reset(token)


def note_act(name: str) -> None:
    """Note an act; nothing where nobody counts."""
    acts = _noted.get()
    if acts is not None:
        acts.append(name)
