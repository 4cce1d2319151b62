"""Every table there is, in `Base.metadata`: for migrations, and for whoever compares with what stands in a database."""

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
