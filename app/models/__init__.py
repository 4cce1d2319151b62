"""The tables. Importing this package loads all of them into `Base.metadata`."""

from app.models import (
    alerts,
    archive,
    calendars,
    custody,
    digitization,
    documents,
    dossiers,
    events,
    fees,
    forms,
    identity,
    organization,
    procedures,
    proceedings,
    results,
    statistics,
    vault,
)
from app.models.base import Base

__all__ = [
    "Base",
    "alerts",
    "archive",
    "calendars",
    "custody",
    "digitization",
    "documents",
    "dossiers",
    "events",
    "fees",
    "forms",
    "identity",
    "organization",
    "procedures",
    "proceedings",
    "results",
    "statistics",
    "vault",
]
