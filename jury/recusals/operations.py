"""Stepping back from a work, keeping a member from one, reporting a breach of anonymity. Nothing here commits."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from concours.kernel.ids import new_id
from concours.kernel.mail import compose, enqueue
from concours.kernel.questions import reader_of
from jury import queries
from jury.models import JuryAudit, JuryMedia, JuryMember, JuryOutbox, JurySession, JurySheet, JuryWork
from jury.operations import CONSOLE, seconds_to_see
from jury.recusals.models import JuryRecusal, JuryReport
from jury.recusals.queries import kept_apart
from jury.rules import IncomingWork, RecusalScope
from jury.sheets import check_open, check_sits


def recuse(session: Session, *, member_id: str, number: int, reason: str, now: datetime) -> JuryRecusal:
    """Let a juror step back from a work, or from all of them where the edition says so."""
    member, jury = _at_the_table(session, member_id)
    if not member.scores:
        raise Forbidden("Seule une personne qui note se déporte d'une œuvre.")
    work_id = queries.find_work_id(reader_of(session), session_id=jury.id, member_id=member_id, number=number)
    recusal = JuryRecusal(
        id=new_id(),
        session_id=jury.id,
        member_id=member_id,
        work_id=work_id,
        cause="self",
        whole=jury.recusal_scope == RecusalScope.WHOLE_JURY,
        reason=reason,
        at=now,
    )
    session.add(recusal)
    _audit(session, "recused", recusal, number, now)
    return recusal


def undo_recusal(session: Session, *, member_id: str, recusal_id: str, now: datetime) -> int:
    """Take one's own recusal back, and return the number: until scoring closes, if nothing was scored since."""
    _member, jury = _at_the_table(session, member_id)
    recusal = session.get(JuryRecusal, recusal_id)
    if recusal is None or recusal.member_id != member_id or recusal.cause != "self":
        raise NotFound
    check_open(jury)
    since = select(JurySheet.id).where(JurySheet.member_id == member_id, JurySheet.updated_at > recusal.at)
    if session.scalars(since.limit(1)).first() is not None:
        raise Conflict(
            "Vous avez noté d'autres œuvres depuis ce déport : il ne s'annule plus et figure au procès-verbal. "
            "Vos fiches sont gardées. En cas d'erreur, écrivez au secrétariat du concours."
        )
    number = session.get_one(JuryWork, recusal.work_id).number
    session.delete(recusal)
    _audit(session, "recusal_undone", recusal, number, now)
    return number


def exclude_pairs(session: Session, *, edition_key: str, pairs: Collection[tuple[str, str]], now: datetime) -> int:
    """Keep members from works, as (member, work) that the organisers give without a reason; return how many are new.

    Raises Conflict once scoring is closed.
    """
    jury = queries.find_session(session, edition_key, lock=True)
    check_open(jury)
    added = [_exclusion(session, jury, member_id, work_id, now) for member_id, work_id in sorted(pairs)]
    fresh = [recusal for recusal in added if recusal is not None]
    session.add_all(fresh)
    for recusal in fresh:
        details = {"member": recusal.member_id, "work": recusal.work_id}
        record(
            session, JuryAudit, actor=CONSOLE, action="kept_apart", subject=recusal.member_id, now=now, details=details
        )
    return len(fresh)


def report_breach(
    session: Session, *, member_id: str, number: int, text: str, secretariat: str, console_url: str, now: datetime
) -> JuryReport:
    """Tell the organisers that a work lets its author be recognised; nobody sees it until they decide."""
    _member, jury = _at_the_table(session, member_id)
    work_id = queries.find_work_id(reader_of(session), session_id=jury.id, member_id=member_id, number=number)
    if not text:
        raise DomainError("Dites en quelques mots ce qui laisse reconnaître l'auteur : rien n'est encore envoyé.")
    report = JuryReport(id=new_id(), session_id=jury.id, member_id=member_id, work_id=work_id, text=text, at=now)
    session.add(report)
    mail = compose("jury/mails/report.txt", to=secretariat, title=jury.title, text=text, console_url=console_url)
    enqueue(session, JuryOutbox, mail, now=now)
    _audit(session, "breach_reported", report, number, now)
    return report


