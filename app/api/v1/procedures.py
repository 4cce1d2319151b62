"""Routes of procedures."""

from fastapi import APIRouter

router = APIRouter(tags=["procedures"])
