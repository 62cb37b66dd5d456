"""The jury's application: its own templates, cookie and key; it never loads who made what."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Blueprint, Flask, request, url_for
from sqlalchemy.orm import Session

from concours.kernel.clock import Clock, format_instant, system_clock
from concours.kernel.db import Database
from concours.kernel.queue import NoQueues, Queues
from concours.kernel.settings import Settings, read_secret
from concours.kernel.storage import open_stores
from concours.kernel.text import capital
from concours.kernel.web.chrome import Chrome, NavItem
from concours.kernel.web.factory import make_app
from concours.kernel.web.interrupted import use_kept_forms
from concours.kernel.web.person import session_ends_at, use_logins
from concours.kernel.web.signin import Side, signin_blueprint
from concours.kernel.web.state import State, state
from jury import queries
from jury.bundle.views import bundle
from jury.deliberation.views import deliberation
from jury.gaps.views import gaps, severity
from jury.minutes.views import minutes
from jury.models import JuryCode, JuryKeptForm, JuryLink, JuryLogin, JuryOutbox, JuryRequest, JurySession
from jury.pace import say_minutes
from jury.ranking import format_mean
from jury.room.views.session import room
from jury.room.views.votes import votes
from jury.rules import ROLE_NAMES, Role, SheetState, format_number
from jury.seated import Seat
from jury.views.access import MEETING, seated
from jury.views.examples import examples
from jury.views.finish import finish
from jury.views.invitation import invitation
from jury.views.panel import panel
from jury.views.recusals import recusals
from jury.views.robustness import WAYS, percent, percent_down, percent_up, solidity
from jury.views.rule import rule, rule_words, tie_break_words
from jury.views.scoring import scoring
from jury.views.sessions import sessions
from jury.views.travel import travel
from jury.views.works import works

_TEMPLATES = frozenset({"base.html", "macros", "errors", "signin", "jury"})
_HEADING = "Espace du jury"
_TOOLS = (("Ma place au jury", "invitation.show"), ("Mes sessions", "sessions.mine"))
_KEPT = 512
_FOOTER = (
    ("Accessibilité : non conforme", "/accessibilite"),
    ("Mentions légales", "/mentions-legales"),
    ("Données personnelles", "/donnees-personnelles"),
)
"""Pages of the public service, under its own address."""


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """Return the application that these settings describe."""
    secret = read_secret(settings, "JURY_SECRET_KEY")
    database = Database(settings.jury_database_url)
    resources = State(settings, secret, database, open_stores(settings), _queues(settings), clock)
    app = make_app(
        "jury", resources, base_url=settings.jury_url, cookie="jury", templates=lambda folder: folder in _TEMPLATES
    )
    use_logins(app.extensions, JuryLogin, MEETING)
    use_kept_forms(app.extensions, JuryKeptForm)
    scored = (works, recusals, scoring, travel, finish, examples)
    results = (rule, panel, room, votes, deliberation, minutes, bundle, solidity, gaps, severity)
    for blueprint in (_signing_in(), invitation, *scored, *results, sessions):
        app.register_blueprint(blueprint)
    app.context_processor(_context(settings))
    app.jinja_env.filters.update(number=format_number, mean=format_mean, role=ROLE_NAMES.__getitem__, way=WAYS.get)
    app.jinja_env.filters.update(minutes=say_minutes, percent=percent, percent_up=percent_up, percent_down=percent_down)
    app.jinja_env.globals.update(SheetState=SheetState, rule_words=rule_words, tie_break_words=tie_break_words)
    return app


def _queues(settings: Settings) -> Queues:
    """Return the way to wake the worker; a jury with a database role of its own has none."""
    return Queues(settings) if settings.jury_database_url == settings.database_url else NoQueues()


def _signing_in() -> Blueprint:
    return signin_blueprint(
        Side(
            codes=JuryCode,
            requests=JuryRequest,
            links=JuryLink,
            outbox=JuryOutbox,
            mail_template="jury/mails/code.txt",
            heading=_HEADING,
            invitation="Donnez l'adresse où vous avez reçu votre invitation : un code à usage unique y est envoyé.",
            welcomes=_is_member,
            person_for=_member_id,
            known=lambda session, email: _member_id(session, email, None),
            home=_home,
        )
    )


def _is_member(session: Session, email: str) -> bool:
    return queries.find_member_by_email(session, email) is not None


def _member_id(session: Session, email: str, _now: datetime | None) -> str | None:
    member = queries.find_member_by_email(session, email)
    return member.id if member else None


def _home(_session: Session, _member_id: str) -> str:
    return "works.home"


def _context(settings: Settings) -> Callable[[], dict[str, Any]]:
    """Return what tells each page what surrounds it: made once for all pages where that is the same."""

    @lru_cache(_KEPT)
    def addresses(_root: str, who: Seat | None) -> tuple[str, ...]:
        return tuple(url_for(endpoint) for _, endpoint in (*_nav(who), *_TOOLS))

    @lru_cache(_KEPT)
    def chrome(_root: str, who: Seat | None, here: tuple[str, ...]) -> Chrome:
        return _chrome(settings, who, frozenset(here))

    def context() -> dict[str, Any]:
        who, root = seated(), request.script_root
        path, home = root + request.path, request.blueprint == "works"
        # The works' own address begins all others.
        here = tuple(url for url in addresses(root, who) if (home if url == f"{root}/" else path.startswith(url)))
        return {
            "chrome": chrome(root, who, here),
            # Whether devices have nothing to keep any more.
            "scoring_over": who is None or who.jury.scoring_closed_at is not None,
            "session_ends_at": session_ends_at() if who else None,
            "now": state().clock(),
        }

    return context


def _chrome(settings: Settings, who: Seat | None, here: frozenset[str]) -> Chrome:
    """Return header, menu and footer; before signing in, those of no session in particular."""

    def items(links: Iterable[tuple[str, str]]) -> tuple[NavItem, ...]:
        named = ((label, url_for(endpoint)) for label, endpoint in links)
        return tuple(NavItem(label=label, url=url, current=url in here) for label, url in named)

    return Chrome(
        service_title=_HEADING,
        tagline=f"« {capital(who.jury.title)} »" if who else "Œuvres anonymes, évaluées par numéro",
        home_url=url_for("works.home"),
        contact_email=settings.contact_email,
        nav=items(_nav(who)),
        tools=items(_TOOLS) if who else (),
        footer_links=tuple(NavItem(label=label, url=settings.public_url + path) for label, path in _FOOTER),
        deadline=_deadline(who, who.jury) if who else None,
        notice="Démonstration : les personnes et les œuvres sont inventées." if settings.demo else None,
        status_url=settings.public_url + "/etat",
        state_brand=settings.brand == "etat",
        signed_in_as=f"{who.name} ({ROLE_NAMES[who.role]})" if who else None,
        sign_out_url=url_for("signin.leave") if who else None,
    )


def _nav(who: Seat | None) -> list[tuple[str, str]]:
    """Return label and endpoint of each item of the menu."""
    if who is None or not who.sits:
        return []
    jury, items = who.jury, [("Œuvres", "works.home"), ("Règle", "rule.show")]
    if who.role is Role.PRESIDENT and jury.scoring_closed_at is None and jury.handed_over_at is not None:
        items.append(("Fiches du jury", "finish.panel"))
    if who.role is Role.SECRETARY:
        items.append(("Avancement", "panel.progress"))
    if jury.scoring_closed_at is not None or (who.deliberates and jury.handed_over_at is not None):
        items.append(("Séance", "room.show"))
    if who.deliberates and jury.scoring_closed_at is not None:
        items += [
            ("Classement", "deliberation.ranking"),
            ("Palmarès", "deliberation.laureates"),
            ("Procès-verbal", "deliberation.minutes"),
        ]
        # Before the president opens it, nobody else is told that the page exists.
        if who.role is Role.PRESIDENT or jury.calibration_opened_at is not None:
            items.insert(-2, ("Écarts", "gaps.show"))
    return items


def _deadline(who: Seat, jury: JurySession) -> str | None:
    if jury.scoring_closed_at is not None:
        return f"L'évaluation est close depuis le {format_instant(jury.scoring_closed_at)}."
    if jury.scoring_closes_at is None or not who.scores:
        return None
    return f"Évaluation prévue jusqu'au {format_instant(jury.scoring_closes_at)}."
