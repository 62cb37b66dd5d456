"""The jury's tables. Nothing here tells who made a work or when it was deposited, and nothing refers to who does."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from concours.kernel.audit import AuditMixin
from concours.kernel.codes import CodeMixin, LinkMixin, RequestMixin
from concours.kernel.db import Base, Id, Ref
from concours.kernel.kept import KeptFormMixin
from concours.kernel.mail import OutboxMixin
from concours.kernel.sessions import LoginMixin
from jury.membership import MembershipMixin
from jury.method import Method
from jury.ranking_rule import RankingRule, read_criterion
from jury.rules import Criterion, RecusalScope, Scale


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
    method: Mapped[dict[str, Any]]
    """How sheets become a ranking; read through `rule`."""
    rule_digest: Mapped[str | None] = mapped_column(String(64))
    """The digest of `rule`, kept with the first score: from then on nothing is ranked by another rule."""
    rule_frozen_at: Mapped[datetime | None]
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
    commitment: Mapped[str | None] = mapped_column(String(64))
    """The digest of the sheets as they stood at closing: shown to all jurors, and printed in the minutes."""
    calibration_opened_at: Mapped[datetime | None]
    """When the president let the deliberation see what the gaps between works are worth; hidden before."""
    laureates_recorded_at: Mapped[datetime | None]
    departure_reason: Mapped[str] = mapped_column(Text, default="")
    """Why the laureates are not those of the ranking; empty when they are."""
    minutes_signed_at: Mapped[datetime | None]
    """When the signature was recorded here; the paper's own date is `minutes_signed_on`."""
    minutes_signed_on: Mapped[date | None]
    minutes_signed_by: Mapped[str] = mapped_column(Text, default="")
    unsealed_at: Mapped[datetime | None]
    """When the organisers lifted anonymity: from then on the signed copy stays as it is."""

    @property
    def criteria_list(self) -> tuple[Criterion, ...]:
        """What is scored, in the order of the edition."""
        return tuple(map(read_criterion, self.criteria))

    @property
    def scale(self) -> Scale:
        """The lowest and the highest score."""
        return Scale(self.scale_low, self.scale_high)

    @property
    def rule(self) -> RankingRule:
        """All that the ranking depends on beside the sheets."""
        return RankingRule(self.criteria_list, self.scale, self.laureates_max, Method.read(self.method))


class JuryMember(MembershipMixin, Base):
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
    invited_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    """First time signed in."""
    seat: Mapped[int | None]
    """0, 1, 2… of those who score, given once: with the session, it says in which order the works come."""
    finished_at: Mapped[datetime | None]
    """When this juror said that all was done: the sheets are locked until the president opens them again."""


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
    seconds: Mapped[int]
    """How long it takes to see: the film's length, or what its pages take to read."""

    # What lets everybody score; only the work's own page reads them.
    captions: Mapped[str] = mapped_column(Text, default="", deferred=True)
    """Of its film, in WebVTT."""
    transcript: Mapped[str] = mapped_column(Text, default="", deferred=True)
    text_alternative: Mapped[str] = mapped_column(Text, default="", deferred=True)

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
        # What progress and ranking read, without a look at the rows themselves.
        Index(None, "session_id", "member_id", "scored"),
        Index(None, "session_id", "work_id", "total", "id"),
        # When scoring began, which every page of a contest that is with its jury asks.
        Index(None, "session_id", "created_at"),
        ForeignKeyConstraint(["session_id", "work_id"], ["jury_work.session_id", "jury_work.id"], name="work"),
        ForeignKeyConstraint(["session_id", "member_id"], ["jury_member.session_id", "jury_member.id"], name="member"),
    )

    id: Mapped[Id]
    session_id: Mapped[Ref]
    """The same for the work and for the juror: the database sees to it."""
    work_id: Mapped[Ref]
    member_id: Mapped[Ref] = mapped_column(index=True)
    position: Mapped[int]
    """1, 2, 3…: how many sheets this juror had begun, this one included: what an order does can be measured."""
    acts: Mapped[dict[str, Any]]
    """The number of the newest act received, by device and field: whatever comes again changes nothing."""
    remark: Mapped[str] = mapped_column(Text)
    scored: Mapped[int]
    """How many criteria have their score."""
    total: Mapped[int | None]
    """The weighted sum of the scores once every criterion has its own: only then does the sheet count."""
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
    # On SQLite the scores of a sheet lie together, found in one step instead of four: they are read by the 100,000.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 -- SQLAlchemy's own idiom

    sheet_id: Mapped[str] = mapped_column(ForeignKey("jury_sheet.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(40), primary_key=True)
    points: Mapped[int]


class JuryReminder(Base):
    """A message to a juror who is late: each of its turns comes once."""

    __tablename__ = "jury_reminder"
    __table_args__ = (UniqueConstraint("member_id", "kind", "about"),)

    id: Mapped[Id]
    member_id: Mapped[str] = mapped_column(ForeignKey("jury_member.id"))
    kind: Mapped[str] = mapped_column(String(10))
    about: Mapped[datetime]
    """The announced end that it speaks of; for one that the secretary asked for, the instant of that act."""
    sent_at: Mapped[datetime]


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
