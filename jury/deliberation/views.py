"""The pages of the deliberation: ranking, ties, honours, minutes. For the president and the secretary only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import BinaryIO, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.kernel.clock import to_paris
from concours.kernel.errors import Conflict, DomainError
from concours.kernel.forms import DsfrForm
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.security import accepts_files
from concours.kernel.web.state import instant, state
from jury.deliberation.forms import SignatureForm, TieForm, laureates_form
from jury.deliberation.operations import decide_tie, mark_minutes_signed, record_laureates
from jury.deliberation.queries import Standing, laureates_of, standing_of
from jury.deliberation.rules import Choice, default_reason
from jury.minutes.files import KeptFile
from jury.minutes.operations import add_signed_copy
from jury.minutes.queries import minutes_of
from jury.minutes.rules import SIGNED_COPY_MAX_BYTES
from jury.minutes.views import papers_of, stored
from jury.minutes.words import document_of
from jury.models import JurySession
from jury.ranking import decimals_to_separate, format_mean
from jury.rules import Role, format_number
from jury.tallies import WorkName, names_of, sums_of
from jury.views.access import jury_of, ranking_readers, seat

_PER_PAGE = 100
"""Works that one page of the ranking shows."""

deliberation = ClosedBlueprint("deliberation", __name__, access=ranking_readers)


@dataclass(frozen=True)
class Results:
    """What lies on the table once scoring is closed."""

    jury: JurySession
    standing: Standing
    works: Mapping[int, WorkName]
    laureates: Sequence[Choice]
    """As recorded; empty before, or when none is honoured."""
    decimals: int
    """So many that unequal means look unequal."""

    def held(self) -> Sequence[Choice]:
        """Return the honours to begin the form with: those recorded, else those of the ranking."""
        if self.jury.laureates_recorded_at is not None:
            return self.laureates
        ranking, scale = self.standing.ranking, self.jury.scale
        return [
            Choice(place.number, place.rank, default_reason(place, scale, self.decimals))
            for place in ranking.places
            if place.number in self.standing.proposed
        ]


@deliberation.get("/classement")
def ranking() -> ResponseReturnValue:
    """Show the ranking, and where the number of laureates cuts it."""
    with state().database.read() as session:
        jury = _closed_jury(session)
        standing = standing_of(session, jury, detailed=False)
        places = standing.ranking.places
        last = max(1, -(-len(places) // _PER_PAGE))
        page = min(max(request.args.get("page", 1, type=int), 1), last)
        shown = places[(page - 1) * _PER_PAGE : page * _PER_PAGE]
        numbers = [place.number for place in shown]
        sums, works = sums_of(session, jury, numbers), names_of(session, jury, numbers)
    shown = tuple(replace(place, tally=replace(place.tally, sums=sums[place.number])) for place in shown)
    table = {"jury": jury, "standing": standing, "works": works, "shown": shown, "decimals": _decimals(standing)}
    return render_template("jury/ranking.html", seat=seat(), page=page, last=last, **table)


@deliberation.route("/classement/departage", methods=["GET", "POST"])
def tie() -> ResponseReturnValue:
    """Decide between the equal works at the last place."""
    results, form = _results(), TieForm()
    if seat().role is not Role.PRESIDENT:
        del form.casting_vote
    form.chosen.offer((str(n), f"{format_number(n)}, {results.works[n].title}") for n in results.standing.line.tied)
    if not form.is_submitted() and (decision := results.standing.decision):
        form.chosen.data, form.reason.data = [str(number) for number in decision.chosen], decision.reason
        if "casting_vote" in form:
            form.casting_vote.data = decision.casting_vote
    if not form.validate_on_submit():
        return _page("tie", results, form)
    try:
        with state().database.write() as session:
            decide_tie(
                session,
                member_id=seat().member_id,
                chosen=form.numbers,
                reason=form.reason.data,
                casting_vote="casting_vote" in form and bool(form.casting_vote.data),
                now=instant(),
            )
    except DomainError as refusal:
        return _refused("tie", results, form, refusal)
    flash("La décision est enregistrée : elle figure au procès-verbal.", "success")
    return redirect(url_for("deliberation.laureates"), HTTPStatus.SEE_OTHER)


@deliberation.route("/palmares", methods=["GET", "POST"])
def laureates() -> ResponseReturnValue:
    """Record the honours by number."""
    results = _results()
    form = laureates_form(
        seats=results.jury.laureates_max,
        works=[(str(number), _label(results, number)) for number in _by_rank(results)],
        held=results.held(),
        departure_reason=results.jury.departure_reason,
    )
    if not form.validate_on_submit():
        return _page("laureates", results, form)
    try:
        with state().database.write() as session:
            record_laureates(
                session,
                member_id=seat().member_id,
                choices=form.choices,
                departure_reason=form.departure_reason.data,
                now=instant(),
            )
    except DomainError as refusal:
        return _refused("laureates", results, form, refusal)
    flash("Le palmarès est enregistré. Il peut être corrigé jusqu'à la signature du procès-verbal.", "success")
    return redirect(url_for("deliberation.minutes"), HTTPStatus.SEE_OTHER)


@deliberation.get("/proces-verbal")
def minutes() -> ResponseReturnValue:
    """Show the minutes, to print and sign."""
    with state().database.read() as session:
        jury = jury_of(session)
        facts, papers = minutes_of(session, jury), papers_of(session, jury)
    return render_template("jury/minutes.html", jury=jury, document=document_of(facts), papers=papers)


@deliberation.route("/proces-verbal/signature", methods=["GET", "POST"])
@accepts_files(lambda: SIGNED_COPY_MAX_BYTES)
def signature() -> ResponseReturnValue:
    """Record that the minutes are signed, with the copy that says so if it is there."""
    results, form = _results(), SignatureForm(signed_on=to_paris(instant()).date())
    if not form.validate_on_submit():
        return _page("signature", results, form)
    try:
        copy = _copy_of(form)
    except DomainError as refusal:
        form.refuse(refusal.message, field="file")
        return render_template("jury/signature.html", results=results, seat=seat(), form=form), refusal.status
    try:
        _sign(form, copy)
    except DomainError as refusal:
        return _refused("signature", results, form, refusal)
    flash("Le procès-verbal est enregistré comme signé. Le secrétariat du concours peut lever l'anonymat.", "success")
    return redirect(url_for("deliberation.minutes"), HTTPStatus.SEE_OTHER)


def _sign(form: SignatureForm, copy: KeptFile | None) -> None:
    who = seat().member_id
    with state().database.write() as session:
        mark_minutes_signed(session, member_id=who, signed_by=form.signed_by.data, signed_on=form.day, now=instant())
        if copy is not None:
            add_signed_copy(session, member_id=who, **copy._asdict(), now=instant())


def _copy_of(form: SignatureForm) -> KeptFile | None:
    return stored(cast("BinaryIO", form.file.data.stream)) if form.file.data else None


def _results() -> Results:
    with state().database.read() as session:
        return _lay(session, _closed_jury(session))


def _closed_jury(session: Session) -> JurySession:
    """Return the session of whoever is here. Raises Conflict before scoring is closed."""
    jury = jury_of(session)
    if jury.scoring_closed_at is None:
        raise Conflict(
            "L'évaluation est encore ouverte. Le classement apparaît quand le secrétariat du jury l'a close : "
            "personne ne le voit avant."
        )
    return jury


def _decimals(standing: Standing) -> int:
    return decimals_to_separate({place.rank: place.mean for place in standing.ranking.places}.values())


def _lay(session: Session, jury: JurySession) -> Results:
    standing = standing_of(session, jury)
    return Results(
        jury=jury,
        standing=standing,
        works=names_of(session, jury),
        laureates=[Choice(work.number, row.rank, row.reason) for row, work in laureates_of(session, jury)],
        decimals=_decimals(standing),
    )


def _by_rank(results: Results) -> Sequence[int]:
    ranking = results.standing.ranking
    return [*(place.number for place in ranking.places), *ranking.unranked]


def _label(results: Results, number: int) -> str:
    place = results.standing.ranking.place(number)
    mean = f"rang {place.rank}, moyenne {format_mean(place.mean, results.decimals)}" if place else "non notée"
    return f"{format_number(number)}, {results.works[number].title} ({mean})"


def _page(name: str, results: Results, form: DsfrForm | None = None) -> ResponseReturnValue:
    context = {"form": form} if form is not None else {}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None and form.errors else HTTPStatus.OK
    return render_template(f"jury/{name}.html", results=results, seat=seat(), **context), status


def _refused(name: str, results: Results, form: DsfrForm, refusal: DomainError) -> ResponseReturnValue:
    form.refuse(refusal.message)
    return render_template(f"jury/{name}.html", results=results, seat=seat(), form=form), refusal.status
