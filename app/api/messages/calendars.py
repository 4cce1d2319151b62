"""Faults of calendars, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {}
