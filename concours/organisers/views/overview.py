"""Where the contest stands: what to do now, how far the jury is, what was done."""

from flask import render_template
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.editions.queries import current_edition, current_record, to_edition
from concours.editions.rules import Phase
from concours.kernel.web.state import instant, state
from concours.organisers import listing, pending, queries
from concours.organisers.todo import next_words, todo
from concours.organisers.views.base import blueprint
from concours.status.rules import overall
from concours.status.views import watch
from jury import api as jury

_PHASES = {
    Phase.UPCOMING: "Préparation",
    Phase.OPEN: "Dépôts",
    Phase.EXAMINATION: "Recevabilité",
    Phase.JURY: "Évaluation",
    Phase.DELIBERATION: "Délibération",
    Phase.HONOURS: "Palmarès",
}


@blueprint.get("/")
def dashboard() -> ResponseReturnValue:
    """Show where the contest stands and what to do now."""
    now = instant()
    with state().database.read() as session:
        record = current_record(session)
        edition = to_edition(session, record)
        counts = listing.standings(session, record.id)
        found = pending.situation(session, record, counts, reader=current_account_id(), now=now)
    return render_template(
        "organisers/dashboard.html",
        edition=edition,
        phases=_PHASES,
        position=list(_PHASES).index(found.phase),
        tasks=todo(found),
        next_words=next_words(edition, now),
        counts=counts,
    )


@blueprint.get("/etat")
def status() -> ResponseReturnValue:
    """Show how each service is, as visitors see it."""
    with state().database.read() as session:
        edition = current_edition(session)
    services = watch().services()
    health, sentence = overall(services)
    return render_template(
        "organisers/status.html", edition=edition, services=services, health=health, sentence=sentence
    )


@blueprint.get("/avancement")
def progress() -> ResponseReturnValue:
    """Show how far each juror is: counts of sheets, never a score."""
    with state().database.read() as session:
        key = current_record(session).key
        opened = jury.has_session(session, edition_key=key)
        members = queries.panel(session, key)
        totals = jury.progress(session, edition_key=key) if opened else None
        milestones = jury.milestones(session, edition_key=key) if opened else None
    return render_template(
        "organisers/progress.html",
        members=[member for member in members if member.role is not jury.Role.SECRETARY],
        totals=totals,
        milestones=milestones,
    )
