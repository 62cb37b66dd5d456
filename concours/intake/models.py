"""Tables of the files: what came in, what was found, what was made from it. No person is known here."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from concours.intake.findings import findings_removed, findings_told
from concours.intake.rules import spoken_failure
from concours.kernel.db import Base, Id, Ref


class CreationState(StrEnum):
    """Where a file stands; the database says it, the queue only wakes."""

    RECEIVED = "received"
    """Whole and durable, not yet examined."""
    REFUSED = "refused"
    ACCEPTED = "accepted"
    """May be deposited; the jury copy is being made."""
    READY = "ready"
    """The jury copy is made."""
    FAILED = "failed"
    """We could not make the jury copy; organisers see why."""


class Creation(Base):
    """A file as a visitor sent it."""

    __tablename__ = "creation"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(255))
    """As the visitor's machine called it; never a path, never shown to the jury."""
    quarantine_key: Mapped[str] = mapped_column(String(26), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    """The server's time when its last byte had come."""
    examined_at: Mapped[datetime | None] = mapped_column(index=True)
    """When its verdict was given; what was examined before this was kept has none."""
    state: Mapped[str] = mapped_column(String(12), default=CreationState.RECEIVED, index=True)
    kind: Mapped[str | None] = mapped_column(String(4))
    reason: Mapped[str | None] = mapped_column(String(40))
    """Stable code of a refusal or of a failure."""
    message: Mapped[str | None] = mapped_column(Text)
    """The French sentence that goes with it."""
    detected: Mapped[str | None] = mapped_column(String(120))
    duration_s: Mapped[float | None] = mapped_column(Float)
    width: Mapped[int | None]
    height: Mapped[int | None]
    pages: Mapped[int | None]
    findings: Mapped[list[Any]] = mapped_column(default=list)
    """Codes of what was found in an accepted file and told to the secretariat, without being a ground for refusal."""
    progress: Mapped[float | None] = mapped_column(Float)
    """How much of the jury copy is made, from 0 to 1; None when nothing is being made."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """Tries at the present step; reset when a step is done."""
    claimed_until: Mapped[datetime | None] = mapped_column(index=True)
    """A worker has it until then; afterwards the sweep takes it up again."""
    jury_files: Mapped[list["JuryFile"]] = relationship(order_by="JuryFile.role, JuryFile.position")

    @property
    def failure(self) -> str:
        """Why the last try to make the jury copy failed, for organisers."""
        return spoken_failure(self.reason)

    @property
    def found(self) -> list[str]:
        """Sentences for the secretariat on what was found in it."""
        return findings_told(self.findings)

    @property
    def removed(self) -> str:
        """What the copy leaves out of it, for the candidate; empty when nothing is."""
        return findings_removed(self.findings)

    @property
    def to_send_again(self) -> bool:
        """Nothing can be done with it: refused, or we could not even examine it."""
        return self.state == CreationState.REFUSED or (self.state == CreationState.FAILED and not self.kind)


class JuryFile(Base):
    """A file we made from a creation, in the `ReadyStore`."""

    __tablename__ = "copy_file"
    __table_args__ = (UniqueConstraint("creation_id", "role", "position"),)

    id: Mapped[Id]
    creation_id: Mapped[Ref] = mapped_column(ForeignKey("creation.id"))
    role: Mapped[str] = mapped_column(String(8))
    """`video`, `small` (the film in 480p), `poster`, `document` (the rewritten PDF) or `page`."""
    position: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    mime: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    """Words of a page, for screen readers; of a document, what its tags say beside its pages."""


class Upload(Base):
    """A file on its way in, by pieces. Gone when it is swept; once whole it is also a creation."""

    __tablename__ = "upload"

    id: Mapped[Id]
    """Nobody can guess it: it stands in the upload's address."""
    subject: Mapped[Ref] = mapped_column(index=True)
    """What the file is for, in the words of the room that receives it; nothing is known of it here."""
    name: Mapped[str] = mapped_column(String(255))
    """As the visitor's machine calls it."""
    size: Mapped[int] = mapped_column(BigInteger)
    """What was announced, in bytes."""
    head_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the first bytes, once they were looked at: tells whether a file chosen later is the same."""
    key: Mapped[str] = mapped_column(String(26), unique=True)
    """In the quarantine."""
    place: Mapped[str] = mapped_column(String(255), default="")
    """What the storage needs to find the pieces again."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """Swept from then on, whole or not."""
    completed_at: Mapped[datetime | None]
    """The server's time when its last byte had come."""
    creation_id: Mapped[str | None] = mapped_column(ForeignKey("creation.id"), index=True)
    """What it became; None while it comes, and when its last byte came too late to count."""

    creation: Mapped[Creation | None] = relationship()
