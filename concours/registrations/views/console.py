"""What organisers see of the registrations and do about them. Needs stay in the restricted export."""

from collections import Counter
from datetime import timedelta
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id, on_the_day, organisers_only
from concours.editions import queries as editions
from concours.kernel.errors import DomainError
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from concours.registrations import desk as acts
from concours.registrations import queries, teams
from concours.registrations.forms import CancelForm, HoldForm, registration_form
from concours.registrations.rules import STATE_WORDS, SeatState, open_event, ordinal
from concours.registrations.views.base import announce_mail, desk, present_edition, refuse, status_of

blueprint = ClosedBlueprint("console", __name__, access=organisers_only, url_prefix="/organisation")
day = ClosedBlueprint("day", __name__, access=on_the_day, url_prefix="/organisation")
"""What those who receive people on the day see too."""

_FILTERS = {
    SeatState.CONFIRMED: "Confirmées",
    SeatState.OFFERED: "Places proposées",
    SeatState.WAITING: "Liste d'attente",
    SeatState.EXPIRED: "Propositions expirées",
    SeatState.CANCELLED: "Annulées",
}


@day.get("/inscriptions")
def listing() -> ResponseReturnValue:
    """List who comes, waits, or has cancelled; count seats and needs."""
    wanted = request.args.get("etat", "")
    now = instant()
    with state().database.read() as session:
        record = editions.current_record(session)
        edition = editions.to_edition(session, record)
        rows = queries.registrations(session, record.id)
        line = [row.id for row in queries.waiting(session, record.id)]
        tally = queries.tally(session, record.id, now)
        teams_left = len(teams.without_seat(session, record.id))
    coming = [row for row in rows if row.state == SeatState.CONFIRMED]
    shown = [row for row in rows if wanted in ("", row.state)]
    if wanted == SeatState.WAITING:
        shown.sort(key=lambda row: line.index(row.id))
    return render_template(
        "registrations/listing.html",
        event=edition.event,
        open=edition.event is not None and now < edition.event.ends_at,
        rows=shown,
        everybody=len(rows),
        counts=Counter(row.state for row in rows),
        filters={state_.value: label for state_, label in _FILTERS.items()},
        wanted=wanted,
        words={state_.value: word for state_, word in STATE_WORDS.items()},
        positions={row_id: ordinal(index) for index, row_id in enumerate(line, 1)},
        held=tally.held,
        taken=tally.taken,
        teams_left=teams_left,
        needs=sum(bool(row.accessibility_needs) for row in coming),
        lunches=sum(row.lunch for row in coming),
        meal_needs=sum(bool(row.lunch and row.meal_needs) for row in coming),
    )


@blueprint.route("/inscriptions/ajouter", methods=("GET", "POST"))
def add() -> ResponseReturnValue:
    """Register somebody by hand."""
    edition = present_edition()
    event = open_event(edition, instant())
    form = registration_form(edition)
    if form.validate_on_submit():
        actor = current_account_id()
        try:
            with state().database.write() as session:
                row = acts.register(session, attendee=form.attendee, actor=actor, desk=desk(), now=instant())
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            announce_mail()
            flash(f"Inscription {STATE_WORDS[SeatState(row.state)]} : un message part à son adresse.", "success")
            return redirect(url_for("registrations.day.listing"), HTTPStatus.SEE_OTHER)
    return render_template("registrations/add.html", form=form, event=event, edition=edition), status_of(form)


@blueprint.route("/inscriptions/<string:registration_id>/annuler", methods=("GET", "POST"))
def cancel(registration_id: str) -> ResponseReturnValue:
    """Cancel somebody's registration, with a reason."""
    form = CancelForm()
    with state().database.read() as session:
        row = queries.find(session, editions.current_record(session).id, registration_id)
    if form.validate_on_submit():
        actor = current_account_id()
        try:
            with state().database.write() as session:
                facts = {"registration_id": registration_id, "reason": form.reason.data, "actor": actor}
                acts.cancel(session, **facts, desk=desk(), now=instant())
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            announce_mail()
            flash("Inscription annulée : la personne en est avertie, et la place va à la suivante.", "success")
            return redirect(url_for("registrations.day.listing"), HTTPStatus.SEE_OTHER)
    page = render_template("registrations/cancel.html", form=form, row=row, word=STATE_WORDS[SeatState(row.state)])
    return page, status_of(form)


@blueprint.route("/inscriptions/equipes", methods=("GET", "POST"))
def hold() -> ResponseReturnValue:
    """Hold a seat for each team that deposited, and write to it."""
    with state().database.read() as session:
        record = editions.current_record(session)
        edition = editions.to_edition(session, record)
        entries = teams.without_seat(session, record.id)
        held = queries.tally(session, record.id, instant()).held
    event = open_event(edition, instant())
    form = HoldForm(data={"until": event.starts_at - timedelta(days=3)})
    if entries and form.validate_on_submit() and form.until.data:
        actor = current_account_id()
        try:
            with state().database.write() as session:
                count = teams.hold(session, until=form.until.data, actor=actor, desk=desk(), now=instant())
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            announce_mail()
            flash(f"Places gardées : {count}. Un message part au contact de chaque équipe.", "success")
            return redirect(url_for("registrations.day.listing"), HTTPStatus.SEE_OTHER)
    page = render_template("registrations/hold.html", form=form, event=event, count=len(entries), held=held)
    return page, status_of(form)
