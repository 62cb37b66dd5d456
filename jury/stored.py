"""A sheet as its rows: read by one question, written by as few statements as its change takes. Nothing here commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import String, Table, and_, bindparam, func, select

from concours.kernel.audit import record
from concours.kernel.ids import new_id
from concours.kernel.questions import Change, Question, Reader, Writer
from jury import queries
from jury.models import JuryAudit, JuryScore, JurySheet, JuryWork
from jury.recusals.queries import suspended
from jury.rules import Criterion, Sheet, is_complete, weighted_sum

_SHEETS, _SCORES = cast("Table", JurySheet.__table__), cast("Table", JuryScore.__table__)
_WORKS = cast("Table", JuryWork.__table__)
_MEMBER = bindparam("member_id", type_=String)
_THEIRS = and_(_SHEETS.c.work_id == _WORKS.c.id, _SHEETS.c.member_id == _MEMBER)
_FIND = Question(
    select(suspended(bindparam("session_id", type_=String)), _WORKS.c.id, _SHEETS.c.id, _SHEETS.c.remark)
    .add_columns(_SHEETS.c.version, _SHEETS.c.acts, _SHEETS.c.updated_at, _SCORES.c.criterion, _SCORES.c.points)
    .select_from(_WORKS.outerjoin(_SHEETS, _THEIRS).outerjoin(_SCORES, _SCORES.c.sheet_id == _SHEETS.c.id))
    .where(*queries.MET)
)
_BEGUN = Question(select(func.count()).select_from(_SHEETS).where(_SHEETS.c.member_id == _MEMBER))
_THIS_SHEET = _SHEETS.c.id == bindparam("of")
_STANDS, _COUNTS = ("remark", "version", "acts", "updated_at"), ("scored", "total")
_ADD = Change(
    _SHEETS.insert(), "id", "session_id", "work_id", "member_id", "position", "created_at", *_STANDS, *_COUNTS
)
_CHANGE = Change(_SHEETS.update().where(_THIS_SHEET), *_STANDS)
_RECOUNT = Change(_SHEETS.update().where(_THIS_SHEET), *_STANDS, *_COUNTS)
"""Apart: indexes hold the counts, and are written with them."""
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


def find_sheet(reader: Reader, *, session_id: str, member_id: str, number: int) -> tuple[str, StoredSheet | None]:
    """Return the identifier of a work, and what this member wrote about it. Raises as `queries.find_work`."""
    rows = reader.rows(_FIND, session_id=session_id, member_id=member_id, number=number)
    work_id, sheet_id, remark, version, acts, saved_at, *_ = queries.not_suspended(rows[0] if rows else None, number)
    if sheet_id is None:
        return work_id, None
    points = {criterion: given for *_, criterion, given in rows if criterion is not None}
    return work_id, StoredSheet(sheet_id, member_id, points, remark, version, acts, saved_at)


def begin_sheet(writer: Writer, *, session_id: str, work_id: str, member_id: str, now: datetime) -> StoredSheet:
    """Add a blank sheet, which says how many this juror had begun."""
    ((begun,),) = writer.rows(_BEGUN, member_id=member_id)
    sheet = StoredSheet(new_id(), member_id, {}, "", 0, {}, None)
    ours = {"id": sheet.id, "session_id": session_id, "work_id": work_id, "member_id": member_id}
    blank = {"acts": {}, "remark": "", "scored": 0, "total": None, "version": 0}
    writer.change(_ADD, **ours, **blank, position=begun + 1, created_at=now, updated_at=now)
    return sheet


def write_sheet(
    writer: Writer,
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
    _write_scores(writer, sheet, points)
    version, acts = sheet.version + 1, sheet.acts if acts is None else acts
    stands = {"remark": remark, "version": version, "acts": acts, "updated_at": now}
    counts = _counts(points, criteria)
    if counts == _counts(sheet.points, criteria):
        writer.change(_CHANGE, of=sheet.id, **stands)
    else:
        writer.change(_RECOUNT, of=sheet.id, **stands, **counts)
    details = {"version": version}
    record(writer, JuryAudit, actor=sheet.member_id, action="sheet_saved", subject=sheet.id, now=now, details=details)
    return StoredSheet(sheet.id, sheet.member_id, points, remark, version, acts, now)


def remember_acts(writer: Writer, sheet: StoredSheet, acts: Mapping[str, int]) -> None:
    """Keep which acts have come, where nothing else changes."""
    writer.change(_REMEMBER, of=sheet.id, acts=acts)


def _counts(points: Mapping[str, int], criteria: Sequence[Criterion]) -> dict[str, int | None]:
    """Return what the lists count of a sheet: how many scores it has, and its weighted sum once it is whole."""
    total = weighted_sum(points, criteria) if is_complete(points, criteria) else None
    return {"scored": len(points), "total": total}


def _write_scores(writer: Writer, sheet: StoredSheet, points: Mapping[str, int]) -> None:
    for key, given in points.items():
        if key not in sheet.points:
            writer.change(_ADD_SCORE, sheet_id=sheet.id, criterion=key, points=given)
        elif given != sheet.points[key]:
            writer.change(_CHANGE_SCORE, of=sheet.id, which=key, points=given)
    for key in sheet.points.keys() - points.keys():
        writer.change(_REMOVE_SCORE, of=sheet.id, which=key)
