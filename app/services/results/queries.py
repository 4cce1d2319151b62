"""Reads of results, of the queue of signatures and of delegations. One statement each."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.domain.permissions import ROLE_PERMISSIONS, Permission
from app.services.deadlines.queries import calendar_version_of
from app.services.dossiers.queries import DOSSIER_ID_OF
from app.services.identity.scope import unit_in_scope

_OPEN_STATES = "(2, 4, 9, 10)"
"""States of a dossier in which a result can be made: taken in and neither waiting, refused, withdrawn nor stopped."""

_GROUND = """
select i.media_type, exists (select from document c where c.dossier_id = $1 and c.content_sha256 = $2
    and c.kind = 'digitized_copy') as digitized
from document i
where i.dossier_id = $1 and i.content_sha256 = $2
  and not exists (select from document later where later.supersedes_id = i.id)
"""

_RESULT = """
select s.*, d.code as dossier_code, d.state as dossier_state, r.path as receiving_path, c.path as competent_path,
  c.code as unit_code, c.name as unit_name, p.token as paper_token,
  (select n.id from result n where n.replaces_id = s.id and n.status not in ('discarded', 'revoked')) as replaced_by_id,
  (select json_build_object('id', q.id, 'state', q.state, 'submitted_at', q.submitted_at, 'decided_at', q.decided_at,
      'reason', q.reason, 'submitted_by', b.display_name, 'decided_by', w.display_name, 'signer', t.username)
    from signature_request q left join account b on b.id = q.submitted_by left join account w on w.id = q.decided_by
    left join account t on t.id = q.signer_id
    where q.result_id = s.id order by q.id desc limit 1) as last_request
from result s join dossier d on d.id = s.dossier_id
join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id
left join issued_paper p on p.id = s.paper_id
"""

_RESULTS_OF = f"""{_RESULT}
where s.dossier_id = {DOSSIER_ID_OF.format(code="$1")}
  and ({unit_in_scope("r.path", "$2", "$3")} or {unit_in_scope("c.path", "$2", "$3")})
order by s.id desc
"""

_ROLES_THAT_SIGN = ", ".join(
    f"'{role}'" for role, permissions in ROLE_PERMISSIONS.items() if Permission.RESULTS_SIGN in permissions
)

# Nobody lends what they have not: whoever gave it must still be able to sign there, and the delegate be of the unit.
_DELEGATION_HOLDS = f"""
  g.revoked_at is null and {{now}}::timestamptz >= g.valid_from and {{now}}::timestamptz < g.valid_to
  and exists (select from role_grant h join unit w on w.id = h.unit_id
    where h.account_id = g.delegate_id and h.revoked_at is null and {{path}} like w.path || '%')
  and exists (select from account l join role_grant h on h.account_id = l.id join unit w on w.id = h.unit_id
    where l.id = g.granted_by and l.disabled_at is null and h.revoked_at is null
      and h.role in ({_ROLES_THAT_SIGN}) and {{path}} like w.path || '%')
"""

_QUEUE = f"""
select q.id, q.result_id, q.submitted_at, q.content_sha256, s.number, s.title, s.result_type, s.document_id,
  s.replaces_id, d.code as dossier_code, d.current_due_at, d.state as dossier_state, c.id as unit_id,
  c.code as unit_code, c.name as unit_name, b.display_name as submitted_by, t.username as signer,
  {calendar_version_of("c.path")} as calendar_version
from signature_request q join result s on s.id = q.result_id join dossier d on d.id = q.dossier_id
join unit c on c.id = q.unit_id left join account b on b.id = q.submitted_by left join account t on t.id = q.signer_id
where q.state = 'waiting' and d.state in {_OPEN_STATES}
  and ({unit_in_scope("c.path", "$1", "$2")} or exists (select from signing_delegation g join unit u on u.id = g.unit_id
    where g.delegate_id = $3 and c.path like u.path || '%' and {_DELEGATION_HOLDS.format(now="$8", path="c.path")}))
  and ($4::text is null or c.path like (select f.path || '%' from unit f where f.code = $4))
  and ($5::timestamptz is null or (q.submitted_at, q.id) > ($5::timestamptz, $6::bigint))
