"""An organiser's own second factor: associate a telephone, make recovery codes, take the telephone off."""

from http import HTTPStatus

import segno
from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.accounts import second_factor
from concours.accounts.access import current_account_id, organisers
from concours.accounts.forms import TelephoneForm
from concours.accounts.models import Account
from concours.accounts.rules import enrolment_address
from concours.editions.queries import current_edition
from concours.kernel.web import person
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state

blueprint = ClosedBlueprint("second_factor", __name__, access=organisers, url_prefix="/compte/second-facteur")

_WRONG = "Ce code n'est pas le bon, ou il a déjà servi. Attendez que l'application en affiche un autre."
_GROUP = 4


@blueprint.get("")
def home() -> ResponseReturnValue:
    """Say whether a telephone is associated, and what may be done."""
    return _home(TelephoneForm())


@blueprint.route("/associer", methods=("GET", "POST"))
def enrol() -> ResponseReturnValue:
    """Show what the telephone is to scan, then have it proved."""
    who, form = current_account_id(), TelephoneForm()
    if form.validate_on_submit():
        with state().database.write() as session:
            codes = second_factor.confirm(
                session, _safe(), account_id=who, code=form.digits, token=person.session_token() or "", now=instant()
            )
        if codes:
            return _codes_page(codes)
        form.refuse(_WRONG, field="code")
    with state().database.write() as session:
        secret = second_factor.prepare(session, _safe(), account_id=who, now=instant())
        account, edition = session.get_one(Account, who), current_edition(session)
        address = enrolment_address(secret, account=account.email, issuer=edition.contest)
    image = segno.make(address, micro=False).svg_data_uri(scale=5, border=2)
    groups = [secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP)]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    page = render_template("accounts/second_factor_enrol.html", form=form, image=image, groups=groups, address=address)
    return _unkept(page, status)


@blueprint.post("/codes-de-secours")
def renew() -> ResponseReturnValue:
    """Make new recovery codes, on a code of the telephone."""
    form = TelephoneForm()
    if form.validate_on_submit():
        with state().database.write() as session:
            codes = second_factor.renew_codes(
                session, _safe(), account_id=current_account_id(), code=form.digits, now=instant()
            )
        if codes:
            return _codes_page(codes)
        form.refuse(_WRONG, field="code")
    return _home(form)


@blueprint.post("/retirer")
def remove() -> ResponseReturnValue:
    """Take the telephone off, on one of its codes."""
    form = TelephoneForm()
    if form.validate_on_submit():
        with state().database.write() as session:
            gone = second_factor.remove(
                session, _safe(), account_id=current_account_id(), code=form.digits, now=instant()
            )
        if gone:
            flash("L'appareil n'est plus associé à votre compte, et ses codes de secours ne servent plus.", "success")
            return redirect(url_for(".home"), HTTPStatus.SEE_OTHER)
        form.refuse(_WRONG, field="code")
    return _home(form)


def _home(form: TelephoneForm) -> ResponseReturnValue:
    with state().database.read() as session:
        who = current_account_id()
        context = {
            "on": second_factor.is_set(session, who),
            "left": second_factor.recovery_codes_left(session, who),
            "required": state().settings.production,
        }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render_template("accounts/second_factor.html", form=form, **context), status


def _codes_page(codes: list[str]) -> Response:
    return _unkept(render_template("accounts/recovery_codes.html", codes=codes), HTTPStatus.OK)


def _unkept(page: str, status: HTTPStatus) -> Response:
    """Return a page that no browser keeps: it shows a secret."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _safe() -> second_factor.Safe:
    return second_factor.Safe(state().secret)
