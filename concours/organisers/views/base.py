"""What the console's pages share: the blueprint, and the transaction of an act that a form asks for."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import g
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id, organisers_only
from concours.kernel.errors import DomainError
from concours.kernel.forms import DsfrForm
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from concours.organisers import seen

blueprint = ClosedBlueprint("organisers", __name__, access=organisers_only, url_prefix="/organisation")


def carry_out(form: DsfrForm, act: Callable[[Session, datetime], object]) -> bool:
    """Do the act at its one instant, in one transaction, and tell whether it was done; a refusal goes into the form."""
    now = instant()
    try:
        with state().database.write() as session:
            act(session, now)
    except DomainError as refusal:
        form.refuse(refusal.message)
        g.refusal_status = refusal.status
        return False
    return True


def status_of(form: DsfrForm) -> HTTPStatus:
    """Return the status of a page that shows this form: that of the refusal, where there was one."""
    if "refusal_status" in g:
        return HTTPStatus(g.refusal_status)
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.error_items else HTTPStatus.OK


def note_seen(action: str, subject: str) -> None:
    """Record who looks at what; a page that was seen today already writes nothing."""
    sight = seen.Sight(current_account_id(), action, subject, instant())
    with state().database.read() as session:
        noted = seen.was_noted(session, sight)
    if not noted:
        with state().database.write() as session:
            seen.note(session, sight)
