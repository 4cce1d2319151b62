"""The program's own source as the tests of its architecture see it: parsed files and the strings in them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def modules(*folders: str) -> list[Path]:
    """Every Python file below the given folders of `app` (all of it if none is given)."""
    roots = [APP / folder for folder in folders] or [APP]
    return sorted(path for root in roots for path in root.rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def place(path: Path, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> str:
    """`app/x.py:12`, for messages of failing tests."""
    return f"{named(path)}:{node.lineno}"


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a chain of names, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    return ""


@cache
def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call with the dotted name of what is called."""
    return [(dotted(node.func), node) for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]


@cache
def strings(path: Path) -> list[ast.Constant]:
    """Every string that is not a docstring, the fixed parts of f-strings included."""
    tree = parsed(path)
    prose = {
        id(statement.value)
        for node in ast.walk(tree)
        for statement in _statements(node)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    ]


def _statements(node: ast.AST) -> list[ast.stmt]:
    body = getattr(node, "body", ())
    return body if isinstance(body, list) else []
