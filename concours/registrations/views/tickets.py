"""The ticket: a page to show at the door, and the same on paper."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from concours.kernel.errors import NotFound
from concours.kernel.ids import checked_id
from concours.kernel.paper import qr_code
from concours.kernel.web.state import state
from concours.registrations import queries
from concours.registrations.attachments import event_of
from concours.registrations.rules import SeatState
from concours.registrations.ticket import ticket_pdf, ticket_url
from concours.registrations.views.base import blueprint

_GONE = (
    "Ce billet n'est plus valable : l'inscription a été annulée, ou la place attend encore d'être acceptée. Le lien de "
    "votre dernier message dit où elle en est."
)


@blueprint.get("/billet/<string:code>")
def ticket(code: str) -> ResponseReturnValue:
    """Show a ticket to whoever has its code."""
    with state().database.read() as session:
        row = queries.by_ticket(session, checked_id(code))
        _, event = event_of(session, row)
    if row.state != SeatState.CONFIRMED:
        raise NotFound(_GONE)
    drawn = qr_code(ticket_url(state().settings.public_url, code)).partition("?>")[2]
    picture = Markup(drawn)  # noqa: S704 -- drawn here, from a code of ours
    return render_template("registrations/ticket.html", registration=row, event=event, picture=picture)


@blueprint.get("/billet/<string:code>/billet.pdf")
def ticket_file(code: str) -> ResponseReturnValue:
    """Give the ticket on paper."""
    with state().database.read() as session:
        row = queries.by_ticket(session, checked_id(code))
        edition, event = event_of(session, row)
    if row.state != SeatState.CONFIRMED or row.seated_at is None:
        raise NotFound(_GONE)
    url = ticket_url(state().settings.public_url, code)
    holder, at = f"{row.first_name} {row.last_name}", row.seated_at
    pdf = ticket_pdf(edition, event, holder=holder, details=row.administration, url=url, at=at)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="billet.pdf"'
    return answer
