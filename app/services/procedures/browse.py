"""What everybody may read of the catalogue: search, one procedure, its versions. Documents leave as JSON text."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import InvalidInput, NotFound, Refusal
from app.domain.identifiers import normalize_procedure_code
from app.domain.procedures import Channel, ServiceLevel
from app.domain.search_text import tokens
from app.services.procedures import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for. Without `text` everything in force is listed by code."""

    text: str | None = None
    field: str | None = None
    level: ServiceLevel | None = None
    channel: Channel | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The folded words; a code in the old long form is its national code."""
        if self.text is None:
            return ()
        try:
            return (normalize_procedure_code(self.text),)
        except InvalidInput:
            return tokens(self.text)

    @property
    def sort(self) -> str:
        """Name of the order; it holds the words, so that a cursor is good for its own search only."""
        return " ".join(("relevance", *self.words)) if self.words else "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page: documents in order, and the place after the last one if there is more."""

    documents: tuple[str, ...]
    next_after: tuple[int, int, str] | None


async def search_procedures(
    connection: AsyncConnection, search: Search, *, today: dt.date, after: list[Any] | None, limit: int
) -> Found:
    """Find procedures: the code itself, a synonym, the name, a phrase of either, all words anywhere, most words."""
    if search.text is not None and not search.words:
        return Found(documents=(), next_after=None)
    rows = await queries.search(
        connection,
        words=search.words,
        day=today,
        field=None if search.field is None else "".join(f"{word} " for word in tokens(search.field)),
        level=search.level,
        channel=search.channel,
        after=after,
        limit=limit + 1,
    )
    page = rows[:limit]
    last = page[-1] if len(rows) > limit else None
    return Found(
        documents=tuple(row.document for row in page),
        next_after=None if last is None else (last.rank, last.size, last.code),
    )


async def procedure_document(
    connection: AsyncConnection, code: str, *, today: dt.date, number: int | None = None
) -> str:
    """Return a published version (default: the one in force, else the last). NotFound `procedure_unknown`.

    With a `number`: NotFound `procedure_version_unknown`. `code` may have the old long form.
    """
    document = await queries.shown_version(connection, known_form(code), day=today, number=number)
    if document is None:
        raise unknown(code) if number is None else unknown_version(number)
    return document


async def versions_document(connection: AsyncConnection, code: str, *, today: dt.date) -> str:
    """Return the published versions, the newest first. NotFound `procedure_unknown`."""
    document = await queries.published_versions(connection, known_form(code), day=today)
    if document is None or document == "[]":
        raise unknown(code)
    return document


def known_form(code: str) -> str:
    """Return the national code of a path; what has no such form is unknown rather than malformed."""
    try:
        return normalize_procedure_code(code)
    except InvalidInput as error:
        raise unknown(code) from error


def unknown(code: str) -> NotFound:
    return NotFound(Refusal("procedure_unknown", "code", {"code": code[:64]}))


def unknown_version(number: int) -> NotFound:
    return NotFound(Refusal("procedure_version_unknown", "version", {"version": number}))
