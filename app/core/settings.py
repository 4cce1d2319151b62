"""Every setting of the program, read once from the environment (prefix `MOTCUA_`) at an entrance."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEFAULT_DATA_DIR = Path("var")
DATABASE_SCHEMES = ("postgresql", "postgresql+asyncpg", "postgresql+psycopg")


class Settings(BaseSettings):
    """Configuration of one installation (one province).

    Without `database_url` the program runs its own PostgreSQL in `data_dir`. With it, migrations use
    `owner_database_url` (default: the same URL) and the service takes the role `motcua_service`, which owns nothing.
    """

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", extra="ignore", frozen=True)

    data_dir: Path = DEFAULT_DATA_DIR
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000

    database_url: SecretStr | None = None
    owner_database_url: SecretStr | None = None
    database_name: str = "motcua"
    pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    prepared_statements: bool = True
    """Off behind a transaction pooler older than PgBouncer 1.21."""

    secret_key: SecretStr | None = None
    """Signs access tokens. Without it a random key is kept in `data_dir`."""
    access_token_minutes: Annotated[int, Field(ge=1, le=240)] = 30
    refresh_token_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 12
    lockout_after_failures: Annotated[int, Field(ge=3, le=50)] = 5
    lockout_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 15

    likely_double_hours: Annotated[int, Field(ge=0, le=24 * 30)] = 24
    """How far back a registration looks for the same matter of the same person, to warn of it; 0: not at all."""

    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins of portal frontends, separated by commas. Empty: none."""
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    public_base_url: str = ""
    """Address that citizens use, printed in links; empty: relative links."""

    storage_url: str = ""
    """Where contents lie: `s3://bucket/prefix`, `memory:///` (tests), or empty: the directory `blobs` in `data_dir`."""
    storage_endpoint: str = ""
    """Address of an S3-compatible store; empty: Amazon's."""
    storage_region: str = ""
    storage_access_key: str = ""
    storage_secret_key: SecretStr | None = None
    upload_max_bytes: Annotated[int, Field(ge=1024)] = 536_870_912
    """Largest file, 512 MiB [our reading]; images and office files have smaller limits of their own."""
    upload_image_max_bytes: Annotated[int, Field(ge=1024)] = 104_857_600
    upload_office_max_bytes: Annotated[int, Field(ge=1024)] = 52_428_800
    upload_max_pages: Annotated[int, Field(ge=1, le=20_000)] = 2_000
    upload_max_pixels: Annotated[int, Field(ge=1_000_000, le=89_000_000)] = 89_000_000
    """Of one image; A3 at 600 dpi has 70 million."""
    upload_expire_hours: Annotated[int, Field(ge=1, le=24 * 14)] = 24
    """After the last piece, an upload that was not finished is forgotten."""
    upload_keep_days: Annotated[int, Field(ge=1, le=366)] = 30
    """How long the outcome of an upload, and a file in quarantine, are kept."""
    orphan_grace_hours: Annotated[int, Field(ge=1, le=24 * 60)] = 48
    """Age from which contents without a row are removed; longer than any upload takes from storage to commit."""
    link_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 10
    clamd_address: str = ""
    """`host:port` or `unix:/path` of a clamd; empty: files are not checked for viruses."""
    clamd_max_bytes: Annotated[int, Field(ge=1024)] = 26_214_400
    """How large a file that clamd looks through; it calls larger ones clean. Its own default, its `MaxFileSize`."""
    inspection_memory_bytes: Annotated[int, Field(ge=268_435_456)] = 1_073_741_824
    """Address space that the inspection of one file may take; two files are inspected at once by each process."""
    inspection_cpu_seconds: Annotated[int, Field(ge=1, le=600)] = 60
    inspection_seconds: Annotated[float, Field(gt=0, le=1200)] = 120.0
    """How long the inspection of one file may take by the wall's clock."""
    ocr_search_path: str | None = None
    """Where the programs that read texts are looked for, as in PATH; None: PATH itself; empty: nowhere."""
    ocr_page_seconds: Annotated[float, Field(gt=0)] = 120.0
    """How long the reading of one page may take."""
    ocr_processes: Annotated[int, Field(ge=1, le=64)] = 1
    """Pages of one piece that are read at once."""
    scan_page_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How long it may take to look whether a page is blank or a separator."""
    scan_batches_at_once: Annotated[int, Field(ge=1, le=64)] = 1
    """Batches that one worker digitizes side by side; each takes a core and more."""
    scan_batch_max_files: Annotated[int, Field(ge=1, le=1000)] = 200
    scan_batch_max_pages: Annotated[int, Field(ge=1, le=20_000)] = 1_000

    log_json: bool = True
    log_level: str = "INFO"
    satisfaction_minimum_responses: Annotated[int, Field(ge=1)] = 30
    """Below this number of responses a satisfaction rate is flagged as too small to publish [our reading]."""
    calendar_warning_days: Annotated[int, Field(ge=1)] = 60
    alert_near_due_days: Annotated[int, Field(ge=1, le=20)] = 1
    """Working days before the due day on which its dossier is near due [our reading]."""
    alert_idle_days: Annotated[int, Field(ge=1, le=60)] = 5
    alert_uncollected_days: Annotated[int, Field(ge=1, le=120)] = 5
    alert_unreturned_days: Annotated[int, Field(ge=1, le=120)] = 3
    """Working days after the end of a dossier on which its originals should be home [our reading]."""
    alert_climb_hours: Annotated[int, Field(ge=1, le=80)] = 4
    """Working hours after which an alert that nobody acknowledged is told to the next level [our reading]."""
    alert_supplement_reminder_days: Annotated[int, Field(ge=1, le=30)] = 3
    supplement_expiry_stops: bool = True
    """Stop a dossier (Mẫu 05) whose supplement did not come in time, after a reminder [unverified]."""
    apology_extension_days: Annotated[int, Field(ge=1, le=60)] | None = None
    """Working days that the draft of an apology proposes; None: the limit of the procedure once more."""
    alert_signature_hours: Annotated[int, Field(ge=1, le=80)] = 8
    """Working hours after which a result that waits to be signed is told of [our reading]."""
    signing_keys_dir: Path | None = None
    """Keys of persons and units in files; without it a test authority signs, whose signatures have no legal value."""
    signing_key_passphrase: SecretStr | None = None
    signing_token_module: Path | None = None
    """The PKCS#11 library of a token or HSM; with it keys are there, not in files. Needs the package python-pkcs11."""
    signing_token_label: str = ""
    signing_token_pin: SecretStr | None = None
    signing_trust_file: Path | None = None
    """Certificates (PEM) of the authorities whose signatures are trusted."""
    signing_revocation_lists_dir: Path | None = None
    """Lists of revoked certificates (`*.crl`) of those authorities, renewed by whoever runs the installation."""
    signing_unknown_revocation: Literal["accept", "refuse"] = "accept"
    """What becomes of a signature of whose certificate no list in force speaks: taken, told as unknown; or refused."""
    signing_time_stamp_url: str = ""
    """Time stamp authority (RFC 3161); empty: signatures carry the signer's own time only."""
    follower_poll_seconds: Annotated[float, Field(gt=0)] = 5.0
    idempotency_keep_hours: Annotated[int, Field(ge=1)] = 72
    stop_seconds: Annotated[float, Field(gt=0)] = 20.0
    """How long a stopping program waits for the requests and jobs under way."""
    replay: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] | None = None
    """Serve the replayed scenario of this name (`ninh-binh-2021`) instead of the installation itself."""

    @property
    def replay_database(self) -> str | None:
        """Name of the database of the replayed scenario; None when the installation itself is served."""
        return None if self.replay is None else f"motcua_replay_{self.replay.replace('-', '_')}"

    @property
    def file_max_bytes(self) -> int:
        """Largest file that is taken in: what clamd would not look through is not."""
        return min(self.upload_max_bytes, self.clamd_max_bytes) if self.clamd_address else self.upload_max_bytes

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def refuse_foreign_databases(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and value.get_secret_value().partition("://")[0] not in DATABASE_SCHEMES:
            expected = ", ".join(f"{scheme}://…" for scheme in DATABASE_SCHEMES)
            raise PydanticCustomError("database_scheme", "The database must be PostgreSQL", {"expected": expected})
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def split_origins(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
