"""Reading the jury's tables. Each function answers one question."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from concours.kernel.errors import Conflict, NotFound
from jury.models import JuryMedia, JuryMember, JurySession, JurySheet, JuryWork
from jury.ranking import Ranking, rank
from jury.recusals.queries import (
    Exclusions,
    excluded_numbers,
    exclusions_of,
    suspended_numbers,
    withdrawn_numbers,
)
from jury.rules import Role, Sheet, SheetState, Standing, format_number, lags, sheet_state


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """Where one member stands and how far they have come. Counts only: no score, no work."""

    member_id: str
    email: str
    name: str
    function: str
    role: Role
    standing: Standing
    joined: bool
    in_reserve: bool
    """A substitute whom nobody has called."""
    dual_role: bool
    """Declared a member of the secretariat of the contest too."""
    done: int
    incomplete: int
    expected: int
    """0 for whoever scores nothing: the secretary, a substitute in reserve, somebody who declined."""
    late: bool
    """Far behind the rest of the panel."""

    @property
    def missing(self) -> int:
        """Works for which no whole sheet stands."""
        return self.expected - self.done

    @property
    def sits(self) -> bool:
        """Whether this member has accepted and takes part."""
        return self.standing is Standing.ACCEPTED and not self.in_reserve


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
        .where(JuryMember.email == email, JuryMember.removed_at.is_(None))
        .order_by(JurySession.opened_at.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def members_of(session: Session, jury: JurySession) -> Sequence[JuryMember]:
    """Return the panel: president, jurors, substitutes, secretary, each by name; nobody who was taken off it."""
    order = [Role.PRESIDENT, Role.JUROR, Role.SUBSTITUTE, Role.SECRETARY]
    query = select(JuryMember).where(JuryMember.session_id == jury.id, JuryMember.removed_at.is_(None))
    members = session.scalars(query).all()
    return sorted(members, key=lambda member: (order.index(member.duty), member.name))


def works_of(session: Session, jury: JurySession) -> Sequence[JuryWork]:
    """Return every work that is still in the contest, by number, without its files."""
    withdrawn = withdrawn_numbers(session, session_id=jury.id)
    works = session.scalars(select(JuryWork).where(JuryWork.session_id == jury.id).order_by(JuryWork.number))
    return [work for work in works if work.number not in withdrawn]


def covers_of(session: Session, jury: JurySession) -> dict[int, str]:
    """Return, by number, the role of the image that stands for a work in a list: its first page or its poster."""
    query = (
        select(JuryWork.number, JuryMedia.role)
        .join(JuryMedia, JuryMedia.work_id == JuryWork.id)
        .where(JuryWork.session_id == jury.id, JuryMedia.role.in_(("page", "poster")), JuryMedia.position == 1)
    )
    return dict(session.execute(query).all())


def numbers_of(session: Session, jury: JurySession) -> Sequence[int]:
    """Return every number that was drawn in the session."""
    return session.scalars(select(JuryWork.number).where(JuryWork.session_id == jury.id)).all()


def find_work(session: Session, *, session_id: str, member_id: str, number: int) -> JuryWork:
    """Return a work with its files, as this member may meet it.

    Raises NotFound, the same for another session's number, for one that the member is kept from and for none;
    Conflict while the work is suspended.
    """
    query = select(JuryWork).where(JuryWork.session_id == session_id, JuryWork.number == number)
    work = session.scalars(query.options(selectinload(JuryWork.media))).first()
    if work is None or number in excluded_numbers(session, session_id=session_id, member_id=member_id):
        raise NotFound
    if number in suspended_numbers(session, session_id=session_id):
        raise Conflict(
            f"L'œuvre {format_number(number)} est suspendue : un membre du jury a signalé une rupture d'anonymat, et "
            "le secrétariat du concours décide. Votre fiche est gardée telle que vous l'avez enregistrée."
        )
    return work


def find_media(
    session: Session, *, session_id: str, member_id: str, number: int, role: str, position: int
) -> JuryMedia:
    """Return one file of a work, as this member may meet it. Raises NotFound, for a suspended work too."""
    query = (
        select(JuryMedia)
        .join(JuryWork, JuryWork.id == JuryMedia.work_id)
        .where(JuryWork.session_id == session_id, JuryWork.number == number)
        .where(JuryMedia.role == role, JuryMedia.position == position)
    )
    media = session.scalars(query).first()
    hidden = excluded_numbers(session, session_id=session_id, member_id=member_id)
    if media is None or number in hidden | suspended_numbers(session, session_id=session_id):
        raise NotFound
    return media


def sheets_of(session: Session, jury: JurySession, *, member_id: str | None = None) -> list[Sheet]:
    """Return the sheets that count, those set apart left out; of one member only on demand."""
    apart = exclusions_of(session, jury)
    query = select(JurySheet, JuryWork.number).join(JuryWork, JuryWork.id == JurySheet.work_id)
    query = query.where(JurySheet.session_id == jury.id)
    if member_id is not None:
        query = query.where(JurySheet.member_id == member_id)
    rows = session.execute(query)
    return [_as_sheet(sheet, number) for sheet, number in rows if apart.counts(sheet.member_id, number)]


def find_sheet(session: Session, *, work: JuryWork, member_id: str) -> JurySheet | None:
    """Return what this member wrote about this work."""
    query = select(JurySheet).where(JurySheet.work_id == work.id, JurySheet.member_id == member_id)
    return session.scalars(query).first()


def saved_sheet(session: Session, *, work: JuryWork, member_id: str) -> tuple[Sheet, datetime | None]:
    """Return this member's sheet, empty when nothing is written yet, and when it was last saved."""
    row = find_sheet(session, work=work, member_id=member_id)
    return (_as_sheet(row, work.number), row.updated_at) if row else (Sheet(work.number, {}), None)


