"""Acts on several entries: confirmed on a page of their own, then shown with what was done, and undone."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.editions.models import EditionRecord
from concours.editions.queries import current_record, to_edition
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.ids import checked_id, is_id
from concours.kernel.queue import SLOW
from concours.kernel.web.state import instant, state
from concours.organisers import bulk, listing, narrowing
from concours.organisers.bulk import Act
from concours.organisers.forms.bulk import BulkForm, bulk_form
from concours.organisers.models import BulkAct
from concours.organisers.views.base import blueprint, carry_out, status_of

_LAST_PAGE = 100_000


@blueprint.get("/candidatures/ensemble")
def bulk_ask() -> ResponseReturnValue:
    """Show what an act would do to the entries that are chosen, before anything is done."""
    named = request.args.get("acte", "")
    with state().database.read() as session:
        record = current_record(session)
        wanted = narrowing.read(request.args, to_edition(session, record).categories)
        ids = _chosen(session, record, wanted)
        try:
            bulk.check_count(len(ids))
        except DomainError as refusal:
            flash(refusal.message, "error")
            values: dict[str, Any] = dict(wanted.parameters)
            return redirect(url_for(".entries", **values), HTTPStatus.SEE_OTHER)
        if named == "write":
            lines = listing.lines_of(session, record.id, ids)
            return render_template("organisers/bulk_write.html", lines=lines, back=wanted.parameters)
        act = _act(named)
        cases = bulk.plan(session, ids, act)
    return _confirmation(act, cases, bulk_form(act, cases), wanted.parameters)


@blueprint.post("/candidatures/ensemble")
def bulk_do() -> ResponseReturnValue:
    """Do a confirmed act, and show what was done."""
    act = _act(request.form.get("act", ""))
    form = bulk_form(act)
    act_id = checked_id(form.act_id.data or "")
    again = list[str]()
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: again.extend(
            bulk.carry_out(
                session,
                act_id=act_id,
                act=act,
                seen=form.what,
                reason=form.reason,
                actor=current_account_id(),
                now=now,
            )
        ),
    ):
        for creation_id in again:
            state().queues.announce(SLOW, "render", creation_id)
        return redirect(url_for(".bulk_done", act_id=act_id), HTTPStatus.SEE_OTHER)
    with state().database.read() as session:
        cases = bulk.plan(session, [entry_id for entry_id, _ in form.what][: bulk.MOST], act)
    return _confirmation(act, cases, form, {})


@blueprint.get("/candidatures/ensemble/<string:act_id>")
def bulk_done(act_id: str) -> ResponseReturnValue:
    """Show what an act did, and offer to undo it."""
    with state().database.read() as session:
        record, row = current_record(session), session.get(BulkAct, checked_id(act_id))
        if row is None or row.edition_id != record.id:
            raise NotFound
        lines = bulk.lines_of(session, act_id)
        shown = listing.lines_of(session, record.id, [line.entry_id for line in lines])
        entries = {entry.entry_id: entry for entry in shown}
    return render_template(
        "organisers/bulk_done.html",
        row=row,
        label=bulk.ACT_LABELS[row.act],
        done=[(entries[line.entry_id], line.kept) for line in lines if not line.left],
        left=[(entries[line.entry_id], line.left) for line in lines if line.left],
        undoable=row.act != Act.RETRY and row.undone_at is None and record.handed_over_at is None,
    )


@blueprint.post("/candidatures/ensemble/<string:act_id>/annuler")
def bulk_undo(act_id: str) -> ResponseReturnValue:
    """Undo an act on the entries that have not changed since."""
    now = instant()
    with state().database.write() as session:
        bulk.undo(session, act_id=checked_id(act_id), actor=current_account_id(), now=now)
    return redirect(url_for(".bulk_done", act_id=act_id), HTTPStatus.SEE_OTHER)


def _act(named: str) -> Act:
    try:
        return Act(named)
    except ValueError as unknown:
        raise NotFound from unknown


def _chosen(session: Session, record: EditionRecord, wanted: narrowing.Narrowing) -> Sequence[str]:
    """Return the entries that are chosen: all that the filter keeps, all of its page, or those that are ticked."""
    scope = request.args.get("choix", "")
    if scope == "filtre":
        return listing.ids_of(session, record.id, wanted)
    if scope == "page":
        number = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
        shown, _ = listing.list_entries(session, record.id, wanted, page=number)
        return [line.entry_id for line in shown]
    ticked = [each for each in request.args.getlist("entry") if is_id(each)][: bulk.MOST + 1]
    return [line.entry_id for line in listing.lines_of(session, record.id, ticked)]


def _confirmation(act: Act, cases: list[bulk.Case], form: BulkForm, back: dict[str, str]) -> ResponseReturnValue:
    page = render_template(
        "organisers/bulk.html",
        label=bulk.ACT_LABELS[act],
        act=act.value,
        form=form,
        todo=[case for case in cases if not case.obstacle],
        left=[case for case in cases if case.obstacle],
        back=back,
    )
    return page, status_of(form)
