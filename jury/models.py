"""The jury's tables. Nothing here tells who made a work or when it was deposited, and nothing refers to who does."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from concours.kernel.audit import AuditMixin
from concours.kernel.codes import CodeMixin, LinkMixin, RequestMixin
from concours.kernel.db import Base, Id, Ref
from concours.kernel.ids import ID_LENGTH
from concours.kernel.kept import KeptFormMixin
from concours.kernel.mail import OutboxMixin
from concours.kernel.sessions import LoginMixin
from jury.rules import SCORING_ROLES, Criterion, RecusalScope, Role, Scale, Standing


class JurySession(Base):
    """One edition's jury: what it was told at opening, and how far it has come."""

    __tablename__ = "jury_session"
    __table_args__ = (
        CheckConstraint("scale_low < scale_high", name="scale"),
        CheckConstraint("recusal_scope IN ('per_work', 'whole_jury')", name="recusal_scope"),
    )

    id: Mapped[Id]
    edition_key: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    criteria: Mapped[list[Any]]
    """Read through `criteria_list`."""
    scale_low: Mapped[int]
    scale_high: Mapped[int]
    laureates_max: Mapped[int]
    """A ceiling: fewer, or none, may be awarded."""
    scoring_closes_at: Mapped[datetime | None]
    """Announced to jurors; the secretary's act alone closes."""
    charter: Mapped[str] = mapped_column(Text, default="")
    charter_digest: Mapped[str] = mapped_column(String(64), default="")
    """Of the charter as it stands: a member who accepted another one is asked again."""
    recusal_scope: Mapped[str] = mapped_column(String(10), default=RecusalScope.PER_WORK)
    opened_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    """When the first batch of works came: one instant for all of them."""
    scoring_closed_at: Mapped[datetime | None]
    laureates_recorded_at: Mapped[datetime | None]
    departure_reason: Mapped[str] = mapped_column(Text, default="")
    """Why the laureates are not those of the ranking; empty when they are."""
    minutes_signed_at: Mapped[datetime | None]
    """When the signature was recorded here; the paper's own date is `minutes_signed_on`."""
    minutes_signed_on: Mapped[date | None]
    minutes_signed_by: Mapped[str] = mapped_column(Text, default="")

    @property
    def criteria_list(self) -> tuple[Criterion, ...]:
        """What is scored, in the order of the edition."""
        return tuple(Criterion(**criterion) for criterion in self.criteria)

    @property
    def scale(self) -> Scale:
        """The lowest and the highest score."""
        return Scale(self.scale_low, self.scale_high)


class JuryMember(Base):
    """Somebody on the panel."""

    __tablename__ = "jury_member"
    __table_args__ = (
        UniqueConstraint("session_id", "email"),
        UniqueConstraint("session_id", "id"),
        CheckConstraint("role IN ('juror', 'president', 'secretary', 'substitute')", name="role"),
    )

    id: Mapped[Id]
    session_id: Mapped[str] = mapped_column(ForeignKey("jury_session.id"))
    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(200))
    function: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    invited_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    """First time signed in."""
    order_seed: Mapped[str] = mapped_column(String(ID_LENGTH))
    """Drawn at invitation: the order of works for this member hangs on it alone."""
    accepted_at: Mapped[datetime | None]
    charter_digest: Mapped[str] = mapped_column(String(64), default="")
    """Of the charter that was accepted."""
    bodies: Mapped[str] = mapped_column(Text, default="")
    """Administrations that this member declared as their own, one a line: for the organisers alone."""
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str] = mapped_column(Text, default="")
    added_reason: Mapped[str] = mapped_column(Text, default="")
    """Why somebody joined a panel already at work; empty for the others."""
    called_at: Mapped[datetime | None]
    """When a substitute was called to sit."""
    call_reason: Mapped[str] = mapped_column(Text, default="")
    removed_at: Mapped[datetime | None]
    removal_reason: Mapped[str] = mapped_column(Text, default="")
    dual_role_at: Mapped[datetime | None]
    """When the organisers declared that this person is one of them too."""
    dual_role_reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def duty(self) -> Role:
        """The role, as what the rules know."""
        return Role(self.role)

    @property
    def scores(self) -> bool:
        """Whether this member fills in sheets."""
        return self.duty in SCORING_ROLES or self.called_at is not None

    @property
    def standing(self) -> Standing:
        """What became of the invitation."""
        if self.removed_at is not None:
            return Standing.REMOVED
        if self.declined_at is not None:
            return Standing.DECLINED
        return Standing.INVITED if self.accepted_at is None else Standing.ACCEPTED

    @property
    def waits_in_reserve(self) -> bool:
        """Whether this is a substitute whom nobody has called."""
        return self.duty is Role.SUBSTITUTE and self.called_at is None

    @property
    def sits(self) -> bool:
        """Whether this member has accepted and takes part."""
        return self.standing is Standing.ACCEPTED and not self.waits_in_reserve


