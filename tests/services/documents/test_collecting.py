"""Orphans are collected, nothing else is: whatever a row speaks of stays."""

import datetime as dt
import hashlib

import pytest

from app.bootstrap import Application
from app.collecting import collect_orphans, verify_contents
from app.core.clock import FixedClock
from app.core.db import execute, fetch_all, fetch_one
from app.domain.errors import Conflict
from app.services.documents.contents import Content, content_key, keep_bytes, put_content, record_content

PDF = "application/pdf"


async def _hashes(application: Application) -> list[str]:
    return sorted([blob.key.rpartition("/")[2] async for blob in application.storage.each("content")])


def _later(clock: FixedClock, hours: int) -> None:
    """Blobs carry the machine's own time: go as far beyond it as beyond the suite's."""
    clock.move_to(max(clock.now(), dt.datetime.fromtimestamp(4_000_000_000, dt.UTC)) + dt.timedelta(hours=hours))


async def test_content_without_a_row_goes_after_the_grace_and_the_rest_stays(
    application: Application, clock: FixedClock
) -> None:
    async with application.database.write() as connection:
        kept = await keep_bytes(connection, application.storage, b"of a document", media_type=PDF, now=clock.now())
    orphan = await put_content(application.storage, b"of nobody", media_type=PDF)
    clock.move_to(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert (await collect_orphans(application)).contents == 0
    assert await _hashes(application) == sorted([kept, orphan.sha256])
    _later(clock, 49)
    assert (await collect_orphans(application)).contents == 1
    assert await _hashes(application) == [kept]
    async with application.database.read() as connection:
        rows = await fetch_all(connection, "select sha256 from stored_content")
    assert [row.sha256 for row in rows] == [kept]


async def test_nobody_takes_up_a_content_that_is_being_removed(application: Application, clock: FixedClock) -> None:
    orphan = await put_content(application.storage, b"being removed", media_type=PDF)
    async with application.database.write() as connection:
        await _mark(application, orphan)
        with pytest.raises(Conflict):
            await record_content(connection, orphan, now=clock.now())


async def test_a_collector_that_was_killed_is_carried_on(application: Application, clock: FixedClock) -> None:
    """Killed after marking: bytes and mark are there. Killed after removing: only the mark."""
    marked = await put_content(application.storage, b"marked", media_type=PDF)
    gone = Content(hashlib.sha256(b"gone").hexdigest(), 4, PDF)
    await _mark(application, marked)
    await _mark(application, gone)
    _later(clock, 49)
    assert (await collect_orphans(application)).contents == 1
    assert await _hashes(application) == []
    async with application.database.write() as connection:
        await record_content(
            connection, await put_content(application.storage, b"gone", media_type=PDF), now=clock.now()
        )
    assert await _hashes(application) == [gone.sha256]


async def test_bytes_put_anew_while_marked_stay(application: Application, clock: FixedClock) -> None:
    again = await put_content(application.storage, b"sent again", media_type=PDF)
    await _mark(application, again)
    clock.move_to(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    await collect_orphans(application)
    assert await _hashes(application) == [again.sha256]
    async with application.database.write() as connection:
        await record_content(connection, again, now=clock.now())


async def test_the_database_itself_keeps_a_content_that_has_its_row(own_application: Application) -> None:
    now = own_application.clock.now()
    async with own_application.database.write() as connection:
        sha256 = await keep_bytes(connection, own_application.storage, b"kept", media_type=PDF, now=now)
    for change in ("delete from stored_content", "update stored_content set size_bytes = 1"):
        with pytest.raises(Exception, match=r"never changes|permission denied"):
            async with own_application.database.write() as connection:
                await execute(connection, change)
    async with own_application.database.read() as connection:
        row = await fetch_one(connection, "select sha256 from stored_content")
    assert row is not None
    assert row.sha256 == sha256


async def test_pieces_of_no_upload_and_old_workplaces_are_removed(application: Application, clock: FixedClock) -> None:
    await application.storage.put("uploads/gone/000000000000000-x", b"left behind")
    left = application.settings.data_dir / "workplace" / "left"
    left.mkdir(parents=True)
    (left / "handed-in").write_bytes(b"x")
    _later(clock, 49)
    collected = await collect_orphans(application)
    assert (collected.pieces, collected.workplaces) == (1, 1)
    assert not left.exists()


async def test_a_store_that_lost_or_changed_a_content_is_found_out(application: Application, clock: FixedClock) -> None:
    kept = []
    async with application.database.write() as connection:
        for content in (b"whole", b"lost", b"changed"):
            kept.append(  # noqa: PERF401 - one after the other on one connection
                await keep_bytes(connection, application.storage, content, media_type=PDF, now=clock.now())
            )
    await application.storage.remove(content_key(kept[1]))
    await application.storage.put(content_key(kept[2]), b"another")
    found = [fault async for fault in verify_contents(application)]
    assert sorted((fault.sha256, fault.code) for fault in found if fault is not None) == sorted(
        [(kept[1], "content_missing"), (kept[2], "content_damaged")]
    )
    assert found.count(None) == 1


async def test_the_same_bytes_are_written_once(application: Application, clock: FixedClock) -> None:
    async with application.database.write() as connection:
        first = await keep_bytes(connection, application.storage, b"same", media_type=PDF, now=clock.now())
        await application.storage.remove(content_key(first))
        second = await keep_bytes(connection, application.storage, b"same", media_type=PDF, now=clock.now())
    assert first == second
    assert await application.storage.find(content_key(first)) is None


async def _mark(application: Application, content: Content) -> None:
    async with application.database.write() as connection:
        await execute(
            connection,
            "insert into stored_content (sha256, size_bytes, media_type, stored_at, doomed_at) "
            "values ($1, 0, '', now(), now())",
            content.sha256,
        )
