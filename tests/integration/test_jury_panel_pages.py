"""The pages of a seat, of a recusal, of a report; and the console's beside them."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from concours.organisers import bodies
from concours.organisers import operations as organisers
from jury import api, queries
from jury.recusals.operations import recuse
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom, crawl, fill, work_page
from tests.jury_session import KEY, NOW, RULES, accept, invite, score
from tests.organisers_contest import CLOSED, Console, decide, deposited
from tests.page import page

FULL = {"substance": 7, "form": 8, "inspiration": 9}


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock, rules=replace(RULES, charter="**Je note seul.**"))


@pytest.fixture
def console(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Console:
    return Console(tmp_path, sqlite_url, clock)


def guest(room: JuryRoom, role: str = "juror") -> FlaskClient:
    with room.database.write() as session:
        invite(session, "invitee", role, accepts=False)
    return room.sign_in("invitee")


def test_whoever_has_not_accepted_is_led_to_the_invitation_from_everywhere(room: JuryRoom) -> None:
    client, number = guest(room), room.panel.numbers[0]
    for path in (
        "/",
        f"/oeuvres/{number}",
        f"/oeuvres/{number}/media/video-1",
        "/oeuvres/1",
        f"/oeuvres/{number}/deport",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/invitation/")
    shown = page(client, "/")
    assert "Je note seul." in shown.text
    assert "Titre" not in shown.text
    unticked = shown.form().submit(bodies="Ville de Lyon", status=422)
    assert unticked.errors == ["Cochez cette case pour accepter de siéger."]
    assert unticked.form().held["bodies"] == "Ville de Lyon"
    home = unticked.form().submit(accepted="y")
    assert home.path == "/"
    assert "Il vous reste 6 œuvres sur 6 à noter" in home.text
    assert "Ville de Lyon" in page(client, "/invitation/").html


def test_an_invitation_is_declined_with_or_without_a_reason(room: JuryRoom) -> None:
    client = guest(room)
    declined = page(client, "/").follow("Je décline l'invitation").form().submit()
    assert "Vous avez décliné cette invitation" in declined.text
    assert page(client, "/").path == "/invitation/"


def test_a_substitute_waits_without_any_work(room: JuryRoom) -> None:
    client = guest(room, "substitute")
    waiting = page(client, "/").form().submit(accepted="y")
    assert waiting.path == "/invitation/"
    assert "Vous êtes suppléant·e" in waiting.text
    assert page(client, f"/oeuvres/{room.panel.numbers[0]}").path == "/invitation/"


def test_a_work_that_a_juror_is_kept_from_looks_like_none_wherever_it_might_show(room: JuryRoom) -> None:
    work, absent = room.panel.works[0], next(n for n in range(1, 999) if n not in room.panel.numbers)
    with room.database.write() as session:
        api.exclude_pairs(session, edition_key=KEY, pairs=[(room.panel.jurors[0], work.work_id)], now=NOW)
    addresses = ("/oeuvres/{}", "/oeuvres/{}/deport", "/oeuvres/{}/signalement", "/oeuvres/{}/media/video-1")
    for address in addresses:
        kept, none = (room.juror.get(address.format(number)) for number in (work.number, absent))
        assert kept.status_code == none.status_code == 404
        assert kept.get_data(as_text=True).count("<p") == none.get_data(as_text=True).count("<p")
    heard = "\n".join(answer.get_data(as_text=True) for answer in crawl(room.juror) if answer.mimetype == "text/html")
    assert "Titre 1<" not in heard
    assert f"n° {work.number:03d}" not in heard
    assert "Il vous reste 5 œuvres sur 5 à noter" in page(room.juror, "/").text
    assert work_page(room.other, work.number).title.startswith("Œuvre")


def test_stepping_back_is_said_then_undone_from_one_s_own_page(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    fill(work_page(room.juror, number), FULL)
    seat = work_page(room.juror, number).follow("Je me déporte").form().submit(reason="Lien professionnel.")
    assert seat.path == "/invitation/"
    assert "Lien professionnel." in seat.text
    assert work_page(room.juror, number, status=404).text
    back = seat.form("annuler").submit()
    assert "de nouveau dans votre liste" in back.text
    assert "Notée" in work_page(room.juror, number).text


def test_a_juror_who_stepped_back_from_all_is_told_so(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> None:
    room = JuryRoom(tmp_path, sqlite_url, clock, rules=replace(RULES, recusal_scope="whole_jury"))
    number = room.panel.numbers[0]
    shown = work_page(room.juror, number).follow("Je me déporte")
    assert "prévoit un déport de tout le jury" in shown.text
    shown.form().submit()
    home = page(room.juror, "/")
    assert "Aucune œuvre ne vous est présentée" in home.text
    assert not [link for link in home.links.values() if "/oeuvres/" in link]


def test_a_reported_work_stays_in_the_lists_without_its_content(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    form = work_page(room.juror, number).follow("Signaler une rupture d'anonymat").form()
    assert form.submit(text=" ", status=422).errors
    sent = form.submit(text="Un logo à la dixième seconde.")
    assert "est suspendue pour tout le jury" in sent.text
    for client in (room.juror, room.other, room.president, room.secretary):
        home = page(client, "/")
        assert "Suspendue" in home.text
        assert "Titre 1" not in home.text
        assert "est suspendue" in work_page(client, number, status=409).text
        assert client.get(f"/oeuvres/{number}/media/video-1").status_code == 404
    assert (
        "attend la décision"
        in page(room.secretary, "/avancement/cloture").form().submit(confirmed="y", status=409).text
    )


def test_once_scoring_is_closed_nobody_steps_back_nor_reports(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    room.close()
    assert "Je me déporte" not in work_page(room.juror, number).links
    for act in ("deport", "signalement"):
        assert "close depuis" in page(room.juror, f"/oeuvres/{number}/{act}", status=409).text


def test_the_minutes_name_what_happened_to_the_panel_and_no_pair(room: JuryRoom) -> None:
    first, second = room.panel.numbers[:2]
    with room.database.write() as session:
        recuse(session, member_id=room.panel.jurors[0], number=first, reason="Lien professionnel.", now=NOW)
        pairs = [(room.panel.jurors[1], room.panel.works[1].work_id)]
        api.exclude_pairs(session, edition_key=KEY, pairs=pairs, now=NOW)
        api.declare_dual_role(
            session, edition_key=KEY, email="secretaire@jury.example", reason="Faute de mieux.", now=NOW
        )
    fill(work_page(room.president, first), FULL)
    with room.database.write() as session:
        api.remove_member(session, edition_key=KEY, member_id=room.panel.jurors[1], reason="Empêchée.", now=NOW)
    room.close()
    text = page(room.secretary, "/proces-verbal").text
    assert f"Jure1, le lundi 15 mars 2027 à 10 h 00 (heure de Paris) : œuvre n° {first:03d}" in text
    for words in ("Faute de mieux.", "Empêchée.", "pour 1 couple (membre, œuvre)"):
        assert words in text
    assert text.count(f"n° {second:03d}") == 1  # among the works that nobody scored


def panel_at_work(console: Console) -> str:
    """Hand a work over to a panel whose president has scored it; return the substitute's identifier."""
    with console.database.write() as session:
        members = {
            role: organisers.invite_member(
                session,
                email=f"{role}@jury.example",
                name=role.capitalize(),
                function="",
                role=role,
                jury_url="http://jury.example/jury",
                actor=console.organiser_id,
                now=console.clock(),
            )
            for role in ("president", "juror", "substitute")
        }
        for role in ("president", "substitute"):
            accept(session, members[role], bodies="Val d'Ombre" if role == "president" else "", now=console.clock())
        decide(session, deposited(session, "Le guichet"), actor=console.organiser_id)
    return members["substitute"]


