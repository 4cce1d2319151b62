"""Rules of the house that a reader of one file cannot see kept everywhere."""

import ast
import re
import tokenize
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, calls, dotted, modules, named, parsed, place, strings

LONGEST = 400
# Files that may be longer, each with its reason.
LONG_FILES: dict[str, str] = {
    "migrations/versions/0001_first_tables.py": "the tables of the first release, generated from the models",
}

SQL_FILES = {"queries.py", "writes.py", "rollups.py"}
# Other files with SQL, each with its reason.
SQL_ELSEWHERE = {
    "app/core/provisioning.py": "makes roles and databases: SQL that no table knows",
    "app/services/identity/scope.py": "the one place that turns reach into SQL",
}
_SQL = re.compile(
    r"^\s*(with\s+(recursive\s+)?\w+\s+as\s|select\s.*\sfrom\s|insert\s+into\s|update\s+\w+\s.*\bset\s|delete\s+from\s|"
    r"alter\s+table\s|create\s+(table|index|function|trigger|role|database)\s|drop\s+(table|index)\s|truncate\s)",
    re.DOTALL,
)
_SQL_CLOCK = re.compile(r"\b(now\(\)|current_timestamp|current_date|clock_timestamp\(\)|localtimestamp)")

TIME_READERS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime",
}  # fmt: skip
# A reason is said behind every exception from a rule.
_EXCEPTION = re.compile(r"#\s*(noqa|type:\s*ignore|fmt:\s*off|pragma)")
_REASONED = re.compile(r"#\s*(noqa: [A-Z0-9, ]+ - |type: ignore\[[a-z-, ]+\]\s+#\s*)\S+|#\s*fmt: (skip|off)")
SHOWN_FOLDERS = ("app", "migrations", "tests", "bench")


def _python_files() -> list[Path]:
    return sorted(path for folder in SHOWN_FOLDERS for path in (ROOT / folder).rglob("*.py"))


def test_no_file_outgrows_its_reader() -> None:
    long = {named(path) for path in _python_files() if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST}
    assert long == set(LONG_FILES)


def test_sql_stands_only_in_files_named_for_it() -> None:
    assert not [
        place(path, text)
        for path in modules()
        if path.name not in SQL_FILES and named(path) not in SQL_ELSEWHERE
        for text in strings(path)
        if _SQL.search(str(text.value))
    ]


def test_nothing_but_the_clock_reads_the_time() -> None:
    assert not [
        place(path, call)
        for path in modules()
        if named(path) != "app/core/clock.py"
        for name, call in calls(path)
        if ".".join(name.split(".")[-2:]) in TIME_READERS
    ]


def test_statements_are_told_the_time() -> None:
    assert not [
        place(path, text)
        for path in modules("services", "worker", "api")
        for text in strings(path)
        if _SQL_CLOCK.search(str(text.value))
    ]


def test_work_that_matters_is_no_background_task() -> None:
    assert not [
        place(path, name)
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom | ast.Import)
        for name in node.names
        if "BackgroundTask" in name.name
    ]


def test_files_have_names_that_say_what_is_in_them() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "service", "manager", "base_service"}
    assert not [named(path) for path in modules() if path.stem in vague]


def test_exceptions_are_never_swallowed_wholesale() -> None:
    found = []
    for path in modules():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = "" if node.type is None else dotted(node.type)
                only_passes = all(isinstance(statement, ast.Pass) for statement in node.body)
                if caught in {"", "Exception", "BaseException"} and only_passes:
                    found.append(f"{named(path)}:{node.lineno}")
    assert not found


@pytest.mark.parametrize("folder", SHOWN_FOLDERS)
def test_every_exception_from_a_rule_has_its_reason(folder: str) -> None:
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                if token.type != tokenize.COMMENT or not _EXCEPTION.match(token.string):
                    continue
                if not _REASONED.match(token.string):
                    found.append(f"{named(path)}:{token.start[0]}")
    assert not found
