"""Reading the jury's tables. Each function answers one question."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from concours.kernel.errors import NotFound
from jury.models import JuryMedia, JuryMember, JuryScore, JurySession, JurySheet, JuryWork
from jury.queue import Standing
from jury.rules import Role, Sheet, SheetState, sheet_state
from jury.tallies import Counts, counts_of


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """How far one member has come. Counts only: no score, no work."""

    member_id: str
    email: str
    name: str
    function: str
    role: Role
    joined: bool
    done: int
    incomplete: int
    expected: int
    """0 for the secretary, who scores nothing."""
    finished_at: datetime | None = None
    """When this juror said that all was done."""

    @property
    def missing(self) -> int:
        """Works for which no whole sheet stands."""
        return self.expected - self.done


class FileSeen(NamedTuple):
    """What a page tells of a file."""

    role: str
    position: int
    width: int
    height: int
    size: int
    text: str


class WorkSeen(NamedTuple):
    """A work as its page shows it."""

    id: str
    number: int
    category: str
    title: str
    summary: str
    media: Sequence[FileSeen]


def find_session(session: Session, edition_key: str, *, lock: bool = False) -> JurySession:
    """Return the jury session of an edition, locked against other writers on demand. Raises NotFound."""
    query = select(JurySession).where(JurySession.edition_key == edition_key)
    jury = session.scalars(query.with_for_update() if lock else query).first()
    if jury is None:
        raise NotFound("Le jury de cette édition n'est pas encore ouvert.")
    return jury


def find_member_by_email(session: Session, email: str) -> JuryMember | None:
    """Return who signs in with this address: on the panel opened last, when one sat on several."""
    query = (
        select(JuryMember)
        .join(JurySession, JurySession.id == JuryMember.session_id)
        .where(JuryMember.email == email)
        .order_by(JurySession.opened_at.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def members_of(session: Session, jury: JurySession) -> Sequence[JuryMember]:
    """Return the panel: president, jurors, secretary, each by name."""
    order = [Role.PRESIDENT, Role.JUROR, Role.SECRETARY]
    members = session.scalars(select(JuryMember).where(JuryMember.session_id == jury.id)).all()
    return sorted(members, key=lambda member: (order.index(member.duty), member.name))


def works_of(session: Session, jury: JurySession) -> Sequence[JuryWork]:
    """Return every work of the session, by number, without its files."""
    return session.scalars(select(JuryWork).where(JuryWork.session_id == jury.id).order_by(JuryWork.number)).all()


def covers_of(session: Session, jury: JurySession) -> dict[int, str]:
    """Return, by number, the role of the image that stands for a work in a list: its first page or its poster."""
    query = (
        select(JuryWork.number, JuryMedia.role)
        .join(JuryMedia, JuryMedia.work_id == JuryWork.id)
        .where(JuryWork.session_id == jury.id, JuryMedia.role.in_(("page", "poster")), JuryMedia.position == 1)
    )
    return dict(session.execute(query).all())


def numbers_of(session: Session, jury: JurySession) -> Sequence[int]:
    """Return every number of the session."""
    return session.scalars(select(JuryWork.number).where(JuryWork.session_id == jury.id)).all()


def ids_of(session: Session, jury: JurySession) -> dict[int, str]:
    """Return the identifier of each work, by number."""
    query = select(JuryWork.number, JuryWork.id).where(JuryWork.session_id == jury.id)
    return dict(session.execute(query).all())


def find_work(session: Session, *, session_id: str, number: int) -> WorkSeen:
    """Return a work with its files. Raises NotFound, the same for another session's number and for none."""
    columns = (JuryWork.id, JuryWork.number, JuryWork.category, JuryWork.title, JuryWork.summary)
    query = select(*columns).where(JuryWork.session_id == session_id, JuryWork.number == number)
    work = session.execute(query).first()
    if work is None:
        raise NotFound
    told = (JuryMedia.role, JuryMedia.position, JuryMedia.width, JuryMedia.height, JuryMedia.size, JuryMedia.text)
    files = select(*told).where(JuryMedia.work_id == work.id).order_by(JuryMedia.role, JuryMedia.position)
    return WorkSeen(*work, [FileSeen(*row) for row in session.execute(files)])


def find_media(session: Session, *, session_id: str, number: int, role: str, position: int) -> JuryMedia:
    """Return one file of a work. Raises NotFound."""
    query = (
        select(JuryMedia)
        .join(JuryWork, JuryWork.id == JuryMedia.work_id)
        .where(JuryWork.session_id == session_id, JuryWork.number == number)
        .where(JuryMedia.role == role, JuryMedia.position == position)
    )
    media = session.scalars(query).first()
    if media is None:
        raise NotFound
    return media


def find_work_id(session: Session, *, session_id: str, number: int) -> str:
    """Return the identifier of a work. Raises NotFound, the same for another session's number and for none."""
    query = select(JuryWork.id).where(JuryWork.session_id == session_id, JuryWork.number == number)
    work_id = session.scalars(query).first()
    if work_id is None:
        raise NotFound
    return work_id


def next_seat(session: Session, jury: JurySession) -> int:
    """Return the first seat that nobody had before."""
    last = session.scalar(select(func.max(JuryMember.seat)).where(JuryMember.session_id == jury.id))
    return 0 if last is None else last + 1


