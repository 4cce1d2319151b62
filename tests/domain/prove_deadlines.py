"""`make prove`: the engine against the slow model on a million random cases, on all cores, each share with its seed.

A difference is printed with its seed and its facts; `--seed S --cases N` runs any share again. The exit code is 1 then.
"""

import argparse
import collections
import multiprocessing
import os
import time

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.domain.deadline_cases import Dossier, Findings, compare

_SHARE = 4_000
_SHOWN = 20
_TOLD = 50_000
"""Where nobody watches a bar, every so many cases a line is written."""


def _share(task: tuple[int, int]) -> tuple[int, Findings]:
    return task[0], compare(*task)


def prove(seed: int, cases: int, processes: int, console: Console) -> int:
    """Compare `cases` cases in shares with the seeds `seed`, `seed + 1` …; return the number of differences."""
    sizes = [min(_SHARE, cases - done) for done in range(0, cases, _SHARE)]
    tasks = [(seed + number, size) for number, size in enumerate(sizes)]
    counts: collections.Counter[str] = collections.Counter()
    differences: list[tuple[int, str, Dossier]] = []
    started = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(processes) as pool, Progress(console=console) as progress:
        bar = progress.add_task("cases", total=cases)
        for share_seed, findings in pool.imap_unordered(_share, tasks):
            counts += findings.counts
            differences += [(share_seed, text, dossier) for text, dossier in findings.differences]
            progress.update(bar, completed=counts["cases"])
            if not console.is_terminal and counts["cases"] % _TOLD == 0:
                console.print(f"{counts['cases']:,} cases, {len(differences)} differences")
    table = Table("what was compared", "number")
    for name, number in sorted(counts.items()):
        table.add_row(name, f"{number:,}")
    console.print(table)
    for share_seed, text, dossier in differences[:_SHOWN]:
        console.print(f"seed {share_seed}, {text}\n  {dossier}")
    console.print(
        f"{counts['cases']:,} cases on {processes} processes in {time.monotonic() - started:,.0f} s, "
        f"seeds {seed} to {tasks[-1][0]} ({_SHARE:,} cases each): {len(differences)} differences"
    )
    return len(differences)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    return 1 if prove(asked.seed, asked.cases, asked.processes, Console()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
