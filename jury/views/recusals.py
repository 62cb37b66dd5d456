"""On one work: stepping back from it, reporting that its author can be recognised."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.kernel.errors import DomainError, NotFound
from concours.kernel.forms import DsfrForm
from concours.kernel.ids import checked_id
from concours.kernel.questions import reader_of
from concours.kernel.queue import QUICK
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury import queries
from jury.recusals.forms import RecusalForm, ReportForm
from jury.recusals.operations import recuse, report_breach, undo_recusal
from jury.rules import RecusalScope, format_number
from jury.sheets import check_open
from jury.views.access import jury_of, seat, sitting

recusals = ClosedBlueprint("recusals", __name__, access=sitting)


@recusals.route("/oeuvres/<int:number>/deport", methods=["GET", "POST"])
def step_back(number: int) -> ResponseReturnValue:
    """Say what stepping back entails, or step back."""
    if not seat().scores:
        raise NotFound
    form = RecusalForm()

    def act(session: Session) -> None:
        recuse(session, member_id=seat().member_id, number=number, reason=form.reason.data, now=instant())

    if form.validate_on_submit() and _done(form, act):
        flash(f"Déport enregistré pour l'œuvre {format_number(number)}. Il figurera au procès-verbal.", "success")
        return redirect(url_for("invitation.show"), HTTPStatus.SEE_OTHER)
    return _page("jury/recusal.html", number, form)


@recusals.route("/oeuvres/<int:number>/signalement", methods=["GET", "POST"])
def report(number: int) -> ResponseReturnValue:
    """Say what becomes of a report, or send it."""
    form, settings = ReportForm(), state().settings

    def act(session: Session) -> None:
        report_breach(
            session,
            member_id=seat().member_id,
            number=number,
            text=form.text.data,
            secretariat=settings.contact_email,
            console_url=f"{settings.public_url}/organisation/signalements",
            now=instant(),
        )

    if form.validate_on_submit() and _done(form, act):
        state().queues.announce(QUICK, "mail")
        flash(
            f"Signalement envoyé au secrétariat du concours. L'œuvre {format_number(number)} est suspendue pour tout "
            "le jury jusqu'à sa décision. N'en parlez à aucun autre membre.",
            "success",
        )
        return redirect(url_for("works.home"), HTTPStatus.SEE_OTHER)
    return _page("jury/report.html", number, form)


@recusals.post("/deports/<string:recusal_id>/annuler")
def undo(recusal_id: str) -> ResponseReturnValue:
    """Take one's own recusal back."""
    with state().database.write() as session:
        number = undo_recusal(session, member_id=seat().member_id, recusal_id=checked_id(recusal_id), now=instant())
    flash(f"Déport annulé : l'œuvre {format_number(number)} est de nouveau dans votre liste.", "success")
    return redirect(url_for("works.home"), HTTPStatus.SEE_OTHER)


def _done(form: DsfrForm, act: Callable[[Session], None]) -> bool:
    """Do the act in one transaction, and tell whether it was done; a refusal goes into the form."""
    try:
        with state().database.write() as session:
            act(session)
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal.message)
        return False
    return True


def _page(template: str, number: int, form: DsfrForm) -> ResponseReturnValue:
    """Show the form beside its work; the work's absence, its suspension and the closing are said instead of it."""
    with state().database.read() as session:
        jury = jury_of(session)
        work = queries.find_work(reader_of(session), session_id=jury.id, member_id=seat().member_id, number=number)
        check_open(jury)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.error_items else HTTPStatus.OK
    whole = jury.recusal_scope == RecusalScope.WHOLE_JURY
    return render_template(template, form=form, work=work, whole=whole, rule=jury.rule), status
