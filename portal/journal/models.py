"""Tables of the chain of seals, its signed heads, and the entries waiting to be sealed."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base, Instant

_Position = BigInteger().with_variant(Integer(), "sqlite")


class Seal(Base):
    """The seal of one entry: its position in the chain, and a hash over the entry and the previous hash.

    Never updated, never deleted. The keys decide when two workers seal at once: one seal for each entry, one
    for each position, and no position without the previous one.
    """

    __tablename__ = "journal_seal"
    __table_args__ = (
        CheckConstraint(
            "(position = 1 AND previous IS NULL) OR (previous IS NOT NULL AND previous = position - 1)",
            name="previous",
        ),
    )

    position: Mapped[int] = mapped_column(_Position, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    previous: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("journal_seal.position"))
    hash: Mapped[str] = mapped_column(String(64))


class Head(Base):
    """The signed end of the chain after one run of sealing: with the public key, no one need trust the database."""

    __tablename__ = "journal_head"

    position: Mapped[int] = mapped_column(
        _Position, ForeignKey("journal_seal.position"), primary_key=True, autoincrement=False
    )
    hash: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(Instant)
    key: Mapped[str] = mapped_column(String(4))
    signature: Mapped[str] = mapped_column(String(88))


class Unsealed(Base):
    """An entry waiting to be sealed. A database trigger inserts it with the entry, whichever program wrote that."""

    __tablename__ = "journal_unsealed"

    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), primary_key=True, autoincrement=False)
