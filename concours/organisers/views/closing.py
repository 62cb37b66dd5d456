"""The closing put off for everybody: asked, its consequences shown, then done."""

from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.editions.queries import current_record, to_edition
from concours.kernel.clock import format_instant
from concours.kernel.queue import QUICK
from concours.kernel.web.state import instant, state
from concours.organisers import closing as operations
from concours.organisers.forms.closing import ExtensionForm
from concours.organisers.views.base import blueprint, carry_out, status_of

_CONFIRMING = "confirming"
_UNCONFIRMED = "Cochez cette case si c'est voulu : la clôture n'est pas repoussée."


@blueprint.route("/edition/repousser", methods=("GET", "POST"))
def extension() -> ResponseReturnValue:
    """Ask for the new closing, show what it entails, put the closing off."""
    now = instant()
    with state().database.read() as session:
        record = current_record(session)
        edition, found = to_edition(session, record), operations.consequences(session, record.id)
        form = ExtensionForm(data={"version": str(record.version)})
    asked = form.validate_on_submit() and form.coherent(edition, now)
    confirming = asked and _CONFIRMING in request.form
    if confirming and not form.confirm.data:
        form.refuse(_UNCONFIRMED, field="confirm")
    elif confirming and _extend(form):
        return redirect(url_for(".edition"), HTTPStatus.SEE_OTHER)
    page = render_template(
        "organisers/extension.html",
        form=form,
        edition=edition,
        now=now,
        found=found,
        confirming=asked,
    )
    return page, status_of(form)


def _extend(form: ExtensionForm) -> bool:
    """Put the closing off, and tell whether it was done."""
    until = form.until.data
    if until is None:
        return False

    def act(session: Session, now: datetime) -> None:
        operations.extend_closing(
            session,
            until=until,
            reason=form.reason_line,
            version=form.version.seen,
            actor=current_account_id(),
            public_url=state().settings.public_url,
            now=now,
        )

    done = carry_out(form, act)
    if done:
        state().queues.announce(QUICK, "mail")
        flash(f"La clôture est repoussée pour tout le monde : {format_instant(until)}.", "success")
    return done
