"""Version 1 of the contract: one router a noun, all under `/api/v1`."""

from fastapi import APIRouter

from app.api.v1 import (
    accounts,
    actions,
    auth,
    calendars,
    deadlines,
    dossiers,
    lookup,
    procedures,
    ratings,
    statistics,
    units,
)

router = APIRouter(prefix="/api/v1")
for _noun in (auth, accounts, units, procedures, calendars, deadlines, dossiers, actions, lookup, ratings, statistics):
    router.include_router(_noun.router)
