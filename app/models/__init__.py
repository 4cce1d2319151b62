"""The tables. Importing this package loads all of them into `Base.metadata`."""

from app.models import calendars, dossiers, events, identity, organization, procedures, proceedings, statistics
from app.models.base import Base

__all__ = [
    "Base",
    "calendars",
    "dossiers",
    "events",
    "identity",
    "organization",
    "procedures",
    "proceedings",
    "statistics",
]
