"""The fast lane: one request registers, accepts, charges, collects, enters in the register, resolves and hands over.

Everything goes through the ordinary use cases in one transaction: the same checks, the same door, every event in its
order. Law: NĐ 23/2015/NĐ-CP, NĐ 280/2025/NĐ-CP (same day; after 15:00 the next working day).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import Conflict, Forbidden, InvalidInput, Refusal, refuse_all
from app.domain.fees import ChargeLine, charge_total, shares
from app.domain.permissions import ROLE_PERMISSIONS, Actor, Permission
from app.domain.procedures import Channel
from app.services.certification import queries, writes
from app.services.certification.inputs import CertifyPapers
from app.services.certification.register import label
from app.services.dossiers.inputs import ComponentInput, HandOver, RegisterDossier, Resolve
from app.services.dossiers.recording.record import seen_dossier
from app.services.dossiers.register import register_dossier
from app.services.dossiers.requests import Rendered
from app.services.dossiers.transitions import perform
from app.services.dossiers.view import DossierView
from app.services.identity.queries import actor_of
from app.services.payments.charge import Charged, write_charge
from app.services.payments.inputs import CollectFee
from app.services.payments.prices import price, prices_for
from app.services.payments.receipts import reference_faults, take_money
from app.services.procedures.content import VersionContent, version_content

_MAX_LINES = 1000


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line of the register as it was just written."""

    paper: str
    pages: int
    copies: int
    number: int
    label: str
    fee_vnd: int


@dataclass(frozen=True, slots=True)
class Certified:
    """All that the counter needs after the one request."""

    dossier: DossierView
    """As it is at the end."""
    registered: DossierView
    """As it was accepted, with its receipt and warnings."""
    charge: Charged
    receipt_number: str | None
    signer: str
    book: str
    numbers: Sequence[Numbered]


@dataclass(frozen=True, slots=True)
class _Signer:
    id: int
    name: str
    authority: Actor
    """The actor with the signer's right to decide: who presses the button stays the one the log names."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a certification stands on; None for what was faulty."""

    facts: Any
    content: VersionContent | None
    signer: _Signer | None
    lines: tuple[ChargeLine, ...]


class _Seen:
    """Keeps the view that a use case would have sent out."""

    view: DossierView

    def __call__(self, view: DossierView) -> Rendered:
        self.view = view
        return Rendered(200, {}, b"{}")


async def certify(connection: AsyncConnection, actor: Actor, body: CertifyPapers, *, now: dt.datetime) -> Certified:
    """Do the whole visit or nothing.

    Raises `InvalidInput` with every fault at once, of people and papers as of money and signature; `Forbidden` outside
    the actor's units; `Conflict` when the total is not the one told, or the cashier's day is closed.
    """
    ground, faults = await _ground(connection, actor, body, now)
    registered = await _register(connection, actor, body, ground, faults, now)
    if ground.signer is None or ground.facts.book is None:
        raise AssertionError("faults were raised before")
    code = registered.code
    dossier = await seen_dossier(connection, actor, code, Permission.DOSSIERS_READ)
    charge = await write_charge(connection, actor, dossier, ground.lines, exemption=body.exemption, now=now)
    receipt_number = None
    if charge.total_vnd and body.paid is not None:
        money = CollectFee(method=body.paid, reference=body.payment_reference, book=body.book)
        receipt_number, _ = await take_money(connection, actor, dossier, charge.id, money, now=now)
    numbers = await _enter(connection, dossier, body, ground, ground.signer, now)
    decision = Resolve(
        action="resolve",
        result_number=_range(numbers),
        explanation=f"Người ký chứng thực: {ground.signer.name}",
    )
    await _do(connection, ground.signer.authority, code, decision, now)
    try:
        last = await _do(connection, actor, code, _hand_over(body), now)
    except InvalidInput as error:
        raise InvalidInput(*(_where_it_was_said(fault, body) for fault in error.refusals)) from error
    return Certified(
        dossier=last,
        registered=registered,
        charge=charge,
        receipt_number=receipt_number,
        signer=ground.signer.name,
        book=ground.facts.book,
        numbers=numbers,
    )


