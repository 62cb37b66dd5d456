"""Members of the jury and entries of one administration: what resembles, what was decided."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.kernel.ids import checked_id
from concours.kernel.web.state import instant, state
from concours.organisers import bodies as matches
from concours.organisers.forms.people import PairForm
from concours.organisers.views.base import blueprint, carry_out, status_of


@blueprint.route("/appartenances", methods=("GET", "POST"))
def bodies() -> ResponseReturnValue:
    """List what resembles and what was decided, or keep another member from an entry."""
    form, actor = PairForm(), current_account_id()
    with state().database.read() as session:
        members, entries = matches.members_of(session), matches.admitted(session)
    form.member.offer((member.member_id, member.name) for member in members)
    form.entry.offer((each.entry_id, f"{each.title} ({each.administration})") for each in entries)
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: matches.decide(
            session, member_id=form.member.data, entry_id=form.entry.data, confirmed=True, actor=actor, now=now
        ),
    ):
        flash("C'est enregistré : cette œuvre n'est pas présentée à ce membre.", "success")
        return redirect(url_for(".bodies"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        suggested, decided = matches.suggestions(session), matches.decisions(session)
    page = render_template(
        "organisers/bodies.html", form=form, suggested=suggested, decided=decided, possible=bool(members and entries)
    )
    return page, status_of(form)


@blueprint.post("/appartenances/<string:member_id>/<string:entry_id>")
def body(member_id: str, entry_id: str) -> ResponseReturnValue:
    """Confirm or dismiss one resemblance."""
    confirmed, now = request.form.get("confirmed") == "yes", instant()
    with state().database.write() as session:
        matches.decide(
            session,
            member_id=checked_id(member_id),
            entry_id=checked_id(entry_id),
            confirmed=confirmed,
            actor=current_account_id(),
            now=now,
        )
    flash(
        "Confirmé : cette œuvre n'est pas présentée à ce membre."
        if confirmed
        else "Écarté : le membre notera l'œuvre.",
        "success",
    )
    return redirect(url_for(".bodies"), HTTPStatus.SEE_OTHER)
