"""The page of the record: what it is, what it proves, and the file."""

from http import HTTPStatus

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue

from concours.kernel.errors import Conflict
from concours.kernel.forms import DsfrForm
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury.bundle.operations import export_bundle
from jury.views.access import jury_of, ranking_readers, seat

bundle = ClosedBlueprint("bundle", __name__, access=ranking_readers)


@bundle.route("/releve", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Say what the record is; sent, give the file."""
    form = DsfrForm()
    with state().database.read() as session:
        jury = jury_of(session)
        if jury.commitment is None:
            raise Conflict("Le relevé se fait quand l'évaluation est close : les fiches peuvent encore changer.")
    if form.validate_on_submit():
        return _file()
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render_template("jury/record.html", jury=jury, form=form), status


def _file() -> Response:
    with state().database.write() as session:
        jury = jury_of(session)
        content, name = export_bundle(session, jury, member_id=seat().member_id, now=instant()), jury.edition_key
    answer = make_response(content)
    answer.mimetype = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="releve-jury-{name}.zip"'
    return answer
