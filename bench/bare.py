"""The floor to compare with: Starlette and asyncpg, nothing else.

It inserts the rows that a registration inserts, lists 50 rows of a unit and reads one row: no validation, no rights, no
law, no names of units and people, no children.
"""

import datetime as dt
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_DOSSIER = """
insert into dossier (code, state, version, channel, procedure_id, procedure_version_id, case_variant, receiving_unit_id,
  competent_unit_id, registered_by, summary, return_channel, registered_at, accepted_at, promised_due_at,
  lawful_due_at, current_due_at, due_provisional, limit_value, limit_unit, clock_policy_id, calendar_version,
  supplement_count, extension_count, imported)
values ($1, 2, 2, 'counter', $2, $3, '', $4, $4, $5, '', 'counter', $6, $6, $7, $7, $7, false, 3, 'working_days', $8,
  'n1', 0, 0, false)
returning id
"""


async def register(request: Request) -> Response:
    body = orjson.loads(await request.body())
    state = request.app.state
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - the floor has no clock of the house
    due = now + dt.timedelta(days=3)
    person = body["applicant"]
    async with state.pool.acquire() as connection, connection.transaction():
        number = await connection.fetchval(
            "insert into dossier_number (agency_code, day, last) values ('BARE', $1, 1) "
            "on conflict (agency_code, day) do update set last = dossier_number.last + 1 returning last",
            now.date(),
        )
        code = f"BARE-{now:%y%m%d}-{number:06d}"
        dossier_id = await connection.fetchval(
            _DOSSIER, code, state.procedure_id, state.version_id, state.unit_id, state.account_id, now, due,
            state.policy_id,
        )  # fmt: skip
        await connection.execute(
            "insert into dossier_party (dossier_id, role, kind, full_name, name_search, identity_number, gender, "
            "phone, address) values ($1, 'applicant', $2, $3, $4, $5, $6, $7, $8)",
            dossier_id, person["kind"], person["full_name"], person["full_name"].lower(), person["identity_number"],
            person["gender"], person["phone"], person["address"],
        )  # fmt: skip
        for component in body["components"]:
            await connection.execute(
                "insert into dossier_component (dossier_id, code, originals, certified_copies, photocopies, source) "
                "values ($1, $2, $3, 0, 0, 'paper')",
                dossier_id,
                component["code"],
                component["originals"],
            )
        await connection.execute(
            "insert into receipt (dossier_id, number, lookup_secret, rating_token, issued_at, issued_by, "
            "promised_due_at) values ($1, 1, $2, $3, $4, $5, $6)",
            dossier_id, secrets.token_hex(4), secrets.token_urlsafe(16), now, state.account_id, due,
        )  # fmt: skip
        for seq, kind in ((1, "registered"), (2, "accepted")):
            await connection.execute(
                "insert into dossier_event (dossier_id, seq, type, state, actor_id, unit_id, occurred_at, data) "
                "values ($1, $2, $3, $2, $4, $5, $6, '{}')",
                dossier_id, seq, kind, state.account_id, state.unit_id, now,
            )  # fmt: skip
    return Response(orjson.dumps({"code": code}), status_code=201, media_type="application/json")


_READ = """
select code, state, version, channel, registered_at, accepted_at, promised_due_at, current_due_at, due_provisional,
  suspended_since, resolved_at, returned_at, procedure_id, receiving_unit_id, competent_unit_id, id
from dossier where
"""


async def page(request: Request) -> Response:
    state = request.app.state
    sql = f"{_READ} receiving_unit_id = $1 order by registered_at desc, id desc limit 50"
    rows = await state.pool.fetch(sql, state.listed_unit_id)
    return Response(orjson.dumps([dict(row) for row in rows]), media_type="application/json")


async def one(request: Request) -> Response:
    row = await request.app.state.pool.fetchrow(f"{_READ} code = $1", request.path_params["code"])
    return Response(orjson.dumps(dict(row)), media_type="application/json")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BENCH_DATABASE_URL"], min_size=4, max_size=20) as pool:
        app.state.pool = pool
        row = await pool.fetchrow(
            "select v.procedure_id, v.id as version_id, (select id from unit where is_one_stop order by id limit 1) as "
            "unit_id, (select min(id) from account) as account_id, (select max(id) from clock_policy) as policy_id "
            "from procedure_version v where v.status = 'published' order by v.id limit 1"
        )
        for name, value in row.items():
            setattr(app.state, name, value)
        app.state.listed_unit_id = await pool.fetchval("select id from unit where code = $1", os.environ["BENCH_UNIT"])
        yield


app = Starlette(
    routes=[Route("/register", register, methods=["POST"]), Route("/page", page), Route("/one/{code}", one)],
    lifespan=lifespan,
)

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), log_level="warning", access_log=False)
