"""An inspection that does with a file what the file says: hang, crash, eat memory, work without end, or find it good.

`python -m tests.factories.misbehaving_inspection`, in the place of `app.adapters.inspecting`.
"""

import ctypes
import errno
import time
from pathlib import Path

from app.adapters.inspecting import answer_requests
from app.domain.documents import FileLimits, FileType
from app.services.ports import InspectedFile


def misbehave(path: Path, limits: FileLimits, workplace: Path) -> InspectedFile:  # noqa: ARG001 - as it is called
    match path.read_text():
        case "hang":
            time.sleep(600)
        case "crash":
            ctypes.string_at(0)
        case "eat":
            bytearray(2 * 1024 * 1024 * 1024)
        case "work":
            while True:
                pass
        case "full disk":
            raise OSError(errno.ENOSPC, "full")
        case "print":
            print("an answer of nobody", flush=True)  # noqa: T201 - what a library might do
    return InspectedFile(FileType.PDF, path, FileType.PDF, 1, ())


if __name__ == "__main__":
    answer_requests(misbehave)
