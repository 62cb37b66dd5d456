"""An entry's whole history, day by day."""

from itertools import groupby

from flask import render_template
from flask.typing import ResponseReturnValue

from concours.editions.queries import current_record
from concours.kernel.clock import to_paris
from concours.kernel.web.state import state
from concours.organisers import history as past
from concours.organisers import queries, seen
from concours.organisers.views.base import blueprint, note_seen


@blueprint.get("/candidatures/<string:entry_id>/histoire")
def history(entry_id: str) -> ResponseReturnValue:
    """Show everything that happened to an entry, oldest first."""
    note_seen(seen.DOSSIER_SEEN, entry_id)
    with state().database.read() as session:
        each = queries.find_examined(session, entry_id)
        facts = past.history(session, current_record(session), each.entry)
    days = [(day, list(of_day)) for day, of_day in groupby(facts, key=lambda fact: to_paris(fact.at).date())]
    return render_template("organisers/history.html", each=each, days=days, count=len(facts))
