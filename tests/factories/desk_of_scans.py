"""A scanning station of the suite: sends batches over HTTP and lets the program's digitization run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2

from app.bootstrap import Application
from app.services.digitization import queries
from app.services.digitization.process import PieceToRead, store_read
from app.services.ports import ReadPage
from app.worker.digitization import digitize_batch
from tests.factories.dossiers import BIRTH, Desk
from tests.factories.people import COMMUNE
from tests.factories.scans import Sheet, picture_of, scan_of

COMPONENTS = [{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]


def without_programs(application: Application) -> Application:
    """The same installation on a machine without the programs that read texts."""
    return replace(application, settings=application.settings.model_copy(update={"ocr_search_path": ""}))


@dataclass
class Station:
    """Scans at a desk. `application` is the one that digitizes."""

    desk: Desk
    application: Application

    async def dossier(self) -> str:
        """Register a birth; return the dossier's code."""
        document = await self.desk.register(procedure_code=BIRTH, components=COMPONENTS)
        return str(document["code"])

    async def separators(self, code: str) -> list[Sheet]:
        """Print the separator sheets of a dossier; each as it lies on the glass, the generic one last."""
        answer = await self.desk.client.get(f"/api/v1/dossiers/{code}/separator-sheets", headers=self.desk.clerk)
        assert answer.status_code == 200, answer.text
        return [Sheet(picture_of(answer.content, page=page)) for page in range(_pages(answer.content))]

    async def send(
        self,
        *files: bytes,
        expect: int = 202,
        by: dict[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send files as one batch of the commune; return the answer's document."""
        answer = await self.desk.client.post(
            "/api/v1/scan-batches",
            headers=by or self.desk.clerk,
            files=[
                *((name, (None, value)) for name, value in ({"unit": COMMUNE} | dict(fields or {})).items()),
                *(("file", (f"scan-{number}", file)) for number, file in enumerate(files, 1)),
            ],
        )
        assert answer.status_code == expect, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def send_sheets(self, sheets: list[Sheet], **fields: str) -> int:
        return int((await self.send(scan_of(sheets), fields=fields))["id"])

    async def digitized(self, batch_id: int) -> dict[str, Any]:
        """Let the worker's job run; return the batch as it then is."""
        await digitize_batch(self.application, batch_id)
        return await self.desk.get(f"/scan-batches/{batch_id}")

    async def piece(self, piece_id: int) -> dict[str, Any]:
        return await self.desk.get(f"/scan-pieces/{piece_id}")

    async def reads(self, piece: Mapping[str, Any], *lines: str, sure: float = 0.99, turned: int | None = 0) -> None:
        """Let an unread piece be read as if a machine with the programs had found these lines on its first page."""
        application, piece_id = self.application, piece["id"]
        assert (await self.desk.post(f"/scan-batches/{piece['batch_id']}/retry", {})).status_code == 202
        async with application.database.write() as connection:
            row = await queries.piece_view(connection, piece_id)
            assert row is not None
            page = ReadPage(number=1, lines=tuple((line, sure) for line in lines), confidence=sure, turned=turned)
            await store_read(
                connection,
                PieceToRead(piece_id, row.position, ((1, 1, row.pages[0]["number"]),), None),
                [page],
                picture_sha256=row.picture_sha256,
                content_sha256=row.picture_sha256,
            )

    async def act(self, piece_id: int, act: str, *, expect: int = 200, **body: Any) -> dict[str, Any]:
        answer = await self.desk.post(f"/scan-pieces/{piece_id}/{act}", body)
        assert answer.status_code == expect, answer.text
        document: dict[str, Any] = answer.json()
        return document


def _pages(pdf: bytes) -> int:
    return len(pypdfium2.PdfDocument(pdf))