def test_the_console_says_who_answered_and_calls_a_substitute(console: Console) -> None:
    panel_at_work(console)
    shown = console.page("jury")
    assert "A accepté" in shown.text
    assert "Pas de réponse" in shown.text
    assert "Pas encore connecté·e" in shown.text
    called = shown.follow("Appeler Substitute à siéger").form("appeler").submit(reason="Remplace Juror.")
    assert "Substitute siège désormais au jury" in called.text
    assert "appelé·e à siéger" in called.text


def test_the_console_matches_members_with_entries_before_handing_over(console: Console) -> None:
    panel_at_work(console)
    console.move_to(CLOSED)
    assert "1 appartenance possible à vérifier" in console.page().text
    assert "Appartenances à vérifier" in console.page("transmission").text
    pairs = console.page("appartenances")
    assert "Communauté de communes du Val d'Ombre" in pairs.text
    forms = [form for form in pairs.all("form") if "/appartenances/" in form.get("action", "")]
    assert len(forms) == 2
    token = next(each.get("value") for each in forms[0].iter("input") if each.get("name") == "csrf_token")
    decided = page(console.organiser, forms[0].get("action", ""), data={"csrf_token": token, "confirmed": "yes"})
    assert "Tenus à l'écart" in decided.text
    assert "Rien à vérifier" in decided.text


def test_somebody_is_removed_in_mid_scoring_for_a_reason_once_the_consequences_are_read(console: Console) -> None:
    panel_at_work(console)
    console.move_to(CLOSED)
    with console.database.write() as session:
        for pair in bodies.suggestions(session):
            ids = {"member_id": pair.member_id, "entry_id": pair.entry_id}
            bodies.decide(session, **ids, confirmed=False, actor=console.organiser_id, now=CLOSED)
        organisers.hand_over(session, actor=console.organiser_id, now=CLOSED)
        member = queries.find_member_by_email(session, "president@jury.example")
        assert member is not None
        (number,) = queries.states_of(session, queries.find_session(session, KEY), member_id=member.id)
        score(session, member.id, number, 7, 8, 9, now=CLOSED)
    panel = console.page("jury")
    assert "la composition du jury est figée" in panel.text
    asked = panel.form("jury").submit(name="Tardive", email="t@jury.example", role="juror", status=422)
    assert asked.errors == ["Motif de l'ajout : complétez ce champ."]
    question = panel.follow("Retirer President du jury")
    assert "1 fiche terminée sort du classement" in question.text
    assert "1 œuvre n'aurait plus assez de fiches" in question.text
    assert question.form("retirer").submit(reason="", status=422).errors
    assert "President ne fait plus partie du jury" in question.form("retirer").submit(reason="Empêchée.").text
