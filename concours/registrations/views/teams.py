"""The seat held for a team: the page behind its link."""

from http import HTTPStatus

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.kernel.errors import DomainError
from concours.kernel.web.state import instant, state
from concours.registrations import queries, teams
from concours.registrations.forms import registration_form
from concours.registrations.rules import open_event
from concours.registrations.views.base import (
    announce_mail,
    blueprint,
    desk,
    refuse,
    status_of,
)


@blueprint.route("/place-equipe/<string:token>", methods=("GET", "POST"))
def held_seat(token: str) -> ResponseReturnValue:
    """Ask who of the team comes, and seat them."""
    with state().database.read() as session:
        held = queries.held_by_token(session, token)
        edition = editions.to_edition(session, session.get_one(EditionRecord, held.edition_id))
    event = open_event(edition, instant())
    form = registration_form(edition)
    if form.validate_on_submit():
        try:
            with state().database.write() as session:
                teams.take(session, token=token, attendee=form.attendee, desk=desk(), now=instant())
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            announce_mail()
            return redirect(url_for(".held_seat", token=token), HTTPStatus.SEE_OTHER)
    facts = {"event": event, "edition": edition, "held": held, "holds": held.holds(instant()), "token": token}
    return render_template("registrations/held_seat.html", form=form, **facts), status_of(form)


@blueprint.post("/place-equipe/<string:token>/rendre")
def let_go(token: str) -> ResponseReturnValue:
    """Give the team's seat to everybody."""
    with state().database.write() as session:
        teams.let_go(session, token=token, desk=desk(), now=instant())
    announce_mail()
    return redirect(url_for(".held_seat", token=token), HTTPStatus.SEE_OTHER)
