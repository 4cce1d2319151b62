"""The one place that turns an actor's reach into SQL: which units' rows they may touch."""

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all
from app.domain.permissions import Actor, Permission, Scope


def scope_parameters(actor: Actor, permission: Permission) -> tuple[bool, list[str]]:
    """Return (everything, patterns) for `unit_in_scope`; patterns match unit paths with LIKE."""
    scope: Scope = actor.scope(permission)
    return scope.everything, [f"{path}%" for path in scope.paths]


def unit_in_scope(path_column: str, everything: str, patterns: str) -> str:
    """Return the SQL condition that the unit whose path is `path_column` lies in scope; arguments are placeholders."""
    return f"({everything}::boolean or {path_column} like any ({patterns}::text[]))"


async def units_in_scope(connection: AsyncConnection, actor: Actor, permission: Permission) -> list[int] | None:
    """Return the ids of the units in scope; None stands for all of them."""
    everything, patterns = scope_parameters(actor, permission)
    if everything:
        return None
    rows = await fetch_all(connection, "select id from unit where path like any ($1::text[])", patterns)
    return [row.id for row in rows]
