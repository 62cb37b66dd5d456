"""The organisers' page of the honours: the way there, the unsealing, the laureates."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.editions.queries import current_record, to_edition
from concours.honours import operations, queries
from concours.honours.forms import UnsealForm
from concours.honours.views.base import blueprint
from concours.kernel.web.state import instant, state
from jury import api as jury


@blueprint.get("")
def honours() -> ResponseReturnValue:
    """Show where the contest stands on the way to the honours, or the honours."""
    return _page(UnsealForm())


@blueprint.post("")
def unseal() -> ResponseReturnValue:
    """Lift anonymity, once the box is ticked."""
    form = UnsealForm()
    if not form.validate_on_submit():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    with state().database.write() as session:
        operations.unseal(session, actor=current_account_id(), now=instant())
    flash("L'anonymat est levé.", "success")
    return redirect(url_for(".honours"), HTTPStatus.SEE_OTHER)


def _page(form: UnsealForm) -> str:
    with state().database.read() as session:
        record = current_record(session)
        if record.unsealed_at is None:
            steps = queries.steps_to_unsealing(session, record, now=instant())
            return render_template(
                "honours/before.html", form=form, steps=steps, ready=all(step.done for step in steps)
            )
        return _palmares(session)


def _palmares(session: Session) -> str:
    record = current_record(session)
    found = queries.laureates(session, record.id)
    return render_template(
        "honours/palmares.html",
        edition=to_edition(session, record),
        laureates=found,
        decimals=queries.decimals(found),
        format_mean=jury.format_mean,
        format_number=jury.format_number,
        unsealed_at=record.unsealed_at,
        now=instant(),
    )
