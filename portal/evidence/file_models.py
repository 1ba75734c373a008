"""Documents that applicants send as files, the files of each, and files of the store that nothing names (yet)."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.cases.models import Case, RefusalItem
from portal.database.base import Base, Instant
from portal.evidence.models import Receipt
from portal.security.encryption import Encrypted, EncryptedBytes

EVIDENCE, CHECKING = "evidence", "checking"
OPEN, SENT, REPLACED = "open", "sent", "replaced"
WAITING, READY = "waiting", "ready"
LOOKS_RIGHT, LOOKS_WRONG = "looks_right", "looks_wrong"
_IS_OPEN = text("state = 'open'")


class SentDocument(Base):
    """One document of a letter as it was sent in files; another that takes its place leaves it and its dates as is.

    purpose: evidence, or a checking copy before a journey (law.md 11). state: pages are added (open), sent, or
    replaced by a later one. sent_at: the instant of the complete upload, which counts. sending: the form key with
    which it was sent; its document receipt has the same.
    """

    __tablename__ = "sent_document"
    __table_args__ = (
        CheckConstraint("purpose IN ('evidence', 'checking')", name="purpose"),
        CheckConstraint("state IN ('open', 'sent', 'replaced')", name="state"),
        CheckConstraint("(state = 'open') = (sent_at IS NULL)", name="sent"),
        CheckConstraint("answer IN ('looks_right', 'looks_wrong')", name="answer"),
        CheckConstraint("answer IS NULL OR purpose = 'checking'", name="only_copies"),
        ForeignKeyConstraint(["case_id", "post_id"], ["case.id", "case.post_id"]),
        Index(None, "case_id"),
        Index(None, "receipt_id"),
        Index(None, "refusal_item_id"),
        Index(
            "ix_sent_document_to_look_at",
            "post_id",
            "sent_at",
            sqlite_where=text("state = 'sent' AND looked_at IS NULL"),
            postgresql_where=text("state = 'sent' AND looked_at IS NULL"),
        ),
        Index(
            "uq_sent_document_open", "refusal_item_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    post_id: Mapped[int]
    case_id: Mapped[int]
    refusal_item_id: Mapped[int | None] = mapped_column(ForeignKey("refusal_item.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    sending: Mapped[UUID | None] = mapped_column(Uuid)
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id", ondelete="SET NULL"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("sent_document.id", ondelete="SET NULL"))
    looked_at: Mapped[datetime | None] = mapped_column(Instant)
    looked_by: Mapped[str | None] = mapped_column(String(40))
    answer: Mapped[str | None] = mapped_column(String(12))

    case: Mapped[Case] = relationship()
    item: Mapped[RefusalItem | None] = relationship()
    receipt: Mapped[Receipt | None] = relationship()
    replaces: Mapped["SentDocument | None"] = relationship(remote_side=[id])
    files: Mapped[list["SentFile"]] = relationship(
        order_by="SentFile.id", cascade="all, delete-orphan", back_populates="document"
    )

    @property
    def is_copy(self):
        """Whether this is a checking copy."""
        return self.purpose == CHECKING

    @property
    def is_waiting(self):
        """Whether a file of it still waits for the virus scanner."""
        return any(file.state == WAITING for file in self.files)

    @property
    def page_count(self):
        """How many pages it has in all its files."""
        return sum(file.pages for file in self.files)


class SentFile(Base):
    """One file of a document: its bytes and the pictures of its pages are in the store, under a key of its own.

    public_id names it in addresses and in the store. bytes: as it came. state: it waits for the virus scanner, and
    no one sees it; or it is ready. digest: finds the same file sent twice.
    """

    __tablename__ = "sent_file"
    __table_args__ = (
        CheckConstraint("kind IN ('pdf', 'jpeg', 'png', 'heic')", name="kind"),
        CheckConstraint("state IN ('waiting', 'ready')", name="state"),
        CheckConstraint("pages > 0", name="pages"),
        Index(
            "ix_sent_file_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("uq_sent_file_digest", "document_id", "digest", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("sent_document.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(Encrypted)
    data_key: Mapped[bytes] = mapped_column(EncryptedBytes)
    digest: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    pages: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    received_at: Mapped[datetime] = mapped_column(Instant)

    document: Mapped[SentDocument] = relationship(back_populates="files")


class UnwantedFile(Base):
    """A name in the store that is to be deleted from an instant on: written before a file is stored, and again when
    it is erased, so that whatever is interrupted leaves nothing behind that no sweep finds.
    """

    __tablename__ = "unwanted_file"

    public_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
