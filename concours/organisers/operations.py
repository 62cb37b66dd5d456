"""What the secretariat does. Every act is recorded, with identifiers only."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.queries import by_email
from concours.editions import document
from concours.editions.operations import update_edition
from concours.editions.queries import current_edition, current_record, to_edition
from concours.editions.rules import Edition
from concours.entries import captions
from concours.entries.deposits import tell_refused
from concours.entries.models import Deposit
from concours.entries.operations import link_works
from concours.entries.queries import find_entry
from concours.intake import lifecycle
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.text import clean_line, clean_text
from concours.organisers import bodies, deciding, listing, queries, second_looks
from concours.organisers.rules import Decision, Standing, check_decision, obstacles
from jury import api as jury

_random = secrets.SystemRandom()


def decide_admissibility(
    session: Session,
    *,
    entry_id: str,
    deposit_id: str,
    decision: Decision,
    reason: str,
    actor: str,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Admit or refuse an entry, on the deposit that was examined; an earlier decision is replaced.

    `seen`: the mark of what the page showed. Raises Conflict when a newer deposit or another decision came meanwhile,
    two are to agree, or the works went to the jury; DomainError without a reason.
    """
    entry = deciding.examinable(session, entry_id, deposit_id=deposit_id, seen=seen)
    if queries.look_of(session, entry_id):
        raise Conflict("Cette candidature est à revoir à deux : relisez-la, puis donnez votre avis.")
    reason = clean_text(reason)
    check_decision(decision, reason)
    deciding.keep_decision(session, entry, decision=decision, reason=reason, actor=actor, now=now)


def clear_admissibility(session: Session, *, entry_id: str, actor: str, now: datetime, seen: str | None = None) -> None:
    """Take a decision back; the entry is to be examined again, by two where two had agreed on it."""
    deciding.examinable(session, entry_id, seen=seen)
    row = queries.admissibility_of(session, entry_id)
    if row is None:
        raise Conflict("Cette candidature n'a pas de décision : il n'y a rien à annuler.")
    session.delete(row)
    second_looks.reopen(session, entry_id)
    accounts.record(session, actor=actor, action="admissibility_cleared", subject=entry_id, now=now)


def retry_jury_copy(session: Session, *, entry_id: str, actor: str, now: datetime) -> str:
    """Have the jury copy of a deposited file made again after a failure; return the file's identifier."""
    deposit = find_entry(session, entry_id).deposit
    if deposit is None:
        raise NotFound
    lifecycle.retry(session, creation_id=deposit.creation_id)
    accounts.record(session, actor=actor, action="jury_copy_retried", subject=entry_id, now=now)
    return deposit.creation_id


def hand_over(session: Session, *, actor: str, now: datetime) -> int:
    """Give the admitted works to the jury, once, in one shuffled batch; return how many.

    The last moment where both sides are in one function: nothing is kept of it but the link from entry to work.
    Decisions are final then, so those who are refused are told by mail.
    Raises Conflict the second time, DomainError with all that is still to be done.
    """
    record = deciding.not_handed_over(session)
    edition = to_edition(session, record)
    _require_ready(hand_over_obstacles(session, now=now))
    entries = queries.examined_entries(session, record.id)
    kept_apart = bodies.confirmed_pairs(session)
    batch = _shuffled(
        each.entry.deposit for each in entries if each.standing is Standing.ADMITTED and each.entry.deposit
    )
    _open_jury(session, edition, now)
    received = jury.receive_works(session, edition_key=edition.key, works=[as_work(each) for each in batch], now=now)
    works = {each.entry_id: work.work_id for each, work in zip(batch, received, strict=True)}
    link_works(session, works=works)
    pairs = [(member_id, works[entry_id]) for member_id, entry_id in kept_apart if entry_id in works]
    jury.exclude_pairs(session, edition_key=edition.key, pairs=pairs, now=now)
    record.handed_over_at = now
    refused = [each for each in entries if each.standing is Standing.REFUSED]
    for each in refused:
        tell_refused(session, entry=each.entry, now=now)
    details = {"admitted": len(batch), "refused": len(refused)}
    accounts.record(session, actor=actor, action="handed_over", subject=record.id, now=now, details=details)
    return len(batch)


def hand_over_obstacles(session: Session, *, now: datetime) -> list[str]:
    """Return why works cannot go to the jury yet, a sentence each."""
    record = current_record(session)
    examined, closes_at = listing.examined(session, record.id), to_edition(session, record).closes_at
    return [*obstacles(examined, closes_at=closes_at, now=now), *bodies.obstacles(session)]


