"""Reading the session of the jury. Each function answers one question."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jury import queries
from jury.deliberation.models import JuryTieDecision
from jury.examples import EXAMPLES
from jury.models import JuryMember, JurySession
from jury.recusals.models import JuryRecusal
from jury.recusals.queries import exclusions_of
from jury.robustness.sheets import Sheets
from jury.room.models import JuryMotion, JuryPresence, JuryRoom, JuryScoreChange
from jury.room.record import Attendance, MotionRecord, ScoreChange, SessionRecord
from jury.room.rules import Hands, Outcome, outcome, rehearsed, with_changes
from jury.tallies import WorkName, jurors_of, names_of, sheets_of


def room_of(session: Session, jury: JurySession) -> JuryRoom | None:
    """Return the session of this jury or its rehearsal, closed or not; None before any was opened."""
    return session.scalars(select(JuryRoom).where(JuryRoom.session_id == jury.id)).first()


def is_held(session: Session, jury: JurySession) -> bool:
    """Tell whether the session, or its rehearsal, is open."""
    room = room_of(session, jury)
    return room is not None and room.closed_at is None


def stamp_of(session: Session, jury: JurySession, *, member_id: str) -> str:
    """Return what names all that this member's page of the session shows: one cheap reading."""
    recusals = select(func.count()).where(JuryRecusal.session_id == jury.id).scalar_subquery()
    query = (
        select(JuryRoom.id, JuryRoom.version, JuryTieDecision.decided_at, recusals)
        .select_from(JurySession)
        .outerjoin(JuryRoom, JuryRoom.session_id == JurySession.id)
        .outerjoin(JuryTieDecision, JuryTieDecision.session_id == JurySession.id)
        .where(JurySession.id == jury.id)
    )
    ends = (jury.scoring_closed_at, jury.laureates_recorded_at, jury.minutes_signed_at)
    return sha256(repr([member_id, *session.execute(query).one(), *ends]).encode()).hexdigest()[:32]


def presences_of(session: Session, room: JuryRoom) -> Sequence[JuryPresence]:
    """Return who came and went, in order."""
    query = select(JuryPresence).where(JuryPresence.room_id == room.id)
    return session.scalars(query.order_by(JuryPresence.position)).all()


def present_in(session: Session, room: JuryRoom) -> frozenset[str]:
    """Return the members who are there now."""
    last = {each.member_id: each.present for each in presences_of(session, room)}
    return frozenset(member_id for member_id, present in last.items() if present)


def motions_of(session: Session, room: JuryRoom) -> Sequence[JuryMotion]:
    """Return the motions, in the order in which they were proposed."""
    query = select(JuryMotion).where(JuryMotion.room_id == room.id)
    return session.scalars(query.order_by(JuryMotion.position)).all()


def under_vote(session: Session, room: JuryRoom) -> JuryMotion | None:
    """Return the motion whose hands wait to be counted."""
    waiting = (each for each in motions_of(session, room) if each.put_at is not None and each.counted_at is None)
    return next(waiting, None)


def changes_of(session: Session, room: JuryRoom) -> Sequence[JuryScoreChange]:
    """Return the scores that were changed in the room, in order."""
    query = select(JuryScoreChange).where(JuryScoreChange.room_id == room.id)
    return session.scalars(query.order_by(JuryScoreChange.position)).all()


def sitting_members(session: Session, jury: JurySession) -> list[JuryMember]:
    """Return who sits, the secretary among them, in the order of the panel."""
    return [member for member in queries.members_of(session, jury) if member.sits]


def member_names(session: Session, jury: JurySession) -> dict[str, str]:
    """Return the name of each member, of those taken off the panel too."""
    query = select(JuryMember.id, JuryMember.name).where(JuryMember.session_id == jury.id)
    return dict(session.execute(query).all())


def entitled_of(session: Session, jury: JurySession) -> frozenset[str]:
    """Return who may vote: members who sit and score, but for those who stepped back from the whole jury."""
    whole = exclusions_of(session, jury).whole
    return frozenset(each.id for each in sitting_members(session, jury) if each.scores and each.id not in whole)


