"""Signing in by a six-digit code sent by mail, or by a link that opens once."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import Boolean, Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from concours.kernel.db import Id
from concours.kernel.errors import TooManyTries
from concours.kernel.ids import ID_LENGTH, new_token
from concours.kernel.sessions import digest_of

CODE_LIFETIME = timedelta(minutes=30)
MAX_MISSES = 5
"""Wrong tries, shared by all the codes of one address."""

REQUEST_WINDOW = timedelta(minutes=30)
MAX_PER_ADDRESS = 6
"""Codes asked for one e-mail address within the window."""
MAX_PER_NETWORK = 600
"""Codes asked from one network address within the window: a whole ministry may share one."""


class CodeMixin:
    """Columns of a one-time code; each side has its own table."""

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), index=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(Integer, default=0)


class LinkMixin:
    """Columns of a sign-in link; each side has its own table."""

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    reusable: Mapped[bool] = mapped_column(Boolean, default=False)
    """True in the demonstration only."""


class RequestMixin:
    """Columns of the count of codes asked for; digests only, no address."""

    id: Mapped[Id]
    subject: Mapped[str] = mapped_column(String(64), index=True)
    """Digest of an e-mail address, of a network address, or of an account whose codes were missed."""
    at: Mapped[datetime]


class Outcome(Enum):
    """What became of a code."""

    ACCEPTED = auto()
    WRONG = auto()
    SPENT = auto()
    """No live code is left for this address: ask for a new one."""


@dataclass(frozen=True)
class CodeBook:
    """Codes of one side of the wall, sealed with that side's key."""

    codes: type[CodeMixin]
    requests: type[RequestMixin]
    key: str

    def check_rate(self, session: Session, *, email: str, network: str, now: datetime) -> None:
        """Count this request. Raises TooManyTries when the e-mail address, or else the network, asked too often."""
        limits = ((self._seal("email", email), MAX_PER_ADDRESS), (self._seal("network", network), MAX_PER_NETWORK))
        for subject, limit in limits:
            if self._count(session, subject, now) >= limit:
                raise TooManyTries(
                    "Trop de codes ont été demandés en peu de temps. Un code déjà reçu reste valable 30 minutes ; "
                    "sinon, réessayez dans une demi-heure."
                )
            request = self.requests()
            request.subject, request.at = subject, now
            session.add(request)

    def issue(self, session: Session, *, email: str, now: datetime) -> str:
        """Return a new code; those sent before stay valid until their own end."""
        text = new_code()
        code = self.codes()
        code.email, code.code_digest = email, self._seal(email, text)
        code.created_at, code.expires_at, code.misses = now, now + CODE_LIFETIME, 0
        session.add(code)
        return text

    def redeem(self, session: Session, *, email: str, text: str, now: datetime) -> Outcome:
        """Use up the code, or count the miss. Returns rather than raises, so that the miss is kept."""
        live = self._live(session, email, now)
        wanted = self._seal(email, text)
        for code in live:
            if hmac.compare_digest(code.code_digest, wanted):
                code.used_at = now
                return Outcome.ACCEPTED
        for code in live:
            code.misses += 1
        return Outcome.WRONG if any(code.misses < MAX_MISSES for code in live) else Outcome.SPENT

    def check_misses(self, session: Session, *, subject: str, now: datetime) -> None:
        """Raise TooManyTries once wrong codes were typed too often for this subject within the window."""
        if self._count(session, self._seal("misses", subject), now) >= MAX_MISSES:
            raise TooManyTries("Trop de codes faux ont été saisis. Réessayez dans une demi-heure : rien n'est perdu.")

    def note_miss(self, session: Session, *, subject: str, now: datetime) -> None:
        """Count a wrong code."""
        miss = self.requests()
        miss.subject, miss.at = self._seal("misses", subject), now
        session.add(miss)

    def _live(self, session: Session, email: str, now: datetime) -> Sequence[CodeMixin]:
        table = self.codes
        query = select(table).where(
            table.email == email, table.used_at.is_(None), table.expires_at > now, table.misses < MAX_MISSES
        )
        return session.scalars(query.with_for_update()).all()

    def _count(self, session: Session, subject: str, now: datetime) -> int:
        table = self.requests
        recent = select(func.count()).where(table.subject == subject, table.at > now - REQUEST_WINDOW)
        return session.scalar(recent) or 0

    def _seal(self, *parts: str) -> str:
        return seal(self.key, *parts)


def new_code() -> str:
    """Return six digits."""
    return f"{secrets.randbelow(10**6):06d}"


def seal(key: str, *parts: str) -> str:
    """Return what is stored of a code: only the key's holder can try one."""
    return hmac.new(key.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def issue_link(
    session: Session,
    table: type[LinkMixin],
    *,
    person_id: str,
    now: datetime,
    lifetime: timedelta = timedelta(hours=24),
    reusable: bool = False,
    **marks: bool,
) -> str:
    """Return the token of a link that signs this person in: once, or as often as one likes in the demonstration.

    `marks`: what this side's table says besides.
    """
    token = new_token()
    link = table(**marks)
    link.person_id, link.token_digest = person_id, digest_of(token)
    link.expires_at, link.reusable = now + lifetime, reusable
    session.add(link)
    return token


def find_link(session: Session, table: type[LinkMixin], *, token: str, now: datetime) -> LinkMixin | None:
    """Return the link if it still opens."""
    query = select(table).where(table.token_digest == digest_of(token), table.expires_at > now)
    link = session.scalars(query.with_for_update()).first()
    return link if link and (link.reusable or link.used_at is None) else None
