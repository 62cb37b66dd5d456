"""« Mes données » : all that is held about whoever is signed in, to see, to take away, to correct, to erase."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id, signed_in
from concours.kernel.queue import QUICK
from concours.kernel.web import person
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from concours.privacy import personal, queries, requests
from concours.privacy.forms import AskForm, EraseForm
from concours.privacy.turn import remove_files
from concours.privacy.views.base import desk, download, status_of

blueprint = ClosedBlueprint("my_data", __name__, access=signed_in, url_prefix="/compte/donnees")

_ERASED = "Votre compte et tout ce qu'il contenait sont effacés. Merci d'avoir participé."
_ASKED = "Votre demande est transmise au secrétariat du concours, qui vous répondra par courriel."


@blueprint.get("")
def home() -> ResponseReturnValue:
    """Show all that is held."""
    return render_template("privacy/own.html", held=_held())


@blueprint.get("/mes-donnees.zip")
def archive() -> ResponseReturnValue:
    """Give all that is held as a file."""
    return download(_held())


@blueprint.route("/effacer", methods=("GET", "POST"))
def erase() -> ResponseReturnValue:
    """Erase at once, or say what has to be kept and hand the request on."""
    who = current_account_id()
    with state().database.read() as session:
        kept, asked = requests.kept_of(session, who), queries.asked(session, who)
    form = AskForm() if kept else EraseForm()
    if form.validate_on_submit():
        return _ask(who) if kept else _erase(who)
    return render_template("privacy/erase.html", form=form, kept=kept, asked=asked), status_of(form)


def _erase(who: str) -> ResponseReturnValue:
    with state().database.write() as session:
        requests.erase_account(session, account_id=who, desk=desk(), now=instant())
    remove_files(state().database, state().stores)
    person.sign_out()
    state().queues.announce(QUICK, "mail")
    flash(_ERASED, "success")
    return redirect(url_for("site.home"), HTTPStatus.SEE_OTHER)


def _ask(who: str) -> ResponseReturnValue:
    with state().database.write() as session:
        requests.ask(session, account_id=who, desk=desk(), now=instant())
    state().queues.announce(QUICK, "mail")
    flash(_ASKED, "success")
    return redirect(url_for(".home"), HTTPStatus.SEE_OTHER)


def _held() -> personal.Held:
    with state().database.read() as session:
        return personal.of_account(session, current_account_id(), now=instant())
