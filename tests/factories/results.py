"""Results of the suite: PDFs kept as documents of dossiers, drafts, and results driven over HTTP to a wanted status."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import typst

from app.bootstrap import Application
from app.core.db import fetch_one
from app.domain.documents import DocumentKind
from app.domain.permissions import SYSTEM
from app.services.documents.add import NewDocument, add_document
from app.services.documents.contents import put_content, read_bytes, record_content
from app.services.dossiers.recording.queries import dossier_by_id, dossier_id_of
from tests.factories.dossiers import Desk

LEGAL_BASIS = "Luật Hộ tịch 2014; NĐ 123/2015/NĐ-CP"
TEXT = {
    "style": "certificate",
    "preamble": ["Xét đề nghị của bà Nguyễn Thị Thử Nghiệm;"],
    "articles": [
        "Xác nhận tình trạng hôn nhân của bà Nguyễn Thị Thử Nghiệm: chưa đăng ký kết hôn với ai.",
        "Giấy này có giá trị 6 tháng kể từ ngày ký.",
    ],
}
_SOURCE = (
    b'#set document(date: datetime(year: 2026, month: 11, day: 23))\n#set page("a4")\n= K\xe1\xba\xbft qu\xe1\xba\xa3\n'
)


def printed(words: str = "Nội dung") -> bytes:
    """Return a PDF/A as another system would print it."""
    pdf = typst.compile(_SOURCE + words.encode(), format="pdf", pdf_standards=["a-2b"])
    assert isinstance(pdf, bytes)
    return pdf


def draft_body(**changes: Any) -> dict[str, Any]:
    return {
        "number": "125/UBND-XNHN",
        "title": "Giấy xác nhận tình trạng hôn nhân",
        "legal_basis": LEGAL_BASIS,
        "text": TEXT,
    } | changes


async def held(application: Application, code: str, pdf: bytes, *, media_type: str = "application/pdf") -> str:
    """Keep bytes as a document of the dossier; return their SHA-256."""
    stored = await put_content(application.storage, pdf, media_type=media_type)
    now = application.clock.now()
    async with application.database.write() as connection:
        await record_content(connection, stored, now=now)
        dossier_id = await dossier_id_of(connection, code, lock=True)
        dossier = await dossier_by_id(connection, dossier_id or 0)
        document = NewDocument(
            kind=DocumentKind.INTERNAL, name="du-thao.pdf", content_sha256=stored.sha256, media_type=media_type
        )
        await add_document(connection, SYSTEM, dossier, document, now=now)
    return stored.sha256


@dataclass
class ResultDesk:
    """The same commune's people at their results."""

    application: Application
    desk: Desk
    drafted: int = 0

    async def processing(self, **changes: Any) -> str:
        """Return the code of a dossier under way."""
        code: str = (await self.desk.register(**changes))["code"]
        await self.desk.act(code, "start_processing")
        return code

    async def draft(self, code: str, *, expect: int = 201, **changes: Any) -> dict[str, Any]:
        """Draft a result; without a number of its own it is `125/UBND-XNHN`, the next one 126, and so on."""
        number = f"{125 + self.drafted}/UBND-XNHN"
        self.drafted += 1
        body = draft_body(**{"number": number} | changes)
        by = self.desk.leader if body.get("already_signed") else self.desk.specialist
        return await self.post(f"/dossiers/{code}/results", body, by=by, expect=expect)

    async def submit(self, result_id: int, *, expect: int = 200, **body: Any) -> dict[str, Any]:
        return await self.post(f"/results/{result_id}/submit", body, by=self.desk.specialist, expect=expect)

    async def sign(self, *ids: int, by: dict[str, str] | None = None) -> dict[str, Any]:
        return await self.post("/signing/sign", {"ids": list(ids)}, by=by or self.desk.leader)

    async def waiting(self, code: str, **changes: Any) -> dict[str, Any]:
        """Draft and submit; return the result, whose `request` waits."""
        drafted = await self.draft(code, **changes)
        return await self.submit(drafted["id"])

    async def signed(self, code: str, **changes: Any) -> dict[str, Any]:
        waiting = await self.waiting(code, **changes)
        answer = await self.sign(waiting["request"]["id"])
        assert answer["signed"] == 1, answer
        return await self.get(f"/results/{waiting['id']}")

    async def published(self, code: str, **changes: Any) -> dict[str, Any]:
        """Sign, resolve the dossier by it, publish."""
        signed = await self.signed(code, **changes)
        await self.desk.act(code, "resolve", result_id=signed["id"])
        return await self.post(f"/results/{signed['id']}/publish", {}, by=self.desk.leader)

    async def post(
        self, path: str, body: dict[str, Any], *, by: dict[str, str], expect: int = 200, **headers: str
    ) -> dict[str, Any]:
        answer = await self.desk.post(path, body, by=by, **headers)
        assert answer.status_code == expect, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def get(
        self, path: str, *, by: dict[str, str] | None = None, expect: int = 200, **query: Any
    ) -> dict[str, Any]:
        answer = await self.desk.client.get(f"/api/v1{path}", headers=by or self.desk.leader, params=query)
        assert answer.status_code == expect, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def bytes_of(self, result: dict[str, Any]) -> bytes:
        """Return the signed PDF as it lies in the store, by its hash."""
        pdf = await read_bytes(self.application.storage, result["signed_sha256"])
        assert hashlib.sha256(pdf).hexdigest() == result["signed_sha256"]
        return pdf

    async def one(self, sql: str, *parameters: object) -> Any:
        async with self.application.database.read() as connection:
            return await fetch_one(connection, sql, *parameters)


def pages_of(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


def reasons_of(pdf: bytes) -> list[str]:
    """Return what each signature says it is for, in the order they were put on."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [str(field.V.Reason) for field in opened.Root.AcroForm.Fields]
