"""A message leaves once, after the act that it tells of, through a real server, and no log says whose it is."""

import logging
from dataclasses import replace
from datetime import UTC, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from concours.accounts.models import Outbox
from concours.entries.arrivals import Giving
from concours.intake.sandbox import Sandbox
from concours.kernel import mail
from concours.kernel.db import Database
from concours.kernel.mail import MAX_ATTEMPTS, Message, SmtpTransport, TerminalTransport, choose_transport
from concours.kernel.queue import Queues
from concours.kernel.settings import Smtp, read_settings
from concours.kernel.storage import open_stores
from concours.worker import Worker
from jury.api import Outbox as JuryOutbox
from tests.entries_scene import KEY, OPEN, PUBLIC_URL
from tests.fakes.clock import FrozenClock
from tests.fakes.smtp import SmtpServer
from tests.ports import free_port

CANARY = "zephyrine.quatremere@ville.exemple.fr"
SUBJECT = "Déposée : « Deuxième œuvre n° 4 », accusé de réception du lundi 1er février 2027 à 7 h 30"
MESSAGE = Message(
    CANARY,
    SUBJECT,
    "Bonjour,\n\nÇa y est : l'été, à Noël…\n.\nFin\n" + "é" * 1200 + "\n",
)
HOUR = timedelta(hours=1)


def transport(port: int) -> SmtpTransport:
    return SmtpTransport(Smtp("127.0.0.1", port, "", "", "none"), "concours@exemple.fr", "contact@exemple.fr")


def enqueue(database: Database, clock: FrozenClock, message: Message = MESSAGE) -> None:
    with database.write() as session:
        mail.enqueue(session, Outbox, message, now=clock())


def row(database: Database) -> Outbox:
    with database.read() as session:
        return session.scalars(select(Outbox)).one()


@pytest.fixture
def worker(sqlite_url: str, clock: FrozenClock, tmp_path: Path) -> Worker:
    """A worker whose mail server is down; tests lift it up."""
    settings = read_settings({"DATABASE_URL": sqlite_url, "DATA": str(tmp_path), "UPLOADS": str(tmp_path)})
    database, queues = Database(sqlite_url), Queues(settings)
    return Worker(
        database,
        open_stores(settings),
        queues,
        Sandbox(None),
        transport(free_port()),
        clock,
        Giving(lambda: KEY, PUBLIC_URL),
    )


def test_a_template_makes_a_message_whose_first_line_is_its_subject() -> None:
    made = mail.compose("accounts/mails/code.txt", to=CANARY, code="123456", minutes=30, contact="c@exemple.fr")
    assert made.to == CANARY
    assert made.subject == "Votre code de connexion : 123456"
    assert made.text.startswith("Bonjour,\n")
    assert "30 minutes" in made.text
    assert made.text.endswith("c@exemple.fr\n")


def test_a_template_without_a_subject_is_a_fault() -> None:
    with pytest.raises(ValueError, match="Objet"):
        mail.compose("macros/alert.html", to=CANARY)


def test_the_message_goes_with_the_act_that_failed(database: Database, clock: FrozenClock) -> None:
    def fail() -> None:
        with database.write() as session:
            mail.enqueue(session, Outbox, MESSAGE, now=clock())
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.read() as session:
        assert mail.due_ids(session, Outbox, now=clock()) == []


def test_a_message_is_claimed_by_one_worker_only(database: Database, clock: FrozenClock) -> None:
    enqueue(database, clock)
    with database.write() as session:
        (mail_id,) = mail.due_ids(session, Outbox, now=clock())
        assert mail.claim(session, Outbox, mail_id, now=clock()) == MESSAGE
    with database.write() as session:
        assert mail.claim(session, Outbox, mail_id, now=clock()) is None
        assert mail.claim(session, Outbox, "unknown", now=clock()) is None
        assert mail.due_ids(session, Outbox, now=clock()) == []


def test_messages_leave_in_the_order_of_their_acts(database: Database, clock: FrozenClock) -> None:
    for number in range(3):
        enqueue(database, clock, Message(CANARY, str(number), "x"))
        clock.advance(timedelta(seconds=1))
    with database.read() as session:
        due = mail.due_ids(session, Outbox, now=clock())
        assert [session.get_one(Outbox, each).subject for each in due] == ["0", "1", "2"]


def test_a_failed_message_waits_longer_each_time_then_is_given_up(database: Database, clock: FrozenClock) -> None:
    enqueue(database, clock)
    begun, waits = clock(), []
    for _ in range(MAX_ATTEMPTS):
        with database.write() as session:
            (mail_id,) = mail.due_ids(session, Outbox, now=clock())
            assert mail.claim(session, Outbox, mail_id, now=clock())
        with database.write() as session:
            mail.mark_failed(session, Outbox, mail_id, error="ConnectionRefusedError")
        due = row(database).due_at
        if due:
            waits.append((due - clock()).total_seconds() / 60)
            clock.move_to(due)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]
    assert timedelta(hours=20) < clock() - begun < timedelta(hours=21)
    assert row(database).due_at is None
    assert row(database).sent_at is None


