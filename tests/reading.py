"""Tests that read texts run where tesseract with Vietnamese is installed; elsewhere the terminal says how many did not.

What the service does without those programs is tested everywhere.
"""

import asyncio
from functools import cache

import pytest

from app.adapters.ocr import TesseractRecognition

MARKER = "reads_texts"


@cache
def missing_programs() -> tuple[str, ...]:
    return asyncio.run(TesseractRecognition().capability()).missing


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARKER}: needs tesseract with Vietnamese (make setup-ocr)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here, told as deselected."""
    readers = [item for item in items if item.get_closest_marker(MARKER) is not None]
    if readers and missing_programs():
        config.hook.pytest_deselected(items=readers)
        items[:] = [item for item in items if item not in readers]


def pytest_report_header() -> str:
    missing = missing_programs()
    if not missing:
        return "texts: tesseract with Vietnamese is installed, tests that read pages run"
    return f"texts: {', '.join(missing)} not installed (make setup-ocr), tests that read pages do NOT run"
