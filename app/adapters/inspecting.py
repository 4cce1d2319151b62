"""Inspects files that strangers made, each in a bounded process of its own: `python -m app.adapters.inspecting`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.adapters.answering import Question, answer_questions
from app.domain.documents import FileLimits
from app.domain.errors import InvalidInput
from app.services.documents.inspection.inspect import inspect_blocking
from app.services.ports import InspectedFile

Inspect = Callable[[Path, FileLimits, Path], InspectedFile]


def answer_requests(inspect: Inspect) -> None:
    """Answer requests of standard input until it ends."""
    answer_questions(lambda question: _inspected(question, inspect))


def _inspected(question: Question, inspect: Inspect) -> dict[str, Any]:
    try:
        found = inspect(Path(question["path"]), FileLimits(**question["limits"]), Path(question["workplace"]))
    except InvalidInput as refused:
        return {"refusals": [[each.code, each.field, dict(each.params)] for each in refused.refusals]}
    return {
        "handed_in": found.handed_in.value,
        "result": None if found.result == Path(question["path"]) else found.result.name,
        "result_type": found.result_type.value,
        "page_count": found.page_count,
        "changes": [change.value for change in found.changes],
    }


if __name__ == "__main__":
    answer_requests(inspect_blocking)
