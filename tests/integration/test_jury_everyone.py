"""Captions, transcript and text alternative: given with the dossier, they stand beside the work that the juror sees."""

from pathlib import Path

import pytest
from sqlalchemy import select

from concours.kernel.db import Database
from concours.organisers import operations as organisers
from jury import api
from jury.models import JuryWork
from tests.crawler import TOKEN
from tests.fakes.clock import FrozenClock
from tests.jury_room import CAPTIONS, JuryRoom, work_page
from tests.jury_session import KEY
from tests.organisers_contest import CLOSED, decide, deposit, draft, start

NAMED = f"WEBVTT - Zéphyrine\n\nNOTE Zéphyrine\n\n{CAPTIONS.removeprefix('WEBVTT').strip()}"


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock, works=2)


@pytest.mark.parametrize(("seconds", "captions"), [(12.0, CAPTIONS), (None, "")], ids=["film", "pages"])
def test_what_a_candidate_gave_for_everyone_is_handed_over(
    database: Database, seconds: float | None, captions: str
) -> None:
    with database.write() as session:
        actor = start(session)
        entry = draft(session, "Le guichet")
        entry.captions, entry.transcript, entry.text_alternative = NAMED, "On dit bonjour.", "Un camion bleu."
        assert entry.creation is not None
        entry.creation.duration_s = seconds
        deposit(session, entry, at=CLOSED)
        decide(session, entry, actor=actor)
        organisers.hand_over(session, actor=actor, now=CLOSED)
        work = session.scalars(select(JuryWork)).one()
        assert (work.captions, work.transcript, work.text_alternative) == (
            captions,
            "On dit bonjour.",
            "Un camion bleu.",
        )


def test_the_page_has_them_beside_the_work_and_a_device_takes_them_along(room: JuryRoom) -> None:
    film, pages = room.panel.numbers
    seen = work_page(room.juror, film)
    (track,) = seen.all("track")
    assert "On dit bonjour." in seen.text
    answer = room.juror.get(track.get("src", ""))
    assert (answer.mimetype, answer.text) == ("text/vtt", CAPTIONS)
    other = work_page(room.juror, pages)
    assert other.all("track") == []
    assert "Lire la description de la création" in other.text
    assert "Un plan." in other.text
    works = {work["number"]: work for work in (room.juror.get("/emporter").json or {})["works"]}
    taken = [{file["url"] for file in works[number]["files"]} for number in (film, pages)]
    assert [any(url.endswith(".vtt") for url in urls) for urls in taken] == [True, False]


def test_captions_of_a_work_that_one_must_not_meet_are_absent(room: JuryRoom) -> None:
    film = room.panel.works[0]
    with room.database.write() as session:
        pairs = [(room.panel.jurors[0], film.work_id)]
        api.exclude_pairs(session, edition_key=KEY, pairs=pairs, now=room.clock())
    numbers = (film.number, room.panel.numbers[1], 1000)
    refused = [room.juror.get(f"/oeuvres/{number}/sous-titres.vtt") for number in numbers]
    assert {answer.status_code for answer in refused} == {404}
    assert len({TOKEN.sub(b"", answer.data) for answer in refused}) == 1
    assert room.other.get(f"/oeuvres/{film.number}/sous-titres.vtt").text == CAPTIONS
