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
from concours.kernel.questions import writer_of
from jury import queries
from jury.commitment.operations import commit_to_sheets
from jury.freezing import freeze
from jury.models import JuryAudit, JuryMedia, JuryMember, JurySession, JuryWork
from jury.pace import PAGE_S
from jury.progress import progress_of
from jury.recusals.queries import suspended_numbers
from jury.rules import (
    IncomingWork,
    ReceivedWork,
    Role,
    SessionRules,
    charter_digest,
    check_points,
    check_remark,
    check_rules,
    draw_numbers,
    format_number,
)
from jury.sheets import StaleSheet, check_open, check_sits, lock_writer
from jury.stored import begin_sheet, find_sheet, write_sheet

CONSOLE = "console"
"""Who acts in the jury's audit chain when the organisers do: their own chain says which of them."""

_FROZEN = ("rule_digest", "rule_frozen_at")
"""What freezing the rule changes."""

_random = secrets.SystemRandom()


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
) -> None:
    """Save one juror's sheet as it stands, whole or not; only a whole one counts.

    `version` is that of the sheet the form showed, 0 for a blank one. Raises StaleSheet when another was saved since.
    """
    writer = writer_of(session)
    who = lock_writer(writer, member_id, now=now)
    check_points(points, who.criteria, who.jury.scale)
    check_remark(remark)
    work_id, sheet = find_sheet(writer, session_id=who.session_id, member_id=member_id, number=number)
    if sheet is None:
        if not (points or remark):
            raise DomainError("Il n'y a rien à enregistrer : donnez au moins une note, ou écrivez une appréciation.")
        sheet = begin_sheet(writer, session_id=who.session_id, work_id=work_id, member_id=member_id, now=now)
    elif sheet.points == points and sheet.remark == remark:
        return  # the same form sent twice
    elif sheet.version != version:
        raise StaleSheet(sheet.sheet(number))
    write_sheet(writer, who.criteria, sheet, points=points, remark=remark, now=now)


def close_scoring(session: Session, *, member_id: str, now: datetime) -> None:
    """Close scoring for everyone, missing sheets or not. The secretary's act; it cannot be undone."""
    member = session.get_one(JuryMember, member_id)
    jury = session.get_one(JurySession, member.session_id, with_for_update=True)
    check_sits(member, jury)
    if member.duty is not Role.SECRETARY:
        raise Forbidden("Seul le secrétariat du jury clôt l'évaluation.")
    if jury.handed_over_at is None:
        raise Conflict("Aucune œuvre n'a encore été remise au jury : il n'y a rien à clore.")
    check_open(jury)
    _check_nothing_suspended(session, jury)
    freeze(writer_of(session), jury.id, now=now)
    session.refresh(jury, _FROZEN)
    jury.scoring_closed_at = now
    missing = sum(line.missing for line in progress_of(session, jury))
    details = {"missing_sheets": missing}
    record(session, JuryAudit, actor=member_id, action="scoring_closed", subject=jury.id, now=now, details=details)
    commit_to_sheets(session, jury, actor=member_id, now=now)


def check_not_begun(session: Session, jury: JurySession, consequence: str) -> None:
    """Refuse what no longer changes once a sheet is begun."""
    begun = queries.first_sheet_at(session, jury)
    if begun is not None:
        raise Conflict(f"Le jury a commencé à évaluer le {format_instant(begun)} : {consequence}.")


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
    jury.method = rules.method.facts()
    jury.charter, jury.charter_digest = rules.charter, charter_digest(rules.charter)
    jury.recusal_scope = rules.recusal_scope


def _draw(count: int, taken: Sequence[int]) -> list[int]:
    return draw_numbers(count, taken, _random.sample)


def seconds_to_see(work: IncomingWork) -> int:
    """Return how long a work takes to see: its film, or its pages."""
    return work.film_seconds or PAGE_S * sum(media.role == "page" for media in work.media)


def _add_work(jury: JurySession, work: IncomingWork, number: int) -> JuryWork:
    return JuryWork(
        id=new_id(),
        session_id=jury.id,
        number=number,
        category=work.category,
        title=work.title,
        summary=work.summary,
        seconds=seconds_to_see(work),
        captions=work.captions,
        transcript=work.transcript,
        text_alternative=work.text_alternative,
        media=[JuryMedia(**asdict(media)) for media in work.media],
    )
