"""The same for whoever only registered to the event: their mailed link opens it."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.queue import QUICK
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.state import instant, state
from concours.privacy import personal, requests
from concours.privacy.forms import EraseForm
from concours.privacy.views.base import desk, download, status_of
from concours.registrations.queries import by_token

blueprint = ClosedBlueprint("registration_data", __name__, access=everyone, url_prefix="/inscription")

_ERASED = "Votre inscription est effacée. Si vous aviez une place, une autre personne en profitera."


@blueprint.route("/<string:token>/donnees", methods=("GET", "POST"))
def show(token: str) -> ResponseReturnValue:
    """Show what is held about a registration, and erase it once the box is ticked."""
    held, form = _held(token), EraseForm()
    if not form.validate_on_submit():
        return render_template("privacy/linked.html", held=held, token=token, form=form), status_of(form)
    with state().database.write() as session:
        requests.erase_registration(session, token=token, desk=desk(), now=instant())
    state().queues.announce(QUICK, "mail")
    flash(_ERASED, "success")
    return redirect(url_for("site.home"), HTTPStatus.SEE_OTHER)


@blueprint.get("/<string:token>/mes-donnees.zip")
def archive(token: str) -> ResponseReturnValue:
    """Give what is held as a file."""
    return download(_held(token))


def _held(token: str) -> personal.Held:
    with state().database.read() as session:
        return personal.of_registration(session, by_token(session, token))
