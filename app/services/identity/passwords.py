"""Passwords off the event loop: some fifty milliseconds of processor and 64 MiB each, so a few at a time."""

import asyncio
import os
from asyncio import AbstractEventLoop, Semaphore
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from weakref import WeakKeyDictionary

from app.core.security import hash_password, random_secret, verify_password

_AT_ONCE = os.cpu_count() or 1
_GENERATED_BYTES = 15

_slots: WeakKeyDictionary[AbstractEventLoop, Semaphore] = WeakKeyDictionary()


def password_slot() -> Semaphore:
    """Return the turnstile before every password check of this process.

    Whoever looks whether an account is locked, checks the password and records the failure inside it cannot be
    overrun by many guesses sent at once: at most as many as processors slip past the limit.
    """
    return _slots.setdefault(asyncio.get_running_loop(), Semaphore(_AT_ONCE))


async def password_matches(password: str, password_hash: str | None) -> bool:
    """Check a password; without a hash (nobody of that name) it takes the same time and fails."""

    def check() -> bool:
        # Made beforehand in either case: the first name nobody has must not cost a second hash.
        nobody = _hash_of_nobody()
        return verify_password(password, password_hash or nobody) and password_hash is not None

    return await asyncio.to_thread(check)


async def hashed(password: str) -> str:
    return await asyncio.to_thread(hash_password, password)


async def hashed_all(passwords: Sequence[str]) -> list[str]:
    """Hash many passwords, one thread a processor."""

    def work() -> list[str]:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(hash_password, passwords))

    return await asyncio.to_thread(work)


def generated_password() -> str:
    """Return a random password of 120 bits, to be given to its owner once."""
    return random_secret(_GENERATED_BYTES)


@cache
def _hash_of_nobody() -> str:
    return hash_password(random_secret())
