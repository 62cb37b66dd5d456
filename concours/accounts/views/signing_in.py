"""Signing in to `concours`: anybody who proves an address may deposit; organisers prove their telephone too."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts import second_factor
from concours.accounts.models import Account, Code, CodeRequest, Link, Outbox
from concours.accounts.operations import ensure_account
from concours.accounts.queries import by_email
from concours.accounts.rules import OrganiserRole
from concours.kernel.codes import LinkMixin
from concours.kernel.web.signin import Side, signin_blueprint


def _everyone(_session: Session, _email: str) -> bool:
    return True


def _known(session: Session, email: str) -> str | None:
    account = by_email(session, email)
    return account.id if account else None


def _person_for(session: Session, email: str, now: datetime) -> str | None:
    return ensure_account(session, email=email, now=now).id


def _second_step(session: Session, account_id: str, link: LinkMixin | None) -> str | None:
    """Ask organisers for their telephone; not by the links of the demonstration, nor of whoever runs the service."""
    if isinstance(link, Link) and (link.reusable or link.full):
        return None
    return "second_step.ask" if second_factor.is_set(session, account_id) else None


def _arrived(session: Session, account_id: str, now: datetime) -> None:
    account = session.get(Account, account_id)
    if account and account.organiser:
        account.last_sign_in_at = now


def _home(session: Session, account_id: str) -> str:
    role = session.get_one(Account, account_id).role
    if role == OrganiserRole.CHECK_IN:
        return "registrations.welcome.show"
    return "organisers.dashboard" if role else "entries.mine"


SIDE = Side(
    codes=Code,
    requests=CodeRequest,
    links=Link,
    outbox=Outbox,
    mail_template="accounts/mails/code.txt",
    heading="Se connecter",
    invitation="Ni mot de passe ni compte à créer : un code à usage unique vous est envoyé par courriel.",
    welcomes=_everyone,
    person_for=_person_for,
    known=_known,
    home=_home,
    second_step=_second_step,
    arrived=_arrived,
)
blueprint = signin_blueprint(SIDE)
