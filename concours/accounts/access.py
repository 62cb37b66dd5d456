"""Who may enter what, on this side of the wall."""

from http import HTTPStatus

from flask import flash, g, redirect, request, url_for

from concours.accounts import second_factor
from concours.accounts.models import Account
from concours.accounts.rules import OrganiserRole
from concours.kernel.errors import Forbidden
from concours.kernel.web.access import Entrance
from concours.kernel.web.person import person_id
from concours.kernel.web.signin import require_sign_in
from concours.kernel.web.state import state

signed_in = require_sign_in

_NOT_THEIRS = "Cette page est réservée au secrétariat du concours."
_CHECK_IN_ONLY = (
    "Cette page est réservée au secrétariat du concours. Votre rôle, Accueil, ouvre les pages du jour et la liste des "
    "inscriptions."
)
_READS_ONLY = (
    "Votre rôle, Lecture seule, montre toute la console sans rien y changer : rien n'est modifié. Demandez à une "
    "personne du secrétariat de le faire."
)
_FACTOR_FIRST = "Avant d'entrer dans la console, associez votre téléphone à votre compte : c'est exigé de qui organise."
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def organisers_only() -> Entrance:
    """Let the secretariat in, and readers who change nothing. Raises Forbidden for everybody else."""
    return organisers() or _enter(frozenset({OrganiserRole.SECRETARIAT}))


def on_the_day() -> Entrance:
    """Let in who receives people on the day: check-in as the secretariat, and readers who change nothing."""
    return organisers() or _enter(frozenset({OrganiserRole.SECRETARIAT, OrganiserRole.CHECK_IN}))


def organisers() -> Entrance:
    """Let every organiser in, send visitors to sign in. Raises Forbidden for everybody else."""
    elsewhere = require_sign_in()
    if elsewhere is None and not current_role():
        raise Forbidden(_NOT_THEIRS)
    return elsewhere


def current_role() -> str:
    """Return the role of whoever is signed in; empty for candidates and visitors. Asked once a request."""
    if "organiser_role" not in g:
        who, g.organiser_role = person_id(), ""
        if who:
            with state().database.read() as session:
                account = session.get(Account, who)
                g.organiser_role = account.role if account else ""
    return str(g.organiser_role)


def act_for(account_id: str) -> None:
    """Have this request act for an account without its being signed in: a link of its own proved that it may."""
    g.acting_for = account_id


def current_account_id() -> str:
    """Return the account that acts. Raises Forbidden when there is none: the access rule comes first."""
    account_id: str | None = g.get("acting_for") or person_id()
    if account_id is None:
        raise Forbidden("Connectez-vous pour continuer.")
    return account_id


def _enter(changing: frozenset[OrganiserRole]) -> Entrance:
    """Let in the roles that may change things here, and readers who ask for nothing else than to see."""
    role = current_role()
    if role == OrganiserRole.READER and request.method not in _READING:
        raise Forbidden(_READS_ONLY)
    if role not in {*changing, OrganiserRole.READER}:
        raise Forbidden(_CHECK_IN_ONLY)
    return _second_factor_first()


def _second_factor_first() -> Entrance:
    """Send an organiser to associate a telephone, where production exacts it."""
    if not state().settings.production:
        return None
    with state().database.read() as session:
        if second_factor.is_set(session, current_account_id()):
            return None
    flash(_FACTOR_FIRST, "info")
    return redirect(url_for("second_factor.home"), HTTPStatus.SEE_OTHER)
