"""The secretary's pages: how far the panel has come, and the closing of scoring."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.errors import DomainError
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury import queries
from jury.forms import ClosingForm
from jury.operations import close_scoring
from jury.rules import Role
from jury.views.access import jury_of, only, seat

panel = ClosedBlueprint("panel", __name__, access=only({Role.SECRETARY}))


@panel.get("/avancement")
def progress() -> ResponseReturnValue:
    """Show how many sheets each juror has filled in; no score."""
    with state().database.read() as session:
        jury = jury_of(session)
        members = queries.progress_of(session, jury)
        works = len(queries.standing_numbers(session, jury))
    return render_template("jury/progress.html", jury=jury, members=members, works=works)


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
        members = [line for line in queries.progress_of(session, jury) if line.expected]
        unscored = queries.ranking_of(session, jury).unranked
    return render_template("jury/closing.html", form=form, jury=jury, members=members, unscored=unscored)
