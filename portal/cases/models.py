"""Tables of cases with their travelers, refusals, refusal items and statuses, and what officers ask for and note."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    exists,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account
from portal.cases.importing.models import CaseImport
from portal.database.base import Base, Instant
from portal.posts.models import Post
from portal.security.encryption import Encrypted

if TYPE_CHECKING:
    from portal.cases.officer_models import CaseNote, PetitionStage

DOCUMENTS = "documents"
PROCESSING = "administrative_processing"
_IS_ASKED = text("state = 'asked'")
MODES = ("in_person", "courier", "drop_off", "electronic", "direct", "none")


class StatusWord(Base):
    """One word of the status vocabulary. A post's own word has names and meanings by language, and counts as another.

    counts_as: the standard word whose rules a post's own word follows; None for the standard ones.
    """

    __tablename__ = "status_word"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    names: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    meanings: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    counts_as: Mapped[str | None] = mapped_column(String(30))


class Case(Base):
    """One petition or application at one post, claimed by at most one account."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("post_id", "number"),
        UniqueConstraint("id", "post_id"),
        Index(
            "ix_case_import_id",
            "import_id",
            sqlite_where=text("import_id IS NOT NULL"),
            postgresql_where=text("import_id IS NOT NULL"),
        ),
        # Few cases are claimed, and those are counted often.
        Index(
            "ix_case_claimed",
            "post_id",
            sqlite_where=text("account_id IS NOT NULL"),
            postgresql_where=text("account_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    number: Mapped[str] = mapped_column(String(20))
    visa_class: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(ForeignKey("status_word.code"))
    status_on: Mapped[date] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    invited_until: Mapped[date | None]
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("case_import.id"))

    post: Mapped[Post] = relationship(lazy="joined", innerjoin=True)
    account: Mapped[Account | None] = relationship()
    travellers: Mapped[list["Traveller"]] = relationship(
        order_by="Traveller.position", cascade="all, delete-orphan", back_populates="case"
    )
    refusals: Mapped[list["Refusal"]] = relationship(secondary="traveller", order_by="Refusal.id", viewonly=True)
    history: Mapped[list["StatusChange"]] = relationship(
        order_by="StatusChange.id", cascade="all, delete-orphan", back_populates="case"
    )

    passport_requests: Mapped[list["PassportRequest"]] = relationship(
        secondary="traveller",
        secondaryjoin="and_(Traveller.id == PassportRequest.traveller_id, PassportRequest.state == 'asked')",
        order_by="PassportRequest.id",
        viewonly=True,
    )

    if TYPE_CHECKING:  # officer_models adds them
        notes: Mapped[list["CaseNote"]]
        stages: Mapped[list["PetitionStage"]]

    @classmethod
    def visible(cls):
        """Return the SQL condition for cases that do not belong to an undecided import."""
        switched = exists().where(CaseImport.id == cls.import_id, CaseImport.switched_at.is_not(None))
        return or_(cls.import_id.is_(None), switched)

    @property
    def principal(self):
        """The principal applicant."""
        return self.travellers[0]


class StatusChange(Base):
    """One status of a case, from a day on."""

    __tablename__ = "status_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(ForeignKey("status_word.code"))
    effective_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    case: Mapped[Case] = relationship(back_populates="history")


class Traveller(Base):
    """One person of a case; the first is the principal applicant. A birth date may lack day or month."""

    __tablename__ = "traveller"
    __table_args__ = (UniqueConstraint("case_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    position: Mapped[int]
    relationship_to_principal: Mapped[str] = mapped_column("relationship", String(20))
    surname: Mapped[str] = mapped_column(String(100))
    given_names: Mapped[str] = mapped_column(String(100), default="")
    date_of_birth: Mapped[str] = mapped_column(Encrypted)
    date_of_birth_digest: Mapped[str] = mapped_column(String(64))
    passport_number: Mapped[str] = mapped_column(Encrypted)
    passport_digest: Mapped[str] = mapped_column(String(64), index=True)
    nationality: Mapped[str] = mapped_column(String(2))
    interview_on: Mapped[date | None]
    passport_expires_on: Mapped[date | None]
    medical_expires_on: Mapped[date | None]

    case: Mapped[Case] = relationship(back_populates="travellers")
    refusals: Mapped[list["Refusal"]] = relationship(
        order_by="Refusal.id", lazy="selectin", cascade="all, delete-orphan", back_populates="traveller"
    )

    corrections: Mapped[list["Correction"]] = relationship(
        order_by="Correction.id", cascade="all, delete-orphan", back_populates="traveller"
    )

    @property
    def name(self):
        """Given names and surname, as on the passport."""
        return f"{self.given_names} {self.surname}".strip()


class FormerPassport(Base):
    """A former passport number of a traveler: it still matches for a while."""

    __tablename__ = "former_passport"

    id: Mapped[int] = mapped_column(primary_key=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("traveller.id", ondelete="CASCADE"), index=True)
    passport_digest: Mapped[str] = mapped_column(String(64), index=True)
    matches_until: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def matches_at(cls, now):
        """Return the SQL condition for numbers that still match."""
        return cls.matches_until > now


class Correction(Base):
    """A field of a traveler that staff corrected, with digests of the case file's values.

    filed: the value at the time of the correction. differing: another value in a newer row, undecided by staff: a
    conflict.
    """

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("traveller_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("traveller.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(20))
    filed: Mapped[str] = mapped_column(String(64))
    differing: Mapped[str | None] = mapped_column(Encrypted)
    differing_digest: Mapped[str | None] = mapped_column(String(64))

    traveller: Mapped[Traveller] = relationship(back_populates="corrections")

    @property
    def newest(self):
        """The digest of the value in the newest row."""
        return self.differing_digest or self.filed


class Refusal(Base):
    """One 221(g) refusal of one traveler on one date, with its own twelve months (R7)."""

    __tablename__ = "refusal"
    __table_args__ = (
        CheckConstraint(f"kind IN ('{DOCUMENTS}', '{PROCESSING}')", name="kind"),
        UniqueConstraint("traveller_id", "refused_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("traveller.id", ondelete="CASCADE"))
    refused_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(30))
    respond_by: Mapped[str] = mapped_column(String(60))
    please_respond_by: Mapped[date | None] = mapped_column("last_day")
    evidence_on: Mapped[date | None]
    clock_stopped_on: Mapped[date | None]
    reopened_on: Mapped[date | None]
    overcome_on: Mapped[date | None]
    overcome_by: Mapped[str | None] = mapped_column(String(12))
    letter_code_digest: Mapped[str | None] = mapped_column(String(64))
    letter_code_used_at: Mapped[datetime | None] = mapped_column(Instant)
    letter_reissued_on: Mapped[date | None]

    traveller: Mapped[Traveller] = relationship(back_populates="refusals")
    items: Mapped[list["RefusalItem"]] = relationship(
        order_by="RefusalItem.position", cascade="all, delete-orphan", back_populates="refusal"
    )

    @property
    def modes(self):
        """The ways to respond: some of MODES."""
        return self.respond_by.split(";")


class RefusalItem(Base):
    """One document or reason of a refusal, in the standard wording."""

    __tablename__ = "refusal_item"
    __table_args__ = (
        CheckConstraint(
            "state IN ('outstanding', 'received', 'nothing_more_needed', 'more_needed')",
            name="state",
        ),
        UniqueConstraint("refusal_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    refusal_id: Mapped[int] = mapped_column(ForeignKey("refusal.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    original: Mapped[bool] = mapped_column(default=False)
    petitioner: Mapped[bool] = mapped_column(default=False)
    respond_by: Mapped[str | None] = mapped_column(String(60))
    officer_words: Mapped[str] = mapped_column(Text, default="")
    annotation: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(20), default="outstanding")
    more_reason: Mapped[str | None] = mapped_column(String(20))

    refusal: Mapped[Refusal] = relationship(back_populates="items")


class PassportRequest(Base):
    """An officer's request for a traveller's passport, which is no decision: at most one is open at a time."""

    __tablename__ = "passport_request"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'received', 'withdrawn')", name="state"),
        CheckConstraint("way IN ('bring', 'send')", name="way"),
        Index(
            "uq_passport_request_open",
            "traveller_id",
            unique=True,
            sqlite_where=_IS_ASKED,
            postgresql_where=_IS_ASKED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("traveller.id", ondelete="CASCADE"), index=True)
    way: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(10), default="asked")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    done_on: Mapped[date | None]

    traveller: Mapped[Traveller] = relationship()
