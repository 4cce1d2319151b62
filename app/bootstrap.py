"""Builds database, clock and signer once, for the API, the worker and the commands alike."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from app.core.clock import Clock, SystemClock
from app.core.db import SERVICE_ROLE, Database, PostgresDatabase
from app.core.embedded_postgres import EmbeddedCluster, start_cluster
from app.core.provisioning import OWNER_ROLE, ensure_database, prepare_embedded, stored_revision
from app.core.reaching import ensure_reachable
from app.core.security import TokenSigner, random_secret
from app.core.settings import Settings
from app.services.identity.queries import token_key
from app.services.ports import (
    BlobStore,
    FileInspection,
    HolidayProposals,
    PageReading,
    ProposedDay,
    Signer,
    TextRecognition,
    VirusScanner,
)

if TYPE_CHECKING:
    from app.adapters.judging_processes import JudgingProcesses

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def propose_holidays(year: int, /) -> Sequence[ProposedDay]:
    """Ask the holiday library, which is slow to load and rarely asked."""
    from app.adapters import holiday_proposals

    return holiday_proposals.propose_holidays(year)


def open_storage(settings: Settings) -> BlobStore:
    """Open the store of contents named by the settings; nothing is written or asked yet."""
    from app.adapters import blob_store

    return blob_store.open_store(
        settings.storage_url,
        directory=settings.data_dir / "blobs",
        credentials=blob_store.StoreCredentials(
            endpoint=settings.storage_endpoint,
            region=settings.storage_region,
            access_key=settings.storage_access_key,
            secret_key="" if settings.storage_secret_key is None else settings.storage_secret_key.get_secret_value(),
        ),
    )


def open_judging(settings: Settings) -> "JudgingProcesses":
    """Return what judges signatures; its processes start when the first one comes. Close it at the end."""
    from app.adapters import signing

    return signing.open_judging(settings)


def open_signing(settings: Settings, judging: "JudgingProcesses | None" = None) -> Signer:
    """Open the keys named by the settings; nothing is read or made before somebody signs.

    Without `judging` signatures are judged in threads of this process.
    """
    from app.adapters import signing

    return signing.open_signing(settings, judging)


def find_virus_scanner(settings: Settings) -> VirusScanner | None:
    """Return the scanner named by the settings; None where files are not checked."""
    if not settings.clamd_address:
        return None
    from app.adapters import clamd

    return clamd.ClamdScanner(settings.clamd_address)


def open_inspection(settings: Settings) -> FileInspection:
    """Return what inspects files; its processes start when the first file comes. Close it at the end."""
    from app.adapters import inspection_processes

    return inspection_processes.InspectionProcesses(
        memory_bytes=settings.inspection_memory_bytes,
        cpu_seconds=settings.inspection_cpu_seconds,
        seconds=settings.inspection_seconds,
    )


def find_recognition(settings: Settings) -> TextRecognition:
    """Return what reads texts; whether its programs are there is asked when somebody needs it."""
    from app.adapters import ocr

    return ocr.TesseractRecognition(
        search_path=settings.ocr_search_path,
        page_seconds=settings.ocr_page_seconds,
        processes=settings.ocr_processes,
    )


def open_pages(settings: Settings) -> PageReading:
    """Return what looks at the pages of scans and cuts them."""
    from app.adapters import scanned_pages

    return scanned_pages.ScannedPages(
        page_seconds=settings.scan_page_seconds,
        memory_bytes=settings.inspection_memory_bytes,
        cpu_seconds=settings.inspection_cpu_seconds,
        seconds=settings.inspection_seconds,
    )


@dataclass(frozen=True, slots=True)
class Application:
    """What every entrance works with."""

    settings: Settings
    database: Database
    clock: Clock
    signer: TokenSigner
    service_url: str
    storage: BlobStore
    signing: Signer
    inspection: FileInspection
    virus_scanner: VirusScanner | None = None
    propose_holidays: HolidayProposals = propose_holidays

    @property
    def recognition(self) -> TextRecognition:
        return find_recognition(self.settings)

    @property
    def pages(self) -> PageReading:
        return open_pages(self.settings)


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where the database is: as its owner (migrations) and as the service."""

    owner_url: str
    service_url: str
    cluster: EmbeddedCluster | None = None


@asynccontextmanager
async def open_database(settings: Settings, *, database_name: str | None = None) -> AsyncIterator[DatabaseAddress]:
    """Lend the database's addresses; start the embedded server if no URL is set, and let go of it at the end.

    Raises `PostgresUnavailable`, which says in plain words why there is no database.
    """
    name = database_name or settings.database_name
    if settings.database_url is not None:
        service_url = settings.database_url.get_secret_value()
        owner = settings.owner_database_url
        owner_url = owner.get_secret_value() if owner is not None else service_url
        if database_name is not None and database_name != settings.database_name:
            await ensure_database(owner_url, name, owner=None)
            service_url, owner_url = (_with_database(url, name) for url in (service_url, owner_url))
        await ensure_reachable(service_url)
        yield DatabaseAddress(owner_url=owner_url, service_url=service_url)
        return
    cluster = await asyncio.to_thread(start_cluster, settings.data_dir)
    try:
        await prepare_embedded(cluster.dsn("postgres", "motcua_admin"), name)
        yield DatabaseAddress(
            owner_url=cluster.dsn(name, OWNER_ROLE), service_url=cluster.dsn(name, SERVICE_ROLE), cluster=cluster
        )
    finally:
        await asyncio.to_thread(cluster.release)


@asynccontextmanager
async def open_application(
    settings: Settings, *, migrate: bool = True, clock: Clock | None = None, database_name: str | None = None
) -> AsyncIterator[Application]:
    """Open everything an entrance needs, migrated to the newest tables unless told otherwise."""
    async with open_database(settings, database_name=database_name) as address:
        if migrate:
            await bring_up_to_date(address.owner_url)
        database = PostgresDatabase(
            address.service_url,
            pool_size=settings.pool_size,
            prepared_statements=settings.prepared_statements,
        )
        inspection = open_inspection(settings)
        judging = open_judging(settings)
        try:
            key = settings.secret_key.get_secret_value() if settings.secret_key else await _stored_token_key(database)
            yield Application(
                settings=settings,
                database=database,
                clock=clock or SystemClock(),
                signer=TokenSigner(key),
                service_url=address.service_url,
                storage=open_storage(settings),
                virus_scanner=find_virus_scanner(settings),
                signing=open_signing(settings, judging),
                inspection=inspection,
            )
        finally:
            await inspection.close()
            await judging.close()
            await database.close()


async def bring_up_to_date(owner_url: str) -> None:
    """Migrate unless the tables are the newest: asking costs a round trip, Alembic half a second to find it out."""
    if await stored_revision(owner_url) != (_MIGRATIONS / "head.txt").read_text().strip():
        await asyncio.to_thread(migrate_database, owner_url)


def migrate_database(owner_url: str, revision: str = "head") -> None:
    """Bring the tables to `revision` as the owner; waits for another migrator instead of racing it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("sqlalchemy.url", owner_url.replace("%", "%%"))
    command.upgrade(config, revision)


async def _stored_token_key(database: Database) -> str:
    async with database.write() as connection:
        return await token_key(connection, candidate=random_secret(48))


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