class JuryWork(Base):
    """A creation as the jury sees it. No instant, no order of arrival, nobody's name."""

    __tablename__ = "jury_work"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        UniqueConstraint("session_id", "id"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[Id]
    session_id: Mapped[str] = mapped_column(ForeignKey("jury_session.id"))
    number: Mapped[int]
    """Shown to jurors. Drawn at random among many more numbers than works: neither order nor gaps tell anything."""
    category: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text)

    media: Mapped[list["JuryMedia"]] = relationship(order_by="(JuryMedia.role, JuryMedia.position)")


class JuryMedia(Base):
    """A file made from a creation for jurors: the film, the same in 480p, its poster, the document, or one page."""

    __tablename__ = "jury_media"
    __table_args__ = (CheckConstraint("role IN ('video', 'small', 'poster', 'document', 'page')", name="role"),)

    work_id: Mapped[str] = mapped_column(ForeignKey("jury_work.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """1, 2, 3… for pages; 1 for the others."""
    digest: Mapped[str] = mapped_column(String(64))
    """Where the file stands in the ready store."""
    mime: Mapped[str] = mapped_column(String(100))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    """Bytes."""
    text: Mapped[str] = mapped_column(Text, default="")
    """The words of a page, for those who do not see the image."""


class JurySheet(Base):
    """What one juror wrote about one work."""

    __tablename__ = "jury_sheet"
    __table_args__ = (
        UniqueConstraint("work_id", "member_id"),
        ForeignKeyConstraint(["session_id", "work_id"], ["jury_work.session_id", "jury_work.id"], name="work"),
        ForeignKeyConstraint(["session_id", "member_id"], ["jury_member.session_id", "jury_member.id"], name="member"),
    )

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(index=True)
    """The same for the work and for the juror: the database sees to it."""
    work_id: Mapped[Ref]
    member_id: Mapped[Ref]
    remark: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    """1, 2, 3…: a form sent from an older one is shown both ways, never lost."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    scores: Mapped[list["JuryScore"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def points(self) -> dict[str, int]:
        """The scores given so far, by criterion key."""
        return {score.criterion: score.points for score in self.scores}


class JuryScore(Base):
    """One number, for one criterion of one sheet."""

    __tablename__ = "jury_score"

    sheet_id: Mapped[str] = mapped_column(ForeignKey("jury_sheet.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(40), primary_key=True)
    points: Mapped[int]


class JuryTieDecision(Base):
    """Which of the equal works at the last place enter the honours; one decision a session, the last one given."""

    __tablename__ = "jury_tie_decision"

    session_id: Mapped[str] = mapped_column(ForeignKey("jury_session.id"), primary_key=True)
    tied: Mapped[list[Any]]
    """Numbers that were equal when the decision was taken."""
    chosen: Mapped[list[Any]]
    """Numbers that enter; none is a decision too."""
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(ForeignKey("jury_member.id"))
    decided_at: Mapped[datetime]


class JuryLaureate(Base):
    """A work that the panel honours."""

    __tablename__ = "jury_laureate"
    __table_args__ = (
        CheckConstraint("rank > 0", name="rank"),
        ForeignKeyConstraint(["session_id", "work_id"], ["jury_work.session_id", "jury_work.id"], name="work"),
    )

    work_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    session_id: Mapped[Ref] = mapped_column(index=True)
    rank: Mapped[int]
    """Shared by equals: 1, 2, 2, 4."""
    reason: Mapped[str] = mapped_column(Text)


class JuryCode(CodeMixin, Base):
    """Sign-in codes of the jury's side."""

    __tablename__ = "jury_code"


class JuryLink(LinkMixin, Base):
    """Sign-in links of the jury's side."""

    __tablename__ = "jury_link"


class JuryRequest(RequestMixin, Base):
    """How many codes were asked for on the jury's side."""

    __tablename__ = "jury_request"


class JuryLogin(LoginMixin, Base):
    """Signed-in sessions of the jury's side."""

    __tablename__ = "jury_login"


class JuryKeptForm(KeptFormMixin, Base):
    """Forms that came after their session had ended."""

    __tablename__ = "jury_kept_form"


class JuryOutbox(OutboxMixin, Base):
    """Mails to the panel, waiting for the worker."""

    __tablename__ = "jury_outbox"


class JuryAudit(AuditMixin, Base):
    """What was done on the jury's side, sealed."""

    __tablename__ = "jury_audit"
