"""The panel that is invited."""

from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.editions.queries import current_record
from concours.kernel.errors import NotFound
from concours.kernel.queue import QUICK
from concours.kernel.web.state import state
from concours.organisers import operations, queries
from concours.organisers.forms.people import CallForm, InviteForm, invite_form, remove_form
from concours.organisers.rules import lacking_roles
from concours.organisers.views.base import blueprint, carry_out, status_of
from jury import api as jury


@blueprint.route("/jury", methods=("GET", "POST"))
def panel() -> ResponseReturnValue:
    """Show the panel, or invite one more member."""
    form = invite_form(begun=_begun())
    if form.validate_on_submit() and carry_out(form, lambda session, now: _invite(session, form, now)):
        state().queues.announce(QUICK, "mail")
        flash(f"{form.name.data} fait partie du jury. L'invitation part par courriel.", "success")
        return redirect(url_for(".panel"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        key = current_record(session).key
        members = queries.panel(session, key)
        begun_at = queries.begun_at(session, key)
        works = jury.progress(session, edition_key=key).works if members else 0
    page = render_template(
        "organisers/panel.html",
        form=form,
        members=members,
        lacking=lacking_roles([member.role for member in members if member.standing != jury.Standing.DECLINED]),
        begun_at=begun_at,
        works=works,
        jury_url=state().settings.jury_url,
    )
    return page, status_of(form)


@blueprint.route("/jury/<string:member_id>/retirer", methods=("GET", "POST"))
def remove(member_id: str) -> ResponseReturnValue:
    """Show what taking a member off the panel entails, or do it."""
    member, form, actor = _member(member_id), remove_form(begun=_begun()), current_account_id()
    reason = form.reason.data if "reason" in form else ""
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: operations.remove_member(
            session, member_id=member_id, actor=actor, reason=reason, now=now
        ),
    ):
        flash(f"{member.name} ne fait plus partie du jury.", "success")
        return redirect(url_for(".panel"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        key = current_record(session).key
        consequences = jury.removal_consequences(session, edition_key=key, member_id=member_id)
    page = render_template("organisers/remove_member.html", form=form, member=member, consequences=consequences)
    return page, status_of(form)


@blueprint.route("/jury/<string:member_id>/appeler", methods=("GET", "POST"))
def call(member_id: str) -> ResponseReturnValue:
    """Show what calling a substitute entails, or call them."""
    member, form, actor = _member(member_id), CallForm(), current_account_id()
    if not member.in_reserve:
        raise NotFound
    jury_url = state().settings.jury_url
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: operations.call_substitute(
            session, member_id=member_id, reason=form.reason.data, jury_url=jury_url, actor=actor, now=now
        ),
    ):
        state().queues.announce(QUICK, "mail")
        flash(f"{member.name} siège désormais au jury. Un courriel l'en prévient.", "success")
        return redirect(url_for(".panel"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        works = jury.progress(session, edition_key=current_record(session).key).works
    return render_template("organisers/call_substitute.html", form=form, member=member, works=works), status_of(form)


def _member(member_id: str) -> jury.MemberProgress:
    with state().database.read() as session:
        members = queries.panel(session, current_record(session).key)
    member = next((each for each in members if each.member_id == member_id), None)
    if member is None:
        raise NotFound
    return member


def _begun() -> bool:
    with state().database.read() as session:
        return queries.begun_at(session, current_record(session).key) is not None


def _invite(session: Session, form: InviteForm, now: datetime) -> None:
    operations.invite_member(
        session,
        email=form.email.data,
        name=form.name.data,
        function=form.function.data,
        role=form.role.data or "",
        reason=form.reason.data if "reason" in form else "",
        dual_role_reason=form.dual_role_reason.data,
        jury_url=state().settings.jury_url,
        actor=current_account_id(),
        now=now,
    )
