"""What the page of the welcome asks by itself: who is expected, what changed, and acts sent as often as it takes."""

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from concours.accounts.access import current_account_id, on_the_day
from concours.editions import queries as editions
from concours.kernel.errors import DomainError, Forbidden
from concours.kernel.ids import checked_id
from concours.kernel.settings import ROOT
from concours.kernel.text import typo
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from concours.registrations import arrivals, attendance
from concours.registrations.arrivals import Act, Full, Welcomed, no_seat
from concours.registrations.forms import WalkInForm
from concours.registrations.rules import SeatState, ticket_in

_SIGNED_OUT = (
    "Votre session est terminée. Connectez-vous de nouveau : les arrivées gardées sur cet appareil partiront ensuite."
)
_DOWN = "Le service ne peut pas enregistrer pour le moment."
_ODD = "Cette demande n'est pas comprise. Rechargez la page : les arrivées de cet appareil sont gardées."
_DIGITS = 14
_SCRIPT = ROOT / "static" / "js" / "welcome-worker.js"
_REACH = "/organisation/accueil"


def _in_words() -> None:
    """Let in who receives people. Raises Forbidden, in words: a script follows no redirection to a page."""
    if on_the_day() is not None:
        raise Forbidden(_SIGNED_OUT)


tablet = ClosedBlueprint("tablet", __name__, access=_in_words, url_prefix=_REACH)


@tablet.get("/attendus")
def roll() -> ResponseReturnValue:
    """List who is expected, by what a device may keep: neither address, nor function, nor needs."""
    with state().database.read() as session:
        people = attendance.expected(session, editions.current_record(session).id)
    rows = [[each.id, each.last_name, each.first_name, each.administration, each.ticket] for each in people]
    return _unless_known(jsonify(roll=attendance.roll_of(people), people=rows))


@tablet.get("/etat")
def board() -> ResponseReturnValue:
    """Tell the count and every arrival; nothing when nothing has changed."""
    with state().database.read() as session:
        found = attendance.board(session, editions.current_record(session).id, instant())
    return _unless_known(
        jsonify(
            present=found.present,
            expected=found.expected,
            taken=found.taken,
            capacity=found.capacity,
            roll=found.roll,
            arrivals=[[who, act, _milliseconds(at)] for who, act, at in found.arrivals],
        )
    )


@tablet.get("/jeton")
def token() -> ResponseReturnValue:
    """Give a page that stayed open the token of the present session."""
    return jsonify(token=generate_csrf())


@tablet.post("/billet")
def ticket() -> ResponseReturnValue:
    """Tell whose ticket it is that the device does not know. Raises NotFound or Conflict, in words."""
    with state().database.read() as session:
        code = ticket_in(request.form.get("ticket", ""))
        row = attendance.by_ticket(session, editions.current_record(session).id, code)
    if row.state != SeatState.CONFIRMED:
        raise DomainError(no_seat(row))
    return jsonify(person=row.id)


@tablet.post("/actes")
def save() -> ResponseReturnValue:
    """Carry out one act of a device; the same one again changes nothing."""
    act = Act(id=checked_id(request.form.get("act", "")), actor=current_account_id(), now=instant(), claimed=_claimed())
    with state().database.write() as session:
        done = _carry_out(session, act)
    return jsonify(
        said=typo(done.said(act)),
        person=[done.row.id, done.row.last_name, done.row.first_name, done.row.administration],
        arrivals=[[each.id, _milliseconds(each.at)] for each in done.arrivals],
    )


@tablet.get("/service-worker.js")
def worker() -> ResponseReturnValue:
    """Send the script that opens this page, and no other, without a network."""
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Service-Worker-Allowed": _REACH}
    return _SCRIPT.read_text(encoding="utf-8"), headers


def _carry_out(session: Session, act: Act) -> Welcomed:
    """Do what is asked. Raises DomainError for what no page of ours sends."""
    kind, who = request.form.get("kind", ""), request.form.get("person", "")
    if kind == "came":
        return arrivals.check_in(session, act=act, registration_id=checked_id(who))
    if kind == "undone":
        return arrivals.undo(session, act=act, registration_id=checked_id(who), seen=request.form.getlist("seen"))
    form = WalkInForm()
    if kind != "walk_in":
        raise DomainError(_ODD)
    if not form.validate():
        first = form.error_items[0]
        raise DomainError(f"{first.label} : {first.message}" if first.label else first.message)
    return arrivals.walk_in(session, act=act, attendee=form.attendee, reason=form.reason.data)


def _claimed() -> datetime | None:
    """Return the hour on the device; None for what is none."""
    typed = request.form.get("at", "")
    if not (typed.isascii() and typed.isdecimal()) or len(typed) >= _DIGITS:
        return None
    return datetime.fromtimestamp(int(typed) / 1000, UTC)


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _unless_known(answer: Response) -> AnyResponse:
    """Return the answer; no body for a page that has this very one."""
    answer.add_etag()
    return answer.make_conditional(request)


def _refuse(message: str, status: int, *, full: bool = False) -> tuple[Response, int]:
    return jsonify(message=typo(message), full=full), status


@tablet.errorhandler(DomainError)
def refusal(error: DomainError) -> ResponseReturnValue:
    """Answer in one French sentence, which the page shows as it is."""
    return _refuse(error.message, error.status, full=isinstance(error, Full))


@tablet.errorhandler(OSError)
def failure(error: OSError) -> ResponseReturnValue:
    """Answer that it is to be tried again."""
    current_app.logger.error("an arrival waits: %s: %s", type(error).__name__, error)
    return _refuse(_DOWN, HTTPStatus.SERVICE_UNAVAILABLE)


@tablet.errorhandler(HTTPException)
def http(error: HTTPException) -> ResponseReturnValue:
    """Answer a token of another session as a session that ended, and any other request with its status."""
    if isinstance(error, CSRFError):
        return _refuse(_SIGNED_OUT, HTTPStatus.FORBIDDEN)
    return _refuse(_ODD, error.code or HTTPStatus.BAD_REQUEST)
