"""The deposit, its receipt, its withdrawal."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.entries import operations
from concours.entries.forms import ActForm
from concours.entries.models import Deposit
from concours.entries.rules import EntryState, Incomplete, Late
from concours.entries.views.attempts import require_file
from concours.entries.views.base import acting, blueprint, open_folder, show
from concours.kernel.errors import NotFound
from concours.kernel.queue import QUICK
from concours.kernel.web.state import instant, state


@blueprint.route("/<string:entry_id>/depot", methods=["GET", "POST"])
def deposit(entry_id: str) -> ResponseReturnValue:
    """Show all that will be deposited and ask for confirmation, or deposit it."""
    form, status = ActForm(), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            made = _deposit(entry_id)
        except (Incomplete, Late) as refusal:
            form.refuse(refusal.message)
            status = refusal.status
        else:
            receipt = url_for("entries.receipt", entry_id=entry_id, deposit_id=made.id)
            return redirect(receipt, HTTPStatus.SEE_OTHER)
    return show("deposit", open_folder(entry_id), form=form, step="depot"), status


@blueprint.get("/<string:entry_id>/depots/<string:deposit_id>")
def receipt(entry_id: str, deposit_id: str) -> ResponseReturnValue:
    """Show the receipt of a deposit, whether it still counts or not."""
    folder = open_folder(entry_id)
    made = next((each for each in folder.deposits if each.id == deposit_id), None)
    if made is None:
        raise NotFound
    return show("receipt", folder, deposit=made)


@blueprint.route("/<string:entry_id>/retrait", methods=["GET", "POST"])
def withdrawal(entry_id: str) -> ResponseReturnValue:
    """Ask for confirmation, or withdraw the deposit."""
    form, now = ActForm(), instant()
    if form.validate_on_submit():
        with acting(entry_id) as session:
            operations.withdraw(
                session,
                entry_id=entry_id,
                account_id=current_account_id(),
                public_url=state().settings.public_url,
                now=now,
            )
        state().queues.announce(QUICK, "mail")
        flash("Votre candidature est retirée. Un courriel vous le confirme.", "success")
    folder = open_folder(entry_id)
    if request.method == "POST" or not folder.open or folder.entry.state is not EntryState.DEPOSITED:
        return redirect(url_for("entries.entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)
    return show("withdrawal", folder, form=form)


def _deposit(entry_id: str) -> Deposit:
    now = instant()
    require_file(entry_id)
    with acting(entry_id) as session:
        made = operations.deposit(
            session,
            entry_id=entry_id,
            account_id=current_account_id(),
            public_url=state().settings.public_url,
            now=now,
        )
    state().queues.announce(QUICK, "mail")
    return made
