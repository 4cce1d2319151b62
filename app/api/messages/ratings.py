"""Faults of ratings, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {}
