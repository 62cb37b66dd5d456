"""An identity planted on the other side of the same database shows in nothing that the jury's side answers or sends."""

from pathlib import Path
from typing import cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from concours.accounts.models import Account
from concours.accounts.operations import ensure_account
from jury.deliberation.operations import mark_minutes_signed, record_laureates
from jury.deliberation.queries import standing_of
from jury.deliberation.rules import Choice
from jury.models import JuryAudit, JuryOutbox, JurySession
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom, crawl
from tests.jury_session import NOW

CANARY = "zephyrine.quatremere"
CLEAR = (9, 8, 7, 6, 5, 4)


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    made = JuryRoom(tmp_path, sqlite_url, clock)
    with made.database.write() as session:
        ensure_account(session, email=f"{CANARY}@ministere.example", now=NOW)
    return made


def hear(client: FlaskClient) -> tuple[set[str], str]:
    """Return the paths that a member reaches, and all that was answered there, headers included."""
    paths, heard = set(), []
    for answer in crawl(client):
        paths.add(answer.request.path)
        heard += [str(answer.headers), answer.data.decode("utf-8", "replace")]
        assert "ETag" not in answer.headers
        assert "Last-Modified" not in answer.headers
    return paths, "\n".join(heard)


def sign(room: JuryRoom) -> None:
    with room.database.write() as session:
        standing = standing_of(session, session.scalars(select(JurySession)).one())
        honoured = [Choice(number, rank, "Très clair") for number, rank in standing.proposed.items()]
        secretary = room.panel.secretary
        record_laureates(session, member_id=secretary, choices=honoured, departure_reason="", now=NOW)
        mark_minutes_signed(session, member_id=secretary, signed_by="Le jury", signed_on=NOW.date(), now=NOW)


@pytest.mark.parametrize("phase", ["scoring", "closed", "signed"])
@pytest.mark.parametrize("who", ["juror", "president", "secretary"])
def test_no_identity_in_anything_that_a_member_reaches(room: JuryRoom, phase: str, who: str) -> None:
    if phase != "scoring":
        room.judge(*CLEAR)
    if phase == "signed":
        sign(room)
    paths, heard = hear(cast("FlaskClient", getattr(room, who)))
    assert {f"/oeuvres/{number}" for number in room.panel.numbers} <= paths
    for file in ("video-1", "small-1", "poster-1"):
        assert f"/oeuvres/{room.panel.numbers[0]}/media/{file}" in paths
    for file in ("document-1", "page-1", "page-2"):
        assert f"/oeuvres/{room.panel.numbers[1]}/media/{file}" in paths
    assert ("/proces-verbal" in paths) == (who != "juror" and phase != "scoring")
    assert "Titre 1" in heard
    assert CANARY not in heard.lower()


def test_no_identity_in_what_the_jury_s_side_keeps_and_sends(room: JuryRoom) -> None:
    room.judge(*CLEAR)
    sign(room)
    with room.database.read() as session:
        planted = session.scalars(select(Account)).one()
        mails = session.scalars(select(JuryOutbox)).all()
        events = session.scalars(select(JuryAudit)).all()
    assert planted.email.startswith(CANARY)
    assert len(mails) == 7
    told = [mail.subject + mail.text for mail in mails] + [f"{e.actor} {e.subject} {e.details}" for e in events]
    assert all(CANARY not in words and planted.id not in words for words in told)
