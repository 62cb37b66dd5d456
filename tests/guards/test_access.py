"""A view is closed unless it says who may enter."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

import wsgi
from concours.kernel.web.access import ClosedBlueprint, everyone

OPEN_BLUEPRINTS = frozenset(
    {
        "concours:game",
        "concours:invitations",
        "concours:palmares",
        "concours:receipts",
        "concours:registration_data",
        "concours:registrations",
        "concours:reminders",
        "concours:signin",
        "concours:site",
        "concours:status",
        "jury:signin",
    }
)
"""Blueprints that anybody may enter, as « application:blueprint »: a new one is added here on purpose."""

SEGMENT = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")
HOLE = re.compile(r"<[^>]+>")


@pytest.fixture(params=["concours_app", "jury_app"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Each application, built as in production from the environment."""
    folder = tmp_path_factory.mktemp("apps")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA", str(folder / "var"))
        patch.setenv("UPLOADS", str(folder / "uploads"))
        yield getattr(wsgi, request.param)


def rules(app: Flask) -> list[Rule]:
    """Return every address of the application but its static files."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_belongs_to_a_blueprint(app: Flask) -> None:
    loose = [str(rule) for rule in rules(app) if "." not in rule.endpoint]
    assert sorted(loose) == [], "A view belongs to a blueprint, which says who may enter."


def test_every_blueprint_asks_who_enters(app: Flask) -> None:
    unguarded = [
        f"{app.name}:{name}"
        for name, blueprint in app.blueprints.items()
        if not isinstance(blueprint, ClosedBlueprint) or blueprint.access not in app.before_request_funcs.get(name, [])
    ]
    assert sorted(unguarded) == [], "Make it a ClosedBlueprint: its access rule runs before each of its views."


def test_only_listed_blueprints_are_open_to_everyone(app: Flask) -> None:
    opened = {
        f"{app.name}:{name}"
        for name, blueprint in app.blueprints.items()
        if isinstance(blueprint, ClosedBlueprint) and blueprint.access is everyone
    }
    assert sorted(opened - OPEN_BLUEPRINTS) == [], "Open to everyone: list it in OPEN_BLUEPRINTS if that is meant."
    gone = {name for name in OPEN_BLUEPRINTS if name.startswith(f"{app.name}:")} - opened
    assert sorted(gone) == [], "No longer open: take it off OPEN_BLUEPRINTS."


def test_addresses_are_kebab_case(app: Flask) -> None:
    odd = [
        str(rule)
        for rule in rules(app)
        for segment in HOLE.sub("x", str(rule)).split("/")
        if segment and not SEGMENT.fullmatch(segment)
    ]
    assert sorted(odd) == [], "An address is made of lower-case words joined by hyphens."
