"""The API of a worker of the suite: its 160 routes are built once, not once a test."""

import copy
from functools import cache

from fastapi import FastAPI
from starlette.datastructures import State

from app.api.app import build_api
from app.bootstrap import Application
from app.core.settings import Settings


def api_over(application: Application) -> FastAPI:
    """Return the API answering for `application`, whose settings have the usual limits of bodies and no CORS."""
    api = copy.copy(_built())
    api.state = State({"application": application})
    return api


@cache
def _built() -> FastAPI:
    return build_api(Settings(log_level="WARNING"))
