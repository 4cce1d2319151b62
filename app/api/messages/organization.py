"""Faults of organization, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {}
