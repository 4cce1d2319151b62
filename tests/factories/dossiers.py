"""Dossiers of the suite: bodies of requests with synthetic people, and dossiers driven over HTTP to a wanted state."""

import datetime as dt
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from app.bootstrap import Application
from app.core.clock import LOCAL_ZONE, FixedClock
from app.domain.permissions import Role
from tests.factories.contract import hold_to_contract
from tests.factories.people import COMMUNE, signed_in

BIRTH = "1.001193"
"""Đăng ký khai sinh: same day."""
MARITAL_STATUS = "1.004873"
"""Cấp Giấy xác nhận tình trạng hôn nhân: 3 working days."""

_numbers = count(1)


def applicant(**changes: Any) -> dict[str, Any]:
    """A synthetic woman of the 2300s; the fourth digit 9 says so."""
    return {
        "kind": "citizen",
        "full_name": "Nguyễn Thị Thử Nghiệm",
        "identity_number": f"037990{next(_numbers):06d}",
        "gender": "female",
        "phone": "0900000000",
        "address": "Tổ 1, phường Châu Sơn",
    } | changes


def registration(**changes: Any) -> dict[str, Any]:
    """A complete body for the certificate of marital status at the counter."""
    return {
        "procedure_code": MARITAL_STATUS,
        "channel": "counter",
        "receiving_unit": COMMUNE,
        "applicant": applicant(),
        "components": [{"code": "TP01", "originals": 1}],
        "accept": True,
    } | changes


@dataclass
class Desk:
    """A clerk, a specialist and a leader of one commune, at one client."""

    client: httpx.AsyncClient
    clerk: dict[str, str]
    specialist: dict[str, str]
    leader: dict[str, str]
    codes: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    """By code the look-up secret on the receipt that registration gave out; no later answer repeats it."""

    async def register(self, **changes: Any) -> dict[str, Any]:
        """Register a dossier that must succeed; return its document."""
        answer = await self.client.post("/api/v1/dossiers", json=registration(**changes), headers=self.clerk)
        assert answer.status_code == 201, answer.text
        document: dict[str, Any] = answer.json()
        self.codes.append(document["code"])
        self.secrets[document["code"]] = document["receipt"]["lookup_secret"]
        return document

    async def act(
        self, code: str, action: str, *, by: dict[str, str] | None = None, expect: int = 200, **payload: Any
    ) -> dict[str, Any]:
        """Do an act and expect `expect`; return the answer's document."""
        headers = by or self.actor_of(action)
        if action == "correct" and "If-Match" not in headers:
            seen = await self.client.get(f"/api/v1/dossiers/{code}", headers=headers)
            headers = headers | {"If-Match": seen.headers["etag"]}
        answer = await self.client.post(
            f"/api/v1/dossiers/{code}/actions", json={"action": action, **payload}, headers=headers
        )
        assert answer.status_code == expect, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def actor_of(self, action: str) -> dict[str, str]:
        """Who of the desk usually does this."""
        if action in ("start_processing", "request_payment", "resolve"):
            return self.specialist
        if action in ("extend", "stop"):
            return self.leader
        return self.clerk

    async def post(
        self, path: str, body: dict[str, Any], *, by: dict[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        """Send a body as the clerk (or as `by`), with further headers (`if_match` is sent as `if-match`)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(f"/api/v1{path}", json=body, headers={**(by or self.clerk), **named})

    async def get(self, path: str, *, expect: int = 200, **parameters: Any) -> dict[str, Any]:
        answer = await self.client.get(f"/api/v1{path}", headers=self.clerk, params=parameters)
        assert answer.status_code == expect, answer.text
        document: dict[str, Any] = answer.json()
        return document


async def desk_of(application: Application, client: httpx.AsyncClient, unit: str = COMMUNE) -> Desk:
    """Return the desk of a commune; from now on every answer the client gets is held to the contract."""
    if hold_to_contract not in client.event_hooks["response"]:
        client.event_hooks = {"request": [], "response": [hold_to_contract]}
    return Desk(
        client=client,
        clerk=await signed_in(application, Role.RECEPTION_CLERK, unit),
        specialist=await signed_in(application, Role.SPECIALIST, unit),
        leader=await signed_in(application, Role.APPROVING_LEADER, unit),
    )


def go_to(clock: FixedClock, text: str) -> None:
    """Let the clock show `2026-11-25 10:00` in Vietnam."""
    clock.move_to(dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE))


def without_receipt(document: dict[str, Any]) -> dict[str, Any]:
    """Return a dossier's document less the receipt, whose secrets only the answer that issues it has."""
    return {name: value for name, value in document.items() if name != "receipt"}


def codes(problem: dict[str, Any]) -> list[str]:
    """Return the codes of all faults in a problem document."""
    return [fault["code"] for fault in problem["errors"]]


REFUSE: dict[str, Any] = {
    "reason_code": "outside_competence",
    "explanation": "Không thuộc thẩm quyền",
    "legal_basis": "NĐ 118/2025",
}
SUPPLEMENT: dict[str, Any] = {
    "items": [{"component_code": "TP01", "problem": "wrong_form"}],
    "reason": "Tờ khai sai mẫu",
}
STOP: dict[str, Any] = {
    "reason_code": "competent_decision",
    "explanation": "Theo quyết định số 1",
    "legal_basis": "NĐ 118/2025",
}
AUTHORISED = {"reason": "Chủ hồ sơ ốm", "reference": "Giấy ủy quyền ngày 20/11/2026"}
AT_THE_COUNTER: dict[str, Any] = {
    "method": "counter",
    "receiver_name": "Nguyễn Thị Thử Nghiệm",
    "proof": "Ký sổ",
    "authorisation": AUTHORISED,
}
"""Given to whoever is authorised: every synthetic person has a number of their own, which the applicant must give."""
BY_POST: dict[str, Any] = {"method": "postal", "tracking_number": "EB123456789VN"}
ONLINE: dict[str, Any] = {"method": "online", "link": "https://example.vn/ket-qua/1"}
PAYMENT: dict[str, Any] = {"amount_vnd": 1_250_000, "reason": "Lệ phí trước bạ"}
PAID: dict[str, Any] = {"method": "bank_transfer", "reference": "FT26112300001"}
WITHDRAW: dict[str, Any] = {"explanation": "Công dân đổi ý"}
