"""Who sits on the panel: invited, accepting or declining, called, taken off it. Nothing here commits."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.ids import new_id
from concours.kernel.mail import Message, compose, enqueue
from concours.kernel.sessions import end_logins
from jury import queries
from jury.models import JuryAudit, JuryLink, JuryLogin, JuryMember, JuryOutbox, JuryReminder, JurySession
from jury.operations import CONSOLE
from jury.recusals.models import JuryRecusal, JuryReport
from jury.rules import ROLE_NAMES, Role, Standing
from jury.sheets import check_open


def invite_member(
    session: Session,
    *,
    edition_key: str,
    email: str,
    name: str,
    function: str,
    role: str,
    jury_url: str,
    now: datetime,
    reason: str = "",
    dual_role_reason: str = "",
) -> str:
    """Invite somebody to the panel, write to them, and return their identifier.

    Raises Conflict without a `reason` once a sheet is begun. `dual_role_reason`: they are an organiser too, declared.
    """
    jury = queries.find_session(session, edition_key, lock=True)
    check_open(jury)
    _check_seat(session, jury, email=email, role=Role(role))
    late = _reason_once_begun(session, jury, reason, "ajouter quelqu'un")
    member = JuryMember(
        id=new_id(),
        session_id=jury.id,
        email=email.strip().lower(),
        name=name,
        function=function,
        role=role,
        invited_at=now,
        added_reason=late,
        seat=None if role == Role.SECRETARY else queries.next_seat(session, jury),
    )
    session.add(member)
    enqueue(session, JuryOutbox, _invitation(jury, member, jury_url), now=now)
    details = {"role": role, "begun": bool(late)}
    record(session, JuryAudit, actor=CONSOLE, action="member_invited", subject=member.id, now=now, details=details)
    if dual_role_reason:
        _declare(session, member, dual_role_reason, now)
    return member.id


def accept_seat(session: Session, *, member_id: str, bodies: str, charter_digest: str, now: datetime) -> None:
    """Take the seat, accept the charter that was shown, and declare one's administrations; may be said again."""
    member = session.get_one(JuryMember, member_id, with_for_update=True)
    jury = session.get_one(JurySession, member.session_id)
    check_open(jury)
    if charter_digest != jury.charter_digest:
        raise Conflict("La charte a changé pendant que vous la lisiez : la voici telle qu'elle est. Rien n'est perdu.")
    first = member.standing is not Standing.ACCEPTED or member.charter_digest != charter_digest
    member.declined_at, member.decline_reason, member.bodies = None, "", bodies
    if first:
        member.accepted_at, member.charter_digest = now, charter_digest
    action = "seat_accepted" if first else "bodies_declared"
    details = {"charter": charter_digest, "bodies": len(bodies.splitlines())}
    record(session, JuryAudit, actor=member_id, action=action, subject=member_id, now=now, details=details)


def decline_seat(
    session: Session, *, member_id: str, reason: str, secretariat: str, console_url: str, now: datetime
) -> None:
    """Decline the invitation and tell the organisers. Raises Conflict once it is accepted."""
    member = session.get_one(JuryMember, member_id, with_for_update=True)
    jury = session.get_one(JurySession, member.session_id)
    if member.standing is Standing.ACCEPTED:
        raise Conflict("Vous avez accepté de siéger. Pour vous retirer du jury, écrivez au secrétariat du concours.")
    if member.standing is Standing.DECLINED:
        return  # the same form sent twice
    member.declined_at, member.decline_reason = now, reason
    mail = compose(
        "jury/mails/declined.txt",
        to=secretariat,
        name=member.name,
        role=ROLE_NAMES[member.duty],
        title=jury.title,
        reason=reason,
        console_url=console_url,
    )
    enqueue(session, JuryOutbox, mail, now=now)
    record(session, JuryAudit, actor=member_id, action="seat_declined", subject=member_id, now=now)


def call_substitute(
    session: Session, *, edition_key: str, member_id: str, reason: str, jury_url: str, now: datetime
) -> None:
    """Call a substitute to sit, with a reason that the minutes give."""
    member, jury = _member(session, edition_key, member_id)
    check_open(jury)
    if not member.waits_in_reserve or member.standing is not Standing.ACCEPTED:
        raise Conflict("Seul·e un·e suppléant·e qui a accepté, et qui ne siège pas encore, peut être appelé·e.")
    if not reason:
        raise DomainError("Indiquez pourquoi cette personne est appelée : le motif figure au procès-verbal.")
    member.called_at, member.call_reason = now, reason
    mail = compose("jury/mails/called.txt", to=member.email, name=member.name, title=jury.title, jury_url=jury_url)
    enqueue(session, JuryOutbox, mail, now=now)
    record(session, JuryAudit, actor=CONSOLE, action="substitute_called", subject=member_id, now=now)


