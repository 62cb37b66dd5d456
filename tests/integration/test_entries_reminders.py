"""Reminders as they leave: to drafts alone, once whatever runs at the same time, refused by one click."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from concours.accounts.models import Outbox
from concours.accounts.operations import ensure_account
from concours.editions import queries as editions
from concours.editions.operations import update_edition
from concours.entries import operations, reminders
from concours.entries.models import Entry, Reminder
from concours.entries.reminders import Letterhead
from concours.kernel.db import Database
from concours.kernel.mail import SmtpTransport
from concours.kernel.settings import Smtp
from tests.entries_scene import CLOSING, OPEN, PUBLIC_URL, Scene, candidate, draft
from tests.fakes.clock import FrozenClock
from tests.fakes.smtp import SmtpServer
from tests.page import page

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEAD = Letterhead(PUBLIC_URL, "k" * 40)
NOT_DEPOSITED = "Votre candidature n'est PAS déposée"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    return Scene(tmp_path, sqlite_url, clock)


def look(scene: Scene, before: timedelta) -> list[Outbox]:
    """Have the worker look twice at this distance from the closing; return the reminders written since."""
    known = {mail.id for mail in scene.mails()}
    scene.clock.move_to(CLOSING - before)
    scene.worker.remind()
    scene.worker.remind()
    return [mail for mail in scene.mails() if mail.id not in known]


def test_a_draft_is_reminded_at_each_time_once_and_told_what_it_lacks(scene: Scene) -> None:
    entry_id = scene.draft(category="")
    assert look(scene, 8 * DAY) == []
    (week,), (two_days,), (last,) = look(scene, 7 * DAY), look(scene, 48 * HOUR), look(scene, 3 * HOUR)
    assert look(scene, HOUR) == []
    for mail in (week, two_days, last):
        assert mail.recipient == "candidate@agents.example"
        assert mail.subject.startswith(f"{NOT_DEPOSITED} : « Le guichet qui vient à vous »")
        assert NOT_DEPOSITED in mail.text
        assert "samedi 13 mars 2027 à 20 h 00 (heure de Paris)" in mail.text
        assert "15 h 00 à Fort-de-France" in mail.text
        assert "dimanche 6 h 00 à Nouméa" in mail.text
        assert "- Choisissez une catégorie.\n- Ajoutez le fichier de la création." in mail.text
        assert f"{PUBLIC_URL}/candidatures/{entry_id}\n" in mail.text
    assert week.unsubscribe_url == two_days.unsubscribe_url
    assert week.unsubscribe_url
    assert week.unsubscribe_url in week.text
    assert last.unsubscribe_url is None
    assert "même à qui a refusé les précédents" in last.text


def test_nobody_else_is_reminded(scene: Scene) -> None:
    client = scene.sign_in()
    deposited, withdrawn, changed = scene.complete(), scene.complete(), scene.complete()
    for entry_id in (deposited, withdrawn, changed):
        page(client, f"/candidatures/{entry_id}/depot").form().submit()
    page(client, f"/candidatures/{withdrawn}/retrait").form().submit()
    page(client, f"/candidatures/{changed}/equipe").form().submit(team="Un autre nom")
    with scene.database.write() as session:
        account_id = ensure_account(session, email="curious@agents.example", now=scene.clock()).id
        operations.start_entry(session, account_id=account_id, now=scene.clock())
    for before in (7 * DAY, 48 * HOUR, 3 * HOUR):
        assert look(scene, before) == []


def test_a_draft_first_filled_in_after_a_reminder_s_time_waits_for_the_next(scene: Scene) -> None:
    account_id = scene.account_id()
    with scene.database.write() as session:
        operations.start_entry(session, account_id=account_id, now=scene.clock())
    assert look(scene, 48 * HOUR) == []
    scene.clock.move_to(CLOSING - 40 * HOUR)
    scene.draft()
    assert look(scene, 39 * HOUR) == []
    assert len(look(scene, 3 * HOUR)) == 1


def test_each_dossier_of_a_person_has_its_own_message(scene: Scene) -> None:
    scene.draft(title="Le premier")
    scene.draft(title="Le second")
    assert sorted(mail.subject.split("»")[0] for mail in look(scene, 7 * DAY)) == [
        f"{NOT_DEPOSITED} : « Le premier ",
        f"{NOT_DEPOSITED} : « Le second ",
    ]


def test_two_workers_at_the_same_moment_send_once(database: Database) -> None:
    with database.write() as session:
        account_id = candidate(session)
        entry_ids = [draft(session, account_id, title=f"Titre {number}").id for number in range(5)]
    now = CLOSING - 2 * HOUR
    with database.read() as session:
        assert sorted(reminders.due_entries(session, now=now)) == sorted(entry_ids)

    def sweep(entry_id: str) -> int:
        with database.write() as session:
            return reminders.remind(session, entry_id=entry_id, head=HEAD, now=now)

    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(sweep, entry_ids * 4))
    assert sum(written) == 5
    with database.read() as session:
        assert len(session.scalars(select(Outbox)).all()) == len(session.scalars(select(Reminder)).all()) == 5
        assert reminders.due_entries(session, now=now) == []


def test_whoever_refused_is_passed_over_until_the_last(database: Database) -> None:
    with database.write() as session:
        account_id = candidate(session)
        entry_id = draft(session, account_id).id
        for _ in range(2):
            reminders.choose(session, entry_id=entry_id, account_id=account_id, wants=False, now=OPEN)
    for before, count in ((48 * HOUR, 0), (3 * HOUR, 1)):
        with database.write() as session:
            assert reminders.remind(session, entry_id=entry_id, head=HEAD, now=CLOSING - before) == count
    with database.write() as session:
        assert reminders.outrun(session, now=CLOSING) == [entry_id]
        reminders.call_off(session, [entry_id])
        assert reminders.outrun(session, now=CLOSING) == []


def test_a_deposit_keeps_a_reminder_that_waits_from_leaving(scene: Scene, smtp_server: SmtpServer) -> None:
    entry_id = scene.complete()
    look(scene, 48 * HOUR)
    page(scene.sign_in(), f"/candidatures/{entry_id}/depot").form().submit()
    send(scene, smtp_server)
    assert [str(mail["Subject"])[:9] for mail in smtp_server.messages] == ["Déposée :"]


def test_a_reminder_that_waits_does_not_leave_after_the_closing(scene: Scene, smtp_server: SmtpServer) -> None:
    scene.draft()
    assert len(look(scene, 3 * HOUR)) == 1
    assert look(scene, 0 * HOUR) == []
    send(scene, smtp_server)
    assert smtp_server.messages == []


def test_a_closing_moved_by_hours_is_told_right_and_repeats_nothing(scene: Scene) -> None:
    scene.draft()
    assert len(look(scene, 6 * DAY)) == 1
    with scene.database.write() as session:
        record = editions.current_record(session)
        moved = replace(editions.to_edition(session, record), closes_at=CLOSING + 5 * HOUR)
        update_edition(session, edition=moved, version=record.version, now=scene.clock())
    assert look(scene, 5 * DAY) == []
    (mail,) = look(scene, 43 * HOUR)
    assert "dimanche 14 mars 2027 à 1 h 00 (heure de Paris)" in mail.text


def test_one_click_of_a_mail_program_ends_all_but_the_last(scene: Scene, smtp_server: SmtpServer) -> None:
    scene.draft()
    look(scene, 7 * DAY)
    send(scene, smtp_server)
    (message,) = smtp_server.messages
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(rf"<{PUBLIC_URL}(/rappels/\S+)>", message["List-Unsubscribe"])
    assert found
    # As it came: mail programs do not decode this line.
    assert f"\nList-Unsubscribe: {message['List-Unsubscribe']}\n" in smtp_server.raw[0]
    stranger = scene.app.test_client()
    assert stranger.get(found[1]).status_code == 200
    assert len(look(scene, 49 * HOUR)) == 0
    answer = stranger.post(found[1], data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert look(scene, 48 * HOUR) == []
    assert len(look(scene, 3 * HOUR)) == 1


def test_opening_the_link_changes_nothing_and_its_buttons_do_and_undo(scene: Scene) -> None:
    entry_id = scene.draft()
    (mail,) = look(scene, 7 * DAY)
    address = (mail.unsubscribe_url or "").removeprefix(PUBLIC_URL)
    stranger = scene.app.test_client()
    shown = page(stranger, address)
    assert wanted(scene, entry_id)
    stopped = shown.form(action=address).submit()
    assert "Vous ne recevrez plus ces rappels" in stopped.text
    assert not wanted(scene, entry_id)
    back = stopped.form(action=f"{address}/reprise").submit()
    assert "Ne plus recevoir ces rappels" in back.text
    assert wanted(scene, entry_id)
    assert len(look(scene, 48 * HOUR)) == 1
    scene.clock.move_to(CLOSING)
    assert "plus aucun rappel ne partira" in page(stranger, address).text


def test_the_dossier_itself_says_and_changes_it(scene: Scene) -> None:
    entry_id = scene.draft()
    client = scene.sign_in()
    form = page(client, f"/candidatures/{entry_id}").form(action=f"/candidatures/{entry_id}/rappels")
    after = form.submit()
    assert "Vous ne recevez que le dernier rappel" in after.text
    assert not wanted(scene, entry_id)
    assert look(scene, 48 * HOUR) == []
    again = page(scene.sign_in(), f"/candidatures/{entry_id}").form(action=f"/candidatures/{entry_id}/rappels")
    assert "Ne plus recevoir ces rappels" in again.submit().text
    assert wanted(scene, entry_id)


def test_a_link_that_was_changed_or_is_another_s_opens_nothing(scene: Scene) -> None:
    scene.draft()
    (mail,) = look(scene, 7 * DAY)
    address = (mail.unsubscribe_url or "").removeprefix(PUBLIC_URL)
    forged = reminders.make_token("f" * 40, scene.draft(), scene.account_id())
    other = scene.sign_in("other@agents.example")
    for path in (f"{address}x", f"/rappels/{forged}", "/rappels/rien"):
        assert other.get(path).status_code == 404
        assert other.post(path).status_code == 404
    with scene.database.read() as session:
        assert all(wanted(scene, entry.id) for entry in session.scalars(select(Entry)))


def wanted(scene: Scene, entry_id: str) -> bool:
    with scene.database.read() as session:
        return reminders.wanted(session, entry_id, session.get_one(Entry, entry_id).account_id)


def send(scene: Scene, server: SmtpServer) -> None:
    """Send what waits through a real mail server."""
    way_out = SmtpTransport(Smtp(server.host, server.port, "", "", "none"), "concours@exemple.fr", "contact@exemple.fr")
    replace(scene.worker, transport=way_out).send_mail()
