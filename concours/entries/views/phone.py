"""The page that a phone opens to send the file of one dossier: by a link of some hours, without signing in."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import segno
from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import act_for, current_account_id
from concours.entries.forms import upload_form
from concours.entries.phone import LIFETIME, Errand, make_token, read_token
from concours.entries.views import uploads
from concours.entries.views.base import open_folder, tell_clock
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import state

_TOKEN = "token"  # noqa: S105 -- the name of a part of an address
_ENTRY = "entry_id"


def _by_link() -> None:
    """Let in whoever has a link that is still good, to act for whoever made it."""
    act_for(g.errand.account_id)


_PREFIX = f"/envoi/<string:{_TOKEN}>"
blueprint = ClosedBlueprint("phone", __name__, access=_by_link, url_prefix=_PREFIX)
pieces = ClosedBlueprint("phone_uploads", __name__, access=_by_link, url_prefix=f"{_PREFIX}/envois")
"""The upload protocol behind the same link."""


class PhoneLink(NamedTuple):
    """What the computer shows: an address, and the image that a phone reads it from."""

    address: str
    qr: str
    """A data URI."""
    until: datetime
    """When the link ceases to serve."""


def phone_link(entry_id: str) -> PhoneLink:
    """Return a link to the page that sends a file for this dossier of whoever is signed in."""
    now = state().clock()
    token = make_token(state().secret, Errand(entry_id, current_account_id()), now=now)
    address = state().settings.public_url + url_for("phone.page", token=token)
    return PhoneLink(address, segno.make(address, micro=False).svg_data_uri(scale=4, border=2), now + LIFETIME)


@pieces.url_value_preprocessor
@blueprint.url_value_preprocessor
def _open_link(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Read the dossier from the link: no view of this page takes it from elsewhere. Raises NotFound."""
    if values is not None:
        g.phone_token = values.pop(_TOKEN)
        g.errand = read_token(state().secret, g.phone_token, now=state().clock())
        values[_ENTRY] = g.errand.entry_id


@pieces.url_defaults
@blueprint.url_defaults
def _keep_link(_endpoint: str, values: dict[str, Any]) -> None:
    """Have the addresses of this page go through the same link."""
    values.pop(_ENTRY, None)
    if _TOKEN not in values:
        values[_TOKEN] = g.phone_token


@blueprint.get("/")
def page(entry_id: str) -> ResponseReturnValue:
    """Show the one thing to do: choose a file and send it."""
    folder, coming = open_folder(entry_id), uploads.coming(entry_id)
    form = upload_form(folder.edition)
    return render_template("entries/phone.html", folder=folder, entry=folder.entry, form=form, coming=coming)


@blueprint.get("/etat")
def file_state(entry_id: str) -> ResponseReturnValue:
    """Show where the file stands, or those on their way (`?envois`): the pieces that the page brings up to date."""
    folder = open_folder(entry_id)
    if "envois" in request.args:
        coming = uploads.coming(entry_id)
        return render_template(
            "entries/_coming.html", folder=folder, entry=folder.entry, coming=coming, mount="phone_uploads"
        )
    return render_template("entries/_arrival.html", folder=folder, entry=folder.entry)


@blueprint.get("/horloge")
def clock(entry_id: str) -> ResponseReturnValue:
    """Tell an open page what time it is and until when; of the dossier, no more than the page itself."""
    return tell_clock(open_folder(entry_id), brief=True)


@blueprint.post("/envois/<string:upload_id>/abandon")
def abandon(entry_id: str, upload_id: str) -> ResponseReturnValue:
    """Give up a file on its way. Raises NotFound."""
    name = uploads.give_up(entry_id, upload_id)
    flash(f"L'envoi de {name} est abandonné.", "info")
    return redirect(url_for("phone.page"), HTTPStatus.SEE_OTHER)


uploads.mount(pieces)
