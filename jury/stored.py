"""A sheet as its rows: read by one question, written by as few statements as its change takes. Nothing here commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import String, Table, bindparam, func, select
from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.ids import new_id
from concours.kernel.questions import Change, Question, Reader, change, reader_of
from jury.models import JuryAudit, JuryScore, JurySheet
from jury.rules import Criterion, Sheet, is_complete, weighted_sum

_SHEETS, _SCORES = cast("Table", JurySheet.__table__), cast("Table", JuryScore.__table__)
_MEMBER = bindparam("member_id", type_=String)
_FIND = Question(
    select(_SHEETS.c.id, _SHEETS.c.remark, _SHEETS.c.version, _SHEETS.c.acts, _SHEETS.c.updated_at)
    .add_columns(_SCORES.c.criterion, _SCORES.c.points)
    .select_from(_SHEETS.outerjoin(_SCORES, _SCORES.c.sheet_id == _SHEETS.c.id))
    .where(_SHEETS.c.work_id == bindparam("work_id", type_=String), _SHEETS.c.member_id == _MEMBER)
)
_BEGUN = Question(select(func.count()).select_from(_SHEETS).where(_SHEETS.c.member_id == _MEMBER))
_THIS_SHEET = _SHEETS.c.id == bindparam("of")
_STANDS = ("remark", "version", "acts", "scored", "total", "updated_at")
_ADD = Change(_SHEETS.insert(), "id", "session_id", "work_id", "member_id", "position", "created_at", *_STANDS)
_CHANGE = Change(_SHEETS.update().where(_THIS_SHEET), *_STANDS)
_REMEMBER = Change(_SHEETS.update().where(_THIS_SHEET), "acts")
_ONE_SCORE = (_SCORES.c.sheet_id == bindparam("of"), _SCORES.c.criterion == bindparam("which"))
_ADD_SCORE = Change(_SCORES.insert(), "sheet_id", "criterion", "points")
_CHANGE_SCORE = Change(_SCORES.update().where(*_ONE_SCORE), "points")
_REMOVE_SCORE = Change(_SCORES.delete().where(*_ONE_SCORE))


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """One juror's sheet of one work."""

    id: str
    member_id: str
    points: Mapping[str, int]
    remark: str
    version: int
    """0 for one that is not written yet."""
    acts: Mapping[str, int]
    """The number of the newest act received, by device and field."""
    saved_at: datetime | None

    def sheet(self, number: int) -> Sheet:
        """Return what a page shows of it."""
        return Sheet(number, self.points, self.remark, self.version)


def find_sheet(reader: Reader, *, work_id: str, member_id: str) -> StoredSheet | None:
    """Return what this member wrote about this work."""
    rows = reader.rows(_FIND, work_id=work_id, member_id=member_id)
    if not rows:
        return None
    sheet_id, remark, version, acts, saved_at, *_ = rows[0]
    points = {criterion: given for *_, criterion, given in rows if criterion is not None}
    return StoredSheet(sheet_id, member_id, points, remark, version, acts, saved_at)


def begin_sheet(session: Session, *, session_id: str, work_id: str, member_id: str, now: datetime) -> StoredSheet:
    """Add a blank sheet, which says how many this juror had begun."""
    ((begun,),) = reader_of(session).rows(_BEGUN, member_id=member_id)
    sheet = StoredSheet(new_id(), member_id, {}, "", 0, {}, None)
    ours = {"id": sheet.id, "session_id": session_id, "work_id": work_id, "member_id": member_id}
    blank = {"acts": {}, "remark": "", "scored": 0, "total": None, "version": 0}
    change(session, _ADD, **ours, **blank, position=begun + 1, created_at=now, updated_at=now)
    return sheet


def write_sheet(
    session: Session,
    criteria: Sequence[Criterion],
    sheet: StoredSheet,
    *,
    points: Mapping[str, int],
    remark: str,
    now: datetime,
    acts: Mapping[str, int] | None = None,
) -> StoredSheet:
    """Put these answers in the place of the former ones, on record, and return the sheet as it stands.

    `acts`: what is remembered of the devices, where it changes.
    """
    _write_scores(session, sheet, points)
    version, acts = sheet.version + 1, sheet.acts if acts is None else acts
    total = weighted_sum(points, criteria) if is_complete(points, criteria) else None
    stands = {"remark": remark, "version": version, "acts": acts, "scored": len(points), "total": total}
    change(session, _CHANGE, of=sheet.id, **stands, updated_at=now)
    details = {"version": version}
    record(session, JuryAudit, actor=sheet.member_id, action="sheet_saved", subject=sheet.id, now=now, details=details)
    return StoredSheet(sheet.id, sheet.member_id, points, remark, version, acts, now)


def remember_acts(session: Session, sheet: StoredSheet, acts: Mapping[str, int]) -> None:
    """Keep which acts have come, where nothing else changes."""
    change(session, _REMEMBER, of=sheet.id, acts=acts)


def _write_scores(session: Session, sheet: StoredSheet, points: Mapping[str, int]) -> None:
    for key, given in points.items():
        if key not in sheet.points:
            change(session, _ADD_SCORE, sheet_id=sheet.id, criterion=key, points=given)
        elif given != sheet.points[key]:
            change(session, _CHANGE_SCORE, of=sheet.id, which=key, points=given)
    for key in sheet.points.keys() - points.keys():
        change(session, _REMOVE_SCORE, of=sheet.id, which=key)
