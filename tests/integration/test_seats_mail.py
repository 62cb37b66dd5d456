"""What is mailed about a seat, read back from a real server: calendar files that follow it, a ticket that scans."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import icalendar
import pypdfium2
import pytest
import zxingcpp

from concours.kernel.clock import PARIS
from concours.registrations import operations, queries, turn
from tests.entries_scene import PUBLIC_URL, Scene
from tests.fakes.clock import FrozenClock
from tests.fakes.smtp import SmtpServer
from tests.page import page
from tests.registrations_scene import ZOE, change_event, mails

HOURS = datetime(2027, 3, 28, 1, 30, tzinfo=PARIS), datetime(2027, 3, 28, 9, 30, tzinfo=PARIS)
"""A night in which the hour changes."""


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock, smtp_server: SmtpServer) -> Scene:
    smtp = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp_server.port), "SMTP_SECURITY": "none"}
    return Scene(tmp_path, sqlite_url, clock, **smtp)


def calendar(mail: EmailMessage) -> tuple[str, icalendar.Event]:
    """Return the method and the event of the calendar file of a message."""
    [part] = [each for each in mail.iter_attachments() if each.get_content_type() == "text/calendar"]
    content = part.get_content()
    read = icalendar.Calendar.from_ical(content)
    assert part.get_param("method") == read["METHOD"]
    assert part.get_param("charset") == "utf-8"
    [event] = read.events
    assert str(read.timezones[0]["TZID"]) == "Europe/Paris"
    return str(read["METHOD"]), event


def scanned(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as shown:
        drawn = shown[0].render(scale=2).to_pil()
    return [code.text for code in zxingcpp.read_barcodes(drawn)]


def test_calendar_files_follow_the_seat_and_the_ticket_leads_to_its_page(scene: Scene, smtp_server: SmtpServer) -> None:
    desk = scene.worker.desk
    assert desk
    with scene.database.write() as session:
        operations.register(session, attendee=ZOE, desk=desk, now=scene.clock())
    scene.worker.send_mail()
    scene.clock.advance(timedelta(days=1))
    with scene.database.write() as session:
        change_event(session, starts_at=HOURS[0], ends_at=HOURS[1], place="Salle d'à côté ; aile « B », n° 2")
        turn.keep(session, desk=desk, now=scene.clock())
    scene.worker.send_mail()
    with scene.database.write() as session:
        key = next(line.rpartition("/")[2] for line in mails(session)[0].text.splitlines() if "/inscription/" in line)
        operations.cancel(session, token=key, desk=desk, now=scene.clock())
    scene.worker.send_mail()
    confirmed, changed, cancelled = smtp_server.wait_for(3)
    first, second, third = (calendar(mail) for mail in (confirmed, changed, cancelled))
    assert [method for method, _ in (first, second, third)] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [event["SEQUENCE"] for _, event in (first, second, third)] == [1, 2, 3]
    assert len({str(event["UID"]) for _, event in (first, second, third)}) == 1
    assert first[1].start == datetime(2027, 3, 20, 9, 30, tzinfo=PARIS)
    assert (second[1].start, second[1].end) == HOURS
    begins, ends = second[1].start, second[1].end
    assert isinstance(begins, datetime)
    assert isinstance(ends, datetime)
    assert ends.timestamp() - begins.timestamp() == 7 * 3600  # eight by the clock on the wall
    assert str(second[1]["LOCATION"]).startswith("Salle d'à côté ; aile « B », n° 2, 37 avenue")
    assert str(third[1]["STATUS"]) == "CANCELLED"
    assert str(first[1]["ATTENDEE"]) == "mailto:zoe.noel@mairie.example"


def test_the_mailed_ticket_and_the_downloaded_one_scan_to_the_page(scene: Scene, smtp_server: SmtpServer) -> None:
    desk = scene.worker.desk
    assert desk
    with scene.database.write() as session:
        operations.register(session, attendee=ZOE, desk=desk, now=scene.clock())
    scene.worker.send_mail()
    [mail] = smtp_server.wait_for(1)
    [paper] = [each for each in mail.iter_attachments() if each.get_filename() == "billet.pdf"]
    [address] = scanned(paper.get_content())
    client = scene.app.test_client()
    ticket = page(client, address.removeprefix(PUBLIC_URL))
    assert "Zoé Noël-Ångström" in ticket.text
    assert ZOE.meal_needs not in ticket.text
    given = client.get(ticket.links["Télécharger le billet (PDF)"])
    assert given.mimetype == "application/pdf"
    assert scanned(given.data) == [address]
    with pypdfium2.PdfDocument(given.data) as shown:
        assert "Zoé Noël-Ångström" in shown[0].get_textpage().get_text_bounded()
    with pypdfium2.PdfDocument(paper.get_content()) as shown:
        assert "Zoé" not in shown[0].get_textpage().get_text_bounded()  # nothing that was typed goes to a mailbox
    with scene.database.write() as session:
        assert queries.by_ticket(session, address.rpartition("/")[2]).email == "zoe.noel@mairie.example"
        key = next(line.rpartition("/")[2] for line in mails(session)[0].text.splitlines() if "/inscription/" in line)
        operations.cancel(session, token=key, desk=desk, now=scene.clock())
    assert "n'est plus valable" in page(client, address.removeprefix(PUBLIC_URL), status=404).text
    for forged in ("a" * 26, "../../etc", "x"):
        page(client, f"/billet/{forged}", status=404)
