"""Who organises, in what role: changed and taken away by the secretariat, which never empties itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from concours.accounts import second_factor
from concours.accounts.models import Account, Link, Login, Outbox
from concours.accounts.operations import make_organiser, make_sign_in_link, record
from concours.accounts.queries import by_email
from concours.accounts.rules import INVITATION_LIFETIME, ROLE_NAMES, ROLE_POWERS, OrganiserRole
from concours.kernel import mail
from concours.kernel.errors import Conflict, NotFound
from concours.kernel.sessions import end_logins

_LAST = (
    "C'est la dernière personne du secrétariat : sans elle, plus personne ne pourrait inviter ni décider. Donnez "
    "d'abord ce rôle à quelqu'un d'autre. Rien n'a changé."
)


def invite(
    session: Session, *, email: str, role: OrganiserRole, actor: str, public_url: str, contact: str, now: datetime
) -> Account:
    """Give somebody a role and write to them with a link that signs in; inviting again sends another link.

    Raises Conflict for an organiser who has another role: it is changed on their own page.
    """
    account = by_email(session, email)
    if account and account.organiser and account.role != role:
        raise Conflict(
            f"Cette personne organise déjà, avec le rôle « {ROLE_NAMES[account.role]} ». Changez-le sur sa page."
        )
    if account and account.organiser:
        record(session, actor=actor, action="organiser_invited_again", subject=account.id, now=now)
    account = make_organiser(session, email=email, actor=actor, role=role, now=now)
    token = make_sign_in_link(session, email=account.email, now=now, lifetime=INVITATION_LIFETIME)
    message = mail.compose(
        "accounts/mails/organiser.txt",
        to=account.email,
        link=f"{public_url}/connexion/lien/{token}",
        role=ROLE_NAMES[role],
        powers=ROLE_POWERS[role],
        days=INVITATION_LIFETIME.days,
        contact=contact,
    )
    mail.enqueue(session, Outbox, message, now=now)
    return account


def change_role(session: Session, *, account_id: str, role: OrganiserRole, actor: str, now: datetime) -> bool:
    """Give an organiser another role; tell whether it changed.

    Raises NotFound for whoever organises nothing, Conflict for the last one of the secretariat.
    """
    account = _organiser(session, account_id)
    if account.role == role:
        return False
    _leave_somebody(session, account)
    details = {"from": account.role, "role": role}
    account.role = role
    record(session, actor=actor, action="organiser_role_changed", subject=account_id, now=now, details=details)
    return True


def remove(session: Session, *, account_id: str, actor: str, now: datetime) -> str:
    """Take an organiser's role away at once, with their sessions, links and second factor; return their address.

    Their account stays, as a candidate's. Raises NotFound, Conflict for the last one of the secretariat.
    """
    account = _organiser(session, account_id)
    _leave_somebody(session, account)
    details = {"from": account.role}
    account.role, account.last_sign_in_at = "", None
    second_factor.forget(session, account_id)
    end_logins(session, Login, person_id=account_id)
    session.execute(delete(Link).where(Link.person_id == account_id))
    record(session, actor=actor, action="organiser_removed", subject=account_id, now=now, details=details)
    return account.email


def secretariat(session: Session) -> Sequence[Account]:
    """Return the organisers of the secretariat, locked: two of them who remove each other follow one another."""
    query = select(Account).where(Account.role == OrganiserRole.SECRETARIAT).order_by(Account.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def _organiser(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id)
    if account is None or not account.organiser:
        raise NotFound
    return account


def _leave_somebody(session: Session, account: Account) -> None:
    people = secretariat(session)
    if account.role == OrganiserRole.SECRETARIAT and [each.id for each in people] == [account.id]:
        raise Conflict(_LAST)
