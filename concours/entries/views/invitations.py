"""The page that an invitation's link opens: anybody may read it, the invited address alone may accept."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.accounts.models import Account
from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.entries import invitations
from concours.entries.invitations import OtherAccount
from concours.entries.models import Entry
from concours.kernel.queue import QUICK
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.person import person_id, sign_out
from concours.kernel.web.signin import come_back_here
from concours.kernel.web.state import instant, state

blueprint = ClosedBlueprint("invitations", __name__, access=everyone, url_prefix="/invitations/<string:token>")


@blueprint.get("")
def invitation(token: str) -> ResponseReturnValue:
    """Say who invites whom; mail scanners open links, only the button joins. What is written is not shown yet."""
    who, now = person_id(), instant()
    with state().database.read() as session:
        found = invitations.open_invitation(session, token=token, account_id=who, now=now)
        if found.accepted_at:
            return redirect(url_for("entries.entry", entry_id=found.entry_id), HTTPStatus.SEE_OTHER)
        entry = session.get_one(Entry, found.entry_id)
        edition = editions.to_edition(session, session.get_one(EditionRecord, entry.edition_id))
        host = session.get_one(Account, found.invited_by).email
        guest = session.get_one(Account, who).email if who else ""
    if not who:
        come_back_here()
    facts = {"invitation": found, "edition": edition, "host": host, "guest": guest, "token": token}
    return render_template("entries/invitation.html", title=entry.title, **facts)


@blueprint.post("")
def accept(token: str) -> ResponseReturnValue:
    """Join the dossier."""
    if person_id() is None:
        return redirect(url_for(".invitation", token=token), HTTPStatus.SEE_OTHER)
    now, who = instant(), current_account_id()
    try:
        with state().database.write() as session:
            entry = invitations.accept(
                session, token=token, account_id=who, public_url=state().settings.public_url, now=now
            )
    except OtherAccount:
        with state().database.write() as session:
            invitations.record_other_account(session, token=token, account_id=who, now=now)
        raise
    state().queues.announce(QUICK, "mail")
    flash("Vous travaillez maintenant sur ce dossier avec le reste de l'équipe.", "success")
    return redirect(url_for("entries.entry", entry_id=entry.id), HTTPStatus.SEE_OTHER)


@blueprint.post("/autre-compte")
def other_account(token: str) -> ResponseReturnValue:
    """Sign out, and come back to the invitation."""
    sign_out()
    return redirect(url_for(".invitation", token=token), HTTPStatus.SEE_OTHER)
