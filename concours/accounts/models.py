"""Tables of those who sign in to `concours`, and of what this side of the wall shares: outbox and audit chain."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.audit import AuditMixin
from concours.kernel.codes import CodeMixin, LinkMixin, RequestMixin
from concours.kernel.db import Base, Id, Ref
from concours.kernel.ids import ID_LENGTH
from concours.kernel.kept import KeptFormMixin
from concours.kernel.mail import OutboxMixin
from concours.kernel.sessions import LoginMixin


class Account(Base):
    """Somebody who signed in, or was made an organiser."""

    __tablename__ = "account"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """As typed at the first sign-in, lowercase."""
    role: Mapped[str] = mapped_column(String(20), default="")
    """An `OrganiserRole`; empty for whoever organises nothing."""
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    """Kept of organisers only: the others of the secretariat see it."""

    @property
    def organiser(self) -> bool:
        """Whether they organise, in whatever role: they may learn who the candidates are."""
        return self.role != ""


class Code(CodeMixin, Base):
    """One-time codes."""

    __tablename__ = "code"


class CodeRequest(RequestMixin, Base):
    """Codes asked for, counted."""

    __tablename__ = "code_request"


class Link(LinkMixin, Base):
    """Sign-in links."""

    __tablename__ = "link"

    full: Mapped[bool] = mapped_column(Boolean, default=False)
    """Asks no second factor: made for whoever runs the service."""


class Login(LoginMixin, Base):
    """Signed-in sessions."""

    __tablename__ = "login"


class SecondFactor(Base):
    """The one-time passwords of an organiser's telephone; an account has one at most."""

    __tablename__ = "second_factor"

    id: Mapped[Id]
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"), unique=True)
    secret: Mapped[str] = mapped_column(String(255))
    """Encrypted."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When a first code proved that the telephone holds the secret; nothing is asked before."""
    last_step: Mapped[int] = mapped_column(Integer, default=0)
    """The half-minute of the last code that was accepted: neither it nor an earlier one serves again."""


class RecoveryCode(Base):
    """What signs in without the telephone, once."""

    __tablename__ = "recovery_code"

    id: Mapped[Id]
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


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

    resends_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), unique=True)
    """The message that this one sends again, which may be gone: each is sent again once."""


class AuditEvent(AuditMixin, Base):
    """What was decided on this side of the wall."""

    __tablename__ = "audit_event"
