"""A code's mail as a mail server gets it: one plain message, nothing in it that filters or people distrust."""

from datetime import UTC, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.accounts_scene import CLAIRE, NEW, code_for
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.fakes.smtp import SmtpServer
from tests.page import page


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, smtp_server: SmtpServer) -> Scene:
    """A contest whose mail leaves through a real server, from an address of its own domain."""
    return Scene(
        tmp_path,
        sqlite_url,
        FrozenClock(OPEN),
        SMTP_HOST=smtp_server.host,
        SMTP_PORT=str(smtp_server.port),
        SMTP_SECURITY="none",
        MAIL_FROM="concours@envoi.exemple.fr",
        CONTACT_EMAIL="secretariat@exemple.fr",
    )


def require_plain(scene: Scene, message: EmailMessage) -> None:
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert not message.is_multipart()
    text = message.get_content()
    for sign in ("http", "www.", "<", "cid:"):
        assert sign not in text.lower()
    assert message["From"] == "concours@envoi.exemple.fr"
    assert message["Reply-To"] == "secretariat@exemple.fr"
    assert message["Message-ID"].endswith("@envoi.exemple.fr>")
    assert parsedate_to_datetime(message["Date"]).astimezone(UTC) == scene.clock()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Content-Language"] == "fr"
    known = {"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"}
    mime = {"Content-Language", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    assert set(message.keys()) - {"X-Peer", "X-MailFrom", "X-RcptTo"} == known | mime
    assert all(len(line) <= 78 for line in message.as_bytes().splitlines())


def test_a_sign_in_code_is_one_plain_message_that_ends_its_subject_by_the_code(
    scene: Scene, smtp_server: SmtpServer
) -> None:
    page(scene.app.test_client(), "/connexion").form().submit(email=CLAIRE)
    code = code_for(scene, CLAIRE)
    scene.worker.send_mail()
    (message,) = smtp_server.wait_for(1)
    require_plain(scene, message)
    assert message["To"] == CLAIRE
    assert message["Subject"] == f"Votre code de connexion : {code}"
    assert message.get_content().count(code) == 1


def test_a_change_of_address_sends_each_mailbox_one_plain_message_a_step(scene: Scene, smtp_server: SmtpServer) -> None:
    client = scene.sign_in()
    asked = page(client, "/compte/adresse").form().submit(email=NEW)
    scene.worker.send_mail()
    codes = {message["To"]: message["Subject"][-6:] for message in smtp_server.wait_for(2)}
    assert codes == {CLAIRE: code_for(scene, CLAIRE), NEW: code_for(scene, NEW)}
    scene.clock.advance(timedelta(minutes=1))
    for message in smtp_server.messages:
        scene.clock.move_to(parsedate_to_datetime(message["Date"]))
        require_plain(scene, message)
    asked.form().submit(old_code=codes[CLAIRE], new_code=codes[NEW])
    scene.worker.send_mail()
    told = smtp_server.wait_for(4)[2:]
    assert {message["To"] for message in told} == {CLAIRE, NEW}
    for message in told:
        require_plain(scene, message)
    former = next(message for message in told if message["To"] == CLAIRE)
    assert NEW not in former.get_content()


def test_the_message_to_a_new_address_names_nobody(scene: Scene, smtp_server: SmtpServer) -> None:
    scene.account_id(NEW)
    client = scene.sign_in()
    page(client, "/compte/adresse").form().submit(email=NEW)
    page(client, "/compte/adresse").form().submit(email="neuve@agents.example")
    scene.worker.send_mail()
    for message in smtp_server.wait_for(4):
        if message["To"] != CLAIRE:
            assert CLAIRE not in message.as_string()
