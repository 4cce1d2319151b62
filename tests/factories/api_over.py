"""The API of a worker of the suite: its routes are built once, not once a test; and what it publishes."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import State

from app.api.app import build_api
from app.bootstrap import Application
from app.core.settings import Settings

_CONTRACT = Path(__file__).parents[2] / "openapi.json"


def api_over(application: Application) -> FastAPI:
    """Return the API answering for `application`, whose settings have the usual limits of bodies and no CORS."""
    api = copy.copy(built_api())
    api.state = State({"application": application})
    return api


@cache
def built_api() -> FastAPI:
    """Return the routes, answering for nobody; who calls changes nothing of it."""
    return build_api(Settings(log_level="WARNING"))


def published_contract() -> dict[str, Any]:
    """Return the committed contract, which a test holds equal to the generated one: generating takes seconds."""
    found: dict[str, Any] = json.loads(_CONTRACT.read_text(encoding="utf-8"))
    return found
