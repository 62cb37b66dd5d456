"""The people of a dossier: who they are, whom the owner invites or removes, who leaves, who takes over."""

from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.entries import invitations, people, queries
from concours.entries.forms import ActForm, InviteForm
from concours.entries.invitations import Invited
from concours.entries.queries import Person
from concours.entries.rules import INVITATION_AGAIN_AFTER, MAX_PEOPLE
from concours.entries.views.base import Folder, acting, blueprint, open_folder, show
from concours.kernel.clock import format_instant
from concours.kernel.errors import DomainError, Forbidden, NotFound
from concours.kernel.queue import QUICK
from concours.kernel.web.state import instant, state

_PEOPLE = "/<string:entry_id>/personnes"
_PERSON = f"{_PEOPLE}/<string:person_id>"
_INVITATION = f"{_PEOPLE}/invitations/<string:invitation_id>"


@blueprint.route(_PEOPLE, methods=["GET", "POST"], endpoint="people")
def people_page(entry_id: str) -> ResponseReturnValue:
    """Show who works on the dossier and who is invited, or invite somebody."""
    form, status = InviteForm(), HTTPStatus.OK
    folder = open_folder(entry_id)
    if form.validate_on_submit():
        try:
            _tell(_invite(entry_id, form.email.data))
        except Forbidden:
            raise
        except DomainError as refusal:
            form.refuse(refusal.message, field="email" if folder.open else None)
            status = refusal.status
        else:
            return _back(entry_id)
    elif form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    with state().database.read() as session:
        waiting = queries.invitations_of(session, entry_id, now=instant())
    limits = {"limit": MAX_PEOPLE, "again_after": INVITATION_AGAIN_AFTER}
    return show("people", folder, form=form, waiting=waiting, **limits), status


@blueprint.post(f"{_INVITATION}/renvoyer")
def invite_again(entry_id: str, invitation_id: str) -> ResponseReturnValue:
    """Send an invitation again."""
    now = instant()
    try:
        with acting(entry_id) as session:
            invited = invitations.invite_again(
                session,
                entry_id=entry_id,
                account_id=current_account_id(),
                invitation_id=invitation_id,
                public_url=state().settings.public_url,
                now=now,
            )
    except (Forbidden, NotFound):
        raise
    except DomainError as refusal:
        flash(refusal.message, "warning")
    else:
        _tell(invited)
    return _back(entry_id)


@blueprint.route(f"{_INVITATION}/retirer", methods=["GET", "POST"])
def withdraw_invitation(entry_id: str, invitation_id: str) -> ResponseReturnValue:
    """Ask for confirmation, or take an invitation back."""
    form, now, folder = ActForm(), instant(), _owned_folder(entry_id)
    if form.validate_on_submit():
        with acting(entry_id) as session:
            withdrawn = invitations.withdraw_invitation(
                session, entry_id=entry_id, account_id=current_account_id(), invitation_id=invitation_id, now=now
            )
        flash(f"L'invitation de {withdrawn.email} ne sert plus : son lien n'ouvre plus rien.", "success")
        return _back(entry_id)
    with state().database.read() as session:
        waiting = queries.invitations_of(session, entry_id, now=now)
    found = next((each for each in waiting if each.id == invitation_id), None)
    if found is None:
        return _back(entry_id)
    return show("invitation_withdrawal", folder, form=form, invitation=found)


@blueprint.route(f"{_PERSON}/retirer", methods=["GET", "POST"])
def remove_person(entry_id: str, person_id: str) -> ResponseReturnValue:
    """Ask for confirmation, or take somebody off the dossier."""
    form, now, folder = ActForm(), instant(), _owned_folder(entry_id)
    if form.validate_on_submit():
        with acting(entry_id) as session:
            removed = people.remove(
                session,
                entry_id=entry_id,
                account_id=current_account_id(),
                person_id=person_id,
                public_url=state().settings.public_url,
                now=now,
            )
        state().queues.announce(QUICK, "mail")
        _say(removed, "La personne ne travaille plus sur ce dossier. Un courriel le lui dit.")
        return _back(entry_id)
    return show("person_removal", folder, form=form, person=_member(folder, person_id))


