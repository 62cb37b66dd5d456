"""A member's own seat: the invitation to accept or decline, the charter, their administrations, their recusals."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.errors import DomainError
from concours.kernel.queue import QUICK
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury.models import JuryMember, JurySession
from jury.recusals.forms import AcceptForm, DeclineForm
from jury.recusals.queries import own_recusals
from jury.rules import Standing
from jury.seats import accept_seat, decline_seat
from jury.views.access import jury_of, members, seat

invitation = ClosedBlueprint("invitation", __name__, access=members, url_prefix="/invitation")


@invitation.route("/", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Show the seat and what it asks, or take it."""
    form = _form()
    if form.validate_on_submit():
        try:
            with state().database.write() as session:
                accept_seat(
                    session,
                    member_id=seat().member_id,
                    bodies=form.lines,
                    charter_digest=form.charter.data or "",
                    now=instant(),
                )
        except DomainError as refusal:
            form.refuse(refusal.message)
            form.charter.data = None  # what is shown below is the charter as it now stands
            return _page(form), refusal.status
        return _accepted()
    return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@invitation.route("/refus", methods=["GET", "POST"])
def decline() -> ResponseReturnValue:
    """Decline, with or without a reason."""
    form = DeclineForm()
    if form.validate_on_submit():
        try:
            with state().database.write() as session:
                decline_seat(
                    session,
                    member_id=seat().member_id,
                    reason=form.reason.data,
                    secretariat=state().settings.contact_email,
                    console_url=f"{state().settings.public_url}/organisation/jury",
                    now=instant(),
                )
        except DomainError as refusal:
            form.refuse(refusal.message)
            return render_template("jury/decline.html", form=form), refusal.status
        state().queues.announce(QUICK, "mail")
        flash("Vous avez décliné l'invitation. Le secrétariat du concours en est prévenu.", "success")
        return redirect(url_for(".show"), HTTPStatus.SEE_OTHER)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render_template("jury/decline.html", form=form), status


def _form() -> AcceptForm:
    with state().database.read() as session:
        member = session.get_one(JuryMember, seat().member_id)
        jury = jury_of(session)
    form = AcceptForm(data={"bodies": member.bodies, "charter": jury.charter_digest})
    if not _asked(member, jury):
        form.accepted.label.text = "Ma déclaration est complète."
    elif jury.charter:
        form.accepted.label.text = "J'ai lu la charte du jury, je l'accepte, et j'accepte de siéger."
    return form


def _asked(member: JuryMember, jury: JurySession) -> bool:
    """Tell whether the member has still to accept the seat, or the charter as it now stands."""
    return member.standing is not Standing.ACCEPTED or member.charter_digest != jury.charter_digest


def _accepted() -> ResponseReturnValue:
    with state().database.read() as session:
        member = session.get_one(JuryMember, seat().member_id)
    flash("Votre place au jury est confirmée. Vos administrations déclarées sont enregistrées.", "success")
    target = "works.home" if member.sits and not seat().sits else ".show"
    return redirect(url_for(target), HTTPStatus.SEE_OTHER)


def _page(form: AcceptForm) -> str:
    with state().database.read() as session:
        jury = jury_of(session)
        member = session.get_one(JuryMember, seat().member_id)
        recusals = own_recusals(session, member_id=member.id)
    if form.charter.data is None:
        form.charter.data = jury.charter_digest
    return render_template(
        "jury/invitation.html", form=form, jury=jury, member=member, recusals=recusals, asked=_asked(member, jury)
    )
