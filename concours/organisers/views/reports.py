"""Breaches of anonymity that the jury reported: what was said, of which entry, and what becomes of the work."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.kernel.ids import checked_id
from concours.kernel.queue import QUICK
from concours.kernel.web.state import state
from concours.organisers import reports as reported
from concours.organisers.forms.people import ReportForm
from concours.organisers.views.base import blueprint, carry_out, status_of


@blueprint.get("/signalements")
def reports() -> ResponseReturnValue:
    """List what was reported."""
    with state().database.read() as session:
        found = reported.reported(session)
        return render_template("organisers/reports.html", reported=found)


@blueprint.route("/signalements/<string:report_id>", methods=("GET", "POST"))
def report(report_id: str) -> ResponseReturnValue:
    """Show one report beside its entry, or decide."""
    with state().database.read() as session:
        found = reported.find_reported(session, checked_id(report_id))
        form = ReportForm(data={**asdict(found.each.dossier), "title": found.each.title})
        if not form.validate_on_submit():
            return render_template("organisers/report.html", found=found, form=form), status_of(form)
    if carry_out(form, lambda session, now: _decide(session, report_id, form, now)):
        state().queues.announce(QUICK, "mail")
        flash("Décision enregistrée. Le jury en voit l'effet dès maintenant.", "success")
        return redirect(url_for(".reports"), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        found = reported.find_reported(session, report_id)
        return render_template("organisers/report.html", found=found, form=form), status_of(form)


def _decide(session: Session, report_id: str, form: ReportForm, now: datetime) -> None:
    actor = current_account_id()
    if form.decision.data == "withdrawn":
        reported.withdraw(session, report_id=report_id, reason=form.reason.data, actor=actor, now=now)
        return
    corrected = reported.Correction(**form.words) if form.decision.data == "corrected" else None
    reported.resume(session, report_id=report_id, correction=corrected, actor=actor, now=now)
