"""The virus check: a clear answer or none, over TCP and over a socket of the machine."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.adapters.clamd import ClamdScanner
from app.domain.errors import DomainError, InvalidInput, Unavailable
from tests.services.documents.clamd_of_the_suite import EICAR, Clamd, running_clamd


async def pieces(*contents: bytes) -> AsyncIterator[bytes]:
    for content in contents:
        yield content


async def _refusal(scanner: ClamdScanner, *contents: bytes) -> DomainError:
    with pytest.raises(DomainError) as refused:
        await scanner.scan(pieces(*contents))
    return refused.value


async def test_a_clean_file_is_clean_and_arrives_whole() -> None:
    async with running_clamd() as clamd:
        assert await ClamdScanner(clamd.address).scan(pieces(b"a" * 70_000, b"b" * 5)) is None
        assert clamd.sizes == [70_005]


async def test_what_is_found_is_named() -> None:
    async with running_clamd() as clamd:
        # The signature lies across two pieces.
        found = await ClamdScanner(clamd.address).scan(pieces(b"x" + EICAR[:30], EICAR[30:]))
        assert found == "Eicar-Test-Signature"


async def test_a_check_over_a_socket_of_the_machine(tmp_path: Path) -> None:
    clamd = Clamd(address="")
    server = await asyncio.start_unix_server(clamd.answer, tmp_path / "clamd.sock")
    async with server:
        scanner = ClamdScanner(f"unix:{tmp_path / 'clamd.sock'}")
        await scanner.check()
        assert await scanner.scan(pieces(b"clean")) is None


@pytest.mark.parametrize("answer", [b"stream: \x00", b"Oops ERROR\x00", b"UNKNOWN COMMAND\x00", b"stream: OK"])
async def test_anything_but_a_clear_answer_is_no_answer(answer: bytes) -> None:
    async with running_clamd() as clamd:
        clamd.says = answer
        refused = await _refusal(ClamdScanner(clamd.address), b"content")
        assert isinstance(refused, Unavailable)
        assert refused.refusals[0].code == "virus_check_unavailable"


async def test_a_check_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    for address in ("127.0.0.1:9", f"unix:{tmp_path}/nobody", "nonsense"):
        assert isinstance(await _refusal(ClamdScanner(address), b"x"), Unavailable)
        with pytest.raises(Unavailable):
            await ClamdScanner(address).check()


async def test_a_file_beyond_the_checks_own_limit_is_refused_not_passed() -> None:
    async with running_clamd() as clamd:
        clamd.limit = 1000
        # It answers and cuts the line, as the real one does, while most of the file is still under way.
        refused = await _refusal(ClamdScanner(clamd.address), *(bytes(1024 * 1024) for _ in range(16)))
        assert isinstance(refused, InvalidInput)
        assert refused.refusals[0].code == "file_too_large_for_virus_check"


async def test_a_file_that_was_not_looked_through_is_refused_not_passed() -> None:
    async with running_clamd() as clamd:
        clamd.says = b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\x00"
        refused = await _refusal(ClamdScanner(clamd.address), b"x")
        assert isinstance(refused, InvalidInput)
        assert refused.refusals[0].code == "file_too_large_for_virus_check"
