"""The pages of the session: who finds them, what they answer when nothing changed, what they show and to whom."""

from pathlib import Path

import pytest

from jury.room.operations import mark_presence, open_room
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.page import Page, page

CLEAR = (9, 8, 7, 6, 5, 4)


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    made = JuryRoom(tmp_path, sqlite_url, clock)
    made.judge(*CLEAR)
    return made


def begin(room: JuryRoom) -> None:
    with room.database.write() as session:
        open_room(session, member_id=room.panel.secretary, now=room.clock())
        for member_id in room.panel.scorers:
            mark_presence(session, member_id=member_id, who=member_id, present=True, now=room.clock())


def press(found: Page, action: str, **answers: str) -> Page:
    """Press the first button of the page whose form goes there and sends this."""
    wanted = [form for form in found.all("form") if found.address(form.get("action")).endswith(action)]
    data = {each.get("name", ""): each.get("value", "") for each in wanted[0].iter("input")}
    return page(found.client, action, data={**data, **answers})


def test_the_session_is_held_by_buttons_alone(room: JuryRoom) -> None:
    assert "La séance n'est pas ouverte" in page(room.juror, "/seance/").text
    opened = press(page(room.secretary, "/seance/"), "/seance/ouverture")
    assert "Quorum, figé à l'ouverture : 2 membres sur 3" in opened.text
    for client, member_id in zip((room.president, room.juror), room.panel.scorers, strict=False):
        press(page(client, "/seance/"), f"/seance/presences/{member_id}")
    number = room.panel.numbers[4]
    press(page(room.president, "/seance/"), f"/seance/ordre/{number}")
    seen = page(room.juror, "/seance/")
    assert f"En discussion n° {number:03d}" in seen.text
    assert "3 fiches à 5" in seen.text
    assert "Presidente" in seen.text  # present; no sheet bears a name
    proposed = seen.follow("Proposer une motion").form().submit(text="Retenir celle-ci", numbers="1000", status=422)
    assert "n'est pas celui d'une œuvre" in proposed.errors[0]
    proposed.form().submit(text="Retenir celle-ci", numbers=str(number))
    voting = page(room.secretary, "/seance/")
    motion = next(form.get("action", "") for form in voting.all("form") if "/vote" in form.get("action", ""))
    counting = press(voting, motion).follow("Enregistrer le décompte")
    wrong = counting.form().submit(in_favour="3", against="0", abstained="0", status=422)
    assert "3 voix, pour 2 votants" in wrong.errors[0]
    assert "Adoptée" in wrong.form().submit(in_favour="2", against="0", abstained="0").text
    page(room.juror, f"/seance/notes/{number}").form().send({"note-form": "8", "reason": "Relue"})
    closed = press(page(room.president, "/seance/"), "/seance/cloture")
    assert "Séance tenue du" in closed.text
    minutes = page(room.secretary, "/proces-verbal").text
    assert "Adoptée : 2 pour, 0 contre, 0 abstention, le " in minutes
    assert f"n° {number:03d}, La forme : 5 devient 8, par Jure1" in minutes


def test_what_has_not_changed_is_not_sent_again_and_each_member_has_their_own(room: JuryRoom) -> None:
    begin(room)
    first = room.juror.get("/seance/etat")
    stamp = first.headers["ETag"]
    again = room.juror.get("/seance/etat", headers={"If-None-Match": stamp})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert room.other.get("/seance/etat", headers={"If-None-Match": stamp}).status_code == 200
    press(page(room.president, "/seance/"), f"/seance/ordre/{room.panel.numbers[0]}")
    changed = room.juror.get("/seance/etat", headers={"If-None-Match": stamp})
    assert changed.status_code == 200
    assert b"<html" not in changed.data


def test_the_screen_and_the_papers_are_for_those_who_conduct_and_name_nobody_beside_a_score(room: JuryRoom) -> None:
    begin(room)
    number = room.panel.numbers[4]
    page(room.juror, f"/seance/notes/{number}").form().send({"note-form": "8", "reason": "Relue"})
    for path in ("/seance/ecran", "/seance/ecran/etat", "/seance/dossier"):
        assert room.juror.get(path).status_code == 404
    screen = page(room.secretary, "/seance/ecran")
    assert not list(screen.one("main").iter("button"))
    assert not {"Jure1", "Presidente"} & set(screen.one("main").itertext())
    assert "Jure1" not in "".join(screen.one("main").itertext())
    papers = page(room.secretary, "/seance/dossier")
    assert "Signature" in papers.text
    assert "Jure1" in papers.text


def test_what_nobody_should_send_changes_nothing_and_is_said(room: JuryRoom) -> None:
    begin(room)
    held = page(room.president, "/seance/")
    token = held.all("input", name="csrf_token")[0].get("value", "")
    for path, status in (
        ("/seance/ordre/99999", 404),
        ("/seance/presences/nobody", 404),
        (f"/seance/presences/{'a' * 26}", 404),
        (f"/seance/motions/{'a' * 26}/vote", 404),
        (f"/seance/motions/{'a' * 26}/voix-preponderante", 404),
        ("/seance/ouverture", 409),
        ("/seance/reouverture", 409),
        ("/seance/repetition/fin", 409),
    ):
        answers = {"csrf_token": token, "acte": "discuter"}
        assert page(room.president, path, data=answers, status=status).one("h1") is not None
    assert page(room.juror, "/seance/notes/99999", status=404).title
    assert page(room.president, f"/seance/motions/{'b' * 26}/decompte", status=404).title
    assert "Aucune œuvre pour l'instant" in page(room.president, "/seance/").text


def test_a_rehearsal_says_so_on_every_page_and_shows_nothing_real(room: JuryRoom) -> None:
    waiting = page(room.president, "/seance/")
    token = waiting.all("input", name="csrf_token")[0].get("value", "")
    rehearsed = page(room.president, "/seance/ouverture", data={"csrf_token": token, "repetition": "oui"})
    press(rehearsed, f"/seance/presences/{room.panel.president}")
    shown = [page(room.president, f"/seance/{path}") for path in ("", "ecran", "dossier")]
    changing = page(room.president, "/seance/notes/1")
    for each in (*shown, changing):
        assert "Exemple 1" in each.text or "Répétition" in each.text
        assert not [number for number in room.panel.numbers if f"n° {number:03d}" in each.text]
    erased = press(shown[0], "/seance/repetition/fin")
    assert "il n'en reste rien" in erased.text
    assert "Ouvrir la séance" in erased.text
