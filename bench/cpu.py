"""CPU time of processes, from the kernel: it holds on a busy machine, where requests a second do not."""

import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def seconds_of(pids: set[int]) -> float:
    """Return the CPU seconds spent so far by these processes and by children of theirs that have ended."""
    return sum(_seconds(pid) for pid in pids)


def descendants(pid: int) -> set[int]:
    """Return `pid` and everything below it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _fields(int(entry.name))
            if fields:
                parents[int(entry.name)] = int(fields[1])
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def _seconds(pid: int) -> float:
    fields = _fields(pid)
    return sum(int(value) for value in fields[11:15]) / _TICK if fields else 0.0


def _fields(pid: int) -> list[str]:
    """Return the fields of /proc/pid/stat after the name (state first); empty if the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