def test_what_arrives_is_what_was_written(smtp_server: SmtpServer, clock: FrozenClock) -> None:
    transport(smtp_server.port).send(MESSAGE, now=clock())
    (received,) = smtp_server.wait_for(1)
    assert received["To"] == CANARY
    assert received["From"] == "concours@exemple.fr"
    assert received["Reply-To"] == "contact@exemple.fr"
    assert received["Subject"] == MESSAGE.subject
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Message-ID"].endswith("@exemple.fr>")
    assert parsedate_to_datetime(received["Date"]).astimezone(UTC) == clock()
    assert received.get_content() == MESSAGE.text
    assert received["Content-Transfer-Encoding"] == "quoted-printable"


WORDS = st.sampled_from(SUBJECT.split())


@settings(max_examples=60, deadline=None)
@given(words=st.lists(WORDS | st.text("aé'’-,;=?_ß😀", min_size=1, max_size=90), min_size=1, max_size=25))
def test_a_subject_is_read_back_space_for_space(words: list[str]) -> None:
    subject = " ".join(words)
    sent = mail.envelope(Message(CANARY, subject, "x\n"), (), "a@exemple.fr", "b@exemple.fr", OPEN).as_bytes()
    assert message_from_bytes(sent, policy=default)["Subject"] == subject
    assert str(make_header(decode_header(message_from_bytes(sent)["Subject"]))) == subject
    if not subject.isascii():
        assert max(map(len, sent.partition(b"\n\n")[0].split(b"\n"))) <= 78


def test_an_address_cannot_bring_a_header_in(smtp_server: SmtpServer, clock: FrozenClock) -> None:
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        transport(smtp_server.port).send(Message(f"{CANARY}\nBcc: tous@exemple.fr", "a", "b"), now=clock())
    assert smtp_server.messages == []


def test_without_a_server_the_terminal_shows_the_message(
    capsys: pytest.CaptureFixture[str], clock: FrozenClock
) -> None:
    way_out = choose_transport(read_settings({}))
    assert isinstance(way_out, TerminalTransport)
    way_out.send(MESSAGE, now=clock())
    shown = capsys.readouterr().out
    assert CANARY in shown
    assert MESSAGE.text in shown


def test_the_settings_choose_the_server() -> None:
    found = choose_transport(read_settings({"SMTP_HOST": "smtp.exemple.fr", "CONTACT_EMAIL": "c@exemple.fr"}))
    assert isinstance(found, SmtpTransport)
    assert (found.smtp.host, found.smtp.port, found.smtp.security) == ("smtp.exemple.fr", 587, "starttls")
    assert found.reply_to == "c@exemple.fr"


def test_a_server_down_then_up_gets_each_message_once(
    worker: Worker, clock: FrozenClock, smtp_server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="concours")
    enqueue(worker.database, clock)
    worker.send_mail()
    failed = row(worker.database)
    assert failed.error == "ConnectionRefusedError"
    worker.send_mail()
    assert row(worker.database).attempts == 1
    up = replace(worker, transport=transport(smtp_server.port))
    up.send_mail()
    assert smtp_server.messages == []
    clock.advance(timedelta(minutes=2))
    up.send_mail()
    up.send_mail()
    clock.advance(24 * HOUR)
    up.send_mail()
    assert len(smtp_server.messages) == 1
    sent = row(worker.database)
    assert sent.sent_at is not None
    assert (sent.due_at, sent.error) == (None, None)
    assert "could not be sent" in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.parametrize("answer", ["451 4.3.0 later {}", "550 5.1.1 <{}> unknown"])
def test_a_refusal_that_repeats_the_address_is_kept_without_it(
    worker: Worker, clock: FrozenClock, smtp_server: SmtpServer, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    caplog.set_level(logging.DEBUG, logger="concours")
    enqueue(worker.database, clock)
    smtp_server.refusal = answer.format(CANARY)
    replace(worker, transport=transport(smtp_server.port)).send_mail()
    assert row(worker.database).error == "SMTPDataError"
    assert CANARY not in caplog.text


def test_one_impossible_message_does_not_hold_up_the_next(
    worker: Worker, clock: FrozenClock, smtp_server: SmtpServer
) -> None:
    enqueue(worker.database, clock, Message(f"{CANARY}\nBcc: tous@exemple.fr", "a", "b"))
    clock.advance(timedelta(seconds=1))
    enqueue(worker.database, clock)
    with worker.database.write() as session:
        mail.enqueue(session, JuryOutbox, Message("juree@exemple.fr", "Invitation", "Bonjour\n"), now=clock())
    replace(worker, transport=transport(smtp_server.port)).send_mail()
    assert [received["To"] for received in smtp_server.messages] == [CANARY, "juree@exemple.fr"]
