"""A juror changes a score of their own in the room, with a reason that everybody reads. Nothing here commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from concours.kernel.ids import new_id
from concours.kernel.questions import writer_of
from jury.deliberation.models import JuryTieDecision
from jury.models import JuryAudit, JuryMember, JurySession
from jury.room.models import JuryRoom, JuryScoreChange
from jury.room.operations import at_the_table, check_there, note
from jury.room.queries import changes_of, entitled_of, hidden_numbers, sheets_before, works_before
from jury.room.rules import SCORE_CHANGED
from jury.rules import check_points
from jury.stored import find_sheet, write_sheet


@dataclass(frozen=True, slots=True)
class _Change:
    """Scores of one sheet that change together."""

    member_id: str
    number: int
    held: Mapping[str, int]
    points: Mapping[str, int]
    reason: str


def change_scores(
    session: Session, *, member_id: str, number: int, points: Mapping[str, int], reason: str, now: datetime
) -> None:
    """Change one's own scores of a work; the former ones stay in sight. Raises Conflict once anything hangs on them."""
    # The juror before the session, as a juror's own writing locks them.
    session.get_one(JuryMember, member_id, with_for_update=True)
    _member, jury, room = at_the_table(session, member_id)
    check_there(session, room, member_id)
    if member_id not in entitled_of(session, jury):
        raise Forbidden("Seule une personne qui évalue change une note.")
    _check_undecided(session, jury, room)
    held = own_points(session, jury, room, member_id=member_id, number=number)
    check_points(points, jury.criteria_list, jury.scale)
    changed = {key: value for key, value in points.items() if held[key] != value}
    if not changed:
        raise DomainError("Aucune note n'a changé : il n'y a rien à enregistrer.")
    if not reason:
        raise DomainError("Indiquez pourquoi cette note change : le motif est lu en séance et figure au procès-verbal.")
    change = _Change(member_id, number, held, changed, reason)
    _keep(session, room, change, now=now)
    if room.rehearsal:
        note(session, room, actor=member_id, action=SCORE_CHANGED, now=now, details={"work": number})
        return
    room.version += 1
    _write(session, jury, change, now=now)


def own_points(session: Session, jury: JurySession, room: JuryRoom, *, member_id: str, number: int) -> dict[str, int]:
    """Return one's own scores of a work, which must have counted at closing."""
    hidden = hidden_numbers(session, jury, room, member_id=member_id)
    if number not in works_before(session, jury, room).keys() - hidden:
        raise NotFound
    kept = sheets_before(session, jury, room).kept.get(member_id, {})
    if number not in kept:
        raise Conflict(
            "Votre fiche sur cette œuvre n'était pas terminée à la clôture : elle ne compte pas, et aucune note ne s'y "
            "ajoute en séance."
        )
    return dict(zip((each.key for each in jury.criteria_list), kept[number], strict=True))


def _check_undecided(session: Session, jury: JurySession, room: JuryRoom) -> None:
    if room.rehearsal:
        return
    if jury.laureates_recorded_at is not None:
        raise Conflict("Le palmarès est enregistré : les notes ne changent plus. Les vôtres sont gardées.")
    if session.get(JuryTieDecision, jury.id) is not None:
        raise Conflict(
            "Le jury a consigné sa décision entre les ex æquo : elle porte sur ce classement, et les notes ne changent "
            "plus. Les vôtres sont gardées."
        )


def _write(session: Session, jury: JurySession, change: _Change, *, now: datetime) -> None:
    writer = writer_of(session)
    _, sheet = find_sheet(writer, session_id=jury.id, member_id=change.member_id, number=change.number)
    if sheet is None:
        raise NotFound
    points = {**sheet.points, **change.points}
    write_sheet(writer, jury.criteria_list, sheet, points=points, remark=sheet.remark, now=now)
    # All that a reader of the record needs to go from the sheets of the closing to those of the ranking.
    details = {
        "work": change.number,
        "former": {key: change.held[key] for key in change.points},
        "points": dict(change.points),
        "reason": sha256(change.reason.encode()).hexdigest(),
    }
    actor = change.member_id
    record(session, JuryAudit, actor=actor, action=SCORE_CHANGED, subject=jury.id, now=now, details=details)


def _keep(session: Session, room: JuryRoom, change: _Change, *, now: datetime) -> None:
    last = len(changes_of(session, room))
    ours = {"room_id": room.id, "member_id": change.member_id, "number": change.number}
    session.add_all(
        JuryScoreChange(
            id=new_id(),
            **ours,
            position=place,
            criterion=criterion,
            former=change.held[criterion],
            points=value,
            reason=change.reason,
            at=now,
        )
        for place, (criterion, value) in enumerate(change.points.items(), start=last + 1)
    )
