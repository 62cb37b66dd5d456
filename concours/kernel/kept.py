"""Forms that came after their session had ended: kept for a day, for the same person in the same browser."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from concours.kernel.db import Id
from concours.kernel.ids import new_token
from concours.kernel.sessions import digest_of

LIFETIME = timedelta(days=1)

MAX_PER_PERSON = 3
"""Forms kept for one person: a newer one takes the place of the oldest."""


class KeptFormMixin:
    """Columns of a form that is kept; each side of the wall has its own table."""

    id: Mapped[Id]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the token that the browser's cookie holds."""
    owner: Mapped[str] = mapped_column(String(64), index=True)
    """The mark of whoever the form was drawn for: it is shown to nobody else."""
    path: Mapped[str] = mapped_column(String(1000))
    fields: Mapped[list[Any]]
    """Names and values, in the order of the form."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


def keep(
    session: Session,
    table: type[KeptFormMixin],
    *,
    owner: str,
    path: str,
    fields: Sequence[tuple[str, str]],
    now: datetime,
) -> str:
    """Keep a form and return its token, known to the cookie alone. What is too old is removed on the way."""
    session.execute(delete(table).where(table.expires_at <= now))
    former = session.scalars(select(table).where(table.owner == owner).order_by(table.created_at.desc())).all()
    for each in former[MAX_PER_PERSON - 1 :]:
        session.delete(each)
    token, row = new_token(), table()
    row.token_digest, row.owner, row.path = digest_of(token), owner, path
    row.fields = [list(field) for field in fields]
    row.created_at, row.expires_at = now, now + LIFETIME
    session.add(row)
    return token


def find(
    session: Session, table: type[KeptFormMixin], *, token: str, owner: str, now: datetime
) -> KeptFormMixin | None:
    """Return what this browser kept for this person."""
    query = select(table).where(table.token_digest == digest_of(token), table.owner == owner, table.expires_at > now)
    return session.scalars(query).first()


def forget(session: Session, table: type[KeptFormMixin], *, token: str, owner: str) -> None:
    """Remove what this browser kept for this person."""
    session.execute(delete(table).where(table.token_digest == digest_of(token), table.owner == owner))
