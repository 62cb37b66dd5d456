"""Writing one juror's sheet, whole or one answer at a time. Nothing here commits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict, DomainError, Forbidden
from concours.kernel.ids import checked_id
from concours.kernel.questions import Writer
from jury.freezing import lock_seat
from jury.models import JuryMember, JurySession
from jury.rules import Sheet, check_points, check_remark
from jury.seated import Seat
from jury.stored import StoredSheet, begin_sheet, find_sheet, remember_acts, write_sheet

_NOT_SEATED = "Cet acte est réservé aux membres du jury qui siègent et qui ont accepté la charte."
REMARK = "remark"
"""The answer that is no score."""

COUNTER_MOST = 2**31 - 1
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


def record_act(writer: Writer, *, member_id: str, number: int, act: Act, now: datetime) -> tuple[Outcome, Sheet]:
    """Save one answer, and return what became of it and the sheet as it stands."""
    checked_id(act.device)
    who = lock_writer(writer, member_id, now=now)
    _check_answer(act, who)
    work_id, sheet = find_sheet(writer, session_id=who.session_id, member_id=member_id, number=number)
    if sheet is None:
        if act.value in (None, ""):
            return Outcome.KNOWN, Sheet(number, {})
        sheet = begin_sheet(writer, session_id=who.session_id, work_id=work_id, member_id=member_id, now=now)
    outcome, sheet = _take(writer, who, sheet, act, now)
    return outcome, sheet.sheet(number)


def lock_writer(writer: Writer, member_id: str, *, now: datetime) -> Seat:
    """Return a juror who may write now, at their place, their jury's rule frozen by the first who writes.

    Raises Forbidden for the secretary and for whoever does not sit, Closed after the end.

    One juror's writes follow one another; those of different jurors do not wait. Closing waits for all of them.
    """
    who = lock_seat(writer, member_id, now=now)
    if not who.sits:
        raise Forbidden(_NOT_SEATED)
    if not who.scores:
        raise Forbidden("Le secrétariat du jury n'évalue pas les œuvres.")
    check_open(who.jury)
    if who.finished_at is not None:
        raise Closed(
            f"Vous avez terminé le {format_instant(who.finished_at)} : vos fiches sont verrouillées, rien n'est "
            "perdu. Pour changer une note, demandez à la présidence du jury de les rouvrir."
        )
    return who


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
        raise Forbidden(_NOT_SEATED)


def _check_answer(act: Act, who: Seat) -> None:
    if not 0 < act.counter <= COUNTER_MOST:
        raise DomainError("Cette demande n'est pas comprise. Rechargez la page : vos notes sont gardées.")
    if act.field == REMARK:
        check_remark(str(act.value or ""))
    else:
        check_points({act.field: 0 if act.value is None else int(act.value)}, who.criteria, who.jury.scale)


def _take(writer: Writer, who: Seat, sheet: StoredSheet, act: Act, now: datetime) -> tuple[Outcome, StoredSheet]:
    points, remark = dict(sheet.points), sheet.remark
    stands = remark if act.field == REMARK else points.get(act.field)
    key = f"{act.device}/{act.field}"
    if act.counter <= sheet.acts.get(key, 0):
        return Outcome.KNOWN, sheet
    if stands not in (*act.seen, act.value):
        return Outcome.CONFLICT, sheet
    newest = {**{each: number for each, number in sheet.acts.items() if each != key}, key: act.counter}
    acts = dict(list(newest.items())[-_ACTS_KEPT:])
    if stands == act.value:
        remember_acts(writer, sheet, acts)
        return Outcome.KNOWN, sheet
    if act.field == REMARK:
        remark = str(act.value or "")
    elif act.value is None:
        points.pop(act.field)
    else:
        points[act.field] = int(act.value)
    return Outcome.SAVED, write_sheet(writer, who.criteria, sheet, points=points, remark=remark, now=now, acts=acts)
