"""docs/deadline-bugs.md names tests that exist."""

import re

import pytest

from tests.architecture.source import ROOT

_SHORT = {
    "bugs": "tests/domain/test_deadline_field_bugs.py",
    "stored": "tests/api/test_deadline_field_bugs.py",
    "laws": "tests/domain/test_deadline_laws.py",
    "vectors": "tests/domain/test_deadline_vectors.py",
}
_NAMED = re.findall(r"`([\w/.]+)::(\w+)`", (ROOT / "docs" / "deadline-bugs.md").read_text(encoding="utf-8"))


def test_the_page_names_every_bug_and_law() -> None:
    assert len(_NAMED) >= 17 + 7


@pytest.mark.parametrize(("file", "name"), _NAMED)
def test_a_test_named_in_the_page_exists(file: str, name: str) -> None:
    text = (ROOT / _SHORT.get(file, file)).read_text(encoding="utf-8")
    assert f"def {name}(" in text
