"""What changes the jury's tables, up to the closing of scoring. Nothing here commits."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict, DomainError, Forbidden
from concours.kernel.ids import new_id
from jury import queries
from jury.models import JuryAudit, JuryMedia, JuryMember, JuryScore, JurySession, JurySheet, JuryWork
from jury.recusals.queries import suspended_numbers
from jury.rules import (
    IncomingWork,
    ReceivedWork,
    Role,
    SessionRules,
    Sheet,
    charter_digest,
    check_points,
    check_remark,
    check_rules,
    draw_numbers,
    format_number,
)

CONSOLE = "console"
"""Who acts in the jury's audit chain when the organisers do: their own chain says which of them."""

_random = secrets.SystemRandom()


class StaleSheet(Conflict):
    """Another tab has saved the same sheet meanwhile; `stored` is what stands now."""

    def __init__(self, stored: Sheet) -> None:
        super().__init__(
            "Cette fiche a été modifiée dans une autre fenêtre. Les deux versions sont affichées : "
            "gardez la vôtre en enregistrant de nouveau, ou reprenez l'autre."
        )
        self.stored = stored


def open_session(session: Session, *, rules: SessionRules, now: datetime) -> None:
    """Open the jury of an edition, once."""
    check_rules(rules)
    jury = JurySession(id=new_id(), edition_key=rules.edition_key, opened_at=now)
    _apply_rules(jury, rules)
    session.add(jury)
    record(session, JuryAudit, actor=CONSOLE, action="session_opened", subject=jury.id, now=now)


def update_session_rules(session: Session, *, rules: SessionRules, now: datetime) -> None:
    """Take over the edition's changed rules. Raises Conflict once a sheet is begun."""
    check_rules(rules)
    jury = queries.find_session(session, rules.edition_key, lock=True)
    check_not_begun(session, jury, "les règles de l'évaluation ne changent plus")
    _apply_rules(jury, rules)
    record(session, JuryAudit, actor=CONSOLE, action="rules_updated", subject=jury.id, now=now)


def join(session: Session, *, member_id: str, now: datetime) -> None:
    """Note that a member has signed in for the first time."""
    member = session.get_one(JuryMember, member_id, with_for_update=True)
    if member.joined_at is None:
        member.joined_at = now
        record(session, JuryAudit, actor=member_id, action="member_joined", subject=member_id, now=now)


def receive_works(
    session: Session, *, edition_key: str, works: Sequence[IncomingWork], now: datetime, additional: bool = False
) -> list[ReceivedWork]:
    """Take a batch of works, draw a number for each, and return them in the order given.

    One batch a session; `additional` says that another is wanted. Raises Conflict once a sheet is begun.
    """
    jury = queries.find_session(session, edition_key, lock=True)
    taken = queries.numbers_of(session, jury)
    if not works:
        raise DomainError(
            "Aucune œuvre à remettre au jury : prononcez d'abord la recevabilité d'au moins une création."
        )
    if taken and not additional:
        raise Conflict("Les œuvres ont déjà été remises au jury. Un complément demande un acte distinct.")
    check_not_begun(session, jury, "aucune œuvre ne s'ajoute plus")
    check_open(jury)
    received = [_add_work(jury, work, n) for work, n in zip(works, _draw(len(works), taken), strict=True)]
    # Written by number: the order of rows on the disk, too, is the draw's.
    by_number = sorted(received, key=lambda row: row.number)
    session.add_all(by_number)
    jury.handed_over_at = jury.handed_over_at or now
    details = {"count": len(works)}
    record(session, JuryAudit, actor=CONSOLE, action="works_received", subject=jury.id, now=now, details=details)
    return [ReceivedWork(row.id, row.number) for row in received]


def record_scores(
    session: Session,
    *,
    member_id: str,
    number: int,
    points: Mapping[str, int],
    remark: str,
    version: int,
    now: datetime,
) -> JurySheet:
    """Save one juror's sheet as it stands, whole or not; only a whole one counts.

    `version` is that of the sheet the form showed, 0 for a blank one. Raises StaleSheet when another was saved since.
    """
    # One juror's writes follow one another; those of different jurors do not wait. Closing waits for all of them.
    member = session.get_one(JuryMember, member_id, with_for_update=True)
    jury = session.get_one(JurySession, member.session_id, with_for_update={"read": True})
    if not member.scores:
        raise Forbidden("Le secrétariat du jury n'évalue pas les œuvres.")
    check_sits(member, jury)
    check_open(jury)
    check_points(points, jury.criteria_list, jury.scale)
    check_remark(remark)
    work = queries.find_work(session, session_id=jury.id, member_id=member_id, number=number)
    sheet = queries.find_sheet(session, work=work, member_id=member_id)
    if sheet is None:
        sheet = _new_sheet(session, work, member, points=points, remark=remark, now=now)
    elif sheet.points == points and sheet.remark == remark:
        return sheet  # the same form sent twice
    elif sheet.version != version:
        raise StaleSheet(Sheet(number, sheet.points, sheet.remark, sheet.version))
    _write_sheet(sheet, points=points, remark=remark, now=now)
    details = {"version": sheet.version}
    record(session, JuryAudit, actor=member_id, action="sheet_saved", subject=sheet.id, now=now, details=details)
    return sheet


