"""The second proof of an organiser who signs in: a code of their telephone, or a recovery code."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.accounts import second_factor
from concours.accounts.forms import RecoveryForm, TelephoneForm
from concours.accounts.views.signing_in import SIDE
from concours.kernel.errors import TooManyTries
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.security_log import note_sign_in
from concours.kernel.web.signin import arrive, halfway
from concours.kernel.web.state import instant, state

_WRONG = "Ce code n'est pas le bon, ou il a déjà servi. Attendez que l'application en affiche un autre."
_WRONG_RECOVERY = "Ce code de secours n'est pas l'un des vôtres, ou il a déjà servi."
_LATE = "Cette étape ne s'ouvre qu'au cours d'une connexion, pendant un quart d'heure. Reprenez depuis le début."


def half_signed_in() -> ResponseReturnValue | None:
    """Let in whoever has just proved their address; send the others to do it."""
    who = halfway()
    if who is None:
        flash(_LATE, "info")
        return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
    g.halfway = who
    return None


blueprint = ClosedBlueprint("second_step", __name__, access=half_signed_in, url_prefix="/connexion/second-facteur")


@blueprint.route("", methods=("GET", "POST"))
def ask() -> ResponseReturnValue:
    """Ask for a code of the telephone."""
    form = TelephoneForm()
    if form.validate_on_submit():
        if _tried(second_factor.check, form.digits, "second_factor"):
            return arrive(SIDE, g.halfway, "second_factor")
        form.refuse(_WRONG, field="code")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render_template("accounts/second_step.html", form=form), status


@blueprint.route("/secours", methods=("GET", "POST"))
def recovery() -> ResponseReturnValue:
    """Ask for a recovery code."""
    form = RecoveryForm()
    if form.validate_on_submit():
        if _tried(second_factor.recover, form.code.data, "recovery_code"):
            return _recovered()
        form.refuse(_WRONG_RECOVERY, field="code")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render_template("accounts/second_step_recovery.html", form=form), status


def _recovered() -> ResponseReturnValue:
    who = g.halfway
    answer = arrive(SIDE, who, "recovery_code")
    with state().database.read() as session:
        left = second_factor.recovery_codes_left(session, who)
    flash(
        f"Ce code de secours ne servira plus. Il vous en reste {left} : "
        "« Mon compte », « Second facteur » en fait de nouveaux et associe un autre appareil.",
        "info",
    )
    return answer


def _tried(proof: Callable[..., bool], code: str, outcome: str) -> bool:
    """Tell whether the code is good; either way it is in the security log."""
    safe = second_factor.Safe(state().secret)
    try:
        with state().database.write() as session:
            found = proof(session, safe, account_id=g.halfway, code=code, now=instant())
    except TooManyTries:
        note_sign_in(g.halfway, f"{outcome}_too_many")
        raise
    if not found:
        note_sign_in(g.halfway, f"{outcome}_wrong")
    return found
