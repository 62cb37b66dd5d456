"""What the pages of this room share."""

from http import HTTPStatus

from flask import g

from concours.editions import queries as editions
from concours.editions.rules import Edition
from concours.kernel.errors import DomainError
from concours.kernel.forms import DsfrForm
from concours.kernel.queue import QUICK
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.state import state
from concours.registrations.hall import Desk

blueprint = ClosedBlueprint("registrations", __name__, access=everyone)


def present_edition() -> Edition:
    """Return the edition that is under way."""
    with state().database.read() as session:
        return editions.current_edition(session)


def desk() -> Desk:
    """Return whom messages come from."""
    settings = state().settings
    return Desk(settings.public_url, settings.contact_email)


def announce_mail() -> None:
    """Have the messages that an act wrote leave at once; in a rush, one call for many."""
    if state().queues.idle(QUICK):
        state().queues.announce(QUICK, "mail")


def refuse(form: DsfrForm, refusal: DomainError) -> None:
    """Put a refusal into the form; its status goes with the page."""
    form.refuse(refusal.message)
    g.refusal_status = refusal.status


def status_of(form: DsfrForm) -> HTTPStatus:
    """Return the status of a page that shows this form."""
    if "refusal_status" in g:
        return HTTPStatus(g.refusal_status)
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.error_items else HTTPStatus.OK