order by q.submitted_at, q.id
limit $7
"""

_TO_SIGN = f"""
select q.id, q.state, q.result_id, q.dossier_id, q.content_sha256, q.unit_id, c.code as unit_code, c.name as unit_name,
  c.path as unit_path, c.level as unit_level, d.code as dossier_code, d.state as dossier_state, s.number, s.title,
  s.token, s.content is null as uploaded, a.username, a.display_name,
  (select g.id from signing_delegation g where g.delegate_id = $2 and c.path like (select u.path || '%' from unit u
     where u.id = g.unit_id) and {_DELEGATION_HOLDS.format(now="$3", path="c.path")}
   order by g.id limit 1) as delegation_id
from signature_request q join result s on s.id = q.result_id join dossier d on d.id = q.dossier_id
join unit c on c.id = q.unit_id left join account a on a.id = $2
where q.id = any ($1::bigint[])
order by q.dossier_id, q.id
"""

_ORIGINAL = """
select s.id, s.number, s.title, s.result_type, s.effective_from, s.effective_to, s.published_at, s.signed_sha256,
  s.document_id, s.token, i.unit_id as document_unit_id
from result s join document i on i.id = s.document_id join dossier d on d.id = s.dossier_id
where s.status = 'published' and d.state in (9, 10)
"""

_STANDS = f"""
select g.id from signing_delegation g join unit c on c.id = $2
where g.id = $1 and {_DELEGATION_HOLDS.format(now="$3", path="c.path")}
"""

_NOT_OVER = _DELEGATION_HOLDS.format(now="greatest($5::timestamptz, g.valid_from)", path="u.path")
_DELEGATIONS = f"""
select g.*, u.code as unit_code, u.name as unit_name, t.username as delegate, t.display_name as delegate_name,
  b.username as granted_by_name
from signing_delegation g join unit u on u.id = g.unit_id join account t on t.id = g.delegate_id
join account b on b.id = g.granted_by
where ({unit_in_scope("u.path", "$1", "$2")} or g.delegate_id = $3)
  and ($4::boolean is false or ({_NOT_OVER}))
