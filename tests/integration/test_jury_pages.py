"""The pages of jurors: entering, the list, a work and its sheet, the files."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from jury import api, queries, tallies
from jury.models import JuryAudit, JuryOutbox, JurySheet
from tests.fakes.clock import FrozenClock
from tests.jury_room import FILM, JuryRoom, fill, work_page
from tests.jury_session import KEY, NOW, SECOND_RULES, open_jury
from tests.page import page

FULL = {"substance": 7, "form": 8, "inspiration": 9}


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock)


def mails(room: JuryRoom, subject: str) -> list[JuryOutbox]:
    with room.database.read() as session:
        return [mail for mail in session.scalars(select(JuryOutbox)) if subject in mail.subject]


def test_a_member_enters_by_a_code_and_arrives_where_they_were_going(room: JuryRoom) -> None:
    visitor = room.app.test_client()
    number = room.panel.numbers[0]
    asking = page(visitor, f"/oeuvres/{number}")
    asking.form().submit(email="JURE1@jury.example")
    (mail,) = mails(room, "Votre code")
    code = re.findall(r"\b\d{6}\b", mail.text)[0]
    arrived = page(visitor, "/connexion/code").form().submit(code=code)
    assert arrived.path == f"/oeuvres/{number}"
    assert "Titre" not in mail.subject + mail.text


def test_an_unknown_address_gets_the_same_answer_and_no_mail(room: JuryRoom) -> None:
    answers = []
    for address in ("jure1@jury.example", "inconnue@jury.example"):
        shown = page(room.app.test_client(), "/connexion").form().submit(email=address)
        answers.append(shown.text.replace(address, "…"))
    assert answers[0] == answers[1]
    assert [mail.recipient for mail in mails(room, "Votre code")] == ["jure1@jury.example"]


def test_home_says_what_remains_and_lists_each_work_once(room: JuryRoom) -> None:
    home = page(room.juror, "/")
    assert "Bonjour Jure1" in home.text
    assert "Il vous reste 6 œuvres sur 6 à noter" in home.text
    assert home.text.count("À noter") == 1 + 6  # the filter, then each card
    assert room.member(room.panel.jurors[0]).joined_at == NOW


def listed(room: JuryRoom, name: str) -> list[int]:
    return [int(number) for number in re.findall(r"n° (\d+), Titre", page(room.sign_in(name), "/").text)]


def test_the_header_names_the_room_then_the_theme(room: JuryRoom) -> None:
    home = page(room.juror, "/")
    assert home.title.endswith("Espace du jury")
    assert "« L'innovation publique, ça se voit »" in home.text


def test_each_juror_has_an_order_of_their_own_that_stays(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> None:
    room = JuryRoom(tmp_path, sqlite_url, clock, works=20)
    assert listed(room, "jure1") == listed(room, "jure1")
    assert listed(room, "jure1") != listed(room, "jure2")
    assert sorted(listed(room, "jure1")) == listed(room, "secretaire")


def test_a_saved_sheet_says_when_and_leads_to_the_next_work(room: JuryRoom) -> None:
    order = listed(room, "jure1")
    room.clock.advance(timedelta(hours=4, minutes=2))
    following = fill(work_page(room.juror, order[0]), FULL, then="next", remark="Bien vu")
    assert following.path == f"/oeuvres/{order[1]}"
    assert f"Œuvre n° {order[0]:03d} : enregistré à 14 h 02." in following.text
    saved = work_page(room.juror, order[0])
    assert "Enregistré à 14 h 02" in saved.text
    assert saved.form().held["note-form"] == "8"
    assert saved.form().held["remark"] == "Bien vu"
    assert "Il vous reste 5 œuvres sur 6 à noter" in page(room.juror, "/").text


def test_the_day_is_said_when_it_is_another_one(room: JuryRoom) -> None:
    fill(work_page(room.juror, room.panel.numbers[0]), FULL)
    room.clock.advance(timedelta(days=1))
    assert "Enregistré le 15 mars 2027 à 10 h 00" in work_page(room.juror, room.panel.numbers[0]).text


def test_after_the_last_work_one_is_home(room: JuryRoom) -> None:
    for number in room.panel.numbers:
        last = fill(work_page(room.juror, number), FULL, then="next")
    assert last.path == "/"
    assert "Toutes les œuvres sont notées" in last.text


def test_an_unfinished_sheet_is_kept_and_says_what_it_lacks(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    shown = fill(work_page(room.juror, number), {"form": 8})
    assert "Il manque 2 notes : la fiche ne compte pas encore." in shown.text
    assert "À compléter" in page(room.juror, "/").text
    assert shown.form().held["note-form"] == "8"


@pytest.mark.parametrize("value", ["11", "-1", "dix", "7.5"])
def test_a_score_off_the_scale_gets_its_sentence_and_loses_nothing(room: JuryRoom, value: str) -> None:
    found = work_page(room.juror, room.panel.numbers[0])
    refused = fill(found, {**FULL, "form": value}, remark="À garder", status=422)
    assert refused.errors == ["La forme : note attendue entre 0 et 10."]
    assert "Note attendue entre 0 et 10." in refused.text
    assert refused.title.startswith("Erreur :")
    assert refused.form().held["note-substance"] == "7"
    assert refused.form().held["remark"] == "À garder"


def test_nothing_to_save_says_so(room: JuryRoom) -> None:
    refused = fill(work_page(room.juror, room.panel.numbers[0]), {}, status=422)
    assert "Il n'y a rien à enregistrer" in refused.errors[0]


def test_two_windows_show_both_versions_and_the_juror_chooses(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    first, second = (work_page(room.juror, number) for _ in range(2))
    fill(first, FULL, remark="Première fenêtre")
    refused = fill(second, {**FULL, "form": 2}, remark="Seconde fenêtre", status=409)
    assert "Première fenêtre" in refused.text
    assert refused.form().held["remark"] == "Seconde fenêtre"
    kept = refused.form().submit()
    assert kept.form().held["note-form"] == "2"
    assert kept.form().held["remark"] == "Seconde fenêtre"


def test_a_form_sent_twice_is_saved_once(room: JuryRoom) -> None:
    found = work_page(room.juror, room.panel.numbers[0])
    fill(found, FULL)
    fill(found, FULL)
    with room.database.read() as session:
        assert session.scalars(select(JurySheet)).one().version == 1


def test_a_sheet_that_is_cleared_leaves_the_work_to_be_scored(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    assert "Effacer ma fiche" not in work_page(room.juror, number).text
    saved = fill(work_page(room.juror, number), FULL, remark="Mauvaise œuvre")
    cleared = fill(saved, FULL, remark="Mauvaise œuvre", then="clear")
    assert f"Œuvre n° {number:03d} : votre fiche est effacée." in cleared.text
    assert "À noter" in cleared.text
    assert not any(gone in cleared.text for gone in ("Enregistré à", "Mauvaise œuvre", "Effacer ma fiche"))
    assert cleared.form().held.get("note-form") is None
    assert "Il vous reste 6 œuvres sur 6 à noter" in page(room.juror, "/").text
    with room.database.read() as session:
        assert session.scalars(select(JurySheet)).one().version == 2
        assert session.scalars(select(JuryAudit.action)).all().count("sheet_saved") == 2
        assert number in tallies.ranking_of(session, queries.find_session(session, KEY)).unranked


def test_a_sheet_changed_elsewhere_is_not_cleared_unseen(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    old = fill(work_page(room.juror, number), FULL)
    fill(work_page(room.juror, number), {**FULL, "form": 2})
    refused = fill(old, FULL, then="clear", status=409)
    assert "modifiée dans une autre fenêtre" in refused.errors[0]
    assert work_page(room.juror, number).form().held["note-form"] == "2"


def test_a_sheet_is_not_cleared_after_the_closing(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    saved = fill(work_page(room.juror, number), FULL)
    room.close()
    assert "L'évaluation est close depuis le" in fill(saved, FULL, then="clear", status=409).errors[0]
    assert "8 sur 10" in work_page(room.juror, number).text


def test_nobody_sees_another_s_sheet(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    fill(work_page(room.juror, number), FULL, remark="Confidence")
    for client in (room.other, room.president, room.secretary):
        shown = work_page(client, number)
        assert "Confidence" not in shown.html
        assert "Enregistré" not in shown.text


def test_a_number_of_another_session_and_none_at_all_look_the_same(room: JuryRoom) -> None:
    with room.database.write() as session:
        other = open_jury(session, works_count=12, rules=SECOND_RULES)
    foreign = next(number for number in other.numbers if number not in room.panel.numbers)
    absent = next(n for n in range(1, 999) if n not in {*other.numbers, *room.panel.numbers})
    pages = [work_page(room.juror, number, status=404) for number in (foreign, absent)]
    assert pages[0].text == pages[1].text
    for number in (foreign, absent):
        assert room.juror.get(f"/oeuvres/{number}/media/page-1").status_code == 404


def test_the_secretary_reads_works_and_scores_none(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    shown = work_page(room.secretary, number)
    assert "Le secrétariat du jury n'évalue pas les œuvres" in shown.text
    token = page(room.secretary, "/").all("input", name="csrf_token")[0].get("value")
    data = {"csrf_token": token, "note-form": "5", "version": "0", "then": "stay"}
    assert room.secretary.post(f"/oeuvres/{number}", data=data).status_code == 403
    with room.database.read() as session:
        assert session.scalars(select(JurySheet)).all() == []


def test_a_form_without_its_token_changes_nothing(room: JuryRoom) -> None:
    answer = room.juror.post(f"/oeuvres/{room.panel.numbers[0]}", data={"note-form": "5", "version": "0"})
    assert answer.status_code == 422
    with room.database.read() as session:
        assert session.scalars(select(JurySheet)).all() == []


def test_a_sheet_sent_after_the_closing_is_shown_not_lost(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    open_form = work_page(room.juror, number)
    room.close()
    refused = fill(open_form, FULL, remark="Trop tard", status=409)
    assert "L'évaluation est close depuis le" in refused.errors[0]
    assert refused.form().held["remark"] == "Trop tard"


def test_after_the_closing_one_s_sheets_stay_readable(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    fill(work_page(room.juror, number), FULL, remark="Bien vu")
    room.close()
    shown = work_page(room.juror, number)
    assert "8 sur 10" in shown.text
    assert "Bien vu" in shown.text
    assert not shown.all("input", name="note-form")


def test_a_film_is_served_whole_and_in_parts_by_headers_that_tell_nothing(room: JuryRoom) -> None:
    film = f"/oeuvres/{room.panel.numbers[0]}/media/video-1"
    whole = room.juror.get(film)
    assert (whole.status_code, whole.data, whole.mimetype) == (200, FILM, "video/mp4")
    part = room.juror.get(film, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, FILM[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(FILM)}"
    for answer in (whole, part):
        assert answer.headers["Cache-Control"].startswith("private")
        assert not {"ETag", "Last-Modified", "Content-Disposition"} & set(answer.headers.keys())


def test_the_light_film_plays_where_it_is_asked_for_without_a_script(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    whole = work_page(room.juror, number)
    assert "Version légère (360p, 5 octets) pour un réseau lent" in whole.text
    assert whole.one("source").get("src") == f"/oeuvres/{number}/media/video-1"
    link = next(each for each in whole.all("a") if each.get("href") == f"/oeuvres/{number}?video=legere")
    light = page(room.juror, link.get("href", ""))
    assert light.one("source").get("src") == f"/oeuvres/{number}/media/small-1"
    assert "Revenir à la version complète" in light.text
    assert room.juror.get(f"/oeuvres/{number}/media/small-1").data == b"light"


def test_the_document_opens_under_a_name_that_tells_nothing(room: JuryRoom) -> None:
    number = room.panel.numbers[1]
    shown = work_page(room.juror, number)
    assert "Ouvrir le document (PDF, 8 octets)" in shown.text
    assert "Version légère" not in shown.text
    answer = room.juror.get(f"/oeuvres/{number}/media/document-1")
    assert (answer.mimetype, answer.data) == ("application/pdf", b"%PDF-1.7")
    assert answer.headers["Content-Disposition"] == f"inline; filename=oeuvre-{number}.pdf"
    assert not {"ETag", "Last-Modified"} & set(answer.headers.keys())


@pytest.mark.parametrize("file", ["video-2", "small-2", "document-2", "page-9", "original-1", "page-x"])
def test_a_file_that_is_not_there_is_not_found(room: JuryRoom, file: str) -> None:
    assert room.juror.get(f"/oeuvres/{room.panel.numbers[0]}/media/{file}").status_code == 404


def test_files_are_for_members(room: JuryRoom) -> None:
    answer = room.app.test_client().get(f"/oeuvres/{room.panel.numbers[0]}/media/video-1")
    assert answer.status_code == 303
    assert answer.location == "/connexion"


def test_who_leaves_the_panel_is_signed_out(room: JuryRoom) -> None:
    browser = room.juror
    with room.database.write() as session:
        api.remove_member(session, edition_key=KEY, member_id=room.panel.jurors[0], now=NOW)
    assert page(browser, "/").path == "/connexion"


def test_before_the_works_come_home_says_what_to_expect(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> None:
    room = JuryRoom(tmp_path, sqlite_url, clock, works=0)
    for client in (room.juror, room.secretary):
        assert "Les œuvres ne sont pas encore là" in page(client, "/").text


def test_a_page_image_says_its_text_to_those_who_do_not_see_it(room: JuryRoom) -> None:
    shown = work_page(room.juror, room.panel.numbers[1])
    assert "Lire le texte de la page 2" in shown.text
    assert "Texte 2" in shown.text


def test_another_edition_has_its_own_criteria_and_scale(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> None:
    room = JuryRoom(tmp_path, sqlite_url, clock, rules=SECOND_RULES, works=2)
    number = room.panel.numbers[0]
    shown = work_page(room.juror, number)
    assert "coefficient 2" in shown.text
    assert "Affiches d'accueil" in shown.text
    refused = fill(shown, {"use": 6, "finish": 2}, status=422)
    assert refused.errors == ["L'usage : note attendue entre 1 et 5."]
    saved = fill(shown, {"use": 5, "finish": 2})
    assert "enregistré à" in saved.text


def test_a_reading_juror_of_two_panels_sits_on_the_last_one_opened(room: JuryRoom) -> None:
    later = NOW + timedelta(days=300)
    with room.database.write() as session:
        api.open_session(session, rules=SECOND_RULES, now=later)
        api.invite_member(
            session,
            edition_key=SECOND_RULES.edition_key,
            email="jure1@jury.example",
            name="Jure1",
            function="",
            role="juror",
            jury_url="http://localhost",
            now=later,
        )
    room.clock.move_to(later)
    assert "« Affiches d'accueil »" in page(room.sign_in("jure1"), "/").text
