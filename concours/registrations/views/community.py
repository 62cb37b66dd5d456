"""Joining the community, and leaving it."""

from http import HTTPStatus

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.errors import NotFound
from concours.kernel.web.state import instant, state
from concours.registrations import operations, queries
from concours.registrations.forms import JoinForm
from concours.registrations.views.base import announce_mail, blueprint, present_edition, status_of


@blueprint.route("/rejoindre", methods=("GET", "POST"))
def join() -> ResponseReturnValue:
    """Ask for an address, and write to it."""
    community = _community()
    form = JoinForm()
    if form.validate_on_submit():
        with state().database.write() as session:
            operations.join(
                session,
                email=form.email.data,
                name=form.name.data,
                public_url=state().settings.public_url,
                now=instant(),
            )
        announce_mail()
        return redirect(url_for(".join_asked"), HTTPStatus.SEE_OTHER)
    return render_template("registrations/join.html", form=form, community=community), status_of(form)


@blueprint.get("/rejoindre/envoyee")
def join_asked() -> ResponseReturnValue:
    """Say that the address has to confirm: the same for one that is a member already."""
    return render_template("registrations/join_asked.html", community=_community())


@blueprint.get("/rejoindre/<string:token>")
def membership(token: str) -> ResponseReturnValue:
    """Show what a mailed link may do: confirm, or leave. Mail scanners open links, only buttons act."""
    with state().database.read() as session:
        member = queries.member_by_token(session, token)
    return render_template("registrations/membership.html", member=member, community=_community(), token=token)


@blueprint.post("/rejoindre/<string:token>/confirmer")
def confirm_membership(token: str) -> ResponseReturnValue:
    """Make the address a member."""
    with state().database.write() as session:
        operations.confirm_membership(session, token=token, now=instant())
    return redirect(url_for(".membership", token=token), HTTPStatus.SEE_OTHER)


@blueprint.post("/rejoindre/<string:token>/quitter")
def leave(token: str) -> ResponseReturnValue:
    """End the membership."""
    with state().database.write() as session:
        operations.leave(session, token=token, now=instant())
    return redirect(url_for(".membership", token=token), HTTPStatus.SEE_OTHER)


def _community() -> str:
    """Return the community's name. Raises NotFound for an edition that has none."""
    community = present_edition().community
    if not community:
        raise NotFound
    return community
