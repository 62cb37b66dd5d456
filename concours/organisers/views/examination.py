"""One entry: all that is known of it, the decision on it, and the next one to examine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id, current_role
from concours.accounts.models import Account
from concours.accounts.rules import OrganiserRole
from concours.editions.queries import current_record
from concours.entries.consents import TEXTS
from concours.entries.queries import Person, people_of
from concours.kernel.errors import NotFound
from concours.kernel.web.state import instant, state
from concours.organisers import deciding, examiners, listing, operations, queries, second_looks, seen
from concours.organisers.forms.people import DecisionForm, SecondLookForm, decision_form
from concours.organisers.rules import DECISION_WORDS, TO_EXAMINE, Decision
from concours.organisers.views.base import blueprint, carry_out, note_seen, status_of
from concours.organisers.views.entries import facts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What the page shows of an entry, read in one transaction."""

    each: queries.ExaminedEntry
    look: second_looks.Look | None
    mark: str
    people: Sequence[Person]
    waiting: Sequence[listing.Waiting]
    present: Sequence[examiners.Examiner]
    decided_by: str
    handed_over_at: datetime | None

    @property
    def examined(self) -> bool:
        """Whether somebody who opens the page is examining the entry."""
        return self.handed_over_at is None and self.each.standing in TO_EXAMINE


@blueprint.route("/candidatures/<string:entry_id>", methods=("GET", "POST"))
def entry(entry_id: str) -> ResponseReturnValue:
    """Show all that is known of an entry, and take the decision on it."""
    bench = _read(entry_id)
    form = _form(bench)
    if form.validate_on_submit() and carry_out(form, lambda session, now: _decide(session, entry_id, form, now)):
        return _go_on(bench)
    form.seen.data, form.deposit_id.data = bench.mark, bench.each.entry.deposit_id
    note_seen(seen.DOSSIER_SEEN, entry_id)
    _arrive(bench)
    before, after = listing.neighbours(bench.waiting, entry_id, bench.each.deposited_at)
    deposit = bench.each.entry.deposit
    page = render_template(
        "organisers/entry.html",
        **{name: getattr(bench, name) for name in ("each", "look", "mark", "people", "present", "decided_by")},
        form=form,
        look_form=SecondLookForm(formdata=None, data={"look_seen": bench.mark}),
        me=current_account_id(),
        consents=TEXTS,
        before=before,
        after=after,
        waiting=len(bench.waiting),
        facts=facts_of(deposit) if deposit else [],
        done=_done(request.args.get("decidee", "")),
        handed_over_at=bench.handed_over_at,
    )
    return page, status_of(form)


@blueprint.post("/candidatures/<string:entry_id>/annuler-la-decision")
def clear(entry_id: str) -> ResponseReturnValue:
    """Take the decision back, if it is still the one that the page showed."""
    now, mark = instant(), request.form.get("seen")
    with state().database.write() as session:
        operations.clear_admissibility(session, entry_id=entry_id, actor=current_account_id(), now=now, seen=mark)
    flash("Décision annulée : la candidature est de nouveau à examiner.", "success")
    return redirect(url_for(".entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)


def _read(entry_id: str) -> _Bench:
    me = current_account_id()
    with state().database.read() as session:
        record = current_record(session)
        each = queries.find_examined(session, entry_id)
        decided_by = session.get(Account, each.admissibility.decided_by) if each.admissibility else None
        return _Bench(
            each=each,
            look=second_looks.find(session, each.entry, me),
            mark=deciding.mark(session, entry_id),
            people=people_of(session, [each.entry])[entry_id],
            waiting=listing.waiting(session, record.id, me),
            present=examiners.others(session, [entry_id], reader=me, now=instant()).get(entry_id, []),
            decided_by=decided_by.email if decided_by else "",
            handed_over_at=record.handed_over_at,
        )


def _form(bench: _Bench) -> DecisionForm:
    """Return the form, holding one's own opinion, else a refusal's reason that was proposed, else the decision."""
    held = None if bench.each.outdated else bench.each.admissibility
    if held is None and bench.look:
        mine = [each for each in bench.look.opinions if each.account_id == current_account_id()]
        if mine:
            return decision_form(mine[0].decision, mine[0].reason, mine[0].note)
        return decision_form("", next((each.reason for each in bench.look.opinions if each.reason), ""))
    return decision_form(held.decision, held.reason) if held else decision_form("", "")


def _decide(session: Session, entry_id: str, form: DecisionForm, now: datetime) -> None:
    """Decide, or say one's opinion where two are to agree."""
    me, decision = current_account_id(), Decision(form.decision.data or "")
    deposit_id, mark = form.deposit_id.data or "", form.seen.data or None
    if queries.look_of(session, entry_id):
        second_looks.say(
            session,
            entry_id=entry_id,
            deposit_id=deposit_id,
            decision=decision,
            reason=form.reason,
            note=form.note.data or "",
            actor=me,
            now=now,
            seen=mark,
        )
    else:
        operations.decide_admissibility(
            session,
            entry_id=entry_id,
            deposit_id=deposit_id,
            decision=decision,
            reason=form.reason,
            actor=me,
            now=now,
            seen=mark,
        )
    examiners.leave(session, entry_id=entry_id, account_id=me)


def _go_on(bench: _Bench) -> ResponseReturnValue:
    """Go on to the next entry to examine, which says what was decided; after the last one, stay."""
    entry_id = bench.each.entry.id
    with state().database.read() as session:
        waiting = listing.waiting(session, current_record(session).id, current_account_id())
    after = listing.neighbours(waiting, entry_id, bench.each.deposited_at)[1]
    if after is None:
        done = _done(entry_id)
        flash(f"{done.sentence if done else ''} Aucune autre candidature n'attend votre examen.".strip(), "success")
        return redirect(url_for(".entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)
    return redirect(url_for(".entry", entry_id=after, decidee=entry_id), HTTPStatus.SEE_OTHER)


@dataclass(frozen=True, slots=True)
class _Done:
    """What the reader has just decided or said of another entry, and what takes it back."""

    entry_id: str
    title: str
    sentence: str
    undo: str
    mark: str


def _done(entry_id: str) -> _Done | None:
    """Return what the reader did last with an entry, if it still stands."""
    if not entry_id:
        return None
    me = current_account_id()
    with state().database.read() as session:
        try:
            each = queries.find_examined(session, entry_id)
        except NotFound:
            return None
        mark, held = deciding.mark(session, entry_id), each.admissibility
        mine = [said for said in queries.opinions_of(session, entry_id) if said.account_id == me]
    if held and held.decided_by == me and not each.outdated:
        words = f"Décision enregistrée : « {each.title} » est déclarée {DECISION_WORDS[held.decision]}."
        words = f"Vous êtes deux du même avis. {words}" if mine else words
        return _Done(entry_id, each.title, words, url_for(".clear", entry_id=entry_id), mark)
    if mine and held is None:
        words = f"Votre avis sur « {each.title} » est enregistré : {DECISION_WORDS[mine[0].decision]}."
        return _Done(entry_id, each.title, words, url_for(".unsay", entry_id=entry_id), mark)
    return None


def _arrive(bench: _Bench) -> None:
    """Tell the others that somebody who may decide has this entry before them."""
    if bench.examined and current_role() == OrganiserRole.SECRETARIAT:
        with state().database.write() as session:
            now = instant()
            examiners.arrive(session, entry_id=bench.each.entry.id, account_id=current_account_id(), now=now)
