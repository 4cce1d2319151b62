"""Routes of actions."""

from fastapi import APIRouter

router = APIRouter(tags=["dossiers"])
