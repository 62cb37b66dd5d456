"""Entries that two look at, and who has which entry before them."""

from http import HTTPStatus

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.kernel.web.state import instant, state
from concours.organisers import deciding, examiners, queries, second_looks
from concours.organisers.forms.people import SecondLookForm
from concours.organisers.views.base import blueprint, carry_out, status_of


@blueprint.route("/candidatures/<string:entry_id>/revoir-a-deux", methods=("GET", "POST"))
def second_look(entry_id: str) -> ResponseReturnValue:
    """Ask why an entry is to be decided by two, or have it so."""
    with state().database.read() as session:
        each, mark = queries.find_examined(session, entry_id), deciding.mark(session, entry_id)
    form, me = SecondLookForm(data={"look_seen": mark}), current_account_id()
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: second_looks.ask(
            session, entry_id=entry_id, words=form.why.data or "", actor=me, now=now, seen=form.look_seen.data or None
        ),
    ):
        flash("Cette candidature est à revoir à deux : sa décision demande l'accord de deux personnes.", "success")
        return redirect(url_for(".entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)
    form.look_seen.data = mark
    return render_template("organisers/second_look.html", each=each, form=form), status_of(form)


@blueprint.post("/candidatures/<string:entry_id>/revoir-a-deux/annuler")
def withdraw_second_look(entry_id: str) -> ResponseReturnValue:
    """Have the entry decided by one person again."""
    now = instant()
    with state().database.write() as session:
        second_looks.withdraw(session, entry_id=entry_id, actor=current_account_id(), now=now)
    flash("La revue à deux est annulée : une personne suffit pour décider.", "success")
    return redirect(url_for(".entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/candidatures/<string:entry_id>/retirer-mon-avis")
def unsay(entry_id: str) -> ResponseReturnValue:
    """Take one's own opinion back."""
    now = instant()
    with state().database.write() as session:
        second_looks.unsay(session, entry_id=entry_id, actor=current_account_id(), now=now)
    flash("Votre avis est retiré.", "success")
    return redirect(url_for(".entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/candidatures/<string:entry_id>/presence")
def presence(entry_id: str) -> ResponseReturnValue:
    """Note that somebody still has the entry before them, and say who else has."""
    now, me = instant(), current_account_id()
    with state().database.write() as session:
        queries.find_examined(session, entry_id)
        examiners.arrive(session, entry_id=entry_id, account_id=me, now=now)
        there = examiners.others(session, [entry_id], reader=me, now=now).get(entry_id, [])
    return jsonify(said=[each.sentence for each in there])
