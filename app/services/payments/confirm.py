"""The one door's `confirm_payment`, and the receipt of the charge that was about the payment."""

import datetime as dt
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import InvalidInput, refuse_all
from app.domain.fees import PaymentMethod
from app.domain.permissions import Actor, Permission
from app.services.audit.idempotency import StoredAnswer
from app.services.dossiers.inputs import ConfirmPayment
from app.services.dossiers.recording.record import seen_dossier
from app.services.dossiers.requests import KeyedRequest, Render, Rendered
from app.services.dossiers.transitions import perform
from app.services.dossiers.view import DossierView
from app.services.payments import queries
from app.services.payments.inputs import CollectFee
from app.services.payments.receipts import reference_faults, take_money


async def confirm_payment(
    connection: AsyncConnection,
    actor: Actor,
    code: str,
    body: ConfirmPayment,
    *,
    if_match: int | None,
    keyed: KeyedRequest | None,
    render: Render,
    now: dt.datetime,
) -> Rendered | StoredAnswer:
    """Confirm a payment through the one door; where a charge is about it, record its receipt as well."""
    refuse_all(InvalidInput, reference_faults(PaymentMethod(body.method), body.reference))
    charge = await queries.open_charge_of(connection, code)
    if charge is None or charge.payment_seq is None:
        return await perform(connection, actor, code, body, if_match=if_match, keyed=keyed, render=render, now=now)

    def with_receipt(view: DossierView) -> Rendered:
        # The receipt will be one more line of the log, and so one more version.
        return render(replace(view, version=view.version + 1))

    answer = await perform(connection, actor, code, body, if_match=if_match, keyed=keyed, render=with_receipt, now=now)
    if isinstance(answer, Rendered):
        money = CollectFee(method=PaymentMethod(body.method), reference=body.reference)
        dossier = await seen_dossier(connection, actor, code, Permission.PAYMENTS_CONFIRM, lock=True)
        await take_money(connection, actor, dossier, charge.id, money, now=now)
    return answer
