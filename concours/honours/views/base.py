"""What the organisers' pages of the honours share."""

from flask import g
from sqlalchemy.orm import Session

from concours.accounts.access import organisers_only
from concours.editions.models import EditionRecord
from concours.editions.queries import current_record
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.forms import DsfrForm
from concours.kernel.queue import QUICK
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import state

blueprint = ClosedBlueprint("honours", __name__, access=organisers_only, url_prefix="/organisation/palmares")


def unsealed_record(session: Session) -> EditionRecord:
    """Return the current edition once its anonymity is lifted. Raises NotFound before: there is nothing to show."""
    record = current_record(session)
    if record.unsealed_at is None:
        raise NotFound("Cette page s'ouvre après la levée de l'anonymat.")
    return record


def refuse(form: DsfrForm, refusal: DomainError) -> None:
    """Put a refusal into the form; its status goes with the page."""
    form.refuse(refusal.message)
    g.refusal_status = refusal.status


def status_of(form: DsfrForm) -> int:
    """Return the status of a page that shows this form."""
    return int(g.get("refusal_status", 422 if form.error_items else 200))


def announce_mail() -> None:
    """Have the messages that an act wrote leave at once."""
    state().queues.announce(QUICK, "mail")