def resume_work(
    session: Session,
    *,
    edition_key: str,
    report_id: str,
    correction: IncomingWork | None,
    now: datetime,
) -> None:
    """Give a suspended work back to the jury, corrected or as it was."""
    report, work = _open_report(session, edition_key, report_id)
    if correction is not None:
        _correct(session, work, correction)
    _decide(session, report, "resumed", now, corrected=correction is not None)


def withdraw_work(session: Session, *, edition_key: str, report_id: str, now: datetime) -> None:
    """Take a suspended work out of the contest: nobody finds it any more, its sheets are kept and set apart."""
    report, _work = _open_report(session, edition_key, report_id)
    _decide(session, report, "withdrawn", now, corrected=False)


def _at_the_table(session: Session, member_id: str) -> tuple[JuryMember, JurySession]:
    """Return a member who sits, locked, and their session while it is open."""
    member = session.get_one(JuryMember, member_id, with_for_update=True)
    jury = session.get_one(JurySession, member.session_id, with_for_update={"read": True})
    check_sits(member, jury)
    check_open(jury)
    return member, jury


def _exclusion(session: Session, jury: JurySession, member_id: str, work_id: str, now: datetime) -> JuryRecusal | None:
    """Return the row that keeps the two apart; nothing where there is one."""
    member, work = session.get(JuryMember, member_id), session.get(JuryWork, work_id)
    if member is None or work is None or {member.session_id, work.session_id} != {jury.id}:
        raise NotFound
    if kept_apart(session, member_id=member_id, work_id=work_id):
        return None
    ids = {"session_id": jury.id, "member_id": member_id, "work_id": work_id}
    return JuryRecusal(id=new_id(), **ids, cause="own_body", whole=False, reason="", at=now)


def _open_report(session: Session, edition_key: str, report_id: str) -> tuple[JuryReport, JuryWork]:
    jury = queries.find_session(session, edition_key, lock=True)
    report = session.get(JuryReport, report_id)
    if report is None or report.session_id != jury.id:
        raise NotFound
    if report.decision is not None:
        raise Conflict("Ce signalement est déjà tranché : la décision est ci-dessous, rien d'autre n'est enregistré.")
    return report, session.get_one(JuryWork, report.work_id)


def _decide(session: Session, report: JuryReport, decision: str, now: datetime, *, corrected: bool) -> None:
    """Decide on this report, and on all those that wait about the same work."""
    waiting = select(JuryReport).where(JuryReport.work_id == report.work_id, JuryReport.decision.is_(None))
    reports: Sequence[JuryReport] = session.scalars(waiting).all()
    for each in reports:
        each.decision, each.decided_at = decision, now
    details = {"decision": decision, "corrected": corrected, "reports": len(reports)}
    record(session, JuryAudit, actor=CONSOLE, action="breach_decided", subject=report.work_id, now=now, details=details)


def _correct(session: Session, work: JuryWork, correction: IncomingWork) -> None:
    work.title, work.summary, work.category = correction.title, correction.summary, correction.category
    work.seconds, work.captions = seconds_to_see(correction), correction.captions
    work.transcript, work.text_alternative = correction.transcript, correction.text_alternative
    for media in list(work.media):
        session.delete(media)
    session.flush()
    session.expire(work, ["media"])
    session.add_all(JuryMedia(work_id=work.id, **asdict(media)) for media in correction.media)


def _audit(session: Session, action: str, row: JuryRecusal | JuryReport, number: int, now: datetime) -> None:
    details = {"number": number}
    record(session, JuryAudit, actor=row.member_id, action=action, subject=row.id, now=now, details=details)