def hidden_numbers(session: Session, jury: JurySession, room: JuryRoom | None, *, member_id: str) -> frozenset[int]:
    """Return the works that do not exist for this member; in a rehearsal all of them do."""
    if room is not None and room.rehearsal:
        return frozenset()
    numbers = names_of(session, jury)
    return frozenset(number for _, number in exclusions_of(session, jury).recused({member_id}, numbers))


def voters_on(session: Session, jury: JurySession, room: JuryRoom, numbers: Collection[int]) -> frozenset[str]:
    """Return who is there and may vote on a motion about these works: whoever must not meet one of them may not."""
    may = present_in(session, room) & entitled_of(session, jury)
    if room.rehearsal:
        return may
    return may - {member_id for member_id, _ in exclusions_of(session, jury).recused(may, numbers)}


def works_before(session: Session, jury: JurySession, room: JuryRoom | None) -> dict[int, WorkName]:
    """Return how the works on the table are named: the examples in a rehearsal."""
    if room is None or not room.rehearsal:
        return names_of(session, jury)
    return {n: WorkName(n, each.title, each.category) for n, each in enumerate(EXAMPLES, start=1)}


def sheets_before(session: Session, jury: JurySession, room: JuryRoom | None) -> Sheets:
    """Return the sheets on the table; in a rehearsal, invented ones with what was changed since, and one seat."""
    if room is None or not room.rehearsal:
        return sheets_of(session, jury)
    rule, jurors, numbers = replace(jury.rule, laureates_max=1), jurors_of(session, jury), range(1, len(EXAMPLES) + 1)
    changes = [(each.member_id, each.number, each.criterion, each.points) for each in changes_of(session, room)]
    return Sheets(rule, numbers, jurors, with_changes(rehearsed(rule, jurors, numbers), changes, rule))


def record_of(session: Session, jury: JurySession) -> SessionRecord | None:
    """Return what the minutes say of the session; None where none was held here. A rehearsal is none."""
    room = room_of(session, jury)
    if room is None or room.rehearsal:
        return None
    names = member_names(session, jury)
    return SessionRecord(
        opened_at=room.opened_at,
        closed_at=room.closed_at,
        entitled=room.entitled,
        quorum=room.quorum,
        presences=[
            Attendance(each.member_id, names[each.member_id], each.present, each.at, names[each.marked_by])
            for each in presences_of(session, room)
        ],
        motions=[motion_record(each, names[each.proposed_by]) for each in motions_of(session, room)],
        changes=[change_record(each, names[each.member_id], jury) for each in changes_of(session, room)],
    )


def motion_record(motion: JuryMotion, name: str) -> MotionRecord:
    """Return a motion as plain values; `name`: who proposed it."""
    hands = hands_of(motion)
    return MotionRecord(
        text=motion.text,
        numbers=tuple(motion.numbers),
        proposed_by=name,
        proposed_at=motion.proposed_at,
        counted_at=motion.counted_at,
        voters=motion.voters,
        hands=hands,
        casting_vote=motion.casting_vote,
        cast_at=motion.cast_at,
        outcome=outcome_of(motion),
    )


def hands_of(motion: JuryMotion) -> Hands | None:
    """Return the hands that were counted, None before."""
    if motion.in_favour is None or motion.against is None or motion.abstained is None:
        return None
    return Hands(motion.in_favour, motion.against, motion.abstained)


def outcome_of(motion: JuryMotion) -> Outcome | None:
    """Return what became of a motion, None before its hands are counted."""
    hands = hands_of(motion)
    return outcome(hands, casting_vote=motion.casting_vote) if hands else None


def change_record(change: JuryScoreChange, name: str, jury: JurySession) -> ScoreChange:
    """Return a changed score as plain values; `name`: that of its juror."""
    labels = {criterion.key: criterion.label for criterion in jury.criteria_list}
    return ScoreChange(
        member_id=change.member_id,
        name=name,
        number=change.number,
        criterion=change.criterion,
        label=labels[change.criterion],
        former=change.former,
        points=change.points,
        reason=change.reason,
        at=change.at,
    )
