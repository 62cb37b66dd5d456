"""The handing over: what is ready, what it entails, the act."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.editions.queries import current_record, to_edition
from concours.kernel.queue import QUICK
from concours.kernel.web.state import instant, state
from concours.organisers import listing, operations, queries
from concours.organisers.forms.people import HandOverForm
from concours.organisers.rules import Standing, lacking_roles
from concours.organisers.views.base import blueprint, carry_out, status_of


@blueprint.route("/transmission", methods=("GET", "POST"))
def hand_over() -> ResponseReturnValue:
    """Show what is ready and what the handing over entails, or hand the works over."""
    form, actor, now = HandOverForm(), current_account_id(), instant()
    if form.validate_on_submit() and carry_out(
        form, lambda session, now: operations.hand_over(session, actor=actor, now=now)
    ):
        state().queues.announce(QUICK, "mail")
        flash("Les œuvres sont transmises au jury, chacune sous un numéro tiré au sort.", "success")
        return redirect(url_for(".hand_over"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        record = current_record(session)
        examined = listing.examined(session, record.id)
        page = render_template(
            "organisers/hand_over.html",
            form=form,
            edition=to_edition(session, record),
            now=now,
            counts=listing.standings(session, record.id),
            without_copy=[each for each in examined if each.standing is Standing.ADMITTED and not each.copy_ready],
            obstacles=operations.hand_over_obstacles(session, now=now),
            lacking=lacking_roles([member.role for member in queries.panel(session, record.key)]),
            handed_over_at=record.handed_over_at,
        )
    return page, status_of(form)
