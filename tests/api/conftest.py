"""The desk of a commune, at which most tests of dossiers begin."""

import httpx
import pytest

from app.bootstrap import Application
from tests.factories.dossiers import Desk, desk_of


@pytest.fixture
async def desk(application: Application, client: httpx.AsyncClient) -> Desk:
    return await desk_of(application, client)
