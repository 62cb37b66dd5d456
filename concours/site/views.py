"""Public pages: the contest, its règlement, the legal pages; and, on a newcomer's machine, the mailbox."""

from http import HTTPStatus

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from concours.editions import queries as editions
from concours.editions.models import RulesVersion
from concours.editions.reglement import duration_words, format_words
from concours.editions.rules import Edition, Phase, deadline_words, phase
from concours.entries.forms import part_form, upload_form
from concours.entries.rules import Dossier, Part
from concours.honours.gallery import published
from concours.kernel.errors import NotFound
from concours.kernel.web import mailbox as own_mailbox
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.clock import clock_answer
from concours.kernel.web.state import instant, state
from concours.privacy.processing import treatments
from concours.registrations.rules import is_open
from concours.site import queries
from concours.site.pdf import reglement_pdf as make_pdf
from concours.site.rules import news, questions
from concours.site.site_map import public_pages
from concours.site.site_map import site_map as pages_by_group

blueprint = ClosedBlueprint("site", __name__, access=everyone)

_PARTS = {
    Part.TEAM: "L'équipe",
    Part.INNOVATION: "L'innovation",
    Part.CREATION: "La création",
    Part.EVERYONE: "Pour tous les publics (facultatif)",
    Part.CHECK: "Les engagements",
}


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Say what the contest is and what can be done today."""
    edition, now = _edition(), instant()
    return render_template(
        "site/home.html",
        edition=edition,
        now=now,
        news=news(edition, now),
        open=phase(edition, now) is Phase.OPEN,
        upcoming=phase(edition, now) is Phase.UPCOMING,
        registering=is_open(edition, now),
        questions=questions(edition.texts.faq, top=3),
        formats=format_words(edition),
        duration=duration_words(edition.video_max_seconds),
    )


@blueprint.get("/horloge")
def clock() -> ResponseReturnValue:
    """Tell an open page what time it is here, and what instant visitors wait for."""
    edition, now = _edition(), instant()
    reached = {Phase.UPCOMING: "upcoming", Phase.OPEN: "open"}.get(phase(edition, now), "closed")
    return clock_answer(now=now, until=news(edition, now).until, phase=reached, deadline=deadline_words(edition, now))


@blueprint.get("/reglement")
def reglement() -> ResponseReturnValue:
    """Show the règlement in force."""
    _, version = _rules()
    return render_template("site/reglement.html", version=version, text=version.text)


@blueprint.get("/reglement.pdf")
def reglement_pdf() -> ResponseReturnValue:
    """Give the règlement in force as a PDF."""
    edition, version = _rules()
    pdf = make_pdf(
        text=version.text,
        digest=version.digest,
        number=version.number,
        published_at=version.published_at,
        title=f"Règlement : {edition.contest}, édition {edition.key}",
        author=edition.organiser,
    )
    response = Response(pdf, mimetype="application/pdf")
    filename = f"reglement-{edition.key}-version-{version.number}.pdf"
    response.headers.set("Content-Disposition", "inline", filename=filename)
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/dossier-vierge")
def blank_dossier() -> ResponseReturnValue:
    """Show the dossier on paper: the very questions of the forms."""
    edition = _edition()
    forms = [(title, _blank_form(part, edition)) for part, title in _PARTS.items()]
    return render_template("site/blank_dossier.html", edition=edition, forms=forms)


@blueprint.get("/aide")
def help_page() -> ResponseReturnValue:
    """Answer what people ask, and say whom to write to."""
    edition = _edition()
    return render_template(
        "site/help.html",
        edition=edition,
        questions=questions(edition.texts.faq, top=3),
        formats=format_words(edition),
        duration=duration_words(edition.video_max_seconds),
    )


@blueprint.get("/plan-du-site")
def site_map() -> ResponseReturnValue:
    """List the pages that everybody may open."""
    with state().database.read() as session:
        edition, honours = editions.current_edition(session), published(session, instant())
    there = {
        "registrations.register": is_open(edition, instant()),
        "registrations.join": bool(edition.community),
        "palmares.latest": bool(honours),
    }
    closed = {endpoint for endpoint, opened in there.items() if not opened}
    pages = set(public_pages(current_app.url_map.iter_rules(), current_app.blueprints)) - closed
    return render_template("site/site_map.html", groups=pages_by_group(pages, url_for))


@blueprint.get("/mentions-legales")
def legal_notice() -> ResponseReturnValue:
    """Say who publishes the site."""
    return render_template("site/legal_notice.html", edition=_edition())


@blueprint.get("/donnees-personnelles")
def personal_data() -> ResponseReturnValue:
    """Say what is kept of whom, why and how long."""
    edition = _edition()
    return render_template("site/personal_data.html", edition=edition, treatments=treatments(edition))


@blueprint.get("/accessibilite")
def accessibility() -> ResponseReturnValue:
    """Declare how accessible the site is."""
    return render_template("site/accessibility.html", edition=_edition())


@blueprint.get("/courrier")
def mailbox() -> ResponseReturnValue:
    """Show the messages that no mail server sends: on this machine only, for they hold sign-in codes."""
    if not own_mailbox.is_open():
        raise NotFound
    with state().database.read() as session:
        messages = queries.local_messages(session)
    return render_template("site/mailbox.html", letters=messages)


@blueprint.get("/sante")
def health() -> ResponseReturnValue:
    """Answer « ok » to the supervision while the database answers too."""
    try:
        with state().database.read() as session:
            alive = queries.is_alive(session)
    except SQLAlchemyError:
        alive = False
    if alive:
        return Response("ok\n", mimetype="text/plain")
    return Response("base de données injoignable\n", HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")


def _edition() -> Edition:
    with state().database.read() as session:
        return editions.current_edition(session)


def _rules() -> tuple[Edition, RulesVersion]:
    with state().database.read() as session:
        record = editions.current_record(session)
        return editions.to_edition(session, record), editions.current_rules(session, record.id)


def _blank_form(part: Part, edition: Edition) -> object:
    return upload_form(edition) if part is Part.CREATION else part_form(part, Dossier(), edition, 0)
