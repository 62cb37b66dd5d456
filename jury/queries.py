"""Reading the jury's tables. Each function answers one question."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import String, and_, bindparam, func, select
from sqlalchemy.orm import Session

from concours.kernel.errors import Conflict, NotFound
from concours.kernel.questions import Question, Reader, Row, reader_of
from jury.models import JuryMedia, JuryMember, JuryScore, JurySession, JurySheet, JuryWork
from jury.queue import WorkStanding
from jury.recusals.queries import hidden_from, standing, suspended
from jury.rules import Role, SheetState, format_number, sheet_state

# Made once: what a juror's page and a saved score ask is built neither by each page nor by each score. Of the tables'
# columns: classes cost three times as much, and no object is wanted.
_WORKS, _FILES = JuryWork.__table__, JuryMedia.__table__
_SHEETS, _SCORES = JurySheet.__table__, JuryScore.__table__
_SESSION, _MEMBER = bindparam("session_id", type_=String), bindparam("member_id", type_=String)
_WORK = bindparam("work_id", type_=String)
MET = (_WORKS.c.session_id == _SESSION, _WORKS.c.number == bindparam("number"), ~hidden_from(_SESSION, _MEMBER))
"""That this member may meet the work of a number."""
_FIND_WORK_ID = Question(select(suspended(_SESSION), _WORKS.c.id).where(*MET))
_FIND_WORK = Question(
    _FIND_WORK_ID.statement.add_columns(_WORKS.c.category, _WORKS.c.title, _WORKS.c.summary).add_columns(
        _WORKS.c.transcript, _WORKS.c.text_alternative, _WORKS.c.captions != ""
    )
)
_FIND_CAPTIONS = select(_WORKS.c.captions).where(*MET, ~suspended(_SESSION), _WORKS.c.captions != "")
_FILES_OF_WORK = Question(
    select(*(_FILES.c[name] for name in ("role", "position", "width", "height", "size", "text")))
    .where(_FILES.c.work_id == _WORK)
    .order_by(_FILES.c.role, _FILES.c.position)
)
_STANDINGS = Question(
    select(_WORKS.c.number, _WORKS.c.seconds, _SHEETS.c.scored, _SHEETS.c.remark != "", _SHEETS.c.created_at)
    .add_columns(suspended(_SESSION), hidden_from(_SESSION, _MEMBER))
    .select_from(_WORKS.outerjoin(_SHEETS, and_(_SHEETS.c.work_id == _WORKS.c.id, _SHEETS.c.member_id == _MEMBER)))
    .where(_WORKS.c.session_id == _SESSION),
    many=True,
)


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
    transcript: str
    text_alternative: str
    captioned: bool
    """Whether its film has captions."""
    media: tuple[FileSeen, ...]


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
    query = select(JuryWork).where(JuryWork.session_id == jury.id, standing(jury.id))
    return session.scalars(query.order_by(JuryWork.number)).all()


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


def standing_numbers(session: Session, jury: JurySession) -> frozenset[int]:
    """Return the numbers of the works that are still in the contest."""
    return frozenset(ids_of(session, jury))


def ids_of(session: Session, jury: JurySession) -> dict[int, str]:
    """Return the identifier of each work that is still in the contest, by number."""
    query = select(JuryWork.number, JuryWork.id).where(JuryWork.session_id == jury.id, standing(jury.id))
    return dict(session.execute(query).all())


def find_work(reader: Reader, *, session_id: str, member_id: str, number: int) -> WorkSeen:
    """Return a work with its files, as this member may meet it.

    Raises NotFound, the same for another session's number, for one that the member is kept from and for none;
    Conflict while the work is suspended.
    """
    asked: dict[str, str | int] = {"session_id": session_id, "member_id": member_id, "number": number}
    work_id, *words = not_suspended(reader.row(_FIND_WORK, **asked), number)
    media = tuple(FileSeen(*row) for row in reader.rows(_FILES_OF_WORK, work_id=work_id))
    category, title, summary, transcript, alternative, captioned = words
    return WorkSeen(work_id, number, category, title, summary, transcript, alternative, captioned, media)


def find_work_id(reader: Reader, *, session_id: str, member_id: str, number: int) -> str:
    """Return the identifier of a work that this member may meet. Raises as `find_work`."""
    asked: dict[str, str | int] = {"session_id": session_id, "member_id": member_id, "number": number}
    return str(not_suspended(reader.row(_FIND_WORK_ID, **asked), number)[0])


def not_suspended(row: Row | None, number: int) -> Sequence[Any]:
    """Return what follows the suspension in a row. Raises NotFound without a row, Conflict for a suspended work."""
    if row is None:
        raise NotFound
    if row[0]:
        raise Conflict(
            f"L'œuvre {format_number(number)} est suspendue : un membre du jury a signalé une rupture d'anonymat, et "
            "le secrétariat du concours décide. Votre fiche est gardée telle que vous l'avez enregistrée."
        )
    return row[1:]


def find_media(
    session: Session, *, session_id: str, member_id: str, number: int, role: str, position: int
) -> JuryMedia:
    """Return one file of a work, as this member may meet it. Raises NotFound, for a suspended work too."""
    query = (
        select(JuryMedia)
        .join(JuryWork, JuryWork.id == JuryMedia.work_id)
        .where(*MET, ~suspended(_SESSION))
        .where(JuryMedia.role == role, JuryMedia.position == position)
    )
    asked = {"session_id": session_id, "member_id": member_id, "number": number}
    media = session.scalars(query, asked).first()
    if media is None:
        raise NotFound
    return media


def find_captions(session: Session, *, session_id: str, member_id: str, number: int) -> str:
    """Return the captions of a work that this member may meet. Raises NotFound, for a suspended work too."""
    asked = {"session_id": session_id, "member_id": member_id, "number": number}
    captions = session.scalar(_FIND_CAPTIONS, asked)
    if captions is None:
        raise NotFound
    return str(captions)


def captions_sizes(session: Session, jury: JurySession, *, numbers: Collection[int]) -> dict[int, int]:
    """Return how many characters of captions some works have, by number; nothing for a work without."""
    query = select(JuryWork.number, func.length(JuryWork.captions)).where(JuryWork.captions != "")
    query = query.where(JuryWork.session_id == jury.id, JuryWork.number.in_(numbers))
    return dict(session.execute(query).all())


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


def standings_of(reader: Reader, jury: JurySession, *, member_id: str) -> list[WorkStanding]:
    """Return where one member stands with each work, with those that do not exist for them."""
    asked, criteria = reader.rows(_STANDINGS, session_id=jury.id, member_id=member_id), jury.criteria

    @cache
    def state(scored: int | None, remarked: int | None, waits: int) -> SheetState:
        return SheetState.SUSPENDED if waits else sheet_state(scored or 0, criteria, remarked=bool(remarked))

    return [
        WorkStanding(number, seconds, state(scored, remarked, waits), begun_at, bool(hidden))
        for number, seconds, scored, remarked, begun_at, waits, hidden in asked
    ]


def states_of(session: Session, jury: JurySession, *, member_id: str) -> dict[int, SheetState]:
    """Return where one member stands with each work that exists for them, by number."""
    standings = standings_of(reader_of(session), jury, member_id=member_id)
    return {each.number: each.state for each in standings if not each.hidden}


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
