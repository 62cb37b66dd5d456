"""Tables of those who sign in to `concours`, and of what this side of the wall shares: outbox and audit chain."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.audit import AuditMixin
from concours.kernel.codes import CodeMixin, LinkMixin, RequestMixin
from concours.kernel.db import Base, Id, Ref
from concours.kernel.kept import KeptFormMixin
from concours.kernel.mail import OutboxMixin
from concours.kernel.sessions import LoginMixin


class Account(Base):
    """Somebody who signed in, or was made an organiser."""

    __tablename__ = "account"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """As typed at the first sign-in, lowercase."""
    organiser: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]


class Code(CodeMixin, Base):
    """One-time codes."""

    __tablename__ = "code"


class CodeRequest(RequestMixin, Base):
    """Codes asked for, counted."""

    __tablename__ = "code_request"


class Link(LinkMixin, Base):
    """Sign-in links."""

    __tablename__ = "link"


class Login(LoginMixin, Base):
    """Signed-in sessions."""

    __tablename__ = "login"


class AddressChange(Base):
    """A change of address that waits for its two codes; an account has one at a time."""

    __tablename__ = "address_change"

    id: Mapped[Id]
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    """The new address, lowercase."""
    old_digest: Mapped[str] = mapped_column(String(64))
    """Of the code sent to the account's address."""
    new_digest: Mapped[str] = mapped_column(String(64))
    """Of the code sent to the new address; of one that nobody was sent when another account has that address."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    misses: Mapped[int] = mapped_column(Integer, default=0)


class KeptForm(KeptFormMixin, Base):
    """Forms that came after their session had ended."""

    __tablename__ = "kept_form"


class Outbox(OutboxMixin, Base):
    """Messages to candidates, organisers and visitors."""

    __tablename__ = "outbox"


class AuditEvent(AuditMixin, Base):
    """What was decided on this side of the wall."""

    __tablename__ = "audit_event"
