"""The deposit, asked for now or beforehand; its receipt, its confirmation, its withdrawal."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.entries import deposits
from concours.entries.forms import ActForm, ConfirmForm
from concours.entries.models import Deposit
from concours.entries.rules import CONFIRMED, EntryState, Incomplete, Late
from concours.entries.views.attempts import require_file
from concours.entries.views.base import acting, blueprint, open_folder, show
from concours.entries.views.receipts import sealed, signing_key
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.queue import QUICK
from concours.kernel.web.state import instant, state

_ARMED = (
    "C'est noté : la candidature sera déposée au dernier octet du fichier. D'ici là, elle n'est pas déposée. Un "
    "courriel vous dira ce qu'il en est."
)
_DISARMED = "C'est noté : rien ne sera déposé à la fin de l'envoi. Pensez à déposer vous-même."


@blueprint.route("/<string:entry_id>/depot", methods=["GET", "POST"])
def deposit(entry_id: str) -> ResponseReturnValue:
    """Show all that will be deposited and ask for confirmation, or deposit it."""
    form, status = ActForm(), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            made = _deposit(entry_id)
        except (Incomplete, Late) as refusal:
            if isinstance(refusal, Incomplete):
                _record_incomplete(entry_id, refusal)
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
    return show("receipt", folder, deposit=made, receipt=sealed(made.id))


@blueprint.route("/<string:entry_id>/retrait", methods=["GET", "POST"])
def withdrawal(entry_id: str) -> ResponseReturnValue:
    """Ask for confirmation, or withdraw the deposit."""
    form, now = ActForm(), instant()
    if form.validate_on_submit():
        with acting(entry_id) as session:
            deposits.withdraw(
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


@blueprint.post("/<string:entry_id>/depot-automatique/<string:upload_id>")
def arm(entry_id: str, upload_id: str) -> ResponseReturnValue:
    """Have the last byte of a file on its way deposit the dossier, or no longer (`annuler`)."""
    now, who = instant(), {"entry_id": entry_id, "account_id": current_account_id()}
    stop = "annuler" in request.form
    with acting(entry_id) as session:
        if stop:
            deposits.disarm(session, **who, now=now)
        else:
            deposits.arm(session, **who, upload_id=upload_id, now=now)
    if request.accept_mimetypes.best == "application/json":
        return {"armed": not stop}
    flash(_DISARMED if stop else _ARMED, "info")
    return redirect(url_for("entries.creation", entry_id=entry_id), HTTPStatus.SEE_OTHER)


@blueprint.route("/<string:entry_id>/accords", methods=["GET", "POST"])
def consents(entry_id: str) -> ResponseReturnValue:
    """Ask whoever an organiser deposited for to accept and grant what nobody else can."""
    form, now = ConfirmForm(), instant()
    folder = open_folder(entry_id)
    if folder.entry.deposit is None or not folder.entry.deposit.to_confirm:
        return redirect(url_for("entries.entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)
    if form.validate_on_submit():
        try:
            with state().database.write() as session:
                given = {name: bool(form[name].data) for name in CONFIRMED}
                deposits.confirm(session, entry_id=entry_id, account_id=current_account_id(), given=given, now=now)
        except DomainError as refusal:
            form.refuse(refusal.message)
        else:
            flash("Vos accords sont enregistrés : la candidature est complète.", "success")
            return redirect(url_for("entries.entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.error_items else HTTPStatus.OK
    return show("consents", folder, form=form), status


def _record_incomplete(entry_id: str, refusal: Incomplete) -> None:
    with state().database.write() as session:
        deposits.record_incomplete(
            session, entry_id=entry_id, account_id=current_account_id(), lacks=list(refusal.missing), now=instant()
        )


def _deposit(entry_id: str) -> Deposit:
    now = instant()
    require_file(entry_id)
    with acting(entry_id) as session:
        made = deposits.deposit(
            session,
            entry_id=entry_id,
            account_id=current_account_id(),
            key=signing_key(),
            public_url=state().settings.public_url,
            now=now,
        )
    state().queues.announce(QUICK, "mail")
    return made
