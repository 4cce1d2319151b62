"""A supplement that never came: the system stops the dossier (Mẫu 05) and has the holder told of it."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE
from app.domain.alerts import AlertKind
from app.domain.permissions import SYSTEM
from app.services.alerts.scan import ExpiredSupplement, alert
from app.services.alerts.writes import raise_alerts
from app.services.dossiers.code_lists import entries
from app.services.dossiers.inputs import Stop
from app.services.dossiers.requests import Rendered
from app.services.dossiers.transitions import perform
from app.services.dossiers.view import DossierView

REASON = "supplement_not_received"


async def stop_expired(connection: AsyncConnection, expired: ExpiredSupplement, *, now: dt.datetime) -> None:
    """Stop the dossier through the one door, as it was when its request was found expired.

    Raises `VersionConflict` if anything has happened to it since (the papers came), `ActionRefused` like any stop.
    """
    until = expired.answer_due_at.astimezone(LOCAL_ZONE).strftime("%d/%m/%Y")
    source = entries("stop_reasons")[REASON]["source"]
    body = Stop(
        action="stop",
        reason_code=REASON,
        explanation=f"Hết ngày {until} cơ quan vẫn chưa nhận được giấy tờ đã yêu cầu bổ sung.",
        legal_basis="; ".join(basis for basis in (expired.legal_basis, source) if basis),
    )
    await perform(
        connection, SYSTEM, expired.code, body, if_match=expired.version, keyed=None, render=_nothing, now=now
    )
    told = alert(
        expired,
        AlertKind.SUPPLEMENT_EXPIRED,
        str(expired.request),
        due_at=expired.answer_due_at,
        assignee_id=expired.assignee_id,
    )
    await raise_alerts(connection, [told], now=now)


def _nothing(_view: DossierView) -> Rendered:
    return Rendered(200, {}, b"")