async def _ground(
    connection: AsyncConnection, actor: Actor, body: CertifyPapers, now: dt.datetime
) -> tuple[_Ground, list[Refusal]]:
    """Gather what the visit stands on and every fault that registration would not find."""
    on = local_date(now)
    facts = await queries.fast_lane_facts(
        connection, procedure_code=body.procedure_code, unit=body.receiving_unit, signer=body.signer, on=on
    )
    faults: list[Refusal] = []
    content = None if facts.version_id is None else await version_content(connection, facts.version_id)
    if content is not None and facts.book is None:
        faults.append(Refusal("procedure_not_in_fast_lane", "procedure_code", {"code": body.procedure_code}))
    if sum(paper.copies for paper in body.papers) > _MAX_LINES:
        faults.append(Refusal("certification_too_many", "papers", {"most": _MAX_LINES}))
    signer = None
    if facts.unit_id is not None:
        signer = await _signer(connection, actor, body, facts)
        if signer is None:
            code = "signer_missing" if body.signer is None else "signer_may_not_sign"
            faults.append(Refusal(code, "signer"))
    lines: tuple[ChargeLine, ...] = ()
    if content is not None and facts.unit_id is not None:
        prices = await prices_for(connection, content, unit_path=facts.unit_path, channel=Channel.COUNTER, on=on)
        exempt = body.exemption.ground if body.exemption else None
        lines, found = price(prices, body.papers, persons=1, ground=exempt, ground_field="exemption.ground")
        faults += found
        if not found and charge_total(lines) and body.paid is None:
            faults.append(Refusal("certification_unpaid", "paid", {"amount_vnd": charge_total(lines)}))
    if body.paid is not None:
        faults += reference_faults(body.paid, body.payment_reference, "payment_reference")
    return _Ground(facts, content, signer, lines), faults


async def _signer(connection: AsyncConnection, actor: Actor, body: CertifyPapers, facts: Any) -> _Signer | None:
    """Return who signs; None if nobody may. Whoever decides for the unit may sign what they certify themselves."""
    if body.signer is None:
        itself = actor.scope(Permission.DOSSIERS_DECIDE).covers(facts.unit_path)
        known = await queries.display_name(connection, actor.account_id or 0) if itself else None
        return None if known is None or actor.account_id is None else _Signer(actor.account_id, known, actor)
    found = None if facts.signer_id is None else await actor_of(connection, facts.signer_id)
    if found is None or not found.scope(Permission.DOSSIERS_DECIDE).covers(facts.unit_path):
        return None
    lent = (grant for grant in found.grants if Permission.DOSSIERS_DECIDE in ROLE_PERMISSIONS[grant.role])
    authority = replace(actor, grants=(*actor.grants, *lent))
    return _Signer(facts.signer_id, facts.signer_name, authority)


async def _register(
    connection: AsyncConnection,
    actor: Actor,
    body: CertifyPapers,
    ground: _Ground,
    faults: list[Refusal],
    now: dt.datetime,
) -> DossierView:
    """Register and accept; raise its faults together with those found before."""
    copies = sum(paper.copies for paper in body.papers)
    listed = () if ground.content is None else ground.content.components_for()
    registration = RegisterDossier(
        procedure_code=body.procedure_code,
        channel=Channel.COUNTER,
        receiving_unit=body.receiving_unit,
        applicant=body.applicant,
        representative=body.representative,
        summary=f"{len(body.papers)} giấy tờ, {copies} bản",
        components=tuple(_handed_in(component) for component in listed if component.required),
        accept=True,
    )
    seen = _Seen()
    try:
        await register_dossier(connection, actor, registration, keyed=None, render=seen, now=now)
    except InvalidInput as error:
        raise InvalidInput(*error.refusals, *faults) from error
    refuse_all(InvalidInput, faults)
    total = charge_total(ground.lines)
    if body.amount_vnd is not None and body.amount_vnd != total:
        raise Conflict(Refusal("charge_changed", "amount_vnd", {"amount_vnd": total}))
    if total and not actor.scope(Permission.PAYMENTS_CONFIRM).covers(ground.facts.unit_path):
        raise Forbidden(Refusal("permission_missing", params={"permission": Permission.PAYMENTS_CONFIRM.value}))
    return seen.view


