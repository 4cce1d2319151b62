"""The law as data. Every file names the source of its facts and how sure they are; README.md explains each file."""

import csv
import io
import json
from importlib import resources
from typing import Any


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a shipped CSV file (`units.csv`, `code_lists/refusal_reasons.csv`) as text by column."""
    return list(csv.DictReader(io.StringIO(_text(name)), strict=True))


def document(name: str) -> Any:
    """Return a shipped JSON file (`reported/ninh-binh-2021.json`)."""
    return json.loads(_text(name))


def _text(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
