"""Packages of closed dossiers for the archive."""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey


class ArchivePackage(Base):
    """A package made of a closed dossier (gói tin lưu trữ). What happens later makes another; none changes."""

    __tablename__ = "archive_package"
    __table_args__ = (UniqueConstraint("dossier_id", "number"),)

    id: Mapped[BigKey] = mapped_column(init=False)
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    number: Mapped[int]
    object_id: Mapped[str] = mapped_column(unique=True)
    """`urn:<fonds>:<uuid>` of the manifest."""
    content_sha256: Mapped[str] = mapped_column(ForeignKey("stored_content.sha256"))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    files: Mapped[int]
    log_seq: Mapped[int]
    """The last event that is in it; the event of the archiving itself comes after."""
    issued_paper_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("issued_paper.id"))
    made_at: Mapped[dt.datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
