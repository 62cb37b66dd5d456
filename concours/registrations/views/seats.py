"""Asking for a seat, and the one page from which everything else is done about it."""

from collections.abc import Callable
from http import HTTPStatus

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.kernel.web.state import instant, state
from concours.registrations import operations, queries
from concours.registrations.forms import registration_form
from concours.registrations.rules import SeatState, free_seats, is_open, offer_limit, open_event, ordinal
from concours.registrations.views.base import announce_mail, blueprint, desk, present_edition, status_of


@blueprint.route("/inscription", methods=("GET", "POST"))
def register() -> ResponseReturnValue:
    """Ask who comes, and take the registration."""
    edition = present_edition()
    event = open_event(edition, instant())
    form = registration_form(edition)
    if form.validate_on_submit():
        with state().database.write() as session:
            operations.register(session, attendee=form.attendee, desk=desk(), now=instant())
        announce_mail()
        return redirect(url_for(".registered"), HTTPStatus.SEE_OTHER)
    free, waiting = _crowd()
    facts = {"event": event, "edition": edition, "free": free, "waiting": waiting}
    return render_template("registrations/register.html", form=form, **facts), status_of(form)


@blueprint.get("/inscription/envoyee")
def registered() -> ResponseReturnValue:
    """Say where to look next: the same for an address that was registered already."""
    free, waiting = _crowd()
    event = open_event(present_edition(), instant())
    return render_template("registrations/registered.html", event=event, free=free, waiting=waiting)


@blueprint.get("/inscription/<string:token>")
def place(token: str) -> ResponseReturnValue:
    """Show where a registration stands, with what may be done. Mail scanners open links, only buttons act."""
    now = instant()
    with state().database.read() as session:
        row = queries.by_token(session, token)
        edition = editions.to_edition(session, session.get_one(EditionRecord, row.edition_id))
        capacity = edition.event.capacity if edition.event else 0
        tally = queries.tally(session, row.edition_id, now)
        position = ordinal(queries.position(session, row)) if row.state == SeatState.WAITING else ""
    lapsed = row.state == SeatState.OFFERED and row.offered_until is not None and row.offered_until <= now
    return render_template(
        "registrations/place.html",
        registration=row,
        state=SeatState.EXPIRED if lapsed else SeatState(row.state),
        event=edition.event,
        open=is_open(edition, now),
        moving=edition.event is not None and offer_limit(edition.event.starts_at, now) is not None,
        free=free_seats(capacity, tally.taken) and not tally.waiting,
        waiting=tally.waiting,
        position=position,
        token=token,
    )


@blueprint.post("/inscription/<string:token>/annuler")
def cancel(token: str) -> ResponseReturnValue:
    """Give back the seat, the offer or the place in the list."""
    return _act(operations.cancel, token)


@blueprint.post("/inscription/<string:token>/accepter")
def accept(token: str) -> ResponseReturnValue:
    """Take the seat that is offered."""
    return _act(operations.accept, token)


@blueprint.post("/inscription/<string:token>/redemander")
def ask_again(token: str) -> ResponseReturnValue:
    """Ask for a seat anew."""
    return _act(operations.ask_again, token)


def _act(operation: Callable[..., None], token: str) -> ResponseReturnValue:
    with state().database.write() as session:
        operation(session, token=token, desk=desk(), now=instant())
    announce_mail()
    return redirect(url_for(".place", token=token), HTTPStatus.SEE_OTHER)


def _crowd() -> tuple[int, int]:
    """Return how many seats are free, and how many people wait."""
    with state().database.read() as session:
        record = editions.current_record(session)
        event = editions.to_edition(session, record).event
        tally = queries.tally(session, record.id, instant())
    free = free_seats(event.capacity if event else 0, tally.taken)
    return (0 if tally.waiting else free), tally.waiting
