"""Who wants to be reminded of a draft: by the link of a message, without signing in, or in the dossier."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.entries import queries, reminders
from concours.entries.views import base
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.state import instant, state

blueprint = ClosedBlueprint("reminders", __name__, access=everyone, url_prefix="/rappels")


@blueprint.get("/<string:token>")
def choice(token: str) -> ResponseReturnValue:
    """Show whether reminders come, with the button that changes it. Mail scanners open links: only buttons act."""
    return _show(token)


@blueprint.post("/<string:token>")
def stop(token: str) -> ResponseReturnValue:
    """End the reminders at once, for a mail program (RFC 8058: no form was opened before, no redirection) or a button.

    Its address alone is the right to do so.
    """
    _choose(token, wants=False)
    return _show(token)


@blueprint.post("/<string:token>/reprise")
def resume(token: str) -> ResponseReturnValue:
    """Have the reminders come again."""
    _choose(token, wants=True)
    return redirect(url_for(".choice", token=token), HTTPStatus.SEE_OTHER)


@base.blueprint.post("/<string:entry_id>/rappels")
def choose(entry_id: str) -> ResponseReturnValue:
    """Have the reminders of one's own draft come, or not."""
    wants = request.form.get("rappels") == "oui"
    with state().database.write() as session:
        reminders.choose(session, entry_id=entry_id, account_id=current_account_id(), wants=wants, now=instant())
    flash("Vous recevrez les rappels." if wants else "Vous ne recevrez plus que le dernier rappel.", "success")
    return redirect(url_for("entries.entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)


def _choose(token: str, *, wants: bool) -> None:
    entry_id, account_id = reminders.read_token(state().secret, token)
    with state().database.write() as session:
        reminders.choose(session, entry_id=entry_id, account_id=account_id, wants=wants, now=instant())


def _show(token: str) -> str:
    entry_id, account_id = reminders.read_token(state().secret, token)
    with state().database.read() as session:
        entry = queries.find_entry(session, entry_id)
        over = queries.edition_of(session, entry).closes_at <= instant()
        wanted = reminders.wanted(session, entry_id, account_id)
    return render_template("entries/reminders.html", entry=entry, over=over, wanted=wanted, token=token)