def declare_dual_role(session: Session, *, edition_key: str, email: str, reason: str, now: datetime) -> str:
    """Declare that a member of this panel is an organiser too, and return their identifier."""
    jury = queries.find_session(session, edition_key, lock=True)
    found = (member for member in queries.members_of(session, jury) if member.email == email.strip().lower())
    member = next(found, None)
    if member is None:
        raise NotFound
    _declare(session, member, reason, now)
    return member.id


def remove_member(session: Session, *, edition_key: str, member_id: str, now: datetime, reason: str = "") -> None:
    """Take somebody off the panel and sign them out at once.

    Somebody who has left no trace goes without one. Once the panel is at work, the seat and its sheets are kept, set
    apart, and a `reason` is asked for.
    """
    member, jury = _member(session, edition_key, member_id)
    check_open(jury)
    end_logins(session, JuryLogin, person_id=member_id)
    session.execute(delete(JuryLink).where(JuryLink.person_id == member_id))
    if _leaves_nothing(session, jury, member):
        session.execute(delete(JuryReminder).where(JuryReminder.member_id == member_id))
        session.delete(member)
    else:
        late = _reason_once_begun(session, jury, reason, "retirer quelqu'un")
        member.removed_at, member.removal_reason = now, late or reason
    record(session, JuryAudit, actor=CONSOLE, action="member_removed", subject=member_id, now=now)


def _declare(session: Session, member: JuryMember, reason: str, now: datetime) -> None:
    if not reason:
        raise DomainError("Indiquez pourquoi cette personne tient les deux rôles : le motif figure au procès-verbal.")
    member.dual_role_at, member.dual_role_reason = now, reason
    record(session, JuryAudit, actor=CONSOLE, action="dual_role_declared", subject=member.id, now=now)


def _member(session: Session, edition_key: str, member_id: str) -> tuple[JuryMember, JurySession]:
    """Return a member and their session, both locked in the order in which a juror's own writing locks them."""
    member = session.get(JuryMember, member_id, with_for_update=True)
    jury = queries.find_session(session, edition_key, lock=True)
    if member is None or member.session_id != jury.id or member.removed_at is not None:
        raise NotFound
    return member, jury


def _leaves_nothing(session: Session, jury: JurySession, member: JuryMember) -> bool:
    traces = (select(table.id).where(table.member_id == member.id).limit(1) for table in (JuryRecusal, JuryReport))
    if any(session.scalars(trace).first() for trace in traces):
        return False
    begun = queries.first_sheet_at(session, jury) is not None
    return not begun or member.standing is not Standing.ACCEPTED


def _reason_once_begun(session: Session, jury: JurySession, reason: str, act: str) -> str:
    """Return the reason to keep: none before the first sheet. Raises Conflict where it lacks."""
    begun = queries.first_sheet_at(session, jury)
    if begun is None:
        return ""
    if not reason:
        raise Conflict(
            f"Le jury a commencé à évaluer le {format_instant(begun)} : sa composition est figée. Pour {act} malgré "
            "tout, lisez les conséquences et indiquez le motif ; il figure au procès-verbal."
        )
    return reason


def _check_seat(session: Session, jury: JurySession, *, email: str, role: Role) -> None:
    taken = session.scalars(
        select(JuryMember).where(JuryMember.session_id == jury.id, JuryMember.email == email.strip().lower())
    ).first()
    if taken is not None and taken.removed_at is not None:
        raise Conflict(
            f"Cette personne a été retirée du jury le {format_instant(taken.removed_at)} ; ses fiches sont gardées à "
            "part et elle ne revient pas sous la même adresse."
        )
    if taken is not None:
        raise Conflict("Cette adresse est déjà celle d'un membre du jury.")
    members = queries.members_of(session, jury)
    if role is Role.PRESIDENT and any(member.duty is role for member in members):
        raise Conflict("Le jury a déjà une présidente ou un président. Retirez d'abord cette personne du jury.")


def _invitation(jury: JurySession, member: JuryMember, jury_url: str) -> Message:
    return compose(
        "jury/mails/invitation.txt",
        to=member.email,
        name=member.name,
        role=ROLE_NAMES[member.duty],
        duty=member.duty,
        title=jury.title,
        closes_at=jury.scoring_closes_at,
        jury_url=jury_url,
    )