def invite_member(
    session: Session,
    *,
    email: str,
    name: str,
    function: str,
    role: str,
    jury_url: str,
    actor: str,
    now: datetime,
    reason: str = "",
    dual_role_reason: str = "",
) -> str:
    """Invite somebody to the panel, opening the jury at the first invitation; return their identifier there.

    Raises Conflict for an organiser whose double role is not declared, and without a `reason` once the jury has begun.
    """
    dual = _declared_dual_role(session, email, dual_role_reason)
    edition = current_edition(session)
    _open_jury(session, edition, now)
    member_id = jury.invite_member(
        session,
        edition_key=edition.key,
        email=email,
        name=clean_line(name),
        function=clean_line(function),
        role=role,
        jury_url=jury_url,
        now=now,
        reason=clean_text(reason),
        dual_role_reason=clean_text(dual_role_reason) if dual else "",
    )
    details = {"role": role}
    accounts.record(session, actor=actor, action="member_invited", subject=member_id, now=now, details=details)
    if dual:
        accounts.record(session, actor=actor, action="dual_role_declared", subject=member_id, now=now)
    return member_id


def remove_member(session: Session, *, member_id: str, actor: str, now: datetime, reason: str = "") -> None:
    """Take somebody off the panel. Raises Conflict without a reason once the jury has begun."""
    key = current_record(session).key
    jury.remove_member(session, edition_key=key, member_id=member_id, reason=clean_text(reason), now=now)
    accounts.record(session, actor=actor, action="member_removed", subject=member_id, now=now)


def call_substitute(session: Session, *, member_id: str, reason: str, jury_url: str, actor: str, now: datetime) -> None:
    """Call a substitute to sit. Raises Conflict for anybody else, DomainError without a reason."""
    key = current_record(session).key
    reason = clean_text(reason)
    jury.call_substitute(session, edition_key=key, member_id=member_id, reason=reason, jury_url=jury_url, now=now)
    accounts.record(session, actor=actor, action="substitute_called", subject=member_id, now=now)


def edit_edition(session: Session, *, edition: Edition, version: int, actor: str, now: datetime) -> tuple[str, ...]:
    """Change the edition, and what the jury was told of it; return the names of what changed.

    Raises Conflict on a stale version or once the jury uses what would change, DomainError for what makes no edition.
    """
    edition = document.parse(document.dump(edition))  # nothing is stored that could not be read again
    told = session_rules(current_edition(session))
    changed = update_edition(session, edition=edition, version=version, now=now)
    if not changed:
        return changed
    if session_rules(edition) != told and jury.has_session(session, edition_key=edition.key):
        jury.update_session_rules(session, rules=session_rules(edition), now=now)
    details = {"changed": list(changed)}
    subject = current_record(session).id
    accounts.record(session, actor=actor, action="edition_changed", subject=subject, now=now, details=details)
    return changed


def session_rules(edition: Edition) -> jury.SessionRules:
    """Return what the edition tells its jury."""
    return jury.SessionRules(
        edition_key=edition.key,
        title=edition.title,
        criteria=tuple(jury.Criterion(**vars(criterion)) for criterion in edition.criteria),
        scale_low=edition.scale_low,
        scale_high=edition.scale_high,
        laureates_max=edition.laureates_max,
        method=document.jury_method(edition),
        charter=edition.texts.charter,
        recusal_scope=edition.recusal,
    )


def _declared_dual_role(session: Session, email: str, reason: str) -> bool:
    """Tell whether this is an organiser's address. Raises Conflict where nobody says why they would sit too."""
    account = by_email(session, email)
    dual = bool(account and account.organiser)
    if dual and not reason:
        raise Conflict(
            "Cette adresse est celle d'un membre du secrétariat du concours, qui connaît les candidats. Invitez "
            "quelqu'un d'autre ou, faute de mieux, déclarez le cumul et son motif : il figure au procès-verbal."
        )
    return dual


def _open_jury(session: Session, edition: Edition, now: datetime) -> None:
    if not jury.has_session(session, edition_key=edition.key):
        jury.open_session(session, rules=session_rules(edition), now=now)


def _require_ready(found: list[str]) -> None:
    if found:
        raise DomainError(" ".join(["Les œuvres ne peuvent pas encore être transmises au jury.", *found]))


def _shuffled(deposits: Iterable[Deposit]) -> list[Deposit]:
    batch = list(deposits)
    _random.shuffle(batch)
    return batch


def as_work(deposit: Deposit) -> jury.IncomingWork:
    """Return what the jury may know of a deposit: cleaned words and the files that we made."""
    return jury.IncomingWork(
        category=clean_line(deposit.answers.category),
        title=clean_line(deposit.answers.title),
        summary=clean_text(deposit.answers.summary),
        media=tuple(
            jury.IncomingMedia(
                role=file.role,
                position=file.position,
                digest=file.digest,
                mime=file.mime,
                width=file.width,
                height=file.height,
                size=file.size,
                text=file.text if file.role == "page" else "",  # the rest is for the anonymity check
            )
            for file in deposit.creation.jury_files
        ),
        film_seconds=round(deposit.creation.duration_s or 0),
        captions=captions.shown(deposit.answers.captions) if deposit.creation.duration_s else "",
        transcript=deposit.answers.transcript,
        text_alternative=deposit.answers.text_alternative,
    )
