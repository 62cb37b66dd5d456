"""Signing in to one's account by code, in a browser that has its own cookies."""

import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import func, select

from concours.accounts.models import Outbox
from tests.entries_scene import Scene
from tests.page import Page, page

CLAIRE, MALIK, NEW = "candidate@agents.example", "malik@agents.example", "nouvelle@agents.example"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1"


def code_for(scene: Scene, email: str) -> str:
    """Return the newest code that this address received."""
    with scene.database.read() as session:
        query = select(Outbox.text).where(Outbox.recipient == email).order_by(Outbox.created_at.desc())
        found = re.search(r"\b\d{6}\b", session.scalars(query).first() or "")
    assert found
    return found[0]


def count(scene: Scene, table: type) -> int:
    """Return how many rows a table has."""
    with scene.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def another_browser(scene: Scene, agent: str = IPHONE, email: str = CLAIRE) -> FlaskClient:
    """Return one more browser of somebody signed in, which calls itself `agent`."""
    client = scene.app.test_client()
    client.get(scene.link(email), headers={"User-Agent": agent})
    return client


def sign_in_here(scene: Scene, client: FlaskClient, email: str = CLAIRE) -> Page:
    """Sign in by code in this very browser, and return the page where one arrives."""
    scene.clock.advance(timedelta(seconds=1))
    asked = page(client, "/connexion").form().submit(email=email)
    return asked.form().submit(code=code_for(scene, email))
