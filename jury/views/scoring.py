"""Scores saved one by one as they are given: answered in JSON, as often as a device needs to send them."""

from http import HTTPStatus

from flask import Response, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException

from concours.kernel.clock import format_hour
from concours.kernel.errors import DomainError
from concours.kernel.text import clean_text, typo
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury.pace import say_minutes
from jury.sheets import REMARK, Act, Closed, Outcome, record_act
from jury.views.access import SIGNED_OUT, known_members, seat
from jury.views.works import own_queue

scoring = ClosedBlueprint("scoring", __name__, access=known_members)

_DOWN = "Le service ne peut pas enregistrer pour le moment."
_ODD = "Cette demande n'est pas comprise. Rechargez la page : vos notes sont gardées."
_DIGITS = 9
_SEEN_MOST = 50


@scoring.get("/jeton")
def token() -> ResponseReturnValue:
    """Give a page that stayed open the token of the present session."""
    return jsonify(token=generate_csrf())


@scoring.post("/oeuvres/<int:number>/notes")
def save(number: int) -> ResponseReturnValue:
    """Save one answer; the same one again changes nothing."""
    now = instant()
    with state().database.hold() as held:
        with held.change() as writer:
            outcome, sheet = record_act(writer, member_id=seat().member_id, number=number, act=_sent(), now=now)
        queue = own_queue(held)
    following = queue.next_after(number)
    return jsonify(
        outcome=outcome.value,
        said="" if outcome is Outcome.CONFLICT else typo(f"Enregistré à {format_hour(now)} (heure de Paris)"),
        version=sheet.version,
        points=sheet.points,
        remark=sheet.remark,
        state=queue.states[number].value,
        done=queue.done,
        total=queue.expected,
        left=typo(say_minutes(queue.minutes_left)) if queue.remaining else "",
        next=url_for("works.show", number=following) if following else "",
    )


def _sent() -> Act:
    """Return the act that the request brings. Raises DomainError for what no page of ours sends."""
    field, device = request.form.get("field", ""), request.form.get("device", "")
    counter = _whole(request.form.get("counter", ""))
    value, seen = request.form.get("value", ""), request.form.getlist("seen")[:_SEEN_MOST]
    if field == REMARK:
        return Act(field, clean_text(value), tuple(map(clean_text, seen)), device, counter or 0)
    return Act(field, _whole(value), tuple(map(_whole, seen)), device, counter or 0)


def _whole(typed: str) -> int | None:
    """Return a whole number; None for nothing."""
    if not typed:
        return None
    if not (typed.isascii() and typed.removeprefix("-").isdecimal()) or len(typed) > _DIGITS:
        raise DomainError(_ODD)
    return int(typed)


def _refuse(message: str, status: int, *, closed: bool = False) -> tuple[Response, int]:
    return jsonify(message=typo(message), closed=closed), status


@scoring.errorhandler(DomainError)
def refusal(error: DomainError) -> ResponseReturnValue:
    """Answer in one French sentence, which the page shows as it is."""
    return _refuse(error.message, error.status, closed=isinstance(error, Closed))


@scoring.errorhandler(OSError)
def failure(error: OSError) -> ResponseReturnValue:
    """Answer that it is to be tried again."""
    current_app.logger.error("a score waits: %s: %s", type(error).__name__, error)
    return _refuse(_DOWN, HTTPStatus.SERVICE_UNAVAILABLE)


@scoring.errorhandler(HTTPException)
def http(error: HTTPException) -> ResponseReturnValue:
    """Answer a token of another session as a session that ended, and any other request with its status."""
    if isinstance(error, CSRFError):
        return _refuse(SIGNED_OUT, HTTPStatus.FORBIDDEN)
    return _refuse(_ODD, error.code or HTTPStatus.BAD_REQUEST)
