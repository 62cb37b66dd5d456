"""People: the panel that is invited, the secretariat itself."""

from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.accounts.queries import organisers
from concours.editions.queries import current_record
from concours.kernel.errors import NotFound
from concours.kernel.queue import QUICK
from concours.kernel.web.state import instant, state
from concours.organisers import operations, queries
from concours.organisers.forms.people import InviteForm, OrganiserForm
from concours.organisers.rules import lacking_roles
from concours.organisers.views.base import blueprint, carry_out, status_of


@blueprint.route("/jury", methods=("GET", "POST"))
def panel() -> ResponseReturnValue:
    """Show the panel, or invite one more member."""
    form = InviteForm()
    if form.validate_on_submit() and carry_out(form, lambda session, now: _invite(session, form, now)):
        state().queues.announce(QUICK, "mail")
        flash(f"{form.name.data} fait partie du jury. L'invitation part par courriel.", "success")
        return redirect(url_for(".panel"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        members = queries.panel(session, current_record(session).key)
    lacking = lacking_roles([member.role for member in members])
    jury_url = state().settings.jury_url
    page = render_template("organisers/panel.html", form=form, members=members, lacking=lacking, jury_url=jury_url)
    return page, status_of(form)


@blueprint.get("/jury/<string:member_id>/retirer")
def remove(member_id: str) -> ResponseReturnValue:
    """Ask for confirmation."""
    with state().database.read() as session:
        members = queries.panel(session, current_record(session).key)
    member = next((each for each in members if each.member_id == member_id), None)
    if member is None:
        raise NotFound
    return render_template("organisers/remove_member.html", member=member)


@blueprint.post("/jury/<string:member_id>/retirer")
def removed(member_id: str) -> ResponseReturnValue:
    """Take a member off the panel."""
    now = instant()
    with state().database.write() as session:
        operations.remove_member(session, member_id=member_id, actor=current_account_id(), now=now)
    flash("La personne ne fait plus partie du jury.", "success")
    return redirect(url_for(".panel"), HTTPStatus.SEE_OTHER)


@blueprint.route("/secretariat", methods=("GET", "POST"))
def secretariat() -> ResponseReturnValue:
    """Show who organises, or add somebody."""
    form, actor = OrganiserForm(), current_account_id()
    if form.validate_on_submit() and carry_out(
        form, lambda session, now: operations.add_organiser(session, email=form.email.data, actor=actor, now=now)
    ):
        flash(f"{form.email.data} fait partie du secrétariat : prévenez cette personne.", "success")
        return redirect(url_for(".secretariat"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        people = organisers(session)
    page = render_template("organisers/secretariat.html", form=form, people=people, me=actor)
    return page, status_of(form)


def _invite(session: Session, form: InviteForm, now: datetime) -> None:
    operations.invite_member(
        session,
        email=form.email.data,
        name=form.name.data,
        function=form.function.data,
        role=form.role.data or "",
        jury_url=state().settings.jury_url,
        actor=current_account_id(),
        now=now,
    )
