"""Children are restarted when they die, stopped when asked, killed when deaf, and never outlive their parent."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from app.core.supervision import Child, run_beside
from tests.architecture.source import ROOT

PATIENCE = 60.0
NOTE_LIFE = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')"
DIES_ONCE = f"{NOTE_LIFE}; import time; len(open(sys.argv[1]).readlines()) == 1 and sys.exit(1); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + NOTE_LIFE + "; import time; time.sleep(600)"
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""
WATCHING_CHILD = """
import sys, time
from app.core.supervision import end_with_parent
end_with_parent(int(sys.argv[1]))
print("watching", flush=True)
time.sleep(600)
"""


async def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    child = Child("dies once", [sys.executable, "-c", DIES_ONCE, str(lives)])

    async def until_it_lives_again() -> None:
        await _until(lambda: lives.exists() and len(lives.read_text().splitlines()) == 2)

    await run_beside([child], until_it_lives_again(), stop=asyncio.Event(), patience_seconds=PATIENCE)

    first, second = map(int, lives.read_text().splitlines())
    assert first != second
    assert not _is_alive(second)


async def test_a_child_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    child = Child("deaf", [sys.executable, "-c", DEAF, str(lives)])

    await run_beside([child], _until(lives.exists), stop=asyncio.Event(), patience_seconds=0.2)

    assert child.pid is None
    assert len(lives.read_text().splitlines()) == 1


async def test_children_stop_when_the_work_beside_them_fails(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    child = Child("left behind", [sys.executable, "-c", f"{NOTE_LIFE}; import time; time.sleep(600)", str(lives)])

    async def fail() -> None:
        await _until(lives.exists)
        raise OSError("the port was taken")

    failure: OSError | None = None
    try:
        await run_beside([child], fail(), stop=asyncio.Event(), patience_seconds=PATIENCE)
    except OSError as error:
        failure = error
    assert failure is not None
    assert child.pid is None


async def test_a_child_ends_when_its_parent_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, WATCHING_CHILD, stdout=asyncio.subprocess.PIPE, cwd=ROOT, start_new_session=True
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert _is_alive(child)

    parent.kill()
    await parent.wait()

    await _until(lambda: not _is_alive(child))


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - another process can only be looked at
            await asyncio.sleep(0.02)


def _is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended but was not collected by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
