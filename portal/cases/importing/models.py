"""Tables of imports: the imports, their redo log, leases, and uploads."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted, EncryptedBytes


class CaseImport(Base):
    """One imported case file. It is decided once switched_at is set: before that, no one sees its cases.

    added, changed: how many cases; None until then. spoiled: staff have added a case that this import had written
    but not decided, so that it can no longer be switched on.
    """

    __tablename__ = "case_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(Instant)
    switched_at: Mapped[datetime | None] = mapped_column(Instant)
    added: Mapped[int | None]
    changed: Mapped[int | None]
    spoiled: Mapped[bool | None]


class CaseImportRow(Base):
    """An entry of an import's redo log: what its file says about one existing case.

    Written before the import is decided, deleted in the transaction that corrects the case. The ids ascend in
    the order of the file's cases.
    """

    __tablename__ = "case_import_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("case_import.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"), index=True)
    content: Mapped[str] = mapped_column(Encrypted)


class Lease(Base):
    """A lease: one holder at a time does the named job, and counts as dead if it does not renew the lease.

    about: the random id of the work, if it has one.
    """

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    holder: Mapped[UUID] = mapped_column(Uuid)
    about: Mapped[UUID | None] = mapped_column(Uuid)
    held_until: Mapped[datetime] = mapped_column(Instant)


class CaseUpload(Base):
    """A case file between its preview and its confirmation.

    The content is deleted when it is done, the row after an hour.
    content: its rows as they were read. counts: how many cases were added, changed and unchanged, once it is done.
    """

    __tablename__ = "case_upload"
    __table_args__ = (CheckConstraint("(content IS NULL) = (done_at IS NOT NULL)", name="content"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    made_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    counts: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
