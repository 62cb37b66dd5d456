"""What the jury reported of a work, beside the entry that it is: decided here, for the jury must not know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.editions.queries import current_record
from concours.entries import captions
from concours.entries.deposits import tell_refused
from concours.entries.queries import deposits_by_work
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.text import clean_line, clean_text
from concours.organisers import queries
from concours.organisers.operations import as_work
from concours.organisers.rules import REASON_MAX_LENGTH, Decision
from jury import api as jury


@dataclass(frozen=True, slots=True)
class Reported:
    """A report and its entry; never the work's number, which nobody sees beside a name before the unsealing."""

    report: jury.BreachReport
    each: queries.ExaminedEntry


@dataclass(frozen=True, slots=True)
class Correction:
    """What the jury reads and sees of the work from now on."""

    title: str
    summary: str
    transcript: str = ""
    captions: str = ""
    text_alternative: str = ""


def waiting(session: Session) -> list[jury.BreachReport]:
    """Return what waits for a decision."""
    return [report for report in _reports(session) if report.decision is None]


def reported(session: Session) -> list[Reported]:
    """Return every report with its entry, what waits first."""
    reports = _reports(session)
    entries = _entries(session, reports)
    return [Reported(report, entries[report.work_id]) for report in reports]


def find_reported(session: Session, report_id: str) -> Reported:
    """Return one report with its entry. Raises NotFound."""
    found = next((each for each in reported(session) if each.report.report_id == report_id), None)
    if found is None:
        raise NotFound
    return found


def resume(session: Session, *, report_id: str, correction: Correction | None, actor: str, now: datetime) -> None:
    """Give the work back to the jury, as it was or corrected. Raises DomainError for a correction without words."""
    found = find_reported(session, report_id)
    jury.resume_work(
        session,
        edition_key=current_record(session).key,
        report_id=report_id,
        correction=_corrected(found.each, correction) if correction else None,
        now=now,
    )
    details = {"decision": "resumed", "corrected": correction is not None}
    _record(session, found, actor, now, details)


def withdraw(session: Session, *, report_id: str, reason: str, actor: str, now: datetime) -> None:
    """Take the work out of the contest, and tell its team why. Raises DomainError without a reason."""
    found = find_reported(session, report_id)
    reason = clean_text(reason)
    if not reason or len(reason) > REASON_MAX_LENGTH:
        raise DomainError("Indiquez le motif : l'équipe candidate le reçoit par courriel.")
    jury.withdraw_work(session, edition_key=current_record(session).key, report_id=report_id, now=now)
    entry, decided = found.each.entry, found.each.admissibility
    if decided is None:
        raise NotFound
    decided.decision, decided.reason = Decision.REFUSED.value, reason
    decided.decided_by, decided.decided_at = actor, now
    session.flush()
    tell_refused(session, entry=entry, now=now, withdrawn=True)
    _record(session, found, actor, now, {"decision": "withdrawn"})


def _corrected(each: queries.ExaminedEntry, correction: Correction) -> jury.IncomingWork:
    deposit = each.entry.deposit
    if deposit is None:
        raise NotFound
    title, summary = clean_line(correction.title), clean_text(correction.summary)
    if not title:
        raise DomainError("Indiquez le titre que le jury lira.")
    if not each.copy_ready:
        raise Conflict("La copie destinée au jury n'est pas prête : attendez qu'elle le soit, rien n'est enregistré.")
    return replace(
        as_work(deposit),
        title=title,
        summary=summary,
        transcript=clean_text(correction.transcript),
        captions=captions.shown(clean_text(correction.captions)),
        text_alternative=clean_text(correction.text_alternative),
    )


def _reports(session: Session) -> Sequence[jury.BreachReport]:
    key = current_record(session).key
    return jury.breach_reports(session, edition_key=key) if jury.has_session(session, edition_key=key) else []


def _entries(session: Session, reports: Sequence[jury.BreachReport]) -> Mapping[str, queries.ExaminedEntry]:
    deposits = deposits_by_work(session, [report.work_id for report in reports])
    return {work_id: queries.find_examined(session, deposit.entry_id) for work_id, deposit in deposits.items()}


def _record(session: Session, found: Reported, actor: str, now: datetime, details: Mapping[str, object]) -> None:
    subject = found.each.entry.id
    accounts.record(session, actor=actor, action="breach_decided", subject=subject, now=now, details=details)