def files_of(
    session: Session, jury: JurySession, *, numbers: Collection[int], roles: Collection[str]
) -> dict[int, list[tuple[str, int, int]]]:
    """Return role, position and bytes of the files of some works, by number."""
    query = (
        select(JuryWork.number, JuryMedia.role, JuryMedia.position, JuryMedia.size)
        .join(JuryMedia, JuryMedia.work_id == JuryWork.id)
        .where(JuryWork.session_id == jury.id, JuryWork.number.in_(numbers), JuryMedia.role.in_(roles))
        .order_by(JuryWork.number, JuryMedia.role, JuryMedia.position)
    )
    found: dict[int, list[tuple[str, int, int]]] = {}
    for number, role, position, size in session.execute(query):
        found.setdefault(number, []).append((role, position, size))
    return found


def sheets_of(session: Session, jury: JurySession, *, member_id: str | None = None) -> list[Sheet]:
    """Return the sheets of the session, of one member only on demand."""
    query = select(JurySheet, JuryWork.number).join(JuryWork, JuryWork.id == JurySheet.work_id)
    query = query.where(JurySheet.session_id == jury.id)
    if member_id is not None:
        query = query.where(JurySheet.member_id == member_id)
    return [_as_sheet(sheet, number) for sheet, number in session.execute(query)]


def find_sheet(session: Session, *, work_id: str, member_id: str) -> JurySheet | None:
    """Return what this member wrote about this work."""
    query = select(JurySheet).where(JurySheet.work_id == work_id, JurySheet.member_id == member_id)
    return session.scalars(query).first()


def saved_sheet(session: Session, *, work_id: str, number: int, member_id: str) -> tuple[Sheet, datetime | None]:
    """Return this member's sheet, empty when nothing is written yet, and when it was last saved."""
    columns = (JurySheet.remark, JurySheet.version, JurySheet.updated_at, JuryScore.criterion, JuryScore.points)
    query = select(*columns).outerjoin(JuryScore, JuryScore.sheet_id == JurySheet.id)
    rows = session.execute(query.where(JurySheet.work_id == work_id, JurySheet.member_id == member_id)).all()
    if not rows:
        return Sheet(number, {}), None
    points = {row.criterion: row.points for row in rows if row.criterion is not None}
    return Sheet(number, points, rows[0].remark, rows[0].version), rows[0].updated_at


def standings_of(session: Session, jury: JurySession, *, member_id: str) -> list[Standing]:
    """Return where one member stands with each work."""
    given = (
        select(func.count())
        .where(JuryScore.sheet_id == JurySheet.id)
        .correlate(JurySheet)
        .scalar_subquery()
        .label("given")
    )
    mine = and_(JurySheet.work_id == JuryWork.id, JurySheet.member_id == member_id)
    query = (
        select(JuryWork.number, JuryWork.seconds, given, JurySheet.remark, JurySheet.created_at)
        .outerjoin(JurySheet, mine)
        .where(JuryWork.session_id == jury.id)
    )
    criteria = jury.criteria_list
    return [
        Standing(number, seconds, sheet_state(count, criteria, remarked=bool(remark)), begun_at)
        for number, seconds, count, remark, begun_at in session.execute(query)
    ]


def states_of(session: Session, jury: JurySession, *, member_id: str) -> dict[int, SheetState]:
    """Return where one member stands with each work, by number."""
    return {each.number: each.state for each in standings_of(session, jury, member_id=member_id)}


def points_of(session: Session, jury: JurySession, *, member_id: str) -> dict[int, dict[str, int]]:
    """Return the scores that one member gave, by number and criterion."""
    query = (
        select(JuryWork.number, JuryScore.criterion, JuryScore.points)
        .join(JurySheet, JurySheet.work_id == JuryWork.id)
        .join(JuryScore, JuryScore.sheet_id == JurySheet.id)
        .where(JurySheet.session_id == jury.id, JurySheet.member_id == member_id)
    )
    found: dict[int, dict[str, int]] = {}
    for number, criterion, points in session.execute(query):
        found.setdefault(number, {})[criterion] = points
    return found


def first_sheet_at(session: Session, jury: JurySession) -> datetime | None:
    """Return when the first sheet was begun: from then on, rules and works stay as they are."""
    query = select(JurySheet.created_at).where(JurySheet.session_id == jury.id)
    return session.scalars(query.order_by(JurySheet.created_at).limit(1)).first()


def progress_of(session: Session, jury: JurySession) -> list[MemberProgress]:
    """Return how far each member has come."""
    expected = session.scalar(select(func.count()).where(JuryWork.session_id == jury.id)) or 0
    counts = counts_of(session, jury)
    return [_progress(member, counts.get(member.id, Counts(0, 0)), expected) for member in members_of(session, jury)]


def _progress(member: JuryMember, counts: Counts, expected: int) -> MemberProgress:
    return MemberProgress(
        member_id=member.id,
        email=member.email,
        name=member.name,
        function=member.function,
        role=member.duty,
        joined=member.joined_at is not None,
        done=counts.done,
        incomplete=counts.incomplete,
        expected=expected if member.scores else 0,
        finished_at=member.finished_at,
    )


def _as_sheet(row: JurySheet, number: int) -> Sheet:
    return Sheet(number, row.points, row.remark, row.version)
