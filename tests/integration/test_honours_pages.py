"""The organisers' pages of the honours and of the exports."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from concours.exports.formats.every import MIMES
from concours.exports.rules import NAMES, Format, Topic
from tests.entries_scene import Scene
from tests.exports_scene import json_document, ods_rows, xlsx_rows
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
    token = page(organiser, "/organisation/exports").form().held["csrf_token"]
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
    address = "/organisation/exports?genre=complet&tableau=laureats"
    assert "Le palmarès s'exporte après la levée de l'anonymat" in page(organiser, address).text
    page(organiser, "/organisation/palmares").form().submit(understood="y")
    form = page(organiser, address).form()
    assert form.held["tables"] == "laureats"
    refused = form.submit(status=422, format="csv")
    assert "Indiquez le motif" in refused.errors[0]
    answer = organiser.post(address, data={**refused.form().held, "purpose": "Les diplômes."})
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/csv", "private, no-store")
    assert "laureats-2027.csv" in answer.headers["Content-Disposition"]
    read = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[2] for row in read[1:]] == ["Le guichet", "Le camion"]
    journal = page(organiser, "/organisation/journal").text
    assert "lignes : 2, genre : complet, format : csv, motif : Les diplômes." in journal


def test_an_export_needs_its_button_and_an_organiser(scene: Scene) -> None:
    organiser = to_the_minutes(scene, signed=False)
    address = "/organisation/exports?genre=anonyme&tableau=candidatures"
    shown, forged = page(organiser, address), page(organiser, address, data={"tables": "candidatures"}, status=422)
    assert not any("Content-Disposition" in each.response.headers for each in (shown, forged))
    for path in ("/organisation/exports", "/organisation/palmares"):
        assert "réservée au secrétariat" in page(scene.sign_in(), path, status=403).text


@pytest.mark.parametrize("format_", ["xlsx", "ods", "json"])
def test_a_workbook_is_given_whole_and_empty_tables_are_said_to_be(scene: Scene, format_: str) -> None:
    organiser = to_the_minutes(scene, signed=False)
    exports = page(organiser, "/organisation/exports?genre=anonyme")
    assert "le fichier n'aura que ses en-têtes." in exports.text
    wanted = {**exports.form().held, "tables": ["candidatures", "communaute"], "format": format_}
    answer = organiser.post("/organisation/exports?genre=anonyme", data=wanted)
    assert (answer.status_code, answer.mimetype) == (200, MIMES[Format(format_)])
    assert f"exports-2027.{format_}" in answer.headers["Content-Disposition"]
    read = {"xlsx": xlsx_rows, "ods": ods_rows}.get(format_)
    if read:
        assert [len(read(answer.data, NAMES[each])) for each in (Topic.ENTRIES, Topic.COMMUNITY)] == [3, 1]
    else:
        assert [len(each["rows"]) for each in json_document(answer.data)["tables"]] == [2, 0]


def test_a_table_that_the_kind_has_not_is_no_choice(scene: Scene) -> None:
    organiser = to_the_minutes(scene, signed=False)
    token = page(organiser, "/organisation/exports").form().held["csrf_token"]
    wanted = {"csrf_token": token, "tables": "besoins", "format": "csv"}
    refused = page(organiser, "/organisation/exports?genre=anonyme", data=wanted, status=422)
    assert refused.errors
