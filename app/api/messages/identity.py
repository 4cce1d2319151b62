"""Faults of identity, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {}
