"""The edition: what it says, and the forms that change it part by part."""

from dataclasses import fields
from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.editions.document import jury_method
from concours.editions.queries import current_record, to_edition
from concours.editions.reglement import duration_words, format_words
from concours.editions.rules import Edition, Texts, weekend_dates
from concours.honours.rules import hour_warning
from concours.kernel.clock import format_day
from concours.kernel.errors import NotFound
from concours.kernel.text import typo
from concours.kernel.web.state import instant, state
from concours.organisers import operations, succession
from concours.organisers.forms.edition import EditionForm, calendar_form, markdown_form
from concours.organisers.forms.evaluation import rules_form
from concours.organisers.views.base import blueprint, carry_out, status_of
from jury.api import method_words

TEXTS = {
    "pitch": "Présentation",
    "audience": "Pour qui ?",
    "anonymity": "Anonymat",
    "prizes": "Récompenses",
    "jury": "Le jury",
    "charter": "Charte du jury",
    "programme": "Programme de l'évènement",
    "faq": "Questions fréquentes",
    "rules": "Articles du règlement",
}
"""What each text is called, in the order in which visitors meet them."""


@blueprint.get("/edition")
def edition() -> ResponseReturnValue:
    """Show the edition as it stands."""
    with state().database.read() as session:
        record = current_record(session)
        present, former = to_edition(session, record), succession.former_of(session, record)
        begun = succession.begun(session, record) if former else []
    return render_template(
        "organisers/edition.html",
        edition=present,
        former=former.key if former else "",
        begun=begun,
        hour_warning=hour_warning(present, instant()),
        texts={name: (label, getattr(present.texts, name)) for name, label in TEXTS.items()},
        weekend=[format_day(day) for day in weekend_dates(present)],
        duration=duration_words(present.video_max_seconds),
        formats=format_words(present),
        method=_method(present),
    )


@blueprint.route("/edition/calendrier", methods=("GET", "POST"))
def calendar() -> ResponseReturnValue:
    """Change names, dates, event."""
    present, version = _present()
    form = calendar_form(present, version)
    if form.validate_on_submit() and form.coherent(present, instant()) and _save(form, form.apply(present)):
        return redirect(url_for(".edition"), HTTPStatus.SEE_OTHER)
    return render_template("organisers/calendar.html", form=form, edition=present), status_of(form)


@blueprint.route("/edition/regles", methods=("GET", "POST"))
def rules() -> ResponseReturnValue:
    """Change what is accepted and how it is scored."""
    present, version = _present()
    form = rules_form(present, version)
    if form.validate_on_submit() and form.coherent(present) and _save(form, form.apply(present)):
        return redirect(url_for(".edition"), HTTPStatus.SEE_OTHER)
    facts = {"formats": format_words(present), "method": _method(present)}
    page = render_template("organisers/rules.html", form=form, edition=present, **facts)
    return page, status_of(form)


@blueprint.route("/edition/textes/<string:name>", methods=("GET", "POST"))
def text(name: str) -> ResponseReturnValue:
    """Change one text, looked at first on demand."""
    if name not in {field.name for field in fields(Texts)}:
        raise NotFound
    present, version = _present()
    form = markdown_form(present.texts, name, version)
    preview = "apercu" in request.form
    if form.validate_on_submit() and not preview and _save(form, form.apply(present, name)):
        return redirect(url_for(".edition"), HTTPStatus.SEE_OTHER)
    page = render_template("organisers/text.html", form=form, label=TEXTS[name], name=name, preview=preview)
    return page, status_of(form)


def _method(edition: Edition) -> list[tuple[str, str]]:
    labels = [(criterion.key, criterion.label) for criterion in edition.criteria]
    return [(name, typo(words)) for name, words in method_words(jury_method(edition), labels)]


def _present() -> tuple[Edition, int]:
    """Return the edition and its version."""
    with state().database.read() as session:
        record = current_record(session)
        return to_edition(session, record), record.version


def _save(form: EditionForm, edition: Edition) -> bool:
    """Save, and tell whether it was done; what was done is said on the next page."""
    actor, changed = current_account_id(), list[str]()

    def act(session: Session, now: datetime) -> None:
        changed.extend(
            operations.edit_edition(session, edition=edition, version=form.version.seen, actor=actor, now=now)
        )

    done = carry_out(form, act)
    if done:
        flash(
            "Modifications enregistrées." if changed else "Aucun changement : l'édition reste telle quelle.", "success"
        )
        _warn(edition)
    return done


def _warn(edition: Edition) -> None:
    days = weekend_dates(edition)
    if days:
        words = ", ".join(format_day(day) for day in days)
        flash(f"À vérifier : une date tombe pendant un week-end ({words}).", "warning")
