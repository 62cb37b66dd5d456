"""What is granted out of the ordinary: more time, a deposit for somebody, a problem told."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.editions.queries import current_edition
from concours.editions.rules import Edition
from concours.entries.models import Deposit
from concours.entries.queries import edition_of
from concours.entries.rules import limits_of
from concours.entries.views.creation import store
from concours.entries.views.receipts import signing_key
from concours.kernel.errors import DomainError
from concours.kernel.queue import QUICK
from concours.kernel.web.security import accepts_files
from concours.kernel.web.state import instant, state
from concours.organisers import leeway, queries
from concours.organisers.forms.leeway import BehalfForm, MoreTimeForm, ProblemForm, behalf_form
from concours.organisers.leeway import Act
from concours.organisers.views.base import blueprint, carry_out, status_of

_ANSWERS = ("team", "administration", "contact_name", "title", "category", "summary")


def act(reason: str | None) -> Act:
    """Return who acts now, and why."""
    return Act(current_account_id(), reason or "", instant(), state().settings.public_url, signing_key())


@blueprint.route("/candidatures/<string:entry_id>/delai", methods=("GET", "POST"))
def more_time(entry_id: str) -> ResponseReturnValue:
    """Give one dossier more time."""
    form = MoreTimeForm()
    with state().database.read() as session:
        each = queries.find_examined(session, entry_id)
        edition = edition_of(session, each.entry)
    if (
        form.validate_on_submit()
        and form.until.data
        and carry_out(form, lambda session, _: _give(session, entry_id, form))
    ):
        state().queues.announce(QUICK, "mail")
        flash(f"Délai accordé à « {each.title} ». Un courriel le lui dit.", "success")
        return redirect(url_for(".entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)
    return render_template("organisers/more_time.html", each=each, edition=edition, form=form), status_of(form)


@blueprint.route("/candidatures/<string:entry_id>/signalement", methods=("GET", "POST"))
def problem(entry_id: str) -> ResponseReturnValue:
    """Tell candidates what is wrong while they can mend it."""
    with state().database.read() as session:
        each = queries.find_examined(session, entry_id)
        edition = edition_of(session, each.entry)
    form = ProblemForm(data={"deposit_id": each.entry.deposit_id})
    if form.validate_on_submit() and carry_out(form, lambda session, _: _signal(session, entry_id, form)):
        state().queues.announce(QUICK, "mail")
        flash(f"Signalement envoyé à « {each.title} ». Son dépôt reste valable.", "success")
        return redirect(url_for(".entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)
    return render_template("organisers/problem.html", each=each, edition=edition, form=form), status_of(form)


def _file_limit() -> int:
    with state().database.read() as session:
        return current_edition(session).max_bytes


@blueprint.route("/depot-pour-le-compte", methods=("GET", "POST"))
@accepts_files(_file_limit)
def behalf() -> ResponseReturnValue:
    """Deposit for somebody what came by another way."""
    with state().database.read() as session:
        edition = current_edition(session)
    form = behalf_form(edition)
    made = _deposit(form, edition) if form.validate_on_submit() else None
    if made:
        state().queues.announce(QUICK, "examine", made.creation_id)
        state().queues.announce(QUICK, "mail")
        flash(
            f"Candidature déposée sous le n° {made.receipt_number}. Un courriel demande ses accords à l'équipe.",
            "success",
        )
        return redirect(url_for(".entry", entry_id=made.entry_id), HTTPStatus.SEE_OTHER)
    return render_template("organisers/behalf.html", edition=edition, form=form), status_of(form)


def _give(session: Session, entry_id: str, form: MoreTimeForm) -> None:
    if form.until.data:
        leeway.give_more_time(session, entry_id=entry_id, until=form.until.data, act=act(form.reason.data))


def _signal(session: Session, entry_id: str, form: ProblemForm) -> None:
    deposit_id = form.deposit_id.data or ""
    leeway.signal_problem(session, entry_id=entry_id, deposit_id=deposit_id, act=act(form.reason.data))


def _deposit(form: BehalfForm, edition: Edition) -> Deposit | None:
    """Store the file, then deposit; what is refused leaves no file behind."""
    made: list[Deposit] = []
    file, came_at = form.file.data, form.came_at.data
    if file is None or came_at is None:
        return None
    try:
        received, name = store(file, limits_of(edition))
    except DomainError as refusal:
        form.refuse(refusal.message, field="file")
        return None

    def deposit(session: Session, _: object) -> None:
        made.append(
            leeway.deposit_for(
                session,
                email=form.email.data or "",
                answers={field: form[field].data for field in _ANSWERS},
                received=received,
                name=name,
                came_at=came_at,
                act=act(form.reason.data),
            )
        )

    if not carry_out(form, deposit):
        state().stores.quarantine.delete(received.key)
        return None
    return made[0]
