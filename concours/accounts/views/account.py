"""One's own account: its address, the sessions that are open, and how to change or end them."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts import addresses, operations, queries
from concours.accounts.access import current_account_id, signed_in
from concours.accounts.forms import AddressForm, ProofForm
from concours.accounts.models import Account, Code, CodeRequest, Login
from concours.accounts.rules import Proof
from concours.kernel.codes import CodeBook
from concours.kernel.errors import DomainError
from concours.kernel.ids import checked_id
from concours.kernel.queue import QUICK
from concours.kernel.sessions import digest_of, logins_of
from concours.kernel.web import mailbox, person
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.signin import network_of
from concours.kernel.web.state import instant, state

blueprint = ClosedBlueprint("account", __name__, access=signed_in, url_prefix="/compte")

_WRONG = "Ce code n'est pas le bon. Vérifiez le dernier courriel reçu à cette adresse."
_REFUSED: Mapping[Proof, tuple[str, ...]] = {
    Proof.WRONG_OLD: ("old_code",),
    Proof.WRONG_NEW: ("new_code",),
    Proof.WRONG_BOTH: ("old_code", "new_code"),
}
_SPENT = (
    "Ces codes ne sont plus valables : trop d'essais, trente minutes passées, ou une autre demande faite depuis. "
    "Votre adresse n'a pas changé : demandez de nouveaux codes ci-dessous."
)
_TAKEN = (
    "Un compte s'est ouvert entre-temps à la nouvelle adresse : la vôtre n'a pas changé. "
    "Écrivez au secrétariat du concours pour les réunir."
)
_CHANGED = "L'adresse de votre compte a changé. Vos candidatures sont toujours là ; vos autres sessions ont pris fin."


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Show the address and the open sessions."""
    token = person.session_token() or ""
    with state().database.read() as session:
        account = session.get_one(Account, current_account_id())
        sessions = logins_of(session, Login, person_id=account.id, now=instant())
        return render_template(
            "accounts/account.html", account=account, sessions=sessions, current=digest_of(token), now=instant()
        )


@blueprint.post("/sessions/<string:login_id>/fin")
def end_session(login_id: str) -> ResponseReturnValue:
    """End one session."""
    with state().database.write() as session:
        operations.end_session(session, account_id=current_account_id(), login_id=checked_id(login_id), now=instant())
    flash("Cette session a pris fin : l'appareil devra se reconnecter.", "success")
    return redirect(url_for(".home"), HTTPStatus.SEE_OTHER)


@blueprint.post("/sessions/fin")
def end_sessions() -> ResponseReturnValue:
    """End every session, this one included."""
    with state().database.write() as session:
        operations.end_sessions(session, account_id=current_account_id(), now=instant())
    person.sign_out()
    flash("Vous êtes déconnecté·e partout, ici comprise. Ce qui était enregistré le reste.", "success")
    return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)


@blueprint.route("/adresse", methods=["GET", "POST"])
def address() -> ResponseReturnValue:
    """Ask for another address."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            with state().database.write() as session:
                change = addresses.ask_change(
                    session, _desk(), account_id=current_account_id(), email=form.email.data, now=instant()
                )
        except DomainError as refusal:
            form.refuse(refusal.message, field="email")
        else:
            state().queues.announce(QUICK, "mail")
            return redirect(url_for(".prove", change_id=change.id), HTTPStatus.SEE_OTHER)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render_template("accounts/address.html", form=form, account=_account()), status


@blueprint.route("/adresse/<string:change_id>", methods=["GET", "POST"])
def prove(change_id: str) -> ResponseReturnValue:
    """Ask for both codes, then change the address."""
    with state().database.read() as session:
        change = queries.live_change(
            session, account_id=current_account_id(), change_id=checked_id(change_id), now=instant()
        )
    if change is None:
        return _start_again(_SPENT)
    form = ProofForm()
    if form.validate_on_submit():
        found = _try(change_id, form)
        if found is Proof.DONE:
            state().queues.announce(QUICK, "mail")
            flash(_CHANGED, "success")
            return redirect(url_for(".home"), HTTPStatus.SEE_OTHER)
        if found in {Proof.SPENT, Proof.TAKEN}:
            return _start_again(_SPENT if found is Proof.SPENT else _TAKEN)
        for field in _REFUSED[found]:
            form.refuse(_WRONG, field=field)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "account": _account(), "change": change, "mailbox": mailbox.address()}
    return render_template("accounts/address_codes.html", **context), status


def _try(change_id: str, form: ProofForm) -> Proof:
    with state().database.write() as session:
        return addresses.confirm_change(
            session,
            _desk(),
            account_id=current_account_id(),
            change_id=change_id,
            codes=form.codes,
            token=person.session_token() or "",
            now=instant(),
        )


def _start_again(reason: str) -> ResponseReturnValue:
    flash(reason, "error")
    return redirect(url_for(".address"), HTTPStatus.SEE_OTHER)


def _account() -> Account:
    with state().database.read() as session:
        return session.get_one(Account, current_account_id())


def _desk() -> addresses.Desk:
    book = CodeBook(Code, CodeRequest, state().secret)
    return addresses.Desk(book, state().settings.contact_email, network_of(request.remote_addr or ""))
