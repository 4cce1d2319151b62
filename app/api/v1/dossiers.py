"""Routes of dossiers."""

from fastapi import APIRouter

router = APIRouter(tags=["dossiers"])
