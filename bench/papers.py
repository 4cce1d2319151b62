"""Forms rendered one after the other: milliseconds of CPU a paper, and whether memory stays flat."""

import datetime as dt
import resource
import time

from rich.console import Console

from app.services.forms.registry import Purpose, all_forms
from app.services.forms.render import render
from tests.factories.forms import sample

_PAPERS = 100
_AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


def report(console: Console) -> None:
    """Measure and print the ordinary slips in force, each paper with another number."""
    for form in all_forms():
        if form.valid_to is not None or form.purpose is Purpose.REGISTER:
            continue
        render(form.code, sample(form.code), at=_AT)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, walls = time.process_time(), []
        for number in range(_PAPERS):
            begun = time.perf_counter()
            render(form.code, sample(form.code, number=f"{number}/{form.suffix}"), at=_AT)
            walls.append((time.perf_counter() - begun) * 1000)
        spent = (time.process_time() - started) * 1000 / _PAPERS
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        walls.sort()
        console.print(
            f"{form.code} ({form.purpose}): {spent:.0f} ms of CPU a slip, p95 {walls[int(_PAPERS * 0.95)]:.0f} ms, "
            f"memory +{grown:.0f} MiB over {_PAPERS}"
        )


if __name__ == "__main__":
    report(Console())
