"""Faults of dossiers, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {}
