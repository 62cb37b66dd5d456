"""Reading the jury's tables. Each function answers one question."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from concours.kernel.errors import NotFound
from jury.models import JuryMedia, JuryMember, JuryScore, JurySession, JurySheet, JuryWork
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

    @property
    def missing(self) -> int:
        """Works for which no whole sheet stands."""
        return self.expected - self.done


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


def find_work(session: Session, *, session_id: str, number: int) -> JuryWork:
    """Return a work with its files. Raises NotFound, the same for another session's number and for none."""
    query = select(JuryWork).where(JuryWork.session_id == session_id, JuryWork.number == number)
    work = session.scalars(query.options(selectinload(JuryWork.media))).first()
    if work is None:
        raise NotFound
    return work


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


def own_sheets(session: Session, jury: JurySession, *, member_id: str) -> list[Sheet]:
    """Return what one member wrote, a work each."""
    query = (
        select(JurySheet.id, JuryWork.number, JurySheet.remark, JurySheet.version)
        .join(JuryWork, JuryWork.id == JurySheet.work_id)
        .where(JurySheet.session_id == jury.id, JurySheet.member_id == member_id)
    )
    rows = session.execute(query).all()
    scores = select(JuryScore.sheet_id, JuryScore.criterion, JuryScore.points).join(
        JurySheet, JurySheet.id == JuryScore.sheet_id
    )
    points: dict[str, dict[str, int]] = defaultdict(dict)
    for sheet_id, criterion, given in session.execute(
        scores.where(JurySheet.session_id == jury.id, JurySheet.member_id == member_id)
    ):
        points[sheet_id][criterion] = given
    return [Sheet(row.number, points[row.id], row.remark, row.version) for row in rows]


def find_sheet(session: Session, *, work: JuryWork, member_id: str) -> JurySheet | None:
    """Return what this member wrote about this work."""
    query = select(JurySheet).where(JurySheet.work_id == work.id, JurySheet.member_id == member_id)
    return session.scalars(query).first()


def saved_sheet(session: Session, *, work: JuryWork, member_id: str) -> tuple[Sheet, datetime | None]:
    """Return this member's sheet, empty when nothing is written yet, and when it was last saved."""
    row = find_sheet(session, work=work, member_id=member_id)
    return (_as_sheet(row, work.number), row.updated_at) if row else (Sheet(work.number, {}), None)


def states_of(session: Session, jury: JurySession, *, member_id: str) -> dict[int, SheetState]:
    """Return where one member stands with each work, by number."""
    written = {sheet.number: sheet for sheet in own_sheets(session, jury, member_id=member_id)}
    return {number: sheet_state(written.get(number), jury.criteria_list) for number in numbers_of(session, jury)}


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
    )


def _as_sheet(row: JurySheet, number: int) -> Sheet:
    return Sheet(number, row.points, row.remark, row.version)
