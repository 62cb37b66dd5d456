"""The change of edition: what is carried over, which dates are proposed, and the way back."""

from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.editions.queries import current_record, to_edition
from concours.editions.rules import weekend_dates
from concours.editions.succession import shifts, years_named
from concours.kernel.clock import format_day
from concours.kernel.web.state import instant, state
from concours.organisers import succession
from concours.organisers.forms.succession import next_edition_form
from concours.organisers.views.base import blueprint, carry_out, status_of
from concours.organisers.views.edition import TEXTS


@blueprint.route("/edition/suivante", methods=("GET", "POST"))
def next_edition() -> ResponseReturnValue:
    """Show what the next edition would be, dates beside dates; confirmed, begin it."""
    with state().database.read() as session:
        record = current_record(session)
        present, standing = to_edition(session, record), succession.standing_of(session, record, instant())
    form = next_edition_form(present, record.version, over=standing.over)
    following = form.apply(present)

    def act(session: Session, now: datetime) -> None:
        succession.begin_next(
            session,
            edition=following,
            reason="" if standing.over else form.reason.data,
            version=form.version.seen,
            actor=current_account_id(),
            now=now,
        )

    if form.validate_on_submit() and carry_out(form, act):
        flash(f"L'édition {following.key} est l'édition présente. Relisez ses textes et son règlement.", "success")
        return redirect(url_for(".edition"), HTTPStatus.SEE_OTHER)
    page = render_template(
        "organisers/next_edition.html",
        form=form,
        edition=present,
        following=following,
        standing=standing,
        shifts=shifts(present, following),
        weekend=[format_day(day) for day in weekend_dates(following)],
        texts=[TEXTS[name] for name in years_named(present, present.key)],
    )
    return page, status_of(form)


@blueprint.post("/edition/suivante/annulation")
def undo_next_edition() -> ResponseReturnValue:
    """Return to the edition before, while nothing stands in the present one."""
    with state().database.write() as session:
        former = succession.take_back(session, actor=current_account_id(), now=instant())
    flash(f"L'édition {former.key} est de nouveau l'édition présente ; la suivante n'existe plus.", "success")
    return redirect(url_for(".edition"), HTTPStatus.SEE_OTHER)
