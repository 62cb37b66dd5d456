"""The organisers' pages of the honours and of the exports."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.entries_scene import Scene
from tests.fakes.clock import FrozenClock
from tests.honours_scene import SIGNED, judge, sign
from tests.organisers_contest import DOSSIER
from tests.page import page

ORGANISER = "secretariat@concours.example"
MARKS = {"Le guichet": (9, 9, 9), "Le camion": (8, 8, 8)}


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    return Scene(tmp_path, sqlite_url, clock)


def to_the_minutes(scene: Scene, *, signed: bool) -> FlaskClient:
    """Bring the contest to its minutes, and return an organiser's browser."""
    scene.clock.move_to(SIGNED)
    with scene.database.write() as session:
        judged = judge(session, MARKS)
        if signed:
            sign(session, judged, {"Le guichet": 1, "Le camion": 2})
    return scene.sign_in(ORGANISER)


def test_before_the_signature_the_page_says_what_is_missing_and_who_does_it(scene: Scene) -> None:
    organiser = to_the_minutes(scene, signed=False)
    before = page(organiser, "/organisation/palmares")
    assert "Procès-verbal signé présidence ou secrétariat du jury À faire" in before.text
    assert not list(before.one("main").iter("form"))


def test_before_the_signature_the_act_itself_is_refused(scene: Scene) -> None:
    organiser = to_the_minutes(scene, signed=False)
    token = page(organiser, "/organisation/exports").form("/communaute").held["csrf_token"]
    answers = {"csrf_token": token, "understood": "y"}
    refused = page(organiser, "/organisation/palmares", data=answers, status=403)
    assert "procès-verbal" in refused.text


def test_anonymity_is_lifted_by_a_ticked_box_and_the_names_appear(scene: Scene) -> None:
    organiser = to_the_minutes(scene, signed=True)
    before = page(organiser, "/organisation/palmares")
    assert DOSSIER.contact_name not in before.html
    unticked = before.form().submit(status=422)
    assert unticked.errors == ["Cochez cette case pour lever l'anonymat : rien n'a été fait."]
    after = unticked.form().submit(understood="y")
    assert "L'anonymat est levé." in after.text
    for fact in ("Le guichet", "Les Défricheurs", DOSSIER.contact_email, "8,89", "Motif de « Le camion »."):
        assert fact in after.text


def test_the_laureates_export_opens_with_the_unsealing(scene: Scene) -> None:
    organiser = to_the_minutes(scene, signed=True)
    exports = page(organiser, "/organisation/exports")
    assert "Disponible après la levée de l'anonymat." in exports.text
    page(organiser, "/organisation/palmares").form().submit(understood="y")
    form = page(organiser, "/organisation/exports").form("/laureats")
    answer = organiser.post("/organisation/exports/laureats", data=form.held)
    assert answer.mimetype == "text/csv"
    assert "laureats-2027.csv" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    read = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[2] for row in read[1:]] == ["Le guichet", "Le camion"]


def test_an_export_needs_its_button_and_an_organiser(scene: Scene) -> None:
    organiser = to_the_minutes(scene, signed=False)
    unpressed = page(organiser, "/organisation/exports/communaute", status=405)
    forged = page(organiser, "/organisation/exports/communaute", data={}, status=422)
    assert not any("Content-Disposition" in each.response.headers for each in (unpressed, forged))
    for path in ("/organisation/exports", "/organisation/palmares"):
        assert "réservée au secrétariat" in page(scene.sign_in(), path, status=403).text


def test_an_unknown_export_is_not_there(scene: Scene) -> None:
    organiser = to_the_minutes(scene, signed=False)
    token = page(organiser, "/organisation/exports").form("/communaute").held["csrf_token"]
    unknown = page(organiser, "/organisation/exports/tout", data={"csrf_token": token}, status=404)
    assert "Content-Disposition" not in unknown.response.headers
