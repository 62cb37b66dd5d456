"""One's own account, in pages: which sessions are open, how they end, and the change of address."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from concours.accounts.models import Account, Login
from jury.models import JuryAudit, JuryLogin
from tests.accounts_scene import CLAIRE, MALIK, NEW, another_browser, code_for, count
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.page import Page, page


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock)


# --- the account's page ----------------------------------------------------------------------------------------------


def test_the_menu_leads_to_ones_account(scene: Scene) -> None:
    found = page(scene.sign_in(), "/candidatures/").follow("Mon compte")
    assert found.title.startswith("Mon compte")
    assert CLAIRE in found.text
    assert "Mon compte" not in page(scene.app.test_client(), "/").links


def test_nobody_opens_an_account_without_signing_in(scene: Scene) -> None:
    assert page(scene.app.test_client(), "/compte/").path == "/connexion"


def test_sessions_are_listed_with_device_and_dates_and_this_one_is_said(scene: Scene) -> None:
    another_browser(scene)
    scene.clock.advance(timedelta(hours=3))
    found = page(scene.sign_in(), "/compte/")
    rows = [row for row in found.all("tr") if "Ouverte" not in "".join(row.itertext())[:8]][1:]
    mine, theirs = (" ".join("".join(row.itertext()).replace("\u00a0", " ").split()) for row in rows)
    assert mine.startswith("Appareil inconnu Cette session lundi 1er février 2027 à 13 h 00 (heure de Paris)")
    assert theirs.startswith("Safari sur iPhone lundi 1er février 2027 à 10 h 00 (heure de Paris)")


@pytest.mark.parametrize("agent", ["<script>alert(1)</script>" * 9, "Firefox/" + "é" * 10_000, "Windows\u202e" * 1_500])
def test_a_hostile_browser_s_name_is_harmless(scene: Scene, agent: str) -> None:
    another_browser(scene, agent.encode().decode("latin-1"))
    found = page(scene.sign_in(), "/compte/")
    assert "script" not in found.text
    assert "\u202e" not in found.html


def test_a_session_is_ended_from_another_one(scene: Scene) -> None:
    phone, mine = another_browser(scene), scene.sign_in()
    found = page(mine, "/compte/")
    actions = [form.get("action", "") for form in found.all("form")]
    (action,) = [each for each in actions if re.fullmatch(r"/compte/sessions/.{26}/fin", each)]
    after = found.form(action).submit()
    assert "Cette session a pris fin" in after.text
    assert phone.get("/candidatures/").status_code == 303
    assert mine.get("/candidatures/").status_code == 200


def test_nobody_ends_the_session_of_another(scene: Scene) -> None:
    another_browser(scene)
    with scene.database.read() as session:
        login_id = session.scalars(select(Login.id)).one()
    stranger = scene.sign_in(MALIK)
    token = page(stranger, "/compte/").form("/compte/sessions/fin").held
    for target in (login_id, "a" * 26, "x"):
        page(stranger, f"/compte/sessions/{target}/fin", status=404, data=token)
    assert count(scene, Login) == 2


def test_signing_out_everywhere_ends_this_session_too(scene: Scene) -> None:
    phone, mine = another_browser(scene), scene.sign_in()
    after = page(mine, "/compte/").form("/compte/sessions/fin").submit()
    assert "déconnecté·e partout" in after.text
    assert [client.get("/candidatures/").status_code for client in (phone, mine)] == [303, 303]
    journal = page(scene.console(), "/organisation/journal").text
    assert "s'est déconnecté partout (sessions : 2)" in journal


def test_a_juror_sees_and_ends_their_own_sessions(room: JuryRoom) -> None:
    phone, mine = room.sign_in("jure1"), room.juror
    found = page(mine, "/").follow("Mes sessions")
    assert "Cette session" in found.text
    after = found.form("/sessions/fin").submit()
    assert "déconnecté·e partout" in after.text
    assert [client.get("/").status_code for client in (phone, mine)] == [303, 303]
    with room.database.read() as session:
        assert session.scalars(select(JuryLogin)).all() == []
        assert "sessions_ended" in session.scalars(select(JuryAudit.action)).all()


def test_a_juror_ends_one_session_and_not_another_member_s(room: JuryRoom) -> None:
    phone, mine = room.sign_in("jure1"), room.juror
    assert room.other.get("/").status_code == 200
    with room.database.read() as session:
        theirs = session.scalars(select(JuryLogin.id).where(JuryLogin.person_id == room.panel.jurors[1])).one()
    found = page(mine, "/sessions/")
    held = found.form("/sessions/fin").held
    page(mine, f"/sessions/{theirs}/fin", status=404, data=held)
    (action,) = {form.get("action") for form in found.all("form")} - {"/sessions/fin", "/deconnexion"}
    page(mine, str(action), data=held)
    assert [client.get("/").status_code for client in (phone, mine, room.other)] == [303, 200, 200]


# --- change of address -----------------------------------------------------------------------------------------------


def ask(client: FlaskClient, email: str = NEW, *, status: int = 200) -> Page:
    return page(client, "/compte/adresse").form().submit(status=status, email=email)


def test_an_address_is_changed_with_a_code_from_each_mailbox(scene: Scene) -> None:
    mine, phone, entry_id = scene.sign_in(), another_browser(scene), scene.complete()
    asked = ask(mine)
    assert CLAIRE in asked.text
    assert NEW in asked.text
    after = asked.form().submit(old_code=code_for(scene, CLAIRE), new_code=f" {code_for(scene, NEW)} ")
    assert after.path == "/compte/"
    assert NEW in after.text
    assert CLAIRE not in after.text
    assert phone.get("/candidatures/").status_code == 303
    receipt = page(mine, f"/candidatures/{entry_id}/depot").form().submit()
    assert "Déposée" in page(mine, f"/candidatures/{entry_id}").text
    assert receipt.path.startswith("/candidatures/")
    assert scene.mails()[-1].recipient == NEW
    assert page(scene.sign_in(NEW), "/candidatures/").text.count("Le guichet qui vient à vous") >= 1


def test_a_wrong_code_is_said_beside_its_field(scene: Scene) -> None:
    asked = ask(scene.sign_in())
    found = asked.form().submit(status=422, old_code=code_for(scene, CLAIRE), new_code="000 00x")
    (error,) = found.errors
    assert error.startswith("Code reçu à la nouvelle adresse : ce code n'est pas le bon")


def test_an_address_with_an_account_is_answered_as_any_other(scene: Scene) -> None:
    scene.account_id("connue@agents.example")
    told = []
    for email in ("connue@agents.example", "inconnu@agents.example"):
        scene.clock.advance(timedelta(seconds=1))
        asked = ask(scene.sign_in(), email)
        wrong = asked.form().submit(status=422, old_code=code_for(scene, CLAIRE), new_code="000 00x")
        told.append(
            [re.sub(r"[a-z2-7]{26}", "…", f"{each.path} {each.text}").replace(email, "…") for each in (asked, wrong)]
        )
    assert told[0] == told[1]


def test_spent_codes_lead_back_to_the_question(scene: Scene) -> None:
    mine = scene.sign_in()
    asked = ask(mine)
    old, new = code_for(scene, CLAIRE), code_for(scene, NEW)
    scene.clock.advance(timedelta(minutes=30))
    found = asked.form().submit(old_code=old, new_code=new)
    assert found.path == "/compte/adresse"
    assert "Votre adresse n'a pas changé" in found.text


def test_ones_own_address_is_refused_beside_its_field(scene: Scene) -> None:
    (error,) = ask(scene.sign_in(), CLAIRE, status=422).errors
    assert "déjà celle de votre compte" in error


def test_a_lost_mailbox_has_a_way_out(scene: Scene) -> None:
    found = page(scene.sign_in(), "/compte/adresse")
    assert "Vous ne lisez plus l'adresse actuelle ? Écrivez au secrétariat" in found.text


def test_accounts_of_both_addresses_are_one(scene: Scene) -> None:
    asked = ask(scene.sign_in())
    asked.form().submit(old_code=code_for(scene, CLAIRE), new_code=code_for(scene, NEW))
    assert count(scene, Account) == 1
