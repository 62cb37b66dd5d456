"""The attendance sheet, made when it is asked for and on record before it leaves."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.kernel.web.state import instant, state
from concours.registrations.sheet import Whom, attendance_sheet
from concours.registrations.views.welcome import welcome

_WHOM = {"tous": Whom.EVERYBODY, "venus": Whom.THERE, "attendus": Whom.NOT_YET}


@welcome.post("/emargement")
def attendance() -> ResponseReturnValue:
    """Give the sheet to be signed: everybody, those who are there, or those who are not yet."""
    whom = _WHOM.get(request.form.get("qui", ""), Whom.EVERYBODY)
    with state().database.write() as session:
        pdf = attendance_sheet(session, whom=whom, actor=current_account_id(), now=instant())
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="emargement.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
