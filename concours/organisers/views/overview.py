"""Where the contest stands: what to do now, how far the jury is, what was done."""

from collections.abc import Mapping

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.editions.models import EditionRecord
from concours.editions.queries import current_edition, current_record, to_edition
from concours.editions.rules import Phase, phase
from concours.kernel.web.state import instant, state
from concours.organisers import bodies, leeway, listing, operations, queries, reports
from concours.organisers.rules import TO_EXAMINE, Situation, Standing, lacking_roles, todo
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
    with state().database.read() as session:
        record = current_record(session)
        edition = to_edition(session, record)
        counts = listing.standings(session, record.id)
        tasks = todo(_situation(session, record, counts))
    return render_template(
        "organisers/dashboard.html",
        edition=edition,
        phases=_PHASES,
        position=list(_PHASES).index(phase(edition, instant())),
        tasks=tasks,
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


def _situation(session: Session, record: EditionRecord, counts: Mapping[Standing, int]) -> Situation:
    edition, now = to_edition(session, record), instant()
    current, panel = phase(edition, now), queries.panel(session, record.key)
    hindered = operations.hand_over_obstacles(session, now=now) if current is Phase.EXAMINATION else []
    signed = bool(record.handed_over_at and jury.milestones(session, edition_key=record.key).minutes_signed_at)
    return Situation(
        phase=current,
        to_examine=sum(counts[each] for each in TO_EXAMINE),
        to_admit=len(leeway.to_admit(session, record.id)),
        obstacles=len(hindered),
        lacking=lacking_roles([member.role for member in panel]),
        minutes_signed=signed,
        bodies=len(bodies.suggestions(session)),
        reports=len(reports.waiting(session)),
    )
