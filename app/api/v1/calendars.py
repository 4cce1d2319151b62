"""Routes of calendars."""

from fastapi import APIRouter

router = APIRouter(tags=["calendars"])
