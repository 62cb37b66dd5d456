"""A form that comes after its session has ended, or from an earlier one: nothing of it is done, nothing of it is lost.

The token of each form says, signed, whom it was drawn for. Signed in again, the same person finds the form filled in as
it was, and sends it; nobody else sees what it holds, and nothing is done without a token of the present session.
"""

from http import HTTPStatus
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from concours.kernel import kept
from concours.kernel.kept import KeptFormMixin
from concours.kernel.text import clean_text
from concours.kernel.web import person
from concours.kernel.web.state import instant, state

RESUMED = "reprise"
"""The field that says: show this form again as it was filled in, and do nothing."""
NEXT = "next"
NEXT_LENGTH = 1000
"""Characters of the page to come back to: the cookie that keeps it has room for four thousand in all."""

_EXTENSION = "concours_kept"
_FORM = "application/x-www-form-urlencoded"
_KEPT = (
    "Votre session avait pris fin : rien n'a été envoyé, et votre saisie est gardée. Connectez-vous pour la retrouver."
)
_ENDED = (
    "Votre session avait pris fin : l'action demandée n'a pas été faite. Connectez-vous, puis recommencez : "
    "ce qui était enregistré l'est toujours."
)
_LEFT = "Votre session avait déjà pris fin. Ce qui était enregistré le reste."
_FORMER = (
    "Cette page datait d'une session précédente : l'action demandée n'a pas été faite. La voici à jour, recommencez."
)


class Unsent(NamedTuple):
    """A form that was not accepted."""

    path: str
    fields: list[tuple[str, str]]


def use_kept_forms(extensions: dict[str, object], table: type[KeptFormMixin]) -> None:
    """Say in which table this application keeps the forms that came too late."""
    extensions[_EXTENSION] = table


def answer_late_form() -> ResponseReturnValue | None:
    """Answer a form whose session is over or another; None when it is no form, or does not say whom it was drawn for.

    Nothing is told of it to anybody but the person that it was drawn for.
    """
    owner = _owner() if request.method == "POST" and request.mimetype == _FORM else None
    if owner is None:
        return None
    who, form = person.person_id(), _unsent()
    if who is None:
        return _sign_in_first(owner, form)
    if person.mark_of(who) != owner:
        return None
    if not form.fields:
        flash(_FORMER, "info")
        return redirect(_page_before() or request.script_root + "/", HTTPStatus.SEE_OTHER)
    return offer(form), HTTPStatus.CONFLICT


def find_kept() -> Unsent | None:
    """Return what this browser kept for whoever is signed in."""
    token, who = session.get(person.KEPT), person.person_id()
    if token is None or who is None:
        return None
    with state().database.read() as database:
        row = kept.find(database, _table(), token=token, owner=person.mark_of(who), now=instant())
    return Unsent(row.path, [(name, value) for name, value in row.fields]) if row else None


def offer(form: Unsent) -> str:
    """Return the page whose button shows the form again."""
    target = request.script_root + form.path
    return render_template("signin/resume.html", target=target, fields=form.fields, marker=RESUMED)


def note_resumed() -> None:
    """Have the forms of this request shown and not carried out, where it says so; what was kept has served."""
    if request.method != "POST" or request.mimetype != _FORM or RESUMED not in request.form:
        return
    g.resumed = True
    token, who = session.get(person.KEPT), person.person_id()
    if token and who:
        with state().database.write() as database:
            kept.forget(database, _table(), token=token, owner=person.mark_of(who))
        del session[person.KEPT]


def _sign_in_first(owner: str, form: Unsent) -> ResponseReturnValue:
    if form.fields and len(form.path) <= NEXT_LENGTH:
        with state().database.write() as database:
            session[person.KEPT] = kept.keep(
                database, _table(), owner=owner, path=form.path, fields=form.fields, now=instant()
            )
        flash(_KEPT, "info")
    elif request.endpoint == "signin.leave":
        flash(_LEFT, "info")
    else:
        page = _page_before()
        if page:
            session[NEXT] = page.removeprefix(request.script_root)
        flash(_ENDED, "info")
    return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)


def _unsent() -> Unsent:
    apart = {current_app.config["WTF_CSRF_FIELD_NAME"], RESUMED}
    sent = request.form.items(multi=True)
    return Unsent(
        request.full_path.rstrip("?"),
        [(clean_text(name), clean_text(value)) for name, value in sent if name not in apart],
    )


def _owner() -> str | None:
    """Return the mark that the form's token bears, if the token is one of ours."""
    serializer = URLSafeTimedSerializer(state().secret, salt="wtf-csrf-token")
    try:
        value = str(serializer.loads(request.form.get(current_app.config["WTF_CSRF_FIELD_NAME"], "")))
    except BadData:
        return None
    return value.partition(".")[2] or None


def _page_before() -> str | None:
    """Return the address, on this site, of the page where the button stood."""
    parts = urlsplit(request.referrer or "")
    own = parts.netloc == request.host and len(parts.path) <= NEXT_LENGTH
    return parts.path if own and parts.path.startswith(f"{request.script_root}/") else None


def _table() -> type[KeptFormMixin]:
    return cast("type[KeptFormMixin]", current_app.extensions[_EXTENSION])
