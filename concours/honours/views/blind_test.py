"""The blind test as organisers prepare it, and as the stage plays it."""

from http import HTTPStatus

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from concours.accounts.access import current_account_id
from concours.editions.queries import to_edition
from concours.honours.forms import PrepareForm
from concours.honours.game import operations, queries
from concours.honours.views.base import blueprint, refuse, status_of, unsealed_record
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.paper import qr_code
from concours.kernel.web.state import instant, state

_ACTS = {"ouvrir": operations.open_round, "clore": operations.close_round, "reveler": operations.reveal_round}


@blueprint.route("/jeu", methods=("GET", "POST"))
def prepare() -> ResponseReturnValue:
    """Choose which administrations are proposed; the rounds are drawn among them."""
    form = PrepareForm()
    with state().database.read() as session:
        record = unsealed_record(session)
        names = queries.administrations(session, record)
        own = sorted({work.administration for work in queries.playable(session, record)}, key=str.casefold)
        game, edition = queries.game_of(session, record.id), to_edition(session, record)
    form.proposed.offer([(name, f"{name} (lauréate)" if name in own else name) for name in names])
    if form.validate_on_submit():
        try:
            with state().database.write() as session:
                operations.prepare(session, proposed=form.proposed.data, actor=current_account_id(), now=instant())
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            flash("Le jeu est prêt : son code s'affiche sur la page de la scène.", "success")
            return redirect(url_for(".prepare"), HTTPStatus.SEE_OTHER)
    elif not form.is_submitted():
        form.proposed.data = own
    address = f"{state().settings.public_url}/jeu/{game.code}" if game else ""
    page = render_template("honours/game/prepare.html", form=form, game=game, address=address, edition=edition)
    return page, status_of(form)


@blueprint.post("/jeu/effacement")
def erase() -> ResponseReturnValue:
    """Erase the game and every guess."""
    with state().database.write() as session:
        operations.erase(session, actor=current_account_id(), now=instant())
    flash("Le jeu est effacé, avec toutes les réponses : il n'en reste rien.", "success")
    return redirect(url_for(".prepare"), HTTPStatus.SEE_OTHER)


@blueprint.get("/scene/code.svg")
def code() -> ResponseReturnValue:
    """Draw the code that telephones read."""
    with state().database.read() as session:
        game = queries.game_of(session, unsealed_record(session).id)
    if game is None:
        raise NotFound
    drawn = Markup(qr_code(f"{state().settings.public_url}/jeu/{game.code}"))  # noqa: S704 -- drawn here, from a code of ours
    return Response(drawn, mimetype="image/svg+xml")


@blueprint.get("/scene/jeu")
def tallies() -> ResponseReturnValue:
    """Return how the game stands, for the stage: nothing when nothing has changed."""
    with state().database.read() as session:
        game = queries.game_of(session, unsealed_record(session).id)
        if game is None:
            raise NotFound
        rounds = [
            {
                "number": each.work_number,
                "state": "revealed" if each.revealed_at else "closed" if each.closed_at else "open",
                "options": each.options,
                "counts": queries.tally(session, each).counts,
                "answer": each.answer if each.revealed_at else None,
            }
            for each in game.rounds
            if each.opened_at
        ]
        facts = {"rounds": rounds, "players": queries.players(session, game), "scores": queries.scores(session, game)}
    answer = jsonify(**{**facts, "scores": list(facts["scores"].items())})  # type: ignore[attr-defined]
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.post("/scene/jeu/<int:number>/<any(ouvrir, clore, reveler):act>")
def play(number: int, act: str) -> ResponseReturnValue:
    """Open, close or reveal a round."""
    with state().database.write() as session:
        _ACTS[act](session, number=number, actor=current_account_id(), now=instant())
    return "", HTTPStatus.NO_CONTENT
