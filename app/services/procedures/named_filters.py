"""A list that is narrowed by the code of something that does not exist says so; it is not empty by chance."""

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.search_text import tokens
from app.services.procedures import queries


async def refuse_unknown_filters(
    connection: AsyncConnection,
    *,
    unit: str | None = None,
    parent: str | None = None,
    procedure: str | None = None,
    field: str | None = None,
    book: str | None = None,
) -> None:
    """Raise `InvalidInput` with a fault for each code that names nothing: `unit_unknown`, `procedure_unknown` ….

    To be called where nothing was found. One round trip; none where no code was given. Each argument is named as the
    parameter is: `parent` is a unit as well, `field` an area of the catalogue, `book` one of certifications.
    """
    if unit is None and parent is None and procedure is None and field is None and book is None:
        return
    known = await queries.known_filters(
        connection,
        unit=unit,
        parent=parent,
        procedure=procedure,
        field=None if field is None else "".join(f"{word} " for word in tokens(field)),
        book=book,
    )
    faults = []
    if not known.unit:
        faults.append(Refusal("unit_unknown", "unit", {"code": unit}))
    if not known.parent:
        faults.append(Refusal("unit_unknown", "parent", {"code": parent}))
    if not known.procedure:
        faults.append(Refusal("procedure_unknown", "procedure", {"code": procedure}))
    if not known.field:
        faults.append(Refusal("field_unknown", "field", {"code": field}))
    if not known.book:
        faults.append(Refusal("certification_book_unknown", "book", {"book": book}))
    refuse_all(InvalidInput, faults)
