"""What was held, reused, handed on and archived is never rewritten, whoever asks the database."""

import asyncpg
import httpx
import pytest

from app.bootstrap import Application
from tests.factories.dossiers import Desk, applicant, desk_of
from tests.factories.vault import held_for

APPEND_ONLY = ("paper_holder", "paper_reuse", "asked_again", "original_hand_over", "original_move", "archive_package")


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_not_even_the_owner_rewrites_what_happened(own_application: Application, table: str) -> None:
    owner = await asyncpg.connect(own_application.service_url)  # of the suite: the service only sets its role
    try:
        column = await owner.fetchval(
            "select column_name from information_schema.columns where table_name = $1 and is_identity = 'NO' limit 1",
            table,
        )
        for change in (f"update {table} set {column} = {column}", f"delete from {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await owner.execute(change)
    finally:
        await owner.close()


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def test_of_a_held_paper_only_its_standing_changes(own_application: Application, desk: Desk) -> None:
    person = applicant()
    source = (await desk.register(applicant=person))["code"]
    await held_for(own_application, person["identity_number"], "criminal_record", source=source)
    owner = await asyncpg.connect(own_application.service_url)
    try:
        for column in ("code", "kind", "content_sha256", "holder_id", "valid_until", "about_holder"):
            value = {"holder_id": "holder_id + 1", "valid_until": "'2030-01-01'", "about_holder": "not about_holder"}
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await owner.execute(f"update held_paper set {column} = {value.get(column, column + ' || chr(33)')}")
        await owner.execute("update held_paper set status = 'revoked', status_at = held_at, status_reason = 'x'")
    finally:
        await owner.close()


async def test_of_an_original_only_its_way_goes_on(own_application: Application, desk: Desk) -> None:
    code = (await desk.register())["code"]
    await desk.post(f"/dossiers/{code}/originals", {"originals": [{"name": "Sổ đỏ"}]})
    owner = await asyncpg.connect(own_application.service_url)
    try:
        for change in ("name = 'x'", "barcode = 'GT-0'", "to_be_returned = false"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await owner.execute(f"update original set {change}")
        await owner.execute("update original set moves = moves")
    finally:
        await owner.close()
