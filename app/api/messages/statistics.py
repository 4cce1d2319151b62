"""Faults of statistics, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {}
