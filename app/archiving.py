"""A closed dossier becomes a package: read, written to a file, put into the store, recorded; no transaction meanwhile.

What is interrupted between the store and the record is an orphan that the collector removes.
"""

import asyncio
from typing import Any

from app.bootstrap import Application
from app.domain.permissions import Actor
from app.services.archive.container import write_package
from app.services.archive.gather import Gathered, gather, record
from app.services.documents.contents import hash_file, open_stream, put_file
from app.services.documents.workplace import open_workplace

MEDIA_TYPE = "application/zip"


async def archive_dossier(application: Application, actor: Actor, code: str) -> tuple[Any, bool]:
    """Make the next package of a closed dossier; return its row and whether it is new.

    Asking again gives the same package until something more happens to the dossier. Raises what `gather` and `record`
    raise.
    """
    now = application.clock.now()
    async with application.database.read() as connection:
        gathered = await gather(connection, actor, code, now=now)
    if not isinstance(gathered, Gathered):
        return gathered, False
    with open_workplace(application.settings.data_dir) as workplace:
        path = workplace / "package.zip"
        files = await write_package(path, gathered.package, lambda sha256: open_stream(application.storage, sha256))
        sha256, size = await asyncio.to_thread(hash_file, path)
        content = await put_file(application.storage, path, sha256=sha256, size_bytes=size, media_type=MEDIA_TYPE)
        async with application.database.write() as connection:
            return await record(connection, actor, gathered, content, files=files, now=now), True
