"""The register as a workbook, written row by row so that its length does not show in memory."""

import datetime as dt
from collections.abc import Sequence
from typing import BinaryIO

from app.core.clock import LOCAL_ZONE

HEADINGS = (
    "STT",
    "Mã hồ sơ",
    "Tên TTHC",
    "Số lượng hồ sơ (bộ)",
    "Tên cá nhân, tổ chức",
    "Địa chỉ, số điện thoại",
    "Cơ quan chủ trì giải quyết",
    "Nhận hồ sơ",
    "Hẹn trả kết quả",
    "Trả kết quả",
    "Phương thức nhận kết quả",
    "Ký nhận",
    "Ghi chú",
)
_WIDTHS = (6, 24, 40, 10, 26, 36, 28, 17, 17, 17, 16, 20, 20)
_FIRST_ROW = 3


class RegisterWorkbook:
    """One sheet: title, headings that stay in sight, a line a dossier. Every cell is text; nothing is a formula."""

    def __init__(
        self, file: BinaryIO, *, title: str, period: tuple[dt.date, dt.date], made_at: dt.datetime, workplace: str
    ) -> None:
        """Rows wait in `workplace` until `close` packs them into `file`."""
        import xlsxwriter  # slow to load and rarely needed

        first, last = period
        self._book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "tmpdir": workplace,
                # What people typed is never taken for a formula, a number or a link.
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        # Workbooks know no zones: people read Vietnam's time.
        self._book.set_properties(
            {"title": f"Sổ theo dõi hồ sơ – {title}", "created": made_at.astimezone(LOCAL_ZONE).replace(tzinfo=None)}
        )
        self._sheet = self._book.add_worksheet("Sổ theo dõi hồ sơ")
        bold = self._book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1})
        self._cell = self._book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        for column, width in enumerate(_WIDTHS):
            self._sheet.set_column(column, column, width)
        self._sheet.write_string(0, 0, f"SỔ THEO DÕI HỒ SƠ – {title}", self._book.add_format({"bold": True}))
        self._sheet.write_string(1, 0, f"Từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}")
        for column, heading in enumerate(HEADINGS):
            self._sheet.write_string(_FIRST_ROW - 1, column, heading, bold)
        self._sheet.freeze_panes(_FIRST_ROW, 2)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.repeat_rows(_FIRST_ROW - 1)
        self._row = _FIRST_ROW

    def add(self, lines: Sequence[Sequence[str]]) -> None:
        """Write lines below the last one. Blocking."""
        for line in lines:
            for column, text in enumerate(line):
                self._sheet.write_string(self._row, column, text, self._cell)
            self._row += 1

    def close(self) -> None:
        """Pack the file. Blocking."""
        self._book.close()
