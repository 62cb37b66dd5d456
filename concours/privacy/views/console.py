"""What is kept how long, what was erased, who asks to be; and the record of processing (article 30)."""

from flask import render_template
from flask.typing import ResponseReturnValue

from concours.accounts.access import organisers_only
from concours.editions.queries import current_edition
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from concours.privacy import queries
from concours.privacy.processing import treatments
from concours.privacy.rules import schedule

blueprint = ClosedBlueprint("conservation", __name__, access=organisers_only, url_prefix="/organisation")


@blueprint.get("/conservation")
def show() -> ResponseReturnValue:
    """Show what goes when, what went, and who asks to be erased."""
    with state().database.read() as session:
        edition = current_edition(session)
        return render_template(
            "privacy/conservation.html",
            edition=edition,
            schedule=schedule(edition),
            now=instant(),
            requests=queries.requests(session),
            reports=queries.reports(session),
        )


@blueprint.get("/registre-traitements")
def register() -> ResponseReturnValue:
    """Show the sheet of the record of processing, from the same settings."""
    with state().database.read() as session:
        edition = current_edition(session)
    return render_template("privacy/register.html", edition=edition, treatments=treatments(edition))
