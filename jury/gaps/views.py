"""What the gaps between works are worth, for the deliberation; and each juror's severity, for that juror alone."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.errors import Conflict, NotFound
from concours.kernel.forms import DsfrForm
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury import queries
from jury.calibration import words
from jury.gaps.operations import open_calibration
from jury.gaps.queries import gaps_of, severity_of
from jury.gaps.rules import AXIS
from jury.rules import DELIBERATING_ROLES, Role
from jury.views.access import check_reads_ranking, jury_of, only, scorers, seat

gaps = ClosedBlueprint("gaps", __name__, access=only(DELIBERATING_ROLES))
severity = ClosedBlueprint("severity", __name__, access=scorers)


@gaps.get("/ecarts")
def show() -> ResponseReturnValue:
    """Show what calibration says; before it is opened, offer the opening to the president and nothing to others."""
    with state().database.read() as session:
        jury = jury_of(session)
        if jury.calibration_opened_at is None:
            return _closed(scoring_closed=jury.scoring_closed_at is not None)
        check_reads_ranking(session, jury)
        found = gaps_of(session, jury)
        works = {work.number: work for work in queries.works_of(session, jury)}
    return render_template("jury/gaps.html", jury=jury, gaps=found, works=works, words=words, axis=AXIS)


@gaps.post("/ecarts")
def open_page() -> ResponseReturnValue:
    """Open the page to the deliberation."""
    if seat().role is not Role.PRESIDENT:
        raise NotFound
    form = DsfrForm()
    if not form.validate_on_submit():
        return render_template("jury/gaps_opening.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    with state().database.write() as session:
        open_calibration(session, member_id=seat().member_id, now=instant())
    flash("La page est ouverte à la présidence et au secrétariat du jury.", "success")
    return redirect(url_for("gaps.show"), HTTPStatus.SEE_OTHER)


@severity.get("/ma-severite")
def mine() -> ResponseReturnValue:
    """Tell a juror how they score beside the panel; nobody else can ask."""
    with state().database.read() as session:
        jury = jury_of(session)
        if jury.calibration_opened_at is None:
            raise NotFound
        effect = severity_of(session, jury, member_id=seat().member_id)
    return render_template("jury/severity.html", jury=jury, sentence=words.severity_words(effect))


def _closed(*, scoring_closed: bool) -> ResponseReturnValue:
    if seat().role is not Role.PRESIDENT:
        raise NotFound
    if not scoring_closed:
        raise Conflict("L'évaluation est encore ouverte : cette page s'ouvre quand le secrétariat l'a close.")
    return render_template("jury/gaps_opening.html", form=DsfrForm())
