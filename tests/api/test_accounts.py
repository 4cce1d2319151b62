"""Accounts over HTTP: who may make, see and change whose account, and that every change counts at once."""

import httpx
import pytest

from app.bootstrap import Application
from app.core.db import fetch_all, fetch_one
from app.domain.permissions import Permission, Role
from tests.factories.people import (
    COMMUNE,
    DEPARTMENT,
    OTHER_COMMUNE,
    PROVINCE,
    signed_in,
    signed_in_machine,
    staff_with_password,
)

ACCOUNTS = "/api/v1/accounts"
ME = "/api/v1/auth/me"
TOKEN = "/api/v1/auth/token"


def codes(answer: httpx.Response) -> list[tuple[str, str | None]]:
    return [(fault["code"], fault["field"]) for fault in answer.json()["errors"]]


def person(username: str, role: Role = Role.RECEPTION_CLERK, unit: str = COMMUNE) -> dict[str, object]:
    return {"username": username, "display_name": "Trần Thị Thử", "roles": [{"role": role.value, "unit": unit}]}


async def create(client: httpx.AsyncClient, headers: dict[str, str], body: dict[str, object]) -> httpx.Response:
    return await client.post(ACCOUNTS, json=body, headers=headers)


async def sign_in(client: httpx.AsyncClient, username: str, password: str) -> httpx.Response:
    return await client.post(TOKEN, data={"grant_type": "password", "username": username, "password": password})


async def province(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)


async def commune(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)


