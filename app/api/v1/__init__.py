"""Version 1 of the contract: one router a noun, all under `/api/v1`."""

from fastapi import APIRouter

from app.api.v1 import (
    accounts,
    actions,
    alerts,
    apologies,
    auth,
    calendars,
    certifications,
    code_lists,
    deadlines,
    documents,
    dossiers,
    fees,
    forms,
    lookup,
    originals,
    procedures,
    ratings,
    results,
    signing,
    statistics,
    tariffs,
    units,
    uploads,
    vault,
    verify,
    worklists,
)

router = APIRouter(prefix="/api/v1")
# Routes are tried in this order: the busiest first.
for _noun in (
    dossiers,
    actions,
    worklists,
    vault,
    alerts,
    apologies,
    certifications,
    fees,
    tariffs,
    lookup,
    verify,
    forms,
    originals,
    results,
    signing,
    statistics,
    procedures,
    units,
    deadlines,
    ratings,
    auth,
    accounts,
    calendars,
    code_lists,
    documents,
    uploads,
):
    router.include_router(_noun.router)