def states_of(session: Session, jury: JurySession, *, member_id: str) -> dict[int, SheetState]:
    """Return where one member stands with each work that exists for them, by number."""
    hidden = excluded_numbers(session, session_id=jury.id, member_id=member_id)
    suspended = suspended_numbers(session, session_id=jury.id)
    written = {sheet.number: sheet for sheet in sheets_of(session, jury, member_id=member_id)}
    states = {
        number: sheet_state(written.get(number), jury.criteria_list)
        for number in numbers_of(session, jury)
        if number not in hidden
    }
    return states | dict.fromkeys(suspended & states.keys(), SheetState.SUSPENDED)


def first_sheet_at(session: Session, jury: JurySession) -> datetime | None:
    """Return when the first sheet was begun: from then on, rules and works stay as they are."""
    query = select(JurySheet.created_at).where(JurySheet.session_id == jury.id)
    return session.scalars(query.order_by(JurySheet.created_at).limit(1)).first()


def standing_numbers(session: Session, jury: JurySession) -> frozenset[int]:
    """Return the numbers of the works that are still in the contest."""
    return frozenset(numbers_of(session, jury)) - withdrawn_numbers(session, session_id=jury.id)


def progress_of(session: Session, jury: JurySession) -> list[MemberProgress]:
    """Return where each member stands and how far they have come."""
    apart = exclusions_of(session, jury)
    numbers = standing_numbers(session, jury)
    query = select(JurySheet, JuryWork.number).join(JuryWork, JuryWork.id == JurySheet.work_id)
    counts: Counter[tuple[str, SheetState]] = Counter()
    for row, number in session.execute(query.where(JurySheet.session_id == jury.id)):
        if apart.counts(row.member_id, number) and number not in apart.suspended:
            counts[row.member_id, sheet_state(_as_sheet(row, number), jury.criteria_list)] += 1
    members = members_of(session, jury)
    expected = {member.id: _expected(member, apart, numbers) for member in members}
    done = {member.id: counts[member.id, SheetState.SCORED] for member in members}
    sums = sum(done.values()), sum(expected.values())
    return [
        _progress(member, counts, expected[member.id], late=lags(done[member.id], expected[member.id], *sums))
        for member in members
    ]


def ranking_of(session: Session, jury: JurySession) -> Ranking:
    """Return the ranking, as the sheets make it now."""
    return rank(standing_numbers(session, jury), sheets_of(session, jury), jury.criteria_list)


def _expected(member: JuryMember, apart: Exclusions, numbers: Collection[int]) -> int:
    scores = member.scores and member.standing is not Standing.DECLINED
    return apart.expected(member.id, numbers) if scores else 0


def _progress(
    member: JuryMember, counts: Counter[tuple[str, SheetState]], expected: int, *, late: bool
) -> MemberProgress:
    return MemberProgress(
        member_id=member.id,
        email=member.email,
        name=member.name,
        function=member.function,
        role=member.duty,
        standing=member.standing,
        joined=member.joined_at is not None,
        in_reserve=member.waits_in_reserve,
        dual_role=member.dual_role_at is not None,
        done=counts[member.id, SheetState.SCORED],
        incomplete=counts[member.id, SheetState.INCOMPLETE],
        expected=expected,
        late=late,
    )


def _as_sheet(row: JurySheet, number: int) -> Sheet:
    return Sheet(number, row.points, row.remark, row.version)
