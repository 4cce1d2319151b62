"""Sessions over HTTP: sign in, renew, lock-out, sign out everywhere, one's own password."""

import asyncio
import base64
import datetime as dt

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Permission, Role
from tests.factories.people import (
    COMMUNE,
    DEPARTMENT,
    PASSWORD,
    PROVINCE,
    account_of,
    headers_of,
    signed_in,
    signed_in_machine,
    staff_with_password,
)

TOKEN = "/api/v1/auth/token"
ME = "/api/v1/auth/me"


async def sign_in(client: httpx.AsyncClient, username: str, password: str) -> httpx.Response:
    return await client.post(TOKEN, data={"grant_type": "password", "username": username, "password": password})


async def renew(client: httpx.AsyncClient, refresh_token: str) -> httpx.Response:
    return await client.post(TOKEN, data={"grant_type": "refresh_token", "refresh_token": refresh_token})


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def codes(answer: httpx.Response) -> list[tuple[str, str | None]]:
    return [(fault["code"], fault["field"]) for fault in answer.json()["errors"]]


async def machine(client: httpx.AsyncClient, application: Application, scopes: list[str]) -> tuple[str, str]:
    headers = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    body = {"client_id": "portal", "display_name": "Cổng dịch vụ công", "scopes": scopes, "units": [PROVINCE]}
    answer = await client.post("/api/v1/accounts/machines", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return "portal", answer.json()["secret"]


async def test_a_clerk_signs_in_and_is_told_who_they_are(client: httpx.AsyncClient, application: Application) -> None:
    username, password, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    answer = await sign_in(client, username.upper(), password)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == 30 * 60
    assert "dossiers:receive" in tokens["scope"].split()
    me = (await client.get(ME, headers=bearer(tokens))).json()
    assert me["username"] == username
    assert [(role["role"], role["unit"]) for role in me["roles"]] == [("reception_clerk", COMMUNE)]
    assert "dossiers:receive" in me["permissions"]
    assert "accounts:manage" not in me["permissions"]


@pytest.mark.parametrize("name", ["known", "unknown"])
async def test_a_wrong_password_and_an_unknown_name_are_answered_alike(
    client: httpx.AsyncClient, application: Application, name: str
) -> None:
    username, _, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    answer = await sign_in(client, username if name == "known" else "nobody.here", "not the password")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert codes(answer) == [("bad_credentials", None)]


async def test_a_token_ends_with_its_minutes(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    username, password, _ = await staff_with_password(application, Role.SPECIALIST, DEPARTMENT)
    tokens = (await sign_in(client, username, password)).json()
    clock.move_to(clock.at + dt.timedelta(minutes=30))
    answer = await client.get(ME, headers=bearer(tokens))
    assert answer.status_code == 401
    assert codes(answer) == [("token_invalid", None)]


async def test_repeated_failure_locks_out_even_the_right_password_until_the_time_is_over(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    username, password, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    for _ in range(application.settings.lockout_after_failures):
        assert (await sign_in(client, username, "wrong password")).status_code == 401
    locked = await sign_in(client, username, password)
    assert locked.status_code == 429
    assert codes(locked) == [("account_locked", None)]
    assert 0 <= int(locked.headers["retry-after"]) - 60 * application.settings.lockout_minutes <= 60
    clock.move_to(clock.at + dt.timedelta(minutes=application.settings.lockout_minutes))
    assert (await sign_in(client, username, password)).status_code == 200


async def test_a_name_that_nobody_has_is_locked_out_just_as_one_that_somebody_has(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    username, _, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    settings = application.settings

    async def guess(name: str) -> list[tuple[int, object, str | None]]:
        answers = [await sign_in(client, name, "wrong password") for _ in range(settings.lockout_after_failures + 2)]
        return [(answer.status_code, answer.json()["errors"], answer.headers.get("retry-after")) for answer in answers]

    for _ in range(2):
        somebody, nobody = await guess(username), await guess("nobody.here")
        assert somebody == nobody
        assert [status for status, *_ in nobody][-3:] == [401, 429, 429]
        clock.move_to(clock.at + dt.timedelta(minutes=settings.lockout_minutes))
    assert (await sign_in(client, " NOBODY.here ", "wrong password")).status_code == 401
    assert (await sign_in(client, "another.nobody", "wrong password")).status_code == 401


async def test_failures_are_recorded_although_their_requests_fail(
    own_client: httpx.AsyncClient, own_application: Application
) -> None:
    username, password, _ = await staff_with_password(own_application, Role.RECEPTION_CLERK, COMMUNE)
    limit = own_application.settings.lockout_after_failures
    answers = await asyncio.gather(*(sign_in(own_client, username, "wrong password") for _ in range(3 * limit)))
    refused = sum(answer.status_code == 401 for answer in answers)
    assert limit <= refused < 3 * limit, "many guesses at once do not slip past the lock-out"
    assert (await sign_in(own_client, username, password)).status_code == 429


async def test_a_success_forgets_the_failures_before_it(client: httpx.AsyncClient, application: Application) -> None:
    username, password, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    for _ in range(2):
        for _ in range(application.settings.lockout_after_failures - 1):
            await sign_in(client, username, "wrong password")
        assert (await sign_in(client, username, password)).status_code == 200


async def test_a_refresh_token_renews_once_and_its_second_use_ends_the_family_for_good(
    own_client: httpx.AsyncClient, own_application: Application
) -> None:
    username, password, _ = await staff_with_password(own_application, Role.RECEPTION_CLERK, COMMUNE)
    first = (await sign_in(own_client, username, password)).json()
    second = (await renew(own_client, first["refresh_token"])).json()
    assert (await own_client.get(ME, headers=bearer(second))).status_code == 200

    reused = await renew(own_client, first["refresh_token"])
    assert reused.status_code == 401
    assert codes(reused) == [("refresh_token_invalid", None)]
    assert (await renew(own_client, second["refresh_token"])).status_code == 401
    assert (await own_client.get(ME, headers=bearer(second))).status_code == 401


async def test_of_renewals_at_once_one_wins_and_all_are_answered(
    own_client: httpx.AsyncClient, own_application: Application
) -> None:
    username, password, _ = await staff_with_password(own_application, Role.RECEPTION_CLERK, COMMUNE)
    refresh_token = (await sign_in(own_client, username, password)).json()["refresh_token"]
    answers = await asyncio.gather(*(renew(own_client, refresh_token) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [200, *15 * [401]]


async def test_renewing_does_not_prolong_a_session(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    username, password, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    refresh_token = (await sign_in(client, username, password)).json()["refresh_token"]
    clock.move_to(clock.at + dt.timedelta(hours=application.settings.refresh_token_hours, minutes=-1))
    renewed = (await renew(client, refresh_token)).json()
    clock.move_to(clock.at + dt.timedelta(minutes=1))
    assert (await renew(client, renewed["refresh_token"])).status_code == 401


async def test_signing_out_ends_every_session_at_once(client: httpx.AsyncClient, application: Application) -> None:
    username, password, headers = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    tokens = (await sign_in(client, username, password)).json()
    assert (await client.post("/api/v1/auth/revoke", headers=headers)).status_code == 204
    answer = await client.get(ME, headers=bearer(tokens))
    assert answer.status_code == 401
    assert codes(answer) == [("token_revoked", None)]
    assert (await renew(client, tokens["refresh_token"])).status_code == 401


@pytest.mark.parametrize("way", ["basic", "form"])
async def test_a_machine_signs_in_by_form_or_http_basic(
    client: httpx.AsyncClient, application: Application, way: str
) -> None:
    client_id, secret = await machine(client, application, ["dossiers:read", "dossiers:submit"])
    data = {"grant_type": "client_credentials"}
    if way == "basic":
        credentials = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        answer = await client.post(TOKEN, data=data, headers={"Authorization": f"Basic {credentials}"})
    else:
        answer = await client.post(TOKEN, data={**data, "client_id": client_id, "client_secret": secret})
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] is None
    assert answer.json()["scope"] == "dossiers:read dossiers:submit"
    me = (await client.get(ME, headers=bearer(answer.json()))).json()
    assert me["kind"] == "machine"
    assert me["permissions"] == ["dossiers:read", "dossiers:submit"]


async def test_a_machine_may_ask_for_fewer_scopes_and_never_for_more(
    client: httpx.AsyncClient, application: Application
) -> None:
    client_id, secret = await machine(client, application, ["dossiers:read", "dossiers:submit"])
    data = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    fewer = await client.post(TOKEN, data={**data, "scope": "dossiers:read"})
    assert fewer.json()["scope"] == "dossiers:read"
    more = await client.post(TOKEN, data={**data, "scope": "dossiers:read statistics:read accounts:manage"})
    assert more.status_code == 422
    assert [fault["params"]["scope"] for fault in more.json()["errors"]] == ["accounts:manage", "statistics:read"]


@pytest.mark.parametrize(
    "header", ["Basic", "Basic ???", "Basic bm9jb2xvbg==", "Bearer x", "Basic cG9ydGFsOndyb25n", "Basic AGE6Yg=="]
)
async def test_a_broken_or_wrong_basic_header_is_bad_credentials(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.post(TOKEN, data={"grant_type": "client_credentials"}, headers={"Authorization": header})
    assert answer.status_code == 401
    assert codes(answer) == [("bad_credentials", None)]


async def test_staff_and_machines_cannot_use_each_others_way_in(
    client: httpx.AsyncClient, application: Application
) -> None:
    username, password, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    client_id, secret = await machine(client, application, ["dossiers:read"])
    data = {"grant_type": "client_credentials", "client_id": username, "client_secret": password}
    assert (await client.post(TOKEN, data=data)).status_code == 401
    assert (await sign_in(client, client_id, secret)).status_code == 401


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, [("missing", "grant_type")]),
        ({"grant_type": "implicit"}, [("literal_error", "grant_type")]),
        ({"grant_type": "password"}, [("missing", "username"), ("missing", "password")]),
        ({"grant_type": "client_credentials"}, [("missing", "client_id"), ("missing", "client_secret")]),
        ({"grant_type": "refresh_token"}, [("missing", "refresh_token")]),
        (
            {"grant_type": "password", "username": "a\x00b", "password": "p" * 201},
            [("nul_character", "username"), ("string_too_long", "password")],
        ),
    ],
)
async def test_all_faults_of_a_token_request_are_listed(
    client: httpx.AsyncClient, form: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    answer = await client.post(TOKEN, data=form)
    assert answer.status_code == 422
    assert codes(answer) == expected


async def test_fields_that_no_grant_type_knows_are_ignored(client: httpx.AsyncClient, application: Application) -> None:
    username, password, _ = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    data = {"grant_type": "password", "username": username, "password": password, "resource": "x", "scope": ""}
    assert (await client.post(TOKEN, data=data)).status_code == 200


async def test_without_a_token_nobody_is_known(client: httpx.AsyncClient) -> None:
    answer = await client.get(ME)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert codes(answer) == [("token_missing", None)]


async def test_ones_own_password_changes_with_the_present_one_and_ends_all_sessions(
    client: httpx.AsyncClient, application: Application
) -> None:
    username, password, headers = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    body = {"current_password": password, "new_password": "  một mật khẩu khác  "}
    assert (await client.post("/api/v1/auth/password", json=body, headers=headers)).status_code == 204
    assert (await client.get(ME, headers=headers)).status_code == 401
    assert (await sign_in(client, username, password)).status_code == 401
    assert (await sign_in(client, username, "một mật khẩu khác")).status_code == 401, "passwords are never trimmed"
    assert (await sign_in(client, username, "  một mật khẩu khác  ")).status_code == 200


@pytest.mark.parametrize(
    ("new_password", "code"),
    [
        ("short", "string_too_short"),
        (PASSWORD, "password_unchanged"),
        ("x{username}123456", "password_contains_username"),
    ],
)
async def test_a_poor_new_password_is_refused(
    client: httpx.AsyncClient, application: Application, new_password: str, code: str
) -> None:
    username, password, headers = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    body = {"current_password": password, "new_password": new_password.format(username=username)}
    answer = await client.post("/api/v1/auth/password", json=body, headers=headers)
    assert answer.status_code == 422
    assert codes(answer) == [(code, "new_password")]
    assert (await sign_in(client, username, password)).status_code == 200


async def test_guessing_the_present_password_locks_out_too(client: httpx.AsyncClient, application: Application) -> None:
    _, _, headers = await staff_with_password(application, Role.RECEPTION_CLERK, COMMUNE)
    body = {"current_password": "a guess", "new_password": "một mật khẩu khác"}
    for _ in range(application.settings.lockout_after_failures):
        answer = await client.post("/api/v1/auth/password", json=body, headers=headers)
        assert codes(answer) == [("current_password_wrong", "current_password")]
    assert (await client.post("/api/v1/auth/password", json=body, headers=headers)).status_code == 429


async def test_a_machine_has_no_password_to_change(client: httpx.AsyncClient, application: Application) -> None:
    headers = await signed_in_machine(application, {Permission.DOSSIERS_READ}, COMMUNE)
    body = {"current_password": "whatever it is", "new_password": "một mật khẩu khác"}
    answer = await client.post("/api/v1/auth/password", json=body, headers=headers)
    assert answer.status_code == 403
    assert codes(answer) == [("staff_only", None)]


async def test_a_token_signed_with_another_key_is_not_ours(client: httpx.AsyncClient, application: Application) -> None:
    actor = await account_of(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    headers = headers_of(application, actor)
    altered = {"Authorization": headers["Authorization"][:-4] + "AAAA"}
    assert (await client.get(ME, headers=altered)).status_code == 401
