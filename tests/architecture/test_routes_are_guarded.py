"""Who may call a route is said on the route, so that nobody has to guess."""

from app.api.deps import RequiresInStatement
from tests.architecture.routes import all_routes
from tests.factories.api_over import published_contract

# The guard of these reads the account's version in the use case's own first statement (one round trip less).
# `test_revoked_tokens` calls each of them.
GUARDED_IN_STATEMENT = {
    "GET /api/v1/dossiers",
    "GET /api/v1/dossiers/{code}",
    "GET /api/v1/dossiers/{code}/actions",
    "GET /api/v1/dossiers/{code}/deadline",
    "GET /api/v1/dossiers/{code}/timeline",
    "GET /api/v1/worklists/due",
    "POST /api/v1/dossiers",
    "POST /api/v1/dossiers/{code}/actions",
}


def test_every_route_says_who_may_call_it() -> None:
    found = all_routes()
    assert len(found) >= 4
    assert not [route.name for route in found if not route.is_public and not route.guards]


def test_no_route_is_both_public_and_guarded() -> None:
    assert not [route.name for route in all_routes() if route.is_public and route.guards]


def test_routes_guarded_in_their_statement_are_listed() -> None:
    in_statement = {
        route.name for route in all_routes() if any(isinstance(guard, RequiresInStatement) for guard in route.guards)
    }
    assert in_statement == GUARDED_IN_STATEMENT


def test_every_operation_has_a_summary_in_both_languages() -> None:
    paths = published_contract()["paths"]
    assert not [
        f"{method} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if " / " not in operation.get("summary", "")
    ]