def _handed_in(component: Any) -> ComponentInput:
    """The papers lie on the desk; what the procedure wants to see was seen."""
    if component.originals or not component.copies:
        return ComponentInput(code=component.code, originals=max(1, component.originals))
    return ComponentInput(code=component.code, photocopies=component.copies)


async def _enter(
    connection: AsyncConnection, dossier: Any, body: CertifyPapers, ground: _Ground, signer: _Signer, now: dt.datetime
) -> Sequence[Numbered]:
    year, suffix = local_date(now).year, ground.facts.suffix
    each_copy = ground.facts.numbered_by == "copy"
    lines = list(_register_lines(body, ground.lines, each_copy=each_copy))
    rows = await writes.enter(
        connection,
        dossier_id=dossier.id,
        unit_id=dossier.competent_unit_id,
        book=ground.facts.book,
        year=year,
        signer_id=signer.id,
        now=now,
        lines=[{"line": index, **line} for index, line in enumerate(lines, start=1)],
    )
    return [
        Numbered(row.paper, row.pages, row.copies, row.number, label(row.number, year, suffix), row.fee_vnd)
        for row in sorted(rows, key=lambda row: row.number)
    ]


def _register_lines(body: CertifyPapers, charged: Sequence[ChargeLine], *, each_copy: bool) -> Iterator[dict[str, Any]]:
    """Return a line for each copy, or for each paper with all its copies; the charge divided among them."""
    papers = len(body.papers)
    # A line of a charge counts one paper, in their order, or all of them together.
    by_paper = [0] * papers
    for code in dict.fromkeys(line.code for line in charged):
        lines = [line for line in charged if line.code == code]
        amounts = [line.amount_vnd for line in lines]
        if lines[0].paper is None:
            amounts = list(shares(sum(amounts), papers))
        by_paper = [sum(pair) for pair in zip(by_paper, amounts, strict=True)]
    for paper, amount in zip(body.papers, by_paper, strict=True):
        pieces = paper.copies if each_copy else 1
        for part in shares(amount, pieces):
            copies = 1 if each_copy else paper.copies
            yield {"paper": paper.name, "pages": paper.pages, "copies": copies, "fee_vnd": part}


def _range(numbers: Sequence[Numbered]) -> str:
    first, last = numbers[0], numbers[-1]
    return first.label if first is last else f"{first.number}-{last.label}"


def _hand_over(body: CertifyPapers) -> HandOver:
    receiver = body.receiver or body.representative or body.applicant
    return HandOver(
        action="hand_over",
        method=Channel.COUNTER,
        receiver_name=receiver.full_name,
        receiver_identity_number=receiver.identity_number,
        relationship=body.receiver.relationship if body.receiver else None,
        authorisation=body.receiver.authorisation if body.receiver else None,
        proof=body.proof,
    )


def _where_it_was_said(fault: Refusal, body: CertifyPapers) -> Refusal:
    """Return a fault of the hand-over, blamed on the field of the visit that it came from."""
    person = "receiver" if body.receiver else "representative" if body.representative else "applicant"
    fields = {
        "receiver_name": f"{person}.full_name",
        "receiver_identity_number": f"{person}.identity_number",
        "relationship": "receiver.relationship",
        "authorisation": "receiver.authorisation",
    }
    return replace(fault, field=fields.get(fault.field or "", fault.field))


async def _do(connection: AsyncConnection, actor: Actor, code: str, act: Any, now: dt.datetime) -> DossierView:
    seen = _Seen()
    await perform(connection, actor, code, act, if_match=None, keyed=None, render=seen, now=now)
    return seen.view
