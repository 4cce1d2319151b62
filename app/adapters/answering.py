"""A warm program that answers questions about files of strangers: it does nothing but fork a bounded child for each.

So a file that breaks its reader breaks nothing else. One JSON line a question comes in, one goes out. No database, no
network.
"""

import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from app.adapters.bounds import set_bounds
from app.core.supervision import end_with_parent

OUT_OF_MEMORY = "inspection_out_of_memory"
TIMED_OUT = "inspection_timed_out"
CRASHED = "inspection_crashed"
UNAVAILABLE = "inspection_unavailable"

Question = dict[str, Any]
Tell = Callable[[Question], dict[str, Any]]


def answer_questions(tell: Tell) -> None:
    """Answer questions of standard input until it ends, by `tell` in a child. What libraries print goes nowhere."""
    end_with_parent(os.getppid())
    answers = os.dup(sys.stdout.fileno())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    # A collection in a child would touch, and so copy, all that is loaded here.
    gc.freeze()
    for line in sys.stdin.buffer:
        os.write(answers, _asked_in_a_child(json.loads(line), tell) + b"\n")


def _asked_in_a_child(question: Question, tell: Tell) -> bytes:
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _tell_and_end(question, tell, writing, parent)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return told
    failure = TIMED_OUT if code == -signal.SIGXCPU else CRASHED
    return json.dumps({"failure": failure, "cause": str(code)}).encode()


def _tell_and_end(question: Question, tell: Tell, writing: int, parent: int) -> None:
    """The child's whole life. It never returns into the loop of its parent, whatever happens."""
    code = 1
    try:
        end_with_parent(parent)
        set_bounds(question["memory_bytes"], question["cpu_seconds"])
        told = json.dumps(_told(question, tell)).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(told)
        code = 0
    finally:
        os._exit(code)


def _told(question: Question, tell: Tell) -> dict[str, Any]:
    try:
        return tell(question)
    except MemoryError:
        return {"failure": OUT_OF_MEMORY, "cause": "MemoryError"}
    except Exception as error:  # noqa: BLE001 - whatever a library makes of a stranger's file
        # The system's own faults (a full disk) have a number; what libraries say of bad files has none.
        is_ours = isinstance(error, OSError) and error.errno is not None
        return {"failure": UNAVAILABLE if is_ours else CRASHED, "cause": type(error).__name__}
