"""The application of candidates, organisers and visitors."""

from typing import Any

from flask import Flask, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from concours.accounts import views as accounts_views
from concours.accounts.access import current_role
from concours.accounts.models import Account, KeptForm, Login
from concours.accounts.rules import OrganiserRole
from concours.editions.queries import current_edition
from concours.editions.rules import Edition, accepts_deposits, deadline_words, extension_words
from concours.entries import views as entries_views
from concours.entries.arrivals import Arrivals, Giving
from concours.entries.keeping import keep_together
from concours.exports import views as exports_views
from concours.honours import views as honours_views
from concours.honours.gallery import any_published
from concours.honours.game.pace import Pace
from concours.intake.receiving import Receiver
from concours.kernel.clock import Clock, system_clock
from concours.kernel.db import Database
from concours.kernel.errors import NotFound
from concours.kernel.queue import Queues
from concours.kernel.settings import Settings, read_secret
from concours.kernel.signing import read_signing_key
from concours.kernel.storage import open_stores
from concours.kernel.web.chrome import Chrome, NavItem
from concours.kernel.web.factory import make_app
from concours.kernel.web.interrupted import use_kept_forms
from concours.kernel.web.person import goes_without_database, person_id, session_ends_at, use_logins
from concours.kernel.web.state import State, state
from concours.organisers import views as organisers_views
from concours.privacy import views as privacy_views
from concours.registrations import views as registrations_views
from concours.site import views as site_views
from concours.status import views as status_views
from concours.status.watch import Watch

_BLUEPRINTS = (
    *accounts_views.blueprints,
    site_views.blueprint,
    status_views.blueprint,
    *entries_views.blueprints,
    registrations_views.blueprint,
    organisers_views.blueprint,
    *honours_views.blueprints,
    exports_views.blueprint,
    *privacy_views.blueprints,
)

_NOT_OURS = frozenset({"jury"})
"""Top folders of templates that this application may not load."""

_STATUS = "/etat"
_FOOTER = (
    ("Plan du site", "/plan-du-site"),
    ("État du service", _STATUS),
    ("Aide", "/aide"),
    ("Accessibilité : non conforme", "/accessibilite"),
    ("Mentions légales", "/mentions-legales"),
    ("Données personnelles", "/donnees-personnelles"),
)
_DEMO = "Démonstration : les personnes, les administrations et les créations sont inventées."


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """Return the application that these settings describe."""
    secret = read_secret(settings, "SECRET_KEY")
    database = Database(settings.database_url)
    resources = State(settings, secret, database, open_stores(settings), Queues(settings), clock)
    app = make_app(
        "concours",
        resources,
        base_url=settings.public_url,
        cookie="concours",
        templates=lambda folder: folder not in _NOT_OURS,
    )
    use_logins(app.extensions, Login)
    key = read_signing_key(settings)
    app.extensions[entries_views.receipts.KEY] = key
    use_kept_forms(app.extensions, KeptForm)
    app.extensions[entries_views.uploads.ARRIVALS] = Arrivals(
        database,
        Receiver(resources.stores.partials),
        resources.queues,
        clock,
        Giving(lambda: key, settings.public_url),
    )
    app.extensions[entries_views.drafts.KEEPING] = keep_together(database)
    app.extensions[status_views.WATCH] = Watch(database, resources.stores, settings, clock)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    # A mail program's one click opens no form first: the signed address alone ends the reminders.
    app.extensions["csrf"].exempt(entries_views.reminders.stop)
    app.extensions[honours_views.game.PACE] = Pace()
    app.context_processor(_context)
    app.jinja_env.globals["organiser_role"] = current_role
    return app


def _context() -> dict[str, Any]:
    chrome = _chrome()
    ends_at = session_ends_at() if chrome.signed_in_as else None
    return {"chrome": chrome, "troubles": status_views.troubles, "session_ends_at": ends_at, "now": state().clock()}


def _chrome() -> Chrome:
    """Return header, menu and footer; bare ones where the database cannot say more."""
    if goes_without_database():
        return _bare_chrome()
    try:
        who = person_id()  # before the transaction: one that waits for another can use up all connections
        with state().database.read() as session:
            edition = current_edition(session)
            account = session.get(Account, who) if who else None
            published = any_published(session, state().clock())
    except (NotFound, SQLAlchemyError):
        return _bare_chrome()
    settings = state().settings
    now, news = state().clock(), extension_words(edition)
    return Chrome(
        service_title=edition.contest,
        tagline=f"« {edition.title} »",
        home_url=_path("/"),
        contact_email=settings.contact_email,
        nav=_nav(edition, role=account.role if account else "", published=published),
        tools=(_item("Mon compte", "/compte/") if account else _item("Se connecter", "/connexion"),),
        footer_links=_footer(),
        deadline=deadline_words(edition, now),
        news=news,
        deadline_in_news=news is not None and accepts_deposits(edition, now),
        notice=_DEMO if settings.demo else None,
        status_url=_path(_STATUS),
        state_brand=settings.brand == "etat",
        signed_in_as=account.email if account else None,
        sign_out_url=url_for("signin.leave") if account else None,
    )


def _bare_chrome() -> Chrome:
    return Chrome(
        service_title="Concours",
        tagline="",
        home_url=_path("/"),
        contact_email=state().settings.contact_email,
        footer_links=_footer(),
        status_url=_path(_STATUS),
    )


def _footer() -> tuple[NavItem, ...]:
    return tuple(_item(label, path) for label, path in _FOOTER)


def _nav(edition: Edition, *, role: str, published: bool) -> tuple[NavItem, ...]:
    items = [("Accueil", "/"), ("Mes candidatures", "/candidatures/"), ("Règlement", "/reglement")]
    if published:
        items.append(("Palmarès", "/palmares"))
    if edition.event:
        items.append((f"{edition.event.name} : s'inscrire", "/inscription"))
    if role:
        home = "/organisation/inscriptions" if role == OrganiserRole.CHECK_IN else "/organisation/"
        items.append(("Organisation", home))
    return tuple(_item(label, path) for label, path in items)


def _item(label: str, path: str) -> NavItem:
    here = request.path == path if path == "/" else request.path.startswith(path.rstrip("/"))
    return NavItem(label=label, url=_path(path), current=here)


def _path(path: str) -> str:
    return request.script_root + path
