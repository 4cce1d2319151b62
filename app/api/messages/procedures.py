"""Faults of procedures, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {}
