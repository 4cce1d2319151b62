"""Many at once: a paper is held once, reused once."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.db import fetch_one
from app.domain.permissions import Permission, Role
from app.services.dossiers.recording.record import seen_dossier
from app.services.vault.hold import Held, PaperFacts, hold_component
from tests.factories.dossiers import Desk, applicant, codes, desk_of
from tests.factories.people import COMMUNE, account_of
from tests.factories.vault import held_for, keep_content

AGAIN: dict[str, Any] = {"case_variant": "again", "components": [{"code": "TP01", "originals": 1}]}


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def test_the_same_content_brought_by_many_at_once_is_held_once(own_application: Application, desk: Desk) -> None:
    person = applicant()
    dossiers = [(await desk.register(applicant=person))["code"] for _ in range(8)]
    actor = await account_of(own_application, Role.RECEPTION_CLERK, COMMUNE)
    facts = PaperFacts(content_sha256=await keep_content(own_application))

    async def hold(code: str) -> Held | None:
        async with own_application.database.write() as connection:
            dossier = await seen_dossier(connection, actor, code, Permission.DOCUMENTS_ADD, lock=True)
            now = own_application.clock.now()
            return await hold_component(connection, actor, dossier, "TP02", facts, now=now)

    held = [paper for paper in await asyncio.gather(*(hold(code) for code in dossiers)) if paper is not None]
    assert len(held) == 8
    assert len({paper.code for paper in held}) == 1
    assert sum(paper.is_new for paper in held) == 1
    async with own_application.database.read() as connection:
        row = await fetch_one(connection, "select count(*) as holders from paper_holder")
    assert row is not None
    assert row.holders == 1


async def test_a_paper_taken_by_many_at_once_is_reused_once(own_application: Application, desk: Desk) -> None:
    person = applicant()
    source = (await desk.register(applicant=person))["code"]
    paper = await held_for(own_application, person["identity_number"], "marital_status_certificate", source=source)
    code = (await desk.register(applicant=person, **AGAIN))["code"]
    path, body = f"/dossiers/{code}/components/TP02/reuse", {"source": "vault", "held_paper": paper}
    answers = await asyncio.gather(*(desk.post(path, body) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {tuple(codes(answer.json())) for answer in answers if answer.status_code == 409} == {
        ("component_reused_already",)
    }
