"""What the pages of this room share."""

from http import HTTPStatus

from flask import Response

from concours.kernel.forms import DsfrForm
from concours.kernel.web.state import instant, state
from concours.privacy.package import package
from concours.privacy.personal import Held
from concours.registrations.hall import Desk


def desk() -> Desk:
    """Return whom messages come from."""
    settings = state().settings
    return Desk(settings.public_url, settings.contact_email)


def download(held: Held) -> Response:
    """Return what is held as a file to keep."""
    response = Response(package(held, now=instant()), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename="mes-donnees.zip")
    response.headers["Cache-Control"] = "no-store"
    return response


def status_of(form: DsfrForm) -> HTTPStatus:
    """Return the status of a page that shows this form."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
