"""The tables. Importing this package loads all of them into `Base.metadata`."""

from app.models import alerts, calendars, dossiers, events, identity, organization, procedures, proceedings, statistics
from app.models.base import Base

__all__ = [
    "Base",
    "alerts",
    "calendars",
    "dossiers",
    "events",
    "identity",
    "organization",
    "procedures",
    "proceedings",
    "statistics",
]
