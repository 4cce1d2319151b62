"""Files from outside are inspected in processes of their own, so that no file can take the service along."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog

from app.adapters.warm_processes import UNAVAILABLE, WarmProcesses
from app.domain.documents import Change, FileLimits, FileType
from app.domain.errors import InvalidInput, Refusal, Unavailable
from app.services.ports import InspectedFile

PROGRAM: Final = "app.adapters.inspecting"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class InspectionProcesses(WarmProcesses):
    """`FileInspection` by `app.adapters.inspecting`."""

    program: str = PROGRAM

    async def inspect(self, path: Path, limits: FileLimits, workplace: Path) -> InspectedFile:
        told = await self.ask({"path": str(path), "workplace": str(workplace), "limits": asdict(limits)})
        if "failure" in told:
            log.warning("inspection_failed", reason=told["failure"], cause=told["cause"])
            raise self._refused(told["failure"])
        if "refusals" in told:
            raise InvalidInput(*(Refusal(code, where, params) for code, where, params in told["refusals"]))
        return InspectedFile(
            handed_in=FileType(told["handed_in"]),
            result=path if told["result"] is None else workplace / Path(told["result"]).name,
            result_type=FileType(told["result_type"]),
            page_count=told["page_count"],
            changes=tuple(Change(change) for change in told["changes"]),
        )

    def _refused(self, code: str) -> InvalidInput | Unavailable:
        """Return the fault of the file, or ours: then it may be sent again."""
        if code == UNAVAILABLE:
            return Unavailable(Refusal(code))
        return InvalidInput(Refusal(code, "file", {"seconds": self.cpu_seconds, "max_bytes": self.memory_bytes}))
