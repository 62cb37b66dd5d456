"""« J'ai terminé », and the president's page where sheets are opened again."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.errors import DomainError
from concours.kernel.ids import checked_id
from concours.kernel.questions import reader_of
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury import finishing
from jury.forms import FinishForm
from jury.progress import progress_of
from jury.rules import Role
from jury.views.access import only, scorers, seat
from jury.views.works import own_queue

finish = ClosedBlueprint("finish", __name__, access=scorers)
_president = only({Role.PRESIDENT})


@finish.route("/terminer", methods=["GET", "POST"])
def mine() -> ResponseReturnValue:
    """Show what is missing, then lock the sheets."""
    form = FinishForm()
    status = HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with state().database.write() as session:
                finishing.finish(session, member_id=seat().member_id, now=instant())
        except DomainError as refusal:
            form.refuse(refusal.message)
            return _render(form), refusal.status
        flash("Vous avez terminé. Vos fiches sont verrouillées et restent consultables. Merci.", "success")
        return redirect(url_for("works.home"), HTTPStatus.SEE_OTHER)
    if form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _render(form), status


@finish.get("/fiches")
def panel() -> ResponseReturnValue:
    """Show the president who has finished: counts only."""
    _president()
    with state().database.read() as session:
        members = [line for line in progress_of(session, seat().jury) if line.scores]
    return render_template("jury/panel.html", jury=seat().jury, members=members)


@finish.post("/fiches/<string:juror_id>/ouverture")
def reopen(juror_id: str) -> ResponseReturnValue:
    """Open a juror's sheets again."""
    _president()
    with state().database.write() as session:
        finishing.reopen(session, member_id=seat().member_id, juror_id=checked_id(juror_id), now=instant())
    flash("Les fiches sont rouvertes. L'acte est inscrit à la piste d'audit.", "success")
    return redirect(url_for(".panel"), HTTPStatus.SEE_OTHER)


def _render(form: FinishForm) -> str:
    with state().database.read() as session:
        queue = own_queue(reader_of(session))
    return render_template("jury/finish.html", form=form, seat=seat(), queue=queue)
