"""The list of dossiers: what may be asked, and its lines."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_instant_cursor, sort_of_cursor
from app.domain.errors import InvalidInput
from app.domain.identifiers import mask_name
from app.domain.lifecycle import STATE_BY_LABEL, DossierState
from app.services.dossiers.listing.page import SORTS, ListFilter, Place
from app.services.inputs import Code, Instant, ProcedureCode, SearchText

_TO_THE_SECOND, _TO_THE_MICROSECOND = 19, 26
_LABELS = {int(state): state.label for state in DossierState}


def _known_state(state: str) -> str:
    if state not in STATE_BY_LABEL:
        raise PydanticCustomError("state_unknown", "No such state", {"expected": ", ".join(STATE_BY_LABEL)})
    return state


def _known_sort(sort: str) -> str:
    if sort not in SORTS:
        raise PydanticCustomError("sort_unknown", "No such sort", {"expected": ", ".join(SORTS)})
    return sort


def orders_of(sort: str) -> list[str]:
    """Return what cursors call the orders that make up a sort."""
    return [sort if number == 0 else f"{sort}+{number}" for number in range(len(SORTS[sort]))]


def place_of(cursor: str, sort: str) -> Place:
    """Return the place a cursor of this sort stands for; raise `InvalidInput` for any other cursor."""
    orders = orders_of(sort)
    number = orders.index(sort_of_cursor(cursor, allowed=orders))
    at, tie = decode_instant_cursor(cursor, sort=orders[number])
    return Place(number, at, tie)


class ListQuestion(BaseModel):
    """The parameters of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Annotated[list[Annotated[Code, AfterValidator(_known_state)]] | None, Field(max_length=10)] = None
    unit: Code | None = None
    procedure: ProcedureCode | None = None
    due_before: Instant | None = None
    overdue: bool | None = None
    assignee: Code | None = None
    q: SearchText | None = Field(
        default=None,
        description="Tên không dấu, số giấy tờ, mã hồ sơ, hoặc số gọi ở quầy (4–6 chữ số cuối của mã, trong tám ngày)."
        " / A name, a person's number, a code, or the number called: the last 4 to 6 digits of a code of eight days.",
    )
    sort: Annotated[Code, AfterValidator(_known_sort)] = Field(
        default="-registered_at",
        description="`due_at` và `-due_at`: hồ sơ đang tính thời hạn trước, phần còn lại sau cùng (mới nhất trước)."
        " / By due date: dossiers whose clock runs first, all others after them, the newest first.",
    )
    cursor: Annotated[str | None, Field(max_length=400)] = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT

    @field_validator("cursor")
    @classmethod
    def refuse_foreign_cursor(cls, cursor: str | None, read: ValidationInfo) -> str | None:
        """Of an unknown sort it is only asked that the cursor is one at all."""
        try:
            if cursor is not None and "sort" in read.data:
                place_of(cursor, read.data["sort"])
            elif cursor is not None:
                sort_of_cursor(cursor, allowed=[order for sort in SORTS for order in orders_of(sort)])
        except InvalidInput as error:
            raise PydanticCustomError("cursor_invalid", "Not a cursor of this list") from error
        return cursor

    @property
    def after(self) -> Place | None:
        return None if self.cursor is None else place_of(self.cursor, self.sort)

    @property
    def filter(self) -> ListFilter:
        return ListFilter(
            states=tuple(self.state or ()),
            unit=self.unit,
            procedure=self.procedure,
            due_before=self.due_before,
            overdue=self.overdue,
            assignee=self.assignee,
            q=self.q,
        )


def list_items(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the documents of `DossierListItemOut`; names are masked."""
    return [_item(row) for row in rows]


def _item(row: Any) -> dict[str, Any]:
    state, name = row["state"], row["applicant_name"]
    return {
        "code": row["code"],
        "state": _LABELS[state],
        "national_status": state,
        "version": row["version"],
        "channel": row["channel"],
        "procedure_code": row["procedure_code"],
        "procedure_name": row["procedure_name"],
        "applicant_name": name and mask_name(name),
        "receiving_unit": {"code": row["receiving_code"], "name": row["receiving_name"]},
        "competent_unit": {"code": row["competent_code"], "name": row["competent_name"]},
        "assignee": row["assignee"],
        "registered_at": _instant(row["registered_at"]),
        "accepted_at": _instant(row["accepted_at"]),
        "promised_due_at": _instant(row["promised_due_at"]),
        "current_due_at": _instant(row["current_due_at"]),
        "due_provisional": row["due_provisional"],
        "suspended": row["suspended"],
        "overdue": bool(row["overdue"]),
        "resolved_at": _instant(row["resolved_at"]),
        "returned_at": _instant(row["returned_at"]),
    }


def _instant(local: str | None) -> str | None:
    """Return RFC 3339 for the database's text of an instant at +07:00, which drops zeros at the end of a fraction."""
    if local is None:
        return None
    if len(local) not in (_TO_THE_SECOND, _TO_THE_MICROSECOND):
        local = local.ljust(_TO_THE_MICROSECOND, "0")
    return f"{local[:10]}T{local[11:]}+07:00"
