"""Transactions open and close at the entrances; a dossier's state changes in one place."""

import ast
import re

from tests.architecture.source import APP, calls, dotted, modules, named, parsed, place, strings

# A call on a connection, session or transaction; `begin` alone is also a word of the deadline engine.
TRANSACTION_CALL = re.compile(r"\.(commit|rollback|begin_nested)$|(connection|session|engine|er)\.begin$")
OPENED_DATABASE = re.compile(r"database\.(read|write|session)$")
BELOW_THE_ENTRANCES = ("services", "models", "domain", "adapters")
# The door, and the SQL it uses.
STATE_CHANGES = {"app/services/dossiers/transitions.py", "app/services/dossiers/writes.py"}
_STATE_UPDATED = re.compile(
    r"\bupdate\s+dossier(\s+\w+)?\s+set\s(?:(?!\bfrom\b|\bwhere\b|\breturning\b).)*\bstate\s*=",
    re.DOTALL | re.IGNORECASE,
)


def test_nothing_below_the_entrances_opens_or_ends_a_transaction() -> None:
    assert not [
        place(path, call)
        for path in modules(*BELOW_THE_ENTRANCES)
        for name, call in calls(path)
        if TRANSACTION_CALL.search(name) or OPENED_DATABASE.search(name)
    ]


def test_routes_are_given_their_transaction_and_open_none() -> None:
    allowed = {
        "app/api/deps.py",  # gives routes their transaction
        "app/api/health.py",  # asks whether a connection can be had at all
        "app/api/auth.py",  # computes a password's hash between two transactions, holding none meanwhile
    }
    assert not [
        place(path, call)
        for path in modules("api")
        if named(path) not in allowed
        for name, call in calls(path)
        if TRANSACTION_CALL.search(name) or OPENED_DATABASE.search(name)
    ]


def test_a_dossiers_state_is_assigned_only_behind_the_door() -> None:
    found = []
    for path in modules():
        for node in ast.walk(parsed(path)):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AugAssign | ast.AnnAssign):
                targets = [node.target]
            for target in targets:
                # `self.state` is an object's own affair; a row of another kind has no attribute of this name.
                if isinstance(target, ast.Attribute) and target.attr == "state" and dotted(target) != "self.state":
                    found.append(place(path, target))  # noqa: PERF401 - the loops read better than one expression
    assert not [place_ for place_ in found if place_.partition(":")[0] not in STATE_CHANGES]


def test_no_other_statement_sets_a_dossiers_state() -> None:
    assert not [
        place(path, text)
        for path in modules()
        if named(path) not in STATE_CHANGES
        for text in strings(path)
        if _STATE_UPDATED.search(str(text.value))
    ]


def test_the_log_is_written_only_where_dossiers_are() -> None:
    """Events come from registration and transitions, from the citizen's rating, and from published calendars."""
    writers = {
        named(path).split("/")[2]
        for path in modules()
        for text in strings(path)
        if re.search(r"\binsert\s+into\s+dossier_event\b", str(text.value), re.IGNORECASE)
    }
    assert writers <= {"dossiers", "satisfaction", "calendar_changes"}
    assert (APP / "services" / "dossiers" / "transitions.py").exists()
