"""The secretary's pages: how far the panel has come, and the closing of scoring."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.errors import DomainError
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury import queries, reminders
from jury.forms import ClosingForm
from jury.operations import close_scoring
from jury.progress import progress_of
from jury.robustness.missing import stakes
from jury.rules import Role
from jury.tallies import sheets_of
from jury.views.access import jury_of, only, seat

panel = ClosedBlueprint("panel", __name__, access=only({Role.SECRETARY}))


@panel.get("/avancement")
def progress() -> ResponseReturnValue:
    """Show how many sheets each juror has filled in; no score."""
    with state().database.read() as session:
        jury = jury_of(session)
        members = progress_of(session, jury)
        works = len(queries.standing_numbers(session, jury))
        asked_at = reminders.last_asked(session, jury)
    waited = reminders.late(members)
    return render_template(
        "jury/progress.html", jury=jury, members=members, works=works, late=waited, asked_at=asked_at
    )


@panel.post("/avancement/rappel")
def remind() -> ResponseReturnValue:
    """Write to the jurors who are late."""
    try:
        with state().database.write() as session:
            url = state().settings.jury_url
            written = reminders.remind_asked(session, member_id=seat().member_id, jury_url=url, now=instant())
    except DomainError as refusal:
        flash(refusal.message, "error")
        return redirect(url_for("panel.progress"), HTTPStatus.SEE_OTHER)
    people = f"{written} personnes" if written > 1 else "une personne" if written else "personne : nul n'est en retard"
    flash(f"Rappel envoyé à {people}.", "success")
    return redirect(url_for("panel.progress"), HTTPStatus.SEE_OTHER)


@panel.route("/avancement/cloture", methods=["GET", "POST"])
def close() -> ResponseReturnValue:
    """Show what closing leaves undone, then close."""
    form = ClosingForm()
    if form.validate_on_submit():
        try:
            with state().database.write() as session:
                close_scoring(session, member_id=seat().member_id, now=instant())
        except DomainError as refusal:
            form.refuse(refusal.message)
            return _render_closing(form), refusal.status
        flash("L'évaluation est close. Le classement est ouvert à la présidence et au secrétariat du jury.", "success")
        return redirect(url_for("deliberation.ranking"), HTTPStatus.SEE_OTHER)
    return _render_closing(form), HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _render_closing(form: ClosingForm) -> str:
    with state().database.read() as session:
        jury = jury_of(session)
        members = [line for line in progress_of(session, jury) if line.expected]
        sheets = sheets_of(session, jury)
    return render_template(
        "jury/closing.html",
        form=form,
        jury=jury,
        members=members,
        apart=sheets.ranking.apart,
        at_stake=stakes(sheets).by_juror,
    )