order by g.id desc
limit 200
"""


async def held_content(connection: AsyncConnection, dossier_id: int, sha256: str) -> Any:
    """Return the kind of file and whether it is a digitized copy, for a current document of the dossier, else None."""
    return await fetch_one(connection, _GROUND, dossier_id, sha256)


async def issued_elsewhere(connection: AsyncConnection, dossier_id: int, sha256: str) -> bool:
    """Tell whether the content was issued as a paper of another dossier."""
    row = await fetch_one(
        connection,
        "select id from issued_paper where content_sha256 = $1 and dossier_id <> $2 limit 1",
        sha256,
        dossier_id,
    )
    return row is not None


async def number_is_taken(
    connection: AsyncConnection,
    *,
    unit_id: int,
    number: str,
    year_begins: dt.datetime,
    dossier_id: int,
    replaces_id: int | None,
) -> bool:
    """Tell whether a result of the unit drafted since `year_begins` bears the number.

    A result of the same dossier may take the number over from one that it replaces, or that was replaced or revoked.
    """
    row = await fetch_one(
        connection,
        "select s.id from result s where s.unit_id = $1 and s.number = $2 and s.drafted_at >= $3 "
        "and s.status <> 'discarded' and not (s.dossier_id = $4::bigint "
        "and (s.status in ('replaced', 'revoked') or s.id is not distinct from $5::bigint)) limit 1",
        unit_id,
        number,
        year_begins,
        dossier_id,
        replaces_id,
    )
    return row is not None


async def one_result(connection: AsyncConnection, result_id: int) -> Any:
    return await fetch_one(connection, f"{_RESULT} where s.id = $1", result_id)


async def results_of(connection: AsyncConnection, code: str, *, everything: bool, patterns: list[str]) -> Sequence[Any]:
    """Return the results of a dossier in scope, known by its code or an alias, the newest first."""
    return await fetch_all(connection, _RESULTS_OF, code, everything, patterns)


async def lock_result(connection: AsyncConnection, result_id: int) -> Any:
    """Lock the result's row until the transaction ends and return it; the dossier's row must be locked before."""
    return await fetch_one(connection, "select * from result where id = $1 for update", result_id)


async def lock_request(connection: AsyncConnection, request_id: int) -> Any:
    return await fetch_one(connection, "select * from signature_request where id = $1 for update", request_id)


async def open_request(connection: AsyncConnection, result_id: int) -> Any:
    return await fetch_one(
        connection,
        "select * from signature_request where result_id = $1 and state = 'waiting' for update",
        result_id,
    )


async def queue_page(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    account_id: int,
    unit: str | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
    now: dt.datetime,
) -> Sequence[Any]:
    """Return up to `limit` requests that wait in units in scope or delegated to the account, the oldest first."""
    since, tie = after or (None, None)
    return await fetch_all(connection, _QUEUE, everything, patterns, account_id, unit, since, tie, limit, now)


async def requests_to_sign(
    connection: AsyncConnection, ids: Sequence[int], *, account_id: int, now: dt.datetime
) -> Sequence[Any]:
    """Return requests with what signing them needs, and the delegation the account holds over each unit."""
    return await fetch_all(connection, _TO_SIGN, list(ids), account_id, now)


async def delegations_in_scope(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    account_id: int,
    only_standing: bool,
    now: dt.datetime,
) -> Sequence[Any]:
    return await fetch_all(connection, _DELEGATIONS, everything, patterns, account_id, only_standing, now)


async def one_delegation(connection: AsyncConnection, delegation_id: int) -> Any:
    return await fetch_one(
        connection,
        "select g.*, u.code as unit_code, u.name as unit_name, u.path, t.username as delegate, "
        "t.display_name as delegate_name, b.username as granted_by_name from signing_delegation g "
        "join unit u on u.id = g.unit_id join account t on t.id = g.delegate_id join account b on b.id = g.granted_by "
        "where g.id = $1",
        delegation_id,
    )


async def delegation_stands(connection: AsyncConnection, delegation_id: int, *, unit_id: int, now: dt.datetime) -> bool:
    """Tell whether a delegation holds for requests of the unit, as last committed."""
    return await fetch_one(connection, _STANDS, delegation_id, unit_id, now) is not None


async def unit_with_code(connection: AsyncConnection, code: str) -> Any:
    return await fetch_one(connection, "select id, code, name, path from unit where code = $1", code)


async def published_originals(connection: AsyncConnection, dossier_id: int) -> Sequence[Any]:
    """Return what the citizen may fetch: the results in force of a decided dossier, the newest first."""
    return await fetch_all(connection, f"{_ORIGINAL} and s.dossier_id = $1 order by s.id desc", dossier_id)


async def published_original(connection: AsyncConnection, result_id: int) -> Any:
    """Return one result if it is in force."""
    return await fetch_one(connection, f"{_ORIGINAL} and s.id = $1", result_id)


async def none_in_force_any_more(connection: AsyncConnection, code: str) -> bool:
    """Tell whether the dossier had results published and each of them was revoked or replaced by a revoked one."""
    row = await fetch_one(
        connection,
        "select count(*) filter (where s.status = 'published') = 0 and count(*) filter (where s.status = 'revoked' "
        "and s.paper_id is not null) > 0 as gone from result s join dossier d on d.id = s.dossier_id where d.code = $1",
        code,
    )
    return row is not None and bool(row.gone)


async def dossier_with_receipt(connection: AsyncConnection, code: str) -> Sequence[Any]:
    """Return the dossier behind a code or alias once per valid receipt, with the receipt's secret."""
    return await fetch_all(
        connection,
        "select d.id, d.code, d.state, t.lookup_secret from dossier d join receipt t on t.dossier_id = d.id "
        f"and t.voided_at is null where d.id = {DOSSIER_ID_OF.format(code='$1')}",
        code,
    )


async def place_of(connection: AsyncConnection, unit_id: int) -> Any:
    """Return a unit's name and level, and those of the one above it."""
    return await fetch_one(
        connection,
        "select u.name, u.level, p.name as parent_name, p.level as parent_level "
        "from unit u left join unit p on p.id = u.parent_id where u.id = $1",
        unit_id,
    )


async def applicant_of(connection: AsyncConnection, dossier_id: int) -> Any:
    return await fetch_one(
        connection, "select full_name from dossier_party where dossier_id = $1 and role = 'applicant'", dossier_id
    )
