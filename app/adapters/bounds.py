"""Bounds that a process sets itself before it reads what a stranger made."""

import resource


def set_bounds(memory_bytes: int, cpu_seconds: int) -> None:
    """Let this process take no more address space and processor time than this, and leave no dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    # What would lie in the dump is a citizen's paper.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
