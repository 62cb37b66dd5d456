"""The end of the embargo: when the honours are public, and what teams are written; each message is read before."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.editions.queries import current_record, to_edition
from concours.editions.rules import is_published
from concours.honours import letters, publishing
from concours.honours.forms import HourForm, PublishForm
from concours.honours.rules import LetterKind, hour_warning
from concours.honours.views.base import announce_mail, blueprint, refuse, status_of, unsealed_record
from concours.kernel.clock import format_instant
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.mail import Message
from concours.kernel.web.state import instant, state

_KINDS = {"embargo": LetterKind.EMBARGO, "resultats": LetterKind.RESULT}
_SHOWN = 200
"""Rows of the list; the examples above it say what everybody reads."""


@blueprint.get("/publication")
def publication() -> ResponseReturnValue:
    """Show whether the honours are public, and what decides it."""
    return _publication(PublishForm())


@blueprint.post("/publication")
def publish() -> ResponseReturnValue:
    """Publish at once, or at an hour."""
    form = PublishForm()
    if not form.validate_on_submit() or not form.coherent():
        return _publication(form)
    try:
        with state().database.write() as session:
            at = form.at.data if form.later else None
            published_at = publishing.publish(session, at=at, actor=current_account_id(), now=instant())
    except DomainError as refusal:
        refuse(form, refusal)
        return _publication(form)
    words = f"sera public le {format_instant(published_at)}" if published_at > instant() else "est public"
    flash(f"Le palmarès {words}. Relisez maintenant les messages aux équipes.", "success")
    return redirect(url_for(".letters_page", kind="resultats"), HTTPStatus.SEE_OTHER)


@blueprint.route("/heure", methods=("GET", "POST"))
def hour() -> ResponseReturnValue:
    """Set the hour of the reveal in advance; once anonymity is lifted, the page of the publication does so."""
    with state().database.read() as session:
        edition = to_edition(session, current_record(session))
    if edition.milestones.unsealed_at is not None:
        return redirect(url_for(".publication"), HTTPStatus.SEE_OTHER)
    event, planned = edition.event, edition.milestones.publish_at
    form = HourForm(data={"at": planned or (event.ends_at if event else None)})
    if form.validate_on_submit():
        try:
            with state().database.write() as session:
                publishing.publish(session, at=form.at.data, actor=current_account_id(), now=instant())
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            flash(
                "L'heure de la révélation est fixée. Elle se change et s'annule tant qu'elle n'est pas venue.",
                "success",
            )
            return redirect(url_for(".hour"), HTTPStatus.SEE_OTHER)
    page = render_template("honours/hour.html", form=form, edition=edition, warning=hour_warning(edition, instant()))
    return page, status_of(form)


@blueprint.post("/publication/annulation")
def put_back() -> ResponseReturnValue:
    """Take back an hour that is still to come."""
    with state().database.write() as session:
        publishing.put_back(session, actor=current_account_id(), now=instant())
    flash("La publication n'est plus programmée : le palmarès reste sous embargo, et aucun message ne part.", "success")
    return redirect(url_for(".hour"), HTTPStatus.SEE_OTHER)


@blueprint.get("/messages/<any(embargo, resultats):kind>")
def letters_page(kind: str) -> ResponseReturnValue:
    """Show whom this kind of message goes to, and an example of each as it leaves."""
    with state().database.read() as session:
        record = unsealed_record(session)
        edition, found = to_edition(session, record), letters.addressees(session, record, _KINDS[kind])
        firsts = {whom.outcome: whom for whom in reversed(found)}
        examples = {outcome: _message(whom, kind, session) for outcome, whom in sorted(firsts.items())}
        return render_template(
            "honours/letters.html",
            kind=kind,
            found=found[:_SHOWN],
            count=len(found),
            left=letters.to_tell(found),
            examples=examples,
            edition=edition,
            published=is_published(edition, instant()),
            approved_at=record.letters_at,
        )


@blueprint.post("/messages/<any(embargo, resultats):kind>")
def send_letters(kind: str) -> ResponseReturnValue:
    """Send what was not sent yet; the results wait for the publication."""
    public_url, actor = state().settings.public_url, current_account_id()
    act = letters.tell_laureates if kind == "embargo" else letters.approve
    with state().database.write() as session:
        count = act(session, public_url=public_url, actor=actor, now=instant())
        waits = kind == "resultats" and not is_published(to_edition(session, unsealed_record(session)), instant())
    announce_mail()
    if waits:
        flash("C'est approuvé : chaque équipe reçoit son message à l'heure de la publication.", "success")
    else:
        flash(
            f"Messages partis : {count}." if count else "Tout le monde est déjà prévenu : rien n'est reparti.",
            "success",
        )
    return redirect(url_for(".letters_page", kind=kind), HTTPStatus.SEE_OTHER)


@blueprint.get("/messages/<any(embargo, resultats):kind>/<string:entry_id>")
def letter(kind: str, entry_id: str) -> ResponseReturnValue:
    """Show the message about one dossier, as it leaves."""
    with state().database.read() as session:
        found = letters.addressees(session, unsealed_record(session), _KINDS[kind])
        whom = next((each for each in found if each.entry.id == entry_id), None)
        if whom is None:
            raise NotFound
        message = _message(whom, kind, session)
        title = whom.deposit.answers.title
    return render_template("honours/letter.html", kind=kind, message=message, title=title)


def _message(whom: letters.Addressee, kind: str, session: Session) -> Message:
    edition = to_edition(session, unsealed_record(session))
    return letters.message_to(whom, _KINDS[kind], edition, state().settings.public_url)


def _publication(form: PublishForm) -> ResponseReturnValue:
    with state().database.read() as session:
        record = unsealed_record(session)
        edition = to_edition(session, record)
        left = {name: letters.to_tell(letters.addressees(session, record, kind)) for name, kind in _KINDS.items()}
        approved_at = record.letters_at
    if form.at.data is None and not form.is_submitted() and edition.event:
        form.at.data = edition.event.ends_at
    page = render_template(
        "honours/publication.html",
        form=form,
        edition=edition,
        left=left,
        approved_at=approved_at,
        published=is_published(edition, instant()),
    )
    return page, status_of(form)
