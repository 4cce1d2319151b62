"""Originals taken in: each with its barcode, and every hand that held it since. Nothing of a way is ever rewritten."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey

ORIGINAL_NUMBERS = Sequence("original_number", metadata=Base.metadata)
HAND_OVER_NUMBERS = Sequence("original_hand_over_number", metadata=Base.metadata)


class Original(Base):
    """One original paper of a dossier in the house's care (bản chính). Where it is, its last move tells."""

    __tablename__ = "original"
    __table_args__ = (
        Index("ix_original_dossier_id", "dossier_id"),
        Index("ix_original_unreturned", "dossier_id", postgresql_where=text("returned_at is null and to_be_returned")),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    barcode: Mapped[str] = mapped_column(unique=True)
    """`GT-` and ten digits, the last of which checks the others; printed as Code 128."""
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    component_code: Mapped[str | None] = mapped_column(default=None)
    name: Mapped[str]
    to_be_returned: Mapped[bool] = mapped_column(default=True)
    """False: the law lets the agency keep it (a permit that is exchanged)."""
    taken_at: Mapped[dt.datetime]
    moves: Mapped[int] = mapped_column(default=1)
    """Number of its last move; moved under the row's lock, so a paper has one way and no two."""
    returned_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class OriginalPlace(Base):
    """Where an original is that is not home yet, said once more so that a unit's originals are found: its last move."""

    __tablename__ = "original_place"
    __table_args__ = (
        Index("ix_original_place_unit_id", "unit_id", "original_id"),
        Index(
            "ix_original_place_from_unit_id",
            "from_unit_id",
            "original_id",
            postgresql_where=text("from_unit_id is not null"),
        ),
    )

    original_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("original.id"), primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    """It lies there or is awaited there; None on its way to the citizen by post."""
    from_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    """Who sent it, while it is on its way."""


class OriginalHandOver(Base):
    """A batch given from one place to another: who gave, to whom, by what proof. Personal data stays here."""

    __tablename__ = "original_hand_over"
    __table_args__ = (
        CheckConstraint("to_place in ('counter', 'office', 'post', 'citizen')", name="to_place"),
        CheckConstraint("(to_place in ('counter', 'office')) <= (to_unit_id is not null)", name="to_unit"),
        CheckConstraint("(to_place = 'post') = (tracking_number is not null)", name="tracking_number"),
        CheckConstraint("(to_place = 'citizen') <= (receiver_name is not null and proof is not null)", name="receiver"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    code: Mapped[str] = mapped_column(unique=True)
    """`BG-…`: the number of the hand-over sheet."""
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    to_place: Mapped[str]
    to_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    to_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    tracking_number: Mapped[str | None] = mapped_column(default=None)
    receiver_name: Mapped[str | None] = mapped_column(default=None)
    receiver_identity_number: Mapped[str | None] = mapped_column(default=None)
    proof: Mapped[str | None] = mapped_column(default=None)
    authorisation_reason: Mapped[str | None] = mapped_column(default=None)
    """Why somebody else than the dossier's own people took it."""
    authorisation_reference: Mapped[str | None] = mapped_column(default=None)
    authorisation_document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"), default=None)
    note: Mapped[str] = mapped_column(default="")
    given_at: Mapped[dt.datetime]
    given_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class OriginalMove(Base):
    """One step of an original's way. Append-only.

    `taken_in`, `received`, `taken_back`: it lies at `place` of `unit_id` with `account_id`. `given`: on its way there.
    `posted`: with the post. `returned`: with the citizen, and the way is over.
    """

    __tablename__ = "original_move"
    __table_args__ = (
        CheckConstraint("kind in ('taken_in', 'given', 'received', 'taken_back', 'posted', 'returned')", name="kind"),
        CheckConstraint("place in ('counter', 'office', 'post', 'citizen')", name="place"),
        CheckConstraint("(unit_id is null) <= (place in ('post', 'citizen'))", name="unit"),
        CheckConstraint("(kind = 'taken_in') = (hand_over_id is null)", name="hand_over"),
        Index("ix_original_move_hand_over_id", "hand_over_id", postgresql_where=text("hand_over_id is not null")),
    )

    original_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("original.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    place: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    hand_over_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("original_hand_over.id"), default=None)
    at: Mapped[dt.datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