async def test_a_made_up_password_is_shown_once_and_opens_the_account(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await commune(application)
    answer = await create(client, headers, person("tran.thu"))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{ACCOUNTS}/tran.thu"
    assert answer.headers["cache-control"] == "no-store"
    secret = answer.json()["secret"]
    assert (await sign_in(client, "tran.thu", secret)).status_code == 200
    shown = await client.get(f"{ACCOUNTS}/tran.thu", headers=headers)
    assert shown.json()["roles"][0]["unit"] == COMMUNE
    assert secret not in shown.text


async def test_a_repeated_key_makes_one_account_and_shows_no_secret_again(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = {**await commune(application), "Idempotency-Key": "hire-1"}
    first = await create(client, headers, person("tran.thu"))
    again = await create(client, headers, person("tran.thu"))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == {"account": first.json()["account"], "secret": None}
    async with application.database.read() as connection:
        kept = await fetch_all(connection, "select body from idempotency_key")
    assert first.json()["secret"] not in "".join(row.body for row in kept)


async def test_a_chosen_password_is_not_repeated(client: httpx.AsyncClient, application: Application) -> None:
    body = person("tran.thu") | {"password": "mật khẩu tự chọn"}
    answer = await create(client, await commune(application), body)
    assert answer.json()["secret"] is None
    assert (await sign_in(client, "tran.thu", "mật khẩu tự chọn")).status_code == 200


async def test_all_faults_of_a_new_account_are_listed(client: httpx.AsyncClient, application: Application) -> None:
    headers = await province(application)
    shape = await create(client, headers, {"username": "Ô", "password": "short", "roles": [], "colour": "red"})
    assert shape.status_code == 422
    assert {field for _, field in codes(shape)} == {"username", "display_name", "password", "roles", "colour"}
    body = person("tran.thu", unit="99999") | {"password": "tran.thu-12345"}
    rules = await create(client, headers, body)
    assert codes(rules) == [("password_contains_username", "password"), ("unit_unknown", "roles.0.unit")]


async def test_a_user_name_is_taken_once(client: httpx.AsyncClient, application: Application) -> None:
    headers = await commune(application)
    assert (await create(client, headers, person("tran.thu"))).status_code == 201
    answer = await create(client, headers, person("tran.thu"))
    assert answer.status_code == 409
    assert codes(answer) == [("username_taken", "username")]


async def test_a_unit_administrator_acts_in_their_own_subtree_only(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await commune(application)
    beyond = await create(client, headers, person("tran.thu", unit=OTHER_COMMUNE))
    assert beyond.status_code == 403
    assert codes(beyond) == [("out_of_scope", "roles.0")]
    stranger, _, _ = await staff_with_password(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
    for path in ("disable", "enable", "reset-secret", "roles"):
        body = {"role": "cashier", "unit": COMMUNE} if path == "roles" else {}
        answer = await client.post(f"{ACCOUNTS}/{stranger}/{path}", json=body, headers=headers)
        assert answer.status_code == 404, path
    assert (await client.get(f"{ACCOUNTS}/{stranger}", headers=headers)).status_code == 404


@pytest.mark.parametrize(("role", "unit"), [(Role.PROVINCE_ADMINISTRATOR, PROVINCE), (Role.INSPECTOR, PROVINCE)])
async def test_no_unit_administrator_makes_somebody_above_themselves(
    client: httpx.AsyncClient, application: Application, role: Role, unit: str
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, PROVINCE)
    answer = await create(client, headers, person("tran.thu", role, unit))
    assert answer.status_code == 403
    assert codes(answer) == [("role_above_own", "roles.0")]


async def test_who_could_not_grant_a_role_cannot_take_over_its_holder(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, PROVINCE)
    above, password, _ = await staff_with_password(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    answer = await client.post(f"{ACCOUNTS}/{above}/reset-secret", json={}, headers=headers)
    assert answer.status_code == 403
    assert codes(answer) == [("role_above_own", None)]
    assert (await sign_in(client, above, password)).status_code == 200


async def test_an_account_that_reaches_beyond_the_subtree_is_seen_but_not_changed(
    client: httpx.AsyncClient, application: Application
) -> None:
    both, _, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    body = {"role": "reception_clerk", "unit": OTHER_COMMUNE}
    top = await province(application)
    assert (await client.post(f"{ACCOUNTS}/{both}/roles", json=body, headers=top)).status_code == 200
    headers = await commune(application)
    assert (await client.get(f"{ACCOUNTS}/{both}", headers=headers)).status_code == 200
    answer = await client.post(f"{ACCOUNTS}/{both}/disable", headers=headers)
    assert answer.status_code == 403
    assert codes(answer) == [("out_of_scope", None)]


@pytest.mark.parametrize("role", [Role.RECEPTION_CLERK, Role.INSPECTOR, Role.APPROVING_LEADER])
async def test_only_administrators_know_accounts(
    client: httpx.AsyncClient, application: Application, role: Role
) -> None:
    headers = await signed_in(application, role, PROVINCE)
    for answer in (await client.get(ACCOUNTS, headers=headers), await create(client, headers, person("tran.thu"))):
        assert answer.status_code == 403
        assert codes(answer) == [("permission_missing", None)]


async def test_nobody_changes_their_own_account(client: httpx.AsyncClient, application: Application) -> None:
    username, _, headers = await staff_with_password(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    body = {"role": "approving_leader", "unit": COMMUNE}
    for answer in (
        await client.post(f"{ACCOUNTS}/{username}/roles", json=body, headers=headers),
        await client.post(f"{ACCOUNTS}/{username}/disable", headers=headers),
        await client.post(f"{ACCOUNTS}/{username}/reset-secret", json={}, headers=headers),
    ):
        assert answer.status_code == 403
        assert codes(answer) == [("own_account", None)]


async def test_a_disabled_account_is_out_at_once_and_enabled_it_comes_back(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await commune(application)
    username, password, theirs = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    tokens = (await sign_in(client, username, password)).json()
    answer = await client.post(f"{ACCOUNTS}/{username}/disable", headers=headers)
    assert answer.status_code == 200
    assert answer.json()["disabled_at"] is not None
    assert (await client.get(ME, headers=theirs)).status_code == 401
    refused = await sign_in(client, username, password)
    assert (refused.status_code, codes(refused)) == (401, [("account_disabled", None)])
    renewal = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await client.post(TOKEN, data=renewal)).status_code == 401

    assert (await client.post(f"{ACCOUNTS}/{username}/enable", headers=headers)).json()["disabled_at"] is None
    assert (await client.get(ME, headers=theirs)).status_code == 401, "old sessions stay ended"
    assert (await sign_in(client, username, password)).status_code == 200


async def test_a_role_counts_from_its_grant_and_ends_with_its_revocation(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await commune(application)
    username, password, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    before = (await sign_in(client, username, password)).json()
    body = {"role": "cashier", "unit": COMMUNE}
    granted = await client.post(f"{ACCOUNTS}/{username}/roles", json=body, headers=headers)
    assert [role["role"] for role in granted.json()["roles"]] == ["cashier", "reception_clerk"]
    again = await client.post(f"{ACCOUNTS}/{username}/roles", json=body, headers=headers)
    assert again.json() == granted.json()

    old = {"Authorization": f"Bearer {before['access_token']}"}
    assert (await client.get(ME, headers=old)).status_code == 401
    renewal = {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]}
    renewed = (await client.post(TOKEN, data=renewal)).json()
    now = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert [role["role"] for role in (await client.get(ME, headers=now)).json()["roles"]] == [
        "cashier",
        "reception_clerk",
    ]

    path = f"{ACCOUNTS}/{username}/roles/reception_clerk/{COMMUNE}"
    assert (await client.delete(path, headers=headers)).status_code == 200
    assert (await client.get(ME, headers=now)).status_code == 401
    gone = await client.delete(path, headers=headers)
    assert gone.status_code == 404
    assert codes(gone) == [("role_not_held", None)]


async def test_somebody_without_roles_stays_with_the_unit_they_were_in(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await commune(application)
    username, _, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    await client.delete(f"{ACCOUNTS}/{username}/roles/reception_clerk/{COMMUNE}", headers=headers)
    assert (await client.get(f"{ACCOUNTS}/{username}", headers=headers)).json()["roles"] == []
    body = {"role": "specialist", "unit": COMMUNE}
    back = await client.post(f"{ACCOUNTS}/{username}/roles", json=body, headers=headers)
    assert [role["role"] for role in back.json()["roles"]] == ["specialist"]


async def test_a_new_password_lifts_the_lock_and_ends_the_old_sessions(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await commune(application)
    username, password, theirs = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    for _ in range(application.settings.lockout_after_failures):
        await sign_in(client, username, "wrong password")
    answer = await client.post(f"{ACCOUNTS}/{username}/reset-secret", json={}, headers=headers)
    assert answer.status_code == 200
    assert (await client.get(ME, headers=theirs)).status_code == 401
    assert (await sign_in(client, username, password)).status_code == 401
    assert (await sign_in(client, username, answer.json()["secret"])).status_code == 200


async def test_only_a_province_administrator_makes_machine_clients_with_scopes_for_machines(
    client: httpx.AsyncClient, application: Application
) -> None:
    body = {"client_id": "portal", "display_name": "Cổng", "scopes": ["dossiers:read"], "units": [COMMUNE]}
    path = f"{ACCOUNTS}/machines"
    refused = await client.post(path, json=body, headers=await commune(application))
    assert refused.status_code == 403
    assert codes(refused) == [("role_above_own", "units.0")]
    headers = await province(application)
    wrong = await client.post(path, json=body | {"scopes": ["dossiers:read", "accounts:manage"]}, headers=headers)
    assert codes(wrong) == [("scope_not_for_machines", "scopes.1")]
    made = await client.post(path, json=body, headers=headers)
    assert made.status_code == 201
    assert made.json()["account"]["kind"] == "machine"
    old = {"grant_type": "client_credentials", "client_id": "portal", "client_secret": made.json()["secret"]}
    reset = await client.post(f"{ACCOUNTS}/portal/reset-secret", json={}, headers=headers)
    assert (await client.post(TOKEN, data=old)).status_code == 401
    assert (await client.post(TOKEN, data=old | {"client_secret": reset.json()["secret"]})).status_code == 200
    chosen = await client.post(f"{ACCOUNTS}/portal/reset-secret", json={"password": "0123456789"}, headers=headers)
    assert codes(chosen) == [("password_not_for_machines", "password")]


async def test_roles_of_machines_and_of_staff_are_kept_apart(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await province(application)
    clerk = await create(client, headers, person("tran.thu", Role.MACHINE_CLIENT))
    assert codes(clerk) == [("role_for_machines_only", "roles.0")]
    elsewhere = await create(client, headers, person("tran.thu", Role.PROVINCE_ADMINISTRATOR, COMMUNE))
    assert codes(elsewhere) == [("role_at_root_only", "roles.0")]
    body = {"client_id": "portal", "display_name": "Cổng", "scopes": ["dossiers:read"], "units": [COMMUNE]}
    await client.post(f"{ACCOUNTS}/machines", json=body, headers=headers)
    role = {"role": "reception_clerk", "unit": COMMUNE}
    machine = await client.post(f"{ACCOUNTS}/portal/roles", json=role, headers=headers)
    assert machine.status_code == 422
    assert codes(machine) == [("role_not_for_machines", None)]


async def test_a_machine_never_administers_accounts(client: httpx.AsyncClient, application: Application) -> None:
    headers = await signed_in_machine(application, {Permission.ACCOUNTS_MANAGE}, PROVINCE)
    assert (await client.get(ACCOUNTS, headers=headers)).status_code == 403


async def test_no_role_is_given_in_a_unit_that_has_ended(client: httpx.AsyncClient, application: Application) -> None:
    headers = await province(application)
    closing = {"valid_to": "2026-11-23"}
    assert (await client.post(f"/api/v1/units/{COMMUNE}/close", json=closing, headers=headers)).status_code == 200
    answer = await create(client, headers, person("tran.thu"))
    assert codes(answer) == [("unit_closed", "roles.0.unit")]


async def test_a_list_shows_the_accounts_in_reach_page_by_page(
    client: httpx.AsyncClient, application: Application
) -> None:
    here = {(await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE))[0] for _ in range(5)}
    there, _, _ = await staff_with_password(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
    headers = await commune(application)
    seen: list[str] = []
    params = {"role": "reception_clerk", "limit": "2"}
    while True:
        page = (await client.get(ACCOUNTS, params=params, headers=headers)).json()
        seen += [account["username"] for account in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == sorted(here)
    top = await client.get(ACCOUNTS, params={"unit": OTHER_COMMUNE}, headers=await province(application))
    assert [account["username"] for account in top.json()["items"]] == [there]


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"q": "tran thi thu"}, 1),
        ({"q": "Trần"}, 1),
        ({"q": "nguyen.v"}, 1),
        ({"q": "%"}, 0),
        ({"q": "tran", "kind": "machine"}, 0),
        ({"q": "tran", "disabled": "false"}, 1),
        ({"q": "tran", "disabled": "true"}, 0),
        ({"q": "tran", "unit": DEPARTMENT}, 0),
    ],
)
async def test_accounts_are_found_by_name_without_accents(
    client: httpx.AsyncClient, application: Application, params: dict[str, str], count: int
) -> None:
    headers = await commune(application)
    await create(client, headers, person("nguyen.v_t"))
    answer = await client.get(ACCOUNTS, params=params, headers=headers)
    assert len(answer.json()["items"]) == count


async def test_every_change_of_an_account_is_audited_without_names_and_secrets(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await commune(application)
    secret = (await create(client, headers, person("tran.thu"))).json()["secret"]
    path = f"{ACCOUNTS}/tran.thu"
    await client.post(f"{path}/roles", json={"role": "cashier", "unit": COMMUNE}, headers=headers)
    await client.delete(f"{path}/roles/cashier/{COMMUNE}", headers=headers)
    await client.post(f"{path}/reset-secret", json={}, headers=headers)
    await client.post(f"{path}/disable", headers=headers)
    await client.post(f"{path}/enable", headers=headers)
    async with application.database.read() as connection:
        account = await fetch_one(connection, "select id, auth_version from account where username = 'tran.thu'")
        assert account is not None
        entries = await fetch_all(
            connection,
            "select action, data::text as data from audit_entry where subject = $1 order by id",
            f"account:{account.id}",
        )
    assert [entry.action for entry in entries] == [
        "account.create",
        "role.grant",
        "role.revoke",
        "account.reset_secret",
        "account.disable",
        "account.enable",
    ]
    assert account.auth_version == 6, "each change but the first ends the sessions"
    written = " ".join(entry.data for entry in entries)
    assert "Trần" not in written
    assert secret not in written