def close_scoring(session: Session, *, member_id: str, now: datetime) -> None:
    """Close scoring for everyone, missing sheets or not. The secretary's act; it cannot be undone."""
    member = session.get_one(JuryMember, member_id)
    jury = session.get_one(JurySession, member.session_id, with_for_update=True)
    if member.duty is not Role.SECRETARY:
        raise Forbidden("Seul le secrétariat du jury clôt l'évaluation.")
    if jury.handed_over_at is None:
        raise Conflict("Aucune œuvre n'a encore été remise au jury : il n'y a rien à clore.")
    check_open(jury)
    _check_nothing_suspended(session, jury)
    jury.scoring_closed_at = now
    missing = sum(line.missing for line in queries.progress_of(session, jury))
    details = {"missing_sheets": missing}
    record(session, JuryAudit, actor=member_id, action="scoring_closed", subject=jury.id, now=now, details=details)


def check_not_begun(session: Session, jury: JurySession, consequence: str) -> None:
    """Refuse what no longer changes once a sheet is begun."""
    begun = queries.first_sheet_at(session, jury)
    if begun is not None:
        raise Conflict(f"Le jury a commencé à évaluer le {format_instant(begun)} : {consequence}.")


def check_open(jury: JurySession) -> None:
    """Refuse what ends with scoring."""
    if jury.scoring_closed_at is not None:
        raise Conflict(
            f"L'évaluation est close depuis le {format_instant(jury.scoring_closed_at)}. "
            "Tout ce qui était enregistré est gardé et reste consultable ; rien ne peut plus changer."
        )


def check_sits(member: JuryMember, jury: JurySession) -> None:
    """Refuse whoever has not accepted the seat and this very charter, waits in reserve, or was taken off the panel."""
    if not member.sits or member.charter_digest != jury.charter_digest:
        raise Forbidden("Cet acte est réservé aux membres du jury qui siègent et qui ont accepté la charte.")


def _check_nothing_suspended(session: Session, jury: JurySession) -> None:
    waiting = sorted(suspended_numbers(session, session_id=jury.id))
    if waiting:
        raise Conflict(
            f"Une rupture d'anonymat est signalée et attend la décision du secrétariat du concours : "
            f"{', '.join(map(format_number, waiting))}. L'évaluation se clôt ensuite ; rien n'est perdu."
        )


def _apply_rules(jury: JurySession, rules: SessionRules) -> None:
    jury.title = rules.title
    jury.criteria = [asdict(criterion) for criterion in rules.criteria]
    jury.scale_low, jury.scale_high = rules.scale_low, rules.scale_high
    jury.laureates_max = rules.laureates_max
    jury.scoring_closes_at = rules.scoring_closes_at
    jury.charter, jury.charter_digest = rules.charter, charter_digest(rules.charter)
    jury.recusal_scope = rules.recusal_scope


def _draw(count: int, taken: Sequence[int]) -> list[int]:
    return draw_numbers(count, taken, _random.sample)


def _add_work(jury: JurySession, work: IncomingWork, number: int) -> JuryWork:
    return JuryWork(
        id=new_id(),
        session_id=jury.id,
        number=number,
        category=work.category,
        title=work.title,
        summary=work.summary,
        media=[JuryMedia(**asdict(media)) for media in work.media],
    )


def _new_sheet(
    session: Session, work: JuryWork, member: JuryMember, *, points: Mapping[str, int], remark: str, now: datetime
) -> JurySheet:
    if not (points or remark):
        raise DomainError("Il n'y a rien à enregistrer : donnez au moins une note, ou écrivez une appréciation.")
    sheet = JurySheet(
        id=new_id(), session_id=work.session_id, work_id=work.id, member_id=member.id, version=0, created_at=now
    )
    session.add(sheet)
    return sheet


def _write_sheet(sheet: JurySheet, *, points: Mapping[str, int], remark: str, now: datetime) -> None:
    held = {score.criterion: score for score in sheet.scores}
    for criterion, value in points.items():
        if criterion in held:
            held[criterion].points = value
        else:
            sheet.scores.append(JuryScore(criterion=criterion, points=value))
    sheet.scores = [score for score in sheet.scores if score.criterion in points]
    sheet.remark, sheet.updated_at = remark, now
    sheet.version += 1
