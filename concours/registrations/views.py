"""Coming to the event, joining the community; and the list that organisers read."""

from http import HTTPStatus

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import on_the_day
from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.editions.rules import Edition
from concours.kernel.errors import NotFound
from concours.kernel.queue import QUICK
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.state import instant, state
from concours.registrations import operations, queries
from concours.registrations.forms import JoinForm, RegistrationForm
from concours.registrations.rules import is_open, open_event

blueprint = ClosedBlueprint("registrations", __name__, access=everyone)
console = ClosedBlueprint("console", __name__, access=on_the_day, url_prefix="/organisation")


@blueprint.route("/inscription", methods=("GET", "POST"))
def register() -> ResponseReturnValue:
    """Ask who comes, and take the registration."""
    event = open_event(_edition(), instant())
    form = RegistrationForm()
    if form.validate_on_submit():
        with state().database.write() as session:
            operations.register(session, attendee=form.attendee, public_url=state().settings.public_url, now=instant())
        state().queues.announce(QUICK, "mail")
        return redirect(url_for(".registered"), HTTPStatus.SEE_OTHER)
    return render_template("registrations/register.html", form=form, event=event), _status(form)


@blueprint.get("/inscription/envoyee")
def registered() -> ResponseReturnValue:
    """Say where to look next: the same for an address that was registered already."""
    return render_template("registrations/registered.html", event=open_event(_edition(), instant()))


@blueprint.get("/inscription/<string:token>")
def place(token: str) -> ResponseReturnValue:
    """Show the place that a mailed link belongs to, with the button that gives it back."""
    with state().database.read() as session:
        registration = queries.by_token(session, token)
        edition = editions.to_edition(session, session.get_one(EditionRecord, registration.edition_id))
    return render_template(
        "registrations/place.html",
        registration=registration,
        event=edition.event,
        open=is_open(edition, instant()),
        token=token,
    )


@blueprint.post("/inscription/<string:token>/annuler")
def cancel(token: str) -> ResponseReturnValue:
    """Give the place back."""
    with state().database.write() as session:
        operations.cancel(session, token=token, now=instant())
    return redirect(url_for(".place", token=token), HTTPStatus.SEE_OTHER)


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
        state().queues.announce(QUICK, "mail")
        return redirect(url_for(".join_asked"), HTTPStatus.SEE_OTHER)
    return render_template("registrations/join.html", form=form, community=community), _status(form)


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


@console.get("/inscriptions")
def listing() -> ResponseReturnValue:
    """List who comes. What they need for it stays in the restricted export."""
    with state().database.read() as session:
        record = editions.current_record(session)
        event = editions.to_edition(session, record).event
        rows = queries.registrations(session, record.id)
    coming = [row for row in rows if row.cancelled_at is None]
    return render_template(
        "registrations/listing.html",
        event=event,
        coming=coming,
        cancelled=len(rows) - len(coming),
        needs=sum(bool(row.accessibility_needs) for row in coming),
    )


def _edition() -> Edition:
    with state().database.read() as session:
        return editions.current_edition(session)


def _community() -> str:
    """Return the community's name. Raises NotFound for an edition that has none."""
    community = _edition().community
    if not community:
        raise NotFound
    return community


def _status(form: RegistrationForm | JoinForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


blueprint.register_blueprint(console)
