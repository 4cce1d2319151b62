"""A file that breaks its reader breaks nothing else: it is refused, our memory stays, the next file passes."""

import asyncio
import io
import os
import resource
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from app.adapters.inspection_processes import InspectionProcesses
from app.domain.documents import FileLimits
from app.domain.errors import DomainError, InvalidInput, Unavailable
from app.services.ports import InspectedFile
from tests.factories.files import image_file, pdf_of, pdf_with_packed_bomb, pdf_with_scripts

MEGABYTE = 1024 * 1024
LIMITS = FileLimits(
    max_bytes=5 * MEGABYTE,
    image_max_bytes=2 * MEGABYTE,
    office_max_bytes=MEGABYTE,
    max_pages=50,
    max_pixels=89_000_000,
    max_unpacked_bytes=20 * MEGABYTE,
)


@pytest.fixture
async def breaking() -> AsyncIterator[InspectionProcesses]:
    """An inspection that does what the file says; one process, so that each test sees what the last file left."""
    opened = InspectionProcesses(
        memory_bytes=512 * MEGABYTE,
        cpu_seconds=1,
        seconds=60,
        at_once=1,
        program="tests.factories.misbehaving_inspection",
    )
    yield opened
    await opened.close()


@pytest.fixture
async def inspection() -> AsyncIterator[InspectionProcesses]:
    opened = InspectionProcesses(memory_bytes=200 * MEGABYTE, cpu_seconds=60, seconds=120)
    yield opened
    await opened.close()


async def inspected(inspection: InspectionProcesses, directory: Path, content: bytes) -> InspectedFile:
    path = directory / "handed-in"
    path.write_bytes(content)
    return await inspection.inspect(path, LIMITS, directory)


@pytest.mark.parametrize(
    ("file", "fault", "code"),
    [
        (b"crash", InvalidInput, "inspection_crashed"),
        (b"eat", InvalidInput, "inspection_out_of_memory"),
        (b"work", InvalidInput, "inspection_timed_out"),
        (b"full disk", Unavailable, "inspection_unavailable"),
    ],
)
async def test_a_file_that_breaks_its_reader_is_refused_and_the_next_one_passes(
    breaking: InspectionProcesses, tmp_path: Path, file: bytes, fault: type[DomainError], code: str
) -> None:
    with pytest.raises(fault) as refused:
        await inspected(breaking, tmp_path, file)
    assert [refusal.code for refusal in refused.value.refusals] == [code]
    assert (await inspected(breaking, tmp_path, b"good")).page_count == 1
    assert (await inspected(breaking, tmp_path, b"print")).page_count == 1


async def test_a_reader_that_hangs_is_ended_with_its_children_and_replaced(
    breaking: InspectionProcesses, tmp_path: Path
) -> None:
    await inspected(breaking, tmp_path, b"good")
    (warm,) = breaking.processes
    breaking.seconds = 0.5
    with pytest.raises(InvalidInput) as refused:
        await inspected(breaking, tmp_path, b"hang")
    assert refused.value.refusals[0].code == "inspection_timed_out"
    assert not _group_lives(warm)
    breaking.seconds = 60
    assert (await inspected(breaking, tmp_path, b"good")).page_count == 1


async def test_who_goes_away_leaves_no_process_at_work(breaking: InspectionProcesses, tmp_path: Path) -> None:
    await inspected(breaking, tmp_path, b"good")
    (warm,) = breaking.processes
    waiting = asyncio.create_task(inspected(breaking, tmp_path, b"hang"))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not _group_lives(warm)


async def test_a_bomb_of_many_packed_parts_is_refused_and_nothing_of_it_reaches_the_memory_of_the_service(
    inspection: InspectionProcesses, tmp_path: Path
) -> None:
    bomb = pdf_with_packed_bomb(*[30 * MEGABYTE] * 5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InvalidInput) as refused:
        await inspected(inspection, tmp_path, bomb)
    assert refused.value.refusals[0].code == "inspection_out_of_memory"
    grown_kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kilobytes < 10 * 1024
    assert (await inspected(inspection, tmp_path, pdf_of(2))).page_count == 2


async def test_a_copy_that_memory_did_not_suffice_for_is_not_taken_for_the_cleaned_file(
    inspection: InspectionProcesses, tmp_path: Path
) -> None:
    path = tmp_path / "handed-in"
    with pikepdf.open(io.BytesIO(pdf_with_scripts())) as pdf:
        pdf.Root.Large = pdf.make_stream(os.urandom(80 * MEGABYTE))
        pdf.save(path, compress_streams=False)
    with pytest.raises(InvalidInput) as refused:
        await inspection.inspect(path, replace(LIMITS, max_bytes=90 * MEGABYTE), tmp_path)
    assert refused.value.refusals[0].code == "inspection_out_of_memory"


async def test_one_warm_process_serves_file_after_file(inspection: InspectionProcesses, tmp_path: Path) -> None:
    assert inspection.processes == ()
    cleaned = await inspected(inspection, tmp_path, pdf_with_scripts())
    assert cleaned.result == tmp_path / "cleaned.pdf"
    converted = await inspected(inspection, tmp_path, image_file("PNG"))
    assert (converted.changes, converted.page_count) == (("converted_to_pdf",), 1)
    with pytest.raises(InvalidInput) as refused:
        await inspected(inspection, tmp_path, b"MZ a program")
    assert refused.value.refusals[0].code == "file_type_not_accepted"
    assert len(inspection.processes) == 1


async def test_closing_ends_the_processes(inspection: InspectionProcesses, tmp_path: Path) -> None:
    await inspected(inspection, tmp_path, pdf_of())
    (warm,) = inspection.processes
    await inspection.close()
    assert not _group_lives(warm)


def _group_lives(group: int) -> bool:
    """Tell whether any process of a session still runs."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, _group, session = status.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) == group and state != "Z":
            return True
    return False
