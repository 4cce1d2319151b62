"""Signatures of PDFs from outside are judged in processes of their own, as they would be judged here."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.adapters.judging_processes import JudgingProcesses
from app.adapters.pades import Pades
from app.adapters.signing import open_judging, open_signing
from app.adapters.signing_keys import DevelopmentAuthority
from app.core.settings import Settings
from app.services.ports import SigningFailed, SigningIdentity
from tests.factories.results import printed

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
UNIT = SigningIdentity("unit", "13285", "Ủy ban nhân dân phường Châu Sơn")


@pytest.fixture
async def judging(tmp_path: Path) -> AsyncIterator[JudgingProcesses]:
    opened = open_judging(Settings(data_dir=tmp_path))
    yield opened
    await opened.close()


async def test_signatures_are_judged_outside_as_they_would_be_here(judging: JudgingProcesses, tmp_path: Path) -> None:
    signer = open_signing(Settings(data_dir=tmp_path), judging)
    signed = await signer.sign_pdf(printed(), identity=UNIT, at=NOW, reason="", place="")
    changed = signed.replace(b"/Type /Catalog", b"/Type /Cbtalog", 1)
    here = Pades(DevelopmentAuthority(tmp_path / "test-signing"))
    for pdf in (signed, changed, printed()):
        assert await signer.validate_pdf(pdf, at=NOW) == await asyncio.to_thread(here.validate, pdf, NOW)
    assert (await signer.validate_pdf(signed, at=NOW)).trusted
    assert len(judging.processes) == 1


@pytest.mark.parametrize("bounds", [{"memory_bytes": 64 * 1024 * 1024}, {"seconds": 0.01}])
async def test_a_file_that_is_too_much_for_its_judge_is_unreadable(
    judging: JudgingProcesses, bounds: dict[str, float]
) -> None:
    for name, bound in bounds.items():
        setattr(judging, name, bound)
    with pytest.raises(SigningFailed, match="pdf_unreadable"):
        await judging.judge(printed(), lambda: DevelopmentAuthority(judging.data_dir / "test-signing"), at=NOW)
