"""What officers write down about a case: notes for each other, and the stages of a petition that went back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.cases.models import Case
from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted


class CaseNote(Base):
    """A note about a case that officers write for each other: no applicant reads it (source 5, 504.11-3(A)(1)f)."""

    __tablename__ = "case_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"), index=True)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    text: Mapped[str] = mapped_column(Encrypted)
    actor: Mapped[str] = mapped_column(String(40))
    written_at: Mapped[datetime] = mapped_column(Instant)

    case: Mapped[Case] = relationship()


class PetitionStage(Base):
    """One stage of a petition that went back to USCIS (source 2): dates only where the post holds proof of them.

    happened_on: the day that the proof gives, or None. respond_by: the last day that a notice to the petitioner names,
    copied from the notice.
    """

    __tablename__ = "petition_stage"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('sent_to_nvc', 'at_uscis', 'notice', 'reaffirmed', 'revoked', 'back_at_post', 'new_interview')",
            name="kind",
        ),
        CheckConstraint("respond_by IS NULL OR kind = 'notice'", name="respond_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"), index=True)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    happened_on: Mapped[date | None]
    respond_by: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    case: Mapped[Case] = relationship()


# Added here, because cases/models.py knows nothing of these; rows go with their case in the database.
Case.notes = relationship(CaseNote, order_by=CaseNote.id.desc(), viewonly=True)
Case.stages = relationship(PetitionStage, order_by=PetitionStage.id, viewonly=True)
