"""The words of travelers' names by which staff find a case: written wherever a traveler is stored."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, ForeignKey, Index, String, and_, delete
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base
from portal.database.bulk_insert import insert_many
from portal.values.names import LONGEST_WORD, words_of

# Compared by code point on PostgreSQL too, whatever its locale: the beginning of a word is then a range of the index.
WORD = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")
_LAST = "\U0010ffff"
_NAMES = {"surname", "given_names"}


class NameWord(Base):
    """One word of a traveler's name, folded; post_id: of the case, since staff look at their own post only."""

    __tablename__ = "name_word"
    __table_args__ = (Index(None, "post_id", "word"),)

    traveller_id: Mapped[int] = mapped_column(ForeignKey("traveller.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))


def begins_with(column: Any, typed: str) -> ColumnElement[bool]:
    """Return the SQL condition for words that begin with a folded word; a single letter has to be the whole word."""
    return and_(column >= typed, column < typed + _LAST) if len(typed) > 1 else column == typed


def write(connection: Connection, cases: Iterable[Any]) -> None:
    """Write the words of the names that are new or have changed, among the travelers of some import Records."""
    people = [(case["post_id"], one) for case in cases for one in case.parts if one.is_new or one.changed & _NAMES]
    known = [one["id"] for _post_id, one in people if not one.is_new]
    if known:
        connection.execute(delete(NameWord).where(NameWord.traveller_id.in_(known)))
    insert_many(connection, NameWord.__table__, [row for post_id, one in people for row in rows_of(post_id, one)])


def rows_of(post_id: int, traveller: Any) -> list[dict[str, Any]]:
    """Return the rows for the name of a traveler, given as a mapping."""
    words = words_of(f"{traveller['surname']} {traveller['given_names']}")
    return [{"traveller_id": traveller["id"], "word": word, "post_id": post_id} for word in words]
