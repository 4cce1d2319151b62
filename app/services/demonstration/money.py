"""Money of the demonstration: fees charged and collected at acceptance, payments asked for, and one closed day."""

import datetime as dt
import random
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE, local_date
from app.domain.fees import FeeUnit, PaymentMethod
from app.domain.permissions import Role
from app.domain.procedures import Channel
from app.services.demonstration import queries
from app.services.demonstration.staff import Staff
from app.services.dossiers.view import DossierView
from app.services.payments.charge import charge_fees
from app.services.payments.close_day import close_day, till_of
from app.services.payments.inputs import ChargeFees, CloseDay, CollectFee, PaperInput
from app.services.payments.receipts import collect_fee
from app.services.procedures.content import VersionContent

_COUNTED = frozenset({FeeUnit.PAGE, FeeUnit.COPY, FeeUnit.CASE})
_END_OF_THE_DAY = dt.time(17, 15)


async def pay_at_acceptance(
    connection: AsyncConnection,
    staff: Staff,
    view: DossierView,
    content: VersionContent,
    unit: str,
    *,
    chance: random.Random,
    now: dt.datetime,
) -> DossierView:
    """Charge and collect what the procedure costs on the dossier's channel; return the dossier as it is then."""
    channel = Channel(view.channel)
    fees = content.fees_for(channel)
    if not any(fee.amount_vnd for fee in fees):
        return view
    papers: tuple[PaperInput, ...] = ()
    if any(fee.per in _COUNTED for fee in fees):
        papers = (PaperInput(name="Giấy tờ cần chứng thực", pages=chance.randint(1, 4), copies=chance.randint(1, 3)),)
    clerk = staff.actors[unit, Role.RECEPTION_CLERK]
    charged = await charge_fees(connection, clerk, view.code, ChargeFees(papers=papers), now=now)
    if not charged.total_vnd:
        return replace(view, version=view.version + 1)
    at_counter = channel is Channel.COUNTER
    money = CollectFee(
        method=PaymentMethod.CASH if at_counter else PaymentMethod.ONLINE_PROVINCE,
        reference=None if at_counter else f"TT{chance.randrange(10**10):010d}",
    )
    await collect_fee(connection, clerk, view.code, money, now=now)
    return replace(view, version=view.version + 2)


async def charge_what_was_asked_for(
    connection: AsyncConnection, staff: Staff, view: DossierView, unit: str, *, now: dt.datetime
) -> DossierView:
    """Charge the open payment request, so that confirming it leaves a receipt; return the dossier as it is then."""
    cashier = staff.actors[unit, Role.CASHIER]
    await charge_fees(connection, cashier, view.code, ChargeFees(for_payment_request=True), now=now)
    return replace(view, version=view.version + 1)


async def close_one_day(connection: AsyncConnection, staff: Staff, *, now: dt.datetime) -> None:
    """Let the cashier who took most cash on a past day close it, with what must be in the till."""
    found = await queries.fullest_till(connection, before=local_date(now))
    if found is None:
        return
    cashier = next(actor for actor in staff.actors.values() if actor.account_id == found.cashier_id)
    evening = dt.datetime.combine(found.day, _END_OF_THE_DAY, LOCAL_ZONE)
    till = await till_of(connection, cashier, unit=found.unit, day=found.day, now=evening)
    body = CloseDay(unit=found.unit, day=found.day, counted_vnd=till.expected_vnd)
    await close_day(connection, cashier, body, now=evening)
