"""Pages and files that must agree with the code: glossary, runbook, lock files, nothing of anybody's machine."""

import re
import subprocess
from pathlib import Path

import pytest

from app.core.settings import Settings
from tests.architecture.source import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# Variables that are read outside `Settings`: where the suite's server is, where PostgreSQL's programs are.
OTHER_VARIABLES = {"MOTCUA_TEST_DATABASE_URL", "MOTCUA_POSTGRES_BIN_DIR"}
# Put together here so that this file does not contain them.
FOREIGN_WORDS = ["/" + "work/", "tmp/" + "team", ".." + "/shared", "/" + "home/", "TO" + "DO", "FIX" + "ME"]
TEXT_SUFFIXES = {".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".json", ".csv", ".http", ".ini", ".sql", ""}


def _tracked() -> list[Path]:
    """What belongs to the project: what git knows, or everything where the tree is no clone (an archive, an image)."""
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)  # noqa: S607 - git of the path
    if answer.returncode == 0 and answer.stdout:
        paths = [ROOT / name for name in answer.stdout.decode().split("\0") if name]
    else:
        paths = [path for folder in ("app", "migrations", "tests", "docs") for path in (ROOT / folder).rglob("*")]
    return [path for path in paths if path.is_file() and path.suffix in TEXT_SUFFIXES]


def test_nothing_speaks_of_the_machine_it_was_written_on() -> None:
    found = []
    for path in _tracked():
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in FOREIGN_WORDS if word in text]
    assert not found


@pytest.mark.parametrize("lock", LOCKS, ids=[lock.name for lock in LOCKS])
def test_locks_pin_and_hash_everything_and_name_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert not [line for line in requirements if not re.match(r"[a-z0-9.-]+==\S+ .*--hash=sha256:", line, re.DOTALL)]


def test_what_runs_is_also_what_is_tested() -> None:
    def pins(name: str) -> set[str]:
        return set(
            re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE)
        )

    assert pins("run.txt") <= pins("dev.txt")


def test_every_setting_is_in_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(MOTCUA_[A-Z_]+)`", runbook, re.MULTILINE))
    settings = {f"MOTCUA_{name.upper()}" for name in Settings.model_fields}
    assert documented == settings | OTHER_VARIABLES


def test_the_glossary_names_what_is_in_the_code() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| `([^`]+)` \|", glossary, re.MULTILINE)
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", code))
    assert len(rows) > 40
    assert [identifier for _, identifier in rows if identifier not in words] == []


def test_the_glossary_binds_each_term_once() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| `([^`]+)` \|", glossary, re.MULTILINE)
    terms = [term.strip() for term, _ in rows]
    identifiers = [identifier for _, identifier in rows]
    assert len(set(terms)) == len(terms)
    assert len(set(identifiers)) == len(identifiers)


def test_decisions_say_when_they_are_broken() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert decisions
    assert not [
        path.name for path in decisions if "A change violates this when" not in path.read_text(encoding="utf-8")
    ]
