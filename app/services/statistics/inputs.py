"""What may be asked of the figures.

Days and words of lists are checked by the use case, with what only the database knows: all faults come at once.
"""

from pydantic import Field

from app.services.inputs import Code, Input, ProcedureCode, Text

CHANNELS = ("counter", "online", "postal")
GROUPS = ("unit", "procedure", "field", "channel", "month")


class StatisticsQuestion(Input):
    """A period of days (both included, in Vietnam; default: this year to date), filters, and what to group by."""

    from_: Code | None = Field(
        default=None, alias="from", description="Từ ngày / First day", json_schema_extra={"format": "date"}
    )
    to: Code | None = Field(
        default=None, description="Đến hết ngày / Last day, included", json_schema_extra={"format": "date"}
    )
    unit: Code | None = Field(
        default=None, description="Mã đơn vị, gồm cả đơn vị trực thuộc / A unit's code, with all units below it"
    )
    procedure: ProcedureCode | None = Field(default=None, description="Mã TTHC / A procedure's code")
    field: Text | None = Field(default=None, description="Lĩnh vực / A field of procedures")
    channel: Code | None = Field(
        default=None, description="Kênh nộp / Channel of submission", json_schema_extra={"enum": [*CHANNELS, None]}
    )
    group_by: Code | None = Field(
        default=None, description="Nhóm theo / What the rows are", json_schema_extra={"enum": [*GROUPS, None]}
    )
