"""The HTTP entrance: `create_app(settings)` and nothing else."""

from fastapi import FastAPI

from app.api.app import build_api, lifespan_of
from app.bootstrap import open_application
from app.core.logging import configure_logging
from app.core.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the API; the database is opened (and migrated) when the server starts."""
    settings = settings or Settings()
    configure_logging(level=settings.log_level, json=settings.log_json)
    return build_api(settings, lifespan_of(lambda: open_application(settings, database_name=settings.replay_database)))
