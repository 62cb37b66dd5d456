"""Who may enter what, on this side of the wall."""

from flask import g

from concours.accounts.models import Account
from concours.kernel.errors import Forbidden
from concours.kernel.web.access import Entrance
from concours.kernel.web.person import person_id
from concours.kernel.web.signin import require_sign_in
from concours.kernel.web.state import state

signed_in = require_sign_in


def organisers_only() -> Entrance:
    """Let organisers in, send visitors to sign in. Raises Forbidden for everybody else."""
    elsewhere = require_sign_in()
    if elsewhere is None:
        with state().database.read() as session:
            if not session.get_one(Account, current_account_id()).organiser:
                raise Forbidden("Cette page est réservée au secrétariat du concours.")
    return elsewhere


def act_for(account_id: str) -> None:
    """Have this request act for an account without its being signed in: a link of its own proved that it may."""
    g.acting_for = account_id


def current_account_id() -> str:
    """Return the account that acts. Raises Forbidden when there is none: the access rule comes first."""
    account_id: str | None = g.get("acting_for") or person_id()
    if account_id is None:
        raise Forbidden("Connectez-vous pour continuer.")
    return account_id
