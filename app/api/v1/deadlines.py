"""Routes of deadlines."""

from fastapi import APIRouter

router = APIRouter(tags=["deadlines"])
