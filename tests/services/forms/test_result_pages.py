"""How a printed result turns the page."""

import datetime as dt
import io
from typing import Any

import pypdfium2
import pytest

from app.core.clock import LOCAL_ZONE
from app.services.forms.render import render
from tests.factories.forms import sample

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize("effective", ["", "Quyết định này có hiệu lực kể từ ngày ký"])
def test_the_last_lines_of_a_result_stay_with_its_signature_however_long_its_last_article(effective: str) -> None:
    turned = 0
    for sentences in (3, 34, 40, 48, 90):
        words = "Việc này thuộc thẩm quyền của cơ quan khác. " * sentences
        document = _result(articles=["Điều đầu.", f"{words}Hết bài."], effective=effective)
        pages = [page.get_textpage().get_text_range() for page in document]
        last = pages[-1].split("Nơi nhận")[0]
        assert "CHỦ TỊCH" in pages[-1]
        assert len(last.splitlines()) >= 3
        assert "Hết bài." in " ".join(last.split())
        assert sum(page.count("thuộc") for page in pages) == sentences
        turned += len(pages) > 1
    assert turned > 1


def _result(**changes: Any) -> pypdfium2.PdfDocument:
    data = sample("TT03-2025-05") | {
        "title": "Quyết định giải quyết",
        "style": "decision",
        "legal_basis": "Luật Hộ tịch 2014",
        "preamble": ["Xét đề nghị của người nộp hồ sơ;"],
        "receiving_unit": "Phường Châu Sơn",
        "signer_title": ["Chủ tịch"],
    }
    return pypdfium2.PdfDocument(io.BytesIO(render("result", data | changes, at=AT)))
