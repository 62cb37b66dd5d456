"""Those who organise: invited, given a role, taken away, helped when their telephone is lost."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.accounts import roles, second_factor
from concours.accounts.access import current_account_id
from concours.accounts.models import Account
from concours.accounts.queries import organisers, with_second_factor
from concours.accounts.rules import ROLE_NAMES, ROLE_POWERS, OrganiserRole
from concours.kernel.errors import NotFound
from concours.kernel.ids import checked_id
from concours.kernel.queue import QUICK
from concours.kernel.web import person
from concours.kernel.web.state import state
from concours.organisers import team
from concours.organisers.forms.team import OrganiserForm, ResetForm, removal_form, role_form
from concours.organisers.views.base import blueprint, carry_out, status_of


@blueprint.route("/secretariat", methods=("GET", "POST"))
def secretariat() -> ResponseReturnValue:
    """Show who organises, or invite somebody."""
    form, actor, settings = OrganiserForm(), current_account_id(), state().settings
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: team.add_organiser(
            session,
            email=form.email.data,
            role=OrganiserRole(form.role.data or ""),
            dual_role_reason=form.dual_role_reason.data,
            public_url=settings.public_url,
            contact=settings.contact_email,
            actor=actor,
            now=now,
        ),
    ):
        state().queues.announce(QUICK, "mail")
        flash(f"{form.email.data} organise désormais le concours. L'invitation part par courriel.", "success")
        return redirect(url_for(".secretariat"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        people, protected = organisers(session), with_second_factor(session)
    page = render_template(
        "organisers/secretariat.html",
        form=form,
        people=people,
        protected=protected,
        me=actor,
        names=ROLE_NAMES,
        powers=ROLE_POWERS,
    )
    return page, status_of(form)


@blueprint.route("/secretariat/<string:account_id>", methods=("GET", "POST"))
def organiser(account_id: str) -> ResponseReturnValue:
    """Show one organiser, or give them another role."""
    found, me = _found(account_id), current_account_id()
    form = role_form(found.role, oneself=account_id == me)
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: roles.change_role(
            session, account_id=account_id, role=OrganiserRole(form.role.data or ""), actor=me, now=now
        ),
    ):
        name = ROLE_NAMES[form.role.data or ""]
        flash(f"{found.email} a désormais le rôle « {name} ».", "success")
        return redirect(url_for("account.home" if account_id == me else ".secretariat"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        protected = second_factor.is_set(session, account_id)
    page = render_template(
        "organisers/organiser.html", form=form, person=found, me=me, protected=protected, names=ROLE_NAMES
    )
    return page, status_of(form)


@blueprint.route("/secretariat/<string:account_id>/retirer", methods=("GET", "POST"))
def remove_organiser(account_id: str) -> ResponseReturnValue:
    """Show what taking an organiser away entails, or do it."""
    found, me = _found(account_id), current_account_id()
    oneself = account_id == me
    form = removal_form(oneself=oneself)
    if form.validate_on_submit() and carry_out(
        form, lambda session, now: roles.remove(session, account_id=account_id, actor=me, now=now)
    ):
        if oneself:
            person.sign_out()
            flash("Vous n'organisez plus le concours. Votre compte reste, comme celui d'un candidat.", "success")
            return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
        flash(f"{found.email} n'organise plus le concours. L'inviter de nouveau lui rendrait sa place.", "success")
        return redirect(url_for(".secretariat"), HTTPStatus.SEE_OTHER)
    page = render_template("organisers/remove_organiser.html", form=form, person=found, oneself=oneself)
    return page, status_of(form)


@blueprint.route("/secretariat/<string:account_id>/second-facteur", methods=("GET", "POST"))
def reset_second_factor(account_id: str) -> ResponseReturnValue:
    """Show what taking a lost telephone off entails, or do it."""
    found, me, form = _found(account_id), current_account_id(), ResetForm()
    contact = state().settings.contact_email
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: second_factor.reset(session, account_id=account_id, actor=me, contact=contact, now=now),
    ):
        state().queues.announce(QUICK, "mail")
        flash(f"Le second facteur de {found.email} est réinitialisé. Un courriel l'en prévient.", "success")
        return redirect(url_for(".secretariat"), HTTPStatus.SEE_OTHER)
    return render_template("organisers/reset_second_factor.html", form=form, person=found), status_of(form)


def _found(account_id: str) -> Account:
    with state().database.read() as session:
        account = session.get(Account, checked_id(account_id))
    if account is None or not account.organiser:
        raise NotFound
    return account
