"""Routes of lookup."""

from fastapi import APIRouter

router = APIRouter(tags=["lookup"])
