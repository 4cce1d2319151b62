"""Runs the `.http` files of `docs/api` as a REST client does: variables, named requests, references to answers.

The syntax is that of REST Client for VS Code, as far as our files use it. Two comments are ours, so that the files can
be tried and still be read: `# → 201` is the status expected of the request below it, `# ⟲ …` says that the figures must
have caught up with the log first.

`python -m tests.contract.http_files docs/api/tour.http` runs a file against the service it names, with the accounts of
the `.env` beside it.
"""

import asyncio
import datetime as dt
import json
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import randrange
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from app.core.clock import Clock, SystemClock

_COMMENT = re.compile(r"^\s*(#|//)")
_VARIABLE = re.compile(r"^\s*@([^\s=]+)\s*=\s*(.*?)\s*$")
_NAME = re.compile(r"^\s*(?:#+|//+)\s+@name\s+(\w+)\s*$")
_EXPECTED = re.compile(r"^\s*#\s*→\s*(\d{3})\b")
_FOLLOWED = re.compile(r"^\s*#\s*⟲")
_REFERENCE = re.compile(r"\{\{\s*(.+?)\s*\}\}")
_ANSWER = re.compile(r"^(\w+)\.response\.(body|headers)\.(.+)$")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_MOMENT = re.compile(r"^\$datetime iso8601(?: (-?\d+) ([mhd]))?$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_CONTINUED = re.compile(r"^\s*[&?]")
# What the client itself leaves alone when it encodes a form: everything that may stand in an address.
_FORM_SAFE = "!#$%&'()*+,/:;=?@[]~"

FollowLog = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as written: `url`, `headers` and `body` may hold references."""

    title: str
    name: str | None
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    expected: int | None
    after_the_log: bool


@dataclass(frozen=True, slots=True)
class HttpFile:
    """File variables, wherever in the file they stand, and the requests in order."""

    variables: Mapping[str, str]
    requests: tuple[HttpRequest, ...]


def parse_http_file(text: str) -> HttpFile:
    """Return what `text` holds; blocks without a request line hold variables only."""
    blocks = re.split(r"(?m)^###(.*)$", "###\n" + text)[1:]
    variables: dict[str, str] = {}
    requests = []
    for title, block in zip(blocks[0::2], blocks[1::2], strict=True):
        lines = block.splitlines()
        variables |= {found[1]: found[2] for found in map(_VARIABLE.match, lines) if found}
        request = _parse_request(title.strip(), lines)
        if request is not None:
            requests.append(request)
    return HttpFile(variables, tuple(requests))


def _parse_request(title: str, lines: list[str]) -> HttpRequest | None:
    comments = [line for line in lines if _COMMENT.match(line)]
    rest = [line for line in lines if not _COMMENT.match(line)]
    while rest and (not rest[0].strip() or _VARIABLE.match(rest[0])):
        rest.pop(0)
    while rest and not rest[-1].strip():
        rest.pop()
    if not rest:
        return None
    method, url = rest.pop(0).split(maxsplit=1)
    while rest and _CONTINUED.match(rest[0]):
        url += rest.pop(0).strip()
    blank = next((number for number, line in enumerate(rest) if not line.strip()), len(rest))
    headers = [line.split(":", 1) for line in rest[:blank]]
    names = [found[1] for found in map(_NAME.match, comments) if found]
    expected = [int(found[1]) for found in map(_EXPECTED.match, comments) if found]
    return HttpRequest(
        title=title,
        name=names[0] if names else None,
        method=method,
        url=url,
        headers=tuple((name.strip(), value.strip()) for name, value in headers),
        body="\n".join(rest[blank + 1 :]),
        expected=expected[0] if expected else None,
        after_the_log=any(_FOLLOWED.match(line) for line in comments),
    )


@dataclass
class HttpFileRun:
    """One walk through a file: sends each request, keeps the answers of the named ones, checks every status."""

    client: httpx.AsyncClient
    secrets: Mapping[str, str]
    clock: Clock
    follow_log: FollowLog
    variables: dict[str, str] = field(default_factory=dict)
    answers: dict[str, httpx.Response] = field(default_factory=dict)

    async def walk(self, text: str, **instead: str) -> int:
        """Send every request of `text` in order; `instead` replaces file variables. Return how many were sent."""
        found = parse_http_file(text)
        self.variables = {**found.variables, **instead}
        for request in found.requests:
            if request.after_the_log:
                await self.follow_log()
            answer = await self._send(request)
            if request.name:
                self.answers[request.name] = answer
            told = f"{request.title}: {request.method} {request.url} → {answer.status_code}\n{answer.text}"
            assert request.expected is not None, f"no expected status: {request.title}"
            assert answer.status_code == request.expected, f"expected {request.expected}\n{told}"
        return len(found.requests)

    async def _send(self, request: HttpRequest) -> httpx.Response:
        body = self.resolved(request.body)
        headers = {name: self.resolved(value) for name, value in request.headers}
        if headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            body = quote(body.replace("\n", ""), safe=_FORM_SAFE)
        if headers.get("Content-Type", "").startswith("multipart/form-data"):
            body = body.replace("\n", "\r\n")
        url = self.resolved(request.url)
        return await self.client.request(request.method, url, headers=headers, content=body.encode() or None)

    def resolved(self, text: str) -> str:
        """Return `text` with every reference replaced, those inside variables as well."""
        return _REFERENCE.sub(lambda found: self._value(found[1]), text)

    def _value(self, reference: str) -> str:
        if reference.startswith("$"):
            return self._system_value(reference)
        answered = _ANSWER.match(reference)
        if answered and answered[1] in self.answers:
            return _part_of(self.answers[answered[1]], answered[2], answered[3])
        assert reference in self.variables, f"nothing is called {reference}"
        return self.resolved(self.variables[reference])

    def _system_value(self, reference: str) -> str:
        kind, *rest = reference.split()
        moment = _MOMENT.match(reference)
        if moment:
            later = dt.timedelta(**{_UNITS[moment[2]]: int(moment[1])}) if moment[1] else dt.timedelta()
            return (self.clock.now() + later).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        match kind:
            case "$dotenv":
                return self.secrets[rest[0]]
            case "$guid":
                return str(uuid4())
            case "$timestamp":
                return str(int(self.clock.now().timestamp()))
            case "$randomInt":
                return str(randrange(int(rest[0]), int(rest[1])))  # noqa: S311 - codes of made-up things, no secrets
        raise AssertionError(f"the client does not know {reference}")


def _part_of(answer: httpx.Response, part: str, path: str) -> str:
    if part == "headers":
        return answer.headers[path]
    found: Any = answer.json()
    assert path.startswith("$"), f"a path into a body begins with $: {path}"
    for name, index in _STEP.findall(path):
        found = found[name] if name else found[int(index)]
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the assignments of a `.env` file; of two with one name the later counts."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


async def _run_against_service(paths: list[str]) -> None:
    async def wait() -> None:
        await asyncio.sleep(2)

    for path in map(Path, paths):
        async with httpx.AsyncClient(timeout=30) as client:
            run = HttpFileRun(client, read_dotenv(path.parent / ".env"), SystemClock(), wait)
            sent = await run.walk(path.read_text(encoding="utf-8"))
        sys.stdout.write(f"{path}: {sent} requests\n")


if __name__ == "__main__":
    asyncio.run(_run_against_service(sys.argv[1:]))
