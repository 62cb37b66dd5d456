"""Writing one juror's sheet, whole or one answer at a time. Nothing here commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, bindparam, func, select
from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict, DomainError, Forbidden
from concours.kernel.ids import checked_id, new_id
from jury import queries
from jury.freezing import lock_for_sheet
from jury.models import JuryAudit, JuryMember, JuryScore, JurySession, JurySheet
from jury.rules import Sheet, check_points, check_remark

REMARK = "remark"
"""The answer that is no score."""

COUNTER_MOST = 2**31 - 1
_WRITER = (
    select(JuryMember, JurySession.rule_digest)
    .join(JurySession, JurySession.id == JuryMember.session_id)
    .where(JuryMember.id == bindparam("member_id", type_=String))
    .with_for_update(of=JuryMember)
    .execution_options(populate_existing=True)
)
_ACTS_KEPT = 64
"""Devices times answers of which a sheet remembers the newest act: far more than a juror has."""


class StaleSheet(Conflict):
    """Another tab has saved the same sheet meanwhile; `stored` is what stands now."""

    def __init__(self, stored: Sheet) -> None:
        super().__init__(
            "Cette fiche a été modifiée dans une autre fenêtre. Les deux versions sont affichées : "
            "gardez la vôtre en enregistrant de nouveau, ou reprenez l'autre."
        )
        self.stored = stored


class Closed(Conflict):
    """Nothing is written any more: scoring is closed, or the juror has finished."""


@dataclass(frozen=True, slots=True)
class Act:
    """One answer given on one device: a score, none any more, or a remark."""

    field: str
    """A criterion's key, or `remark`."""
    value: int | str | None
    seen: tuple[int | str | None, ...]
    """What the answer may be on the device's account: what it read, and what it sent since without an answer."""
    device: str
    counter: int
    """Grows with each act of the device: one that comes late or twice is known by it."""


class Outcome(StrEnum):
    """What became of an act."""

    SAVED = "saved"
    KNOWN = "known"
    """It, or a newer one of the same device, had come already: nothing has changed."""
    CONFLICT = "conflict"
    """Another device has changed the answer meanwhile: nothing has changed."""


def record_act(session: Session, *, member_id: str, number: int, act: Act, now: datetime) -> tuple[Outcome, Sheet]:
    """Save one answer, and return what became of it and the sheet as it stands."""
    checked_id(act.device)
    member, jury = writer(session, member_id, now=now)
    _check_answer(act, jury)
    work_id = queries.find_work_id(session, session_id=jury.id, member_id=member_id, number=number)
    sheet = queries.find_sheet(session, work_id=work_id, member_id=member_id)
    if sheet is None:
        if act.value in (None, ""):
            return Outcome.KNOWN, Sheet(number, {})
        sheet = new_sheet(session, jury.id, work_id, member, now=now)
    outcome = _take(session, jury, sheet, act, now)
    return outcome, Sheet(number, sheet.points, sheet.remark, sheet.version)


def writer(session: Session, member_id: str, *, now: datetime) -> tuple[JuryMember, JurySession]:
    """Return a juror who may write now, and their jury, its rule frozen by the first who writes.

    Raises Forbidden for the secretary and for whoever does not sit, Closed after the end.

    One juror's writes follow one another; those of different jurors do not wait. Closing waits for all of them.
    """
    member, digest = session.execute(_WRITER, {"member_id": member_id}).one()
    jury = lock_for_sheet(session, session_id=member.session_id, frozen=digest is not None, now=now)
    check_sits(member, jury)
    if not member.scores:
        raise Forbidden("Le secrétariat du jury n'évalue pas les œuvres.")
    check_open(jury)
    if member.finished_at is not None:
        raise Closed(
            f"Vous avez terminé le {format_instant(member.finished_at)} : vos fiches sont verrouillées, rien n'est "
            "perdu. Pour changer une note, demandez à la présidence du jury de les rouvrir."
        )
    return member, jury


def check_open(jury: JurySession) -> None:
    """Refuse what may not happen after the closing of scoring."""
    if jury.scoring_closed_at is not None:
        raise Closed(
            f"L'évaluation est close depuis le {format_instant(jury.scoring_closed_at)}. "
            "Tout ce qui était enregistré est gardé et reste consultable ; rien ne peut plus changer."
        )


def check_sits(member: JuryMember, jury: JurySession) -> None:
    """Refuse whoever has not accepted the seat and this very charter, waits in reserve, or was taken off the panel."""
    if not member.sits or member.charter_digest != jury.charter_digest:
        raise Forbidden("Cet acte est réservé aux membres du jury qui siègent et qui ont accepté la charte.")


def new_sheet(session: Session, session_id: str, work_id: str, member: JuryMember, *, now: datetime) -> JurySheet:
    """Add a blank sheet, which says how many this juror had begun."""
    begun = session.scalar(select(func.count()).where(JurySheet.member_id == member.id)) or 0
    ours = {"session_id": session_id, "work_id": work_id, "member_id": member.id}
    sheet = JurySheet(id=new_id(), **ours, position=begun + 1, acts={}, remark="", version=0, created_at=now, scores=[])
    session.add(sheet)
    return sheet


def write_sheet(
    session: Session, jury: JurySession, sheet: JurySheet, *, points: Mapping[str, int], remark: str, now: datetime
) -> None:
    """Put these answers in the place of the former ones, on record."""
    held = {score.criterion: score for score in sheet.scores}
    for criterion, value in points.items():
        if criterion in held:
            held[criterion].points = value
        else:
            sheet.scores.append(JuryScore(criterion=criterion, points=value))
    for criterion in held.keys() - points.keys():
        sheet.scores.remove(held[criterion])
    sheet.remark, sheet.updated_at = remark, now
    sheet.version += 1
    sheet.add_up(jury.criteria_list)
    details = {"version": sheet.version}
    record(session, JuryAudit, actor=sheet.member_id, action="sheet_saved", subject=sheet.id, now=now, details=details)


def _check_answer(act: Act, jury: JurySession) -> None:
    if not 0 < act.counter <= COUNTER_MOST:
        raise DomainError("Cette demande n'est pas comprise. Rechargez la page : vos notes sont gardées.")
    if act.field == REMARK:
        check_remark(str(act.value or ""))
    else:
        check_points({act.field: 0 if act.value is None else int(act.value)}, jury.criteria_list, jury.scale)


def _take(session: Session, jury: JurySession, sheet: JurySheet, act: Act, now: datetime) -> Outcome:
    points, remark = sheet.points, sheet.remark
    stands = remark if act.field == REMARK else points.get(act.field)
    key = f"{act.device}/{act.field}"
    if act.counter <= sheet.acts.get(key, 0):
        return Outcome.KNOWN
    if stands not in (*act.seen, act.value):
        return Outcome.CONFLICT
    newest = {**{each: number for each, number in sheet.acts.items() if each != key}, key: act.counter}
    sheet.acts = dict(list(newest.items())[-_ACTS_KEPT:])
    if stands == act.value:
        return Outcome.KNOWN
    if act.field == REMARK:
        remark = str(act.value or "")
    elif act.value is None:
        points.pop(act.field)
    else:
        points[act.field] = int(act.value)
    write_sheet(session, jury, sheet, points=points, remark=remark, now=now)
    return Outcome.SAVED
