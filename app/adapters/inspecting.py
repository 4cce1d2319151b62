"""Inspects files that strangers made, each in a process of its own: `python -m app.adapters.inspecting`.

This program is warm and does nothing but fork: a child a file, with bounds on memory and processor time, so that a
file that breaks its reader breaks nothing else. One JSON line a file comes in, one goes out. No settings, no database,
no network.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.adapters.bounds import set_bounds
from app.core.supervision import end_with_parent
from app.domain.documents import FileLimits
from app.domain.errors import InvalidInput
from app.services.documents.inspection.inspect import inspect_blocking
from app.services.ports import InspectedFile

OUT_OF_MEMORY = "inspection_out_of_memory"
TIMED_OUT = "inspection_timed_out"
CRASHED = "inspection_crashed"
UNAVAILABLE = "inspection_unavailable"

Inspect = Callable[[Path, FileLimits, Path], InspectedFile]


def answer_requests(inspect: Inspect) -> None:
    """Answer requests of standard input until it ends. What libraries print goes nowhere."""
    end_with_parent(os.getppid())
    answers = os.dup(sys.stdout.fileno())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    for line in sys.stdin.buffer:
        os.write(answers, _asked_in_a_child(json.loads(line), inspect) + b"\n")


def _asked_in_a_child(request: dict[str, Any], inspect: Inspect) -> bytes:
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _tell_and_end(request, inspect, writing, parent)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return told
    failure = TIMED_OUT if code == -signal.SIGXCPU else CRASHED
    return json.dumps({"failure": failure, "cause": str(code)}).encode()


def _tell_and_end(request: dict[str, Any], inspect: Inspect, writing: int, parent: int) -> None:
    """The child's whole life. It never returns into the loop of its parent, whatever happens."""
    code = 1
    try:
        end_with_parent(parent)
        set_bounds(request["memory_bytes"], request["cpu_seconds"])
        told = json.dumps(_told(request, inspect)).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(told)
        code = 0
    finally:
        os._exit(code)


def _told(request: dict[str, Any], inspect: Inspect) -> dict[str, Any]:
    try:
        found = inspect(Path(request["path"]), FileLimits(**request["limits"]), Path(request["workplace"]))
    except InvalidInput as refused:
        return {"refusals": [[each.code, each.field, dict(each.params)] for each in refused.refusals]}
    except MemoryError:
        return {"failure": OUT_OF_MEMORY, "cause": "MemoryError"}
    except Exception as error:  # noqa: BLE001 - whatever a library makes of a stranger's file
        # The system's own faults (a full disk) have a number; what libraries say of bad files has none.
        is_ours = isinstance(error, OSError) and error.errno is not None
        return {"failure": UNAVAILABLE if is_ours else CRASHED, "cause": type(error).__name__}
    return {
        "handed_in": found.handed_in.value,
        "result": None if found.result == Path(request["path"]) else found.result.name,
        "result_type": found.result_type.value,
        "page_count": found.page_count,
        "changes": [change.value for change in found.changes],
    }


if __name__ == "__main__":
    answer_requests(inspect_blocking)
