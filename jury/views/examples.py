"""Two example works to practise on: made by the service, they are in no table, no count and no ranking."""

from http import HTTPStatus

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from concours.kernel.errors import NotFound
from concours.kernel.web.access import ClosedBlueprint
from jury.examples import EXAMPLES
from jury.forms import sheet_form
from jury.rules import Sheet
from jury.views.access import scorers, seat
from jury.views.board import board_from, board_of

examples = ClosedBlueprint("examples", __name__, access=scorers, url_prefix="/exemples")


@examples.route("/<int:number>", methods=["GET", "POST"])
def show(number: int) -> ResponseReturnValue:
    """Show an example and a sheet of which nothing is kept."""
    if not 1 <= number <= len(EXAMPLES):
        raise NotFound
    jury = seat().jury
    if request.method == "GET":
        board = board_of(jury.criteria_list, Sheet(number, {}))
        return _render(number, board=board)
    form = sheet_form(jury.criteria_list, jury.scale, Sheet(number, {}))
    valid = form.validate()
    if valid:
        flash("Exercice : votre fiche serait enregistrée. Rien n'a été gardé.", "info")
    status = HTTPStatus.OK if valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return _render(number, board=board_from(jury.criteria_list, form), form=form), status


def _render(number: int, **context: object) -> str:
    following = number % len(EXAMPLES) + 1
    example = EXAMPLES[number - 1]
    return render_template(
        "jury/example.html",
        seat=seat(),
        jury=seat().jury,
        number=number,
        example=example,
        following=following,
        **context,
    )
