"""The blind test on telephones: one page, which asks every two seconds what is new, and works without a script."""

from http import HTTPStatus
from typing import cast

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from concours.honours.game import operations, queries
from concours.honours.game.pace import Pace
from concours.honours.game.queries import Table
from concours.honours.game.rules import OPTIONS
from concours.kernel.errors import DomainError
from concours.kernel.ids import new_token
from concours.kernel.sessions import digest_of
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.state import state

blueprint = ClosedBlueprint("game", __name__, access=everyone, url_prefix="/jeu")
PACE = "game_pace"
"""Where the application keeps what counts requests."""
_COOKIE = "jeu"
_CHOICES = frozenset(map(str, range(OPTIONS)))
_PART = "honours/game/_part.html"


@blueprint.get("/<string:code>")
def show(code: str) -> ResponseReturnValue:
    """Show the game to a telephone; its random token is all that tells it from another."""
    _count()
    with state().database.read() as session:
        table = _table(session, code)
    page = make_response(render_template("honours/game/play.html", table=table, refusal=""))
    if not request.cookies.get(_COOKIE):
        _keep(page, new_token())
    return page


@blueprint.get("/<string:code>/etat")
def live(code: str) -> ResponseReturnValue:
    """Return the part of the page that changes; nothing when nothing has changed."""
    _count()
    with state().database.read() as session:
        stamp = str(queries.version_of(session, code))
        if request.if_none_match.contains(stamp):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": f'"{stamp}"'})
        table = _table(session, code)
    return _part(table)


@blueprint.post("/<string:code>/<int:number>")
def guess(code: str, number: int) -> ResponseReturnValue:
    """Keep a guess. A script gets the part of the page that changed; a form goes back to the page."""
    _count()
    token = request.cookies.get(_COOKIE) or new_token()
    chosen = request.form.get("choix", "")
    choice = int(chosen) if chosen in _CHOICES else -1
    by_script = "X-By-Itself" in request.headers
    try:
        with state().database.write() as session:
            table = operations.guess(session, code=code, number=number, choice=choice, player=digest_of(token))
    except DomainError as refusal:
        if not by_script or refusal.status is HTTPStatus.NOT_FOUND:
            raise
        return _refused(code, refusal)
    answer = _part(table) if by_script else redirect(url_for(".show", code=code), HTTPStatus.SEE_OTHER)
    _keep(answer, token)
    return answer


def _table(session: Session, code: str) -> Table:
    """Return the game as this telephone sees it."""
    token = request.cookies.get(_COOKIE)
    return queries.table_of(session, code, digest_of(token) if token else "")


def _refused(code: str, refusal: DomainError) -> Response:
    with state().database.read() as session:
        table = _table(session, code)
    return _part(table, refusal.message)


def _part(table: Table, refusal: str = "") -> Response:
    """Draw the part that changes alone: neither menu nor footer are asked of the database for it."""
    part = current_app.jinja_env.get_template(_PART).render(table=table, refusal=refusal)
    answer = make_response(part)
    answer.set_etag(str(table.version))
    return answer


def _keep(answer: BaseResponse, token: str) -> None:
    """Keep the token until the browser closes, and send it to the game alone."""
    path = url_for("site.home").rstrip("/") + "/jeu/"
    answer.set_cookie(_COOKIE, token, path=path, httponly=True, samesite="Lax", secure=state().settings.secure_cookies)


def _count() -> None:
    pace = cast("Pace", current_app.extensions[PACE])
    address = request.remote_addr
    pace.count(request.cookies.get(_COOKIE, ""), f"from {address}", state().clock())
