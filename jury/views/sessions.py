"""A member's own open sessions, and how to end them."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.ids import checked_id
from concours.kernel.sessions import digest_of, logins_of
from concours.kernel.web import person
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury.models import JuryLogin
from jury.sessions import end_session, end_sessions
from jury.views.access import members, seat

sessions = ClosedBlueprint("sessions", __name__, access=members, url_prefix="/sessions")


@sessions.get("/")
def mine() -> ResponseReturnValue:
    """List the open sessions."""
    token = person.session_token() or ""
    with state().database.read() as session:
        found = logins_of(session, JuryLogin, person_id=seat().member_id, now=instant())
        return render_template("jury/sessions.html", sessions=found, current=digest_of(token))


@sessions.post("/<string:login_id>/fin")
def end_one(login_id: str) -> ResponseReturnValue:
    """End one session."""
    with state().database.write() as session:
        end_session(session, member_id=seat().member_id, login_id=checked_id(login_id), now=instant())
    flash("Cette session a pris fin : l'appareil devra se reconnecter.", "success")
    return redirect(url_for(".mine"), HTTPStatus.SEE_OTHER)


@sessions.post("/fin")
def end_all() -> ResponseReturnValue:
    """End every session, this one included."""
    with state().database.write() as session:
        end_sessions(session, member_id=seat().member_id, now=instant())
    person.sign_out()
    flash("Vous êtes déconnecté·e partout, ici comprise. Vos fiches enregistrées le restent.", "success")
    return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