@blueprint.route(f"{_PERSON}/confier", methods=["GET", "POST"])
def hand_on(entry_id: str, person_id: str) -> ResponseReturnValue:
    """Ask for confirmation, or make a member the owner."""
    form, now, folder = ActForm(), instant(), open_folder(entry_id)
    if form.validate_on_submit():
        with acting(entry_id) as session:
            owner = people.hand_on(
                session,
                entry_id=entry_id,
                account_id=current_account_id(),
                person_id=person_id,
                public_url=state().settings.public_url,
                now=now,
            )
        state().queues.announce(QUICK, "mail")
        flash(f"{owner.email} est maintenant responsable de ce dossier. Un courriel le lui dit.", "success")
        return _back(entry_id)
    _owned_folder(entry_id)
    return show("handing_on", folder, form=form, person=_member(folder, person_id))


@blueprint.get(f"{_PEOPLE}/quitter")
def leave(entry_id: str) -> ResponseReturnValue:
    """Ask for confirmation."""
    folder = open_folder(entry_id)
    return _back(entry_id) if folder.owned else show("leaving", folder, form=ActForm())


@blueprint.post(f"{_PEOPLE}/quitter", endpoint="left")
def left(entry_id: str) -> ResponseReturnValue:
    """Leave the dossier; pressed twice, say that it is done rather than that there is nothing there."""
    now = instant()
    with state().database.write() as session:
        gone = people.leave(
            session,
            entry_id=entry_id,
            account_id=current_account_id(),
            public_url=state().settings.public_url,
            now=now,
        )
    state().queues.announce(QUICK, "mail")
    _say(
        gone,
        "Vous avez quitté le dossier : il n'est plus dans vos candidatures. La personne responsable en est avertie.",
    )
    return redirect(url_for("entries.mine"), HTTPStatus.SEE_OTHER)


def _owned_folder(entry_id: str) -> Folder:
    """Return the dossier for a page of its owner. Raises Forbidden for a member, NotFound for strangers."""
    folder = open_folder(entry_id)
    if not folder.owned:
        raise Forbidden(people.OWNERS_ACT)
    return folder


def _member(folder: Folder, person_id: str) -> Person:
    found = next((person for person in folder.people if person.account_id == person_id and not person.owner), None)
    if found is None:
        raise NotFound(people.NO_MEMBER)
    return found


def _invite(entry_id: str, email: str) -> Invited:
    now = instant()
    with acting(entry_id) as session:
        return invitations.invite(
            session,
            entry_id=entry_id,
            account_id=current_account_id(),
            email=email,
            public_url=state().settings.public_url,
            now=now,
        )


def _tell(invited: Invited) -> None:
    """Say what became of an invitation, and have its mail sent."""
    state().queues.announce(QUICK, "mail")
    invitation = invited.invitation
    if invited.sent:
        until = format_instant(invitation.expires_at)
        flash(f"L'invitation part par courriel à {invitation.email}. Elle vaut jusqu'au {until}.", "success")
    elif invitation.waits(instant()):
        flash(
            f"{invitation.email} est déjà invité·e : le message est parti le {format_instant(invitation.created_at)}. "
            "Aucun autre n'est envoyé avant une heure.",
            "info",
        )
    else:
        flash("Cette invitation n'attend plus de réponse : aucun message n'est envoyé.", "info")


def _say(done: bool, sentence: str) -> None:  # noqa: FBT001 -- what the act answered
    """Say that an act is done, or that there was nothing left to do."""
    flash(sentence if done else people.NO_MEMBER, "success" if done else "info")


def _back(entry_id: str) -> ResponseReturnValue:
    return redirect(url_for("entries.people", entry_id=entry_id), HTTPStatus.SEE_OTHER)
