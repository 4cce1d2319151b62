"""A procedure as the catalogue knows it: its entry, what is published of it, and the column that searches read."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.db import from_json
from app.domain.errors import Refusal
from app.domain.search_text import tokens
from app.services.procedures.inputs import CatalogueEntry, VersionInput

CONTENT_FIELDS = tuple(VersionInput.model_fields)
ENTRY_FIELDS = tuple(CatalogueEntry.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the catalogue holds under a code. `content` is canonical, None if nothing is published."""

    procedure_id: int
    code: str
    entry: dict[str, Any]
    replaced_by: str | None
    last_version: int
    content: dict[str, Any] | None
    valid_from: dt.date | None

    @classmethod
    def of(cls, row: Any) -> "Standing":
        """Read a row of `queries.entries`."""
        document = from_json(row.document)
        entry = {
            "field": row.field,
            "synonyms": from_json(row.synonyms),
            "sibling_group": row.sibling_group,
            "distinguishing": row.distinguishing,
        }
        return cls(
            procedure_id=row.id,
            code=row.code,
            entry=entry,
            replaced_by=row.replaced_by,
            last_version=row.last_version,
            content=None if document is None else content_of_document(document),
            valid_from=row.valid_from,
        )


def content_of_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content inside a version's document, in canonical form."""
    return VersionInput.model_validate({name: document[name] for name in CONTENT_FIELDS}).canonical()


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two canonical contents say the same, whenever they come into force."""
    return all(one[name] == other[name] for name in CONTENT_FIELDS if name != "valid_from")


def search_column(*, code: str, name: str, field: str, synonyms: Sequence[str]) -> str:
    r"""Return what `procedure.search` holds: one folded line each for code, name, field and every synonym.

    A line is its kind, a space, its words each followed by a space; lines end with a newline. So ` khai sinh ` finds
    whole words, ` khai si` an unfinished one, and `\ns khai sinh \n` a synonym that is just this.
    """
    lines = [("c", code), ("n", name), ("f", field), *(("s", synonym) for synonym in synonyms)]
    return "".join(f"{kind} {''.join(word + ' ' for word in tokens(text))}\n" for kind, text in lines)


def entry_row(code: str, entry: Mapping[str, Any], *, name: str, replaced_by: str | None) -> dict[str, Any]:
    """Return the entry as `writes` take it, with the search column for the name given."""
    search = search_column(code=code, name=name, field=entry["field"], synonyms=entry["synonyms"])
    return {"code": code, **entry, "replaced_by": replaced_by, "search": search}


def replacement_faults(
    code: str, replaced_by: str, known: Mapping[str, str | None], *, field: str
) -> Iterator[Refusal]:
    """Return why `replaced_by` cannot stand in for `code`: `replacement_unknown`, `replacement_circular`."""
    if replaced_by not in known:
        yield Refusal("replacement_unknown", field, {"code": replaced_by})
    visited: set[str] = set()
    step: str | None = replaced_by
    while step is not None and step not in visited:
        if step == code:
            yield Refusal("replacement_circular", field, {"code": replaced_by})
            return
        visited.add(step)
        step = known.get(step)
