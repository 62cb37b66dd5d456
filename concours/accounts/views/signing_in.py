"""Signing in to `concours`: anybody who proves an address may deposit."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts.models import Account, Code, CodeRequest, Link, Outbox
from concours.accounts.operations import ensure_account
from concours.kernel.web.signin import Side, signin_blueprint


def _everyone(_session: Session, _email: str) -> bool:
    return True


def _person_for(session: Session, email: str, now: datetime) -> str | None:
    return ensure_account(session, email=email, now=now).id


def _home(session: Session, account_id: str) -> str:
    return "organisers.dashboard" if session.get_one(Account, account_id).organiser else "entries.mine"


blueprint = signin_blueprint(
    Side(
        codes=Code,
        requests=CodeRequest,
        links=Link,
        outbox=Outbox,
        mail_template="accounts/mails/code.txt",
        heading="Se connecter",
        invitation="Ni mot de passe ni compte à créer : un code à usage unique vous est envoyé par courriel.",
        welcomes=_everyone,
        person_for=_person_for,
        home=_home,
    )
)
