"""The minutes sealed at signature, the copy that bears the signatures, and what `concours verify` says of both."""

import io
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from concours.cli import main
from concours.kernel.errors import Conflict, Forbidden
from jury import api
from jury.bundle.operations import export_bundle
from jury.deliberation.operations import mark_minutes_signed, record_laureates
from jury.deliberation.queries import standing_of
from jury.deliberation.rules import Choice
from jury.minutes.operations import add_signed_copy
from jury.minutes.queries import minutes_of, signed_copy
from jury.models import JuryAudit, JuryMember, JurySession
from tests import files
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.jury_session import KEY, NOW
from tests.page import Page, page
from tests.tagged_pdf import read_tagged

SCAN = files.pdf(text="Signé par toutes et tous")
DIGEST = sha256(SCAN).hexdigest()


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    """Return a room whose panel has judged and recorded its laureates."""
    found = JuryRoom(tmp_path, sqlite_url, clock)
    found.judge(9, 8, 7, 6, 5, 4)
    with found.database.write() as session:
        jury = session.scalars(select(JurySession)).one()
        choices = [Choice(number, rank, "Claire.") for number, rank in standing_of(session, jury).proposed.items()]
        record_laureates(session, member_id=found.panel.president, choices=choices, departure_reason="", now=clock())
    return found


def sign(room: JuryRoom) -> None:
    """Record the signature."""
    with room.database.write() as session:
        mark_minutes_signed(
            session,
            member_id=room.panel.president,
            signed_by="La présidente",
            signed_on=date(2027, 3, 15),
            now=room.clock(),
        )


def send(shown: Page, content: bytes, *, status: int = 200, name: str = "scan.pdf") -> Page:
    """Send a file by the form of a page."""
    return shown.form().send({"file": (io.BytesIO(content), name)}, status=status)


def verify(room: JuryRoom, folder: Path, *words: str) -> Result:
    """Write the record out and check it."""
    with room.database.write() as session:
        jury = session.scalars(select(JurySession)).one()
        content = export_bundle(session, jury, member_id=room.panel.president, now=room.clock())
    (folder / "releve.zip").write_bytes(content)
    return CliRunner().invoke(main, ["verify", str(folder / "releve.zip"), *words])


# --- sealed -----------------------------------------------------------------------------------------------------------


def test_signing_seals_the_minutes_and_the_chain_says_which(room: JuryRoom) -> None:
    draft = room.president.get("/proces-verbal/proces-verbal.pdf")
    assert "projet-proces-verbal-2027.pdf" in draft.headers["Content-Disposition"]
    sign(room)
    taken = room.secretary.get("/proces-verbal/proces-verbal.pdf")
    digest = sha256(taken.data).hexdigest()
    assert taken.headers["Content-Disposition"] == "attachment; filename=proces-verbal-2027.pdf"
    assert read_tagged(taken.data).part == "1"
    assert taken.data != draft.data
    shown = page(room.president, "/proces-verbal")
    assert digest in shown.text
    assert "Procès-verbal signé le lundi 15 mars 2027." in shown.text
    with room.database.read() as session:
        event = session.scalars(select(JuryAudit).where(JuryAudit.action == "minutes_signed")).one()
        assert event.details == {"signed_on": "2027-03-15", "paper": digest}


def test_the_sealed_paper_stays_as_it_was_made(room: JuryRoom) -> None:
    sign(room)
    first = room.president.get("/proces-verbal/proces-verbal.pdf").data
    with room.database.write() as session:
        session.get_one(JuryMember, room.panel.president).name = "Un autre nom"
    assert room.president.get("/proces-verbal/proces-verbal.pdf").data == first


def test_page_and_paper_have_the_same_sections(room: JuryRoom) -> None:
    shown = page(room.president, "/proces-verbal")
    levels = [int(each.tag[1]) for each in next(shown.one("main").iter("article")).iter() if each.tag in {"h2", "h3"}]
    paper = room.president.get("/proces-verbal/proces-verbal.pdf").data
    assert read_tagged(paper).headings == [1, *levels]


@pytest.mark.parametrize("path", ["proces-verbal.pdf", "copie-signee.pdf", "copie-signee"])
def test_for_a_juror_none_of_this_exists(room: JuryRoom, path: str) -> None:
    sign(room)
    assert room.juror.get(f"/proces-verbal/{path}").status_code == 404


def test_there_are_no_minutes_while_scoring_is_open(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> None:
    open_room = JuryRoom(tmp_path, sqlite_url, clock)
    page(open_room.president, "/proces-verbal/proces-verbal.pdf", status=409)
    with open_room.database.read() as session, pytest.raises(Conflict, match="encore ouverte"):
        minutes_of(session, session.scalars(select(JurySession)).one())


# --- the signed copy --------------------------------------------------------------------------------------------------


def test_the_signed_copy_comes_with_the_signature_and_may_be_replaced_until_the_unsealing(room: JuryRoom) -> None:
    page(room.secretary, "/proces-verbal/copie-signee", status=409)
    signing = page(room.secretary, "/proces-verbal/signature").form()
    answers = {"signed_by": "La présidente", "signed_on": "2027-03-15", "confirmed": "y"}
    shown = signing.send({**answers, "file": (io.BytesIO(SCAN), "scan.pdf")})
    assert DIGEST in shown.text
    given = room.president.get("/proces-verbal/copie-signee.pdf")
    assert (given.data, given.headers["Content-Disposition"]) == (
        SCAN,
        "attachment; filename=proces-verbal-signe-2027.pdf",
    )
    other = files.pdf(text="Signé de nouveau")
    assert sha256(other).hexdigest() in send(shown.follow("Remplacer la copie signée"), other).text
    with room.database.write() as session:
        api.note_unsealing(session, edition_key=KEY, now=NOW + timedelta(days=3))
    assert "ne change plus" in page(room.secretary, "/proces-verbal/copie-signee", status=409).text
    with room.database.read() as session:
        events = session.scalars(select(JuryAudit).where(JuryAudit.action == "signed_copy_added")).all()
        assert [event.details["replaces"] for event in events] == [None, DIGEST]


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "ce fichier est vide"),
        (b"PK\x03\x04 un document", 422, "ce fichier n'est pas un PDF"),
        (SCAN[: len(SCAN) // 2], 422, "ce PDF est coupé"),
        (b"%PDF-1.7\n" + b"0" * 20_000_000, 413, "ce fichier dépasse la limite de 20 Mo"),
    ],
    ids=["nothing", "word", "cut", "large"],
)
def test_what_is_no_signed_copy_is_refused_in_words(room: JuryRoom, content: bytes, status: int, words: str) -> None:
    sign(room)
    refused = send(page(room.president, "/proces-verbal/copie-signee"), content, status=status, name="scan.pdf")
    assert [words in error for error in refused.errors] == [True], refused.errors
    with room.database.read() as session:
        assert signed_copy(session, session.scalars(select(JurySession)).one()) is None


def test_a_file_refused_at_the_signature_leaves_the_minutes_unsigned(room: JuryRoom) -> None:
    signing = page(room.secretary, "/proces-verbal/signature").form()
    answers = {"signed_by": "La présidente", "signed_on": "2027-03-15", "confirmed": "y"}
    refused = signing.send({**answers, "file": (io.BytesIO(b"MZ"), "scan.pdf")}, status=422)
    assert "n'est pas un PDF" in refused.errors[0]
    with room.database.read() as session:
        assert session.scalars(select(JurySession.minutes_signed_at)).one() is None


def test_only_those_who_deliberate_add_a_copy(room: JuryRoom) -> None:
    sign(room)
    with room.database.write() as session, pytest.raises(Forbidden, match="présidence ou le secrétariat"):
        add_signed_copy(session, member_id=room.panel.jurors[0], digest=DIGEST, size=1, now=NOW)


# --- the record names both --------------------------------------------------------------------------------------------


def test_verify_knows_the_sealed_minutes_and_their_signed_copy_from_any_other_file(
    room: JuryRoom, tmp_path: Path
) -> None:
    draft = room.president.get("/proces-verbal/proces-verbal.pdf").data
    sign(room)
    send(page(room.secretary, "/proces-verbal/copie-signee"), SCAN)
    paper = room.president.get("/proces-verbal/proces-verbal.pdf").data
    said = {}
    for name, content in {"paper": paper, "copy": SCAN, "draft": draft, "changed": paper + b"\n"}.items():
        (tmp_path / name).write_bytes(content)
        done = verify(room, tmp_path, "--minutes", str(tmp_path / name))
        said[name] = (done.exit_code, done.stdout)
    assert "scellé à la signature, à l'octet près" in said["paper"][1]
    assert "la copie signée qui a été jointe" in said["copy"][1]
    for name in ("draft", "changed"):
        assert said[name][0] == 1
        assert "NON  Le fichier n'est ni le procès-verbal scellé" in said[name][1]
    assert (said["paper"][0], said["copy"][0]) == (0, 0)


def test_no_file_is_the_minutes_before_they_are_signed(room: JuryRoom, tmp_path: Path) -> None:
    (tmp_path / "minutes.pdf").write_bytes(SCAN)
    done = verify(room, tmp_path, "--minutes", str(tmp_path / "minutes.pdf"))
    assert (done.exit_code, "pas encore signé" in done.stdout) == (1, True)
    missing = verify(room, tmp_path, "--minutes", str(tmp_path / "elsewhere.pdf"))
    assert (missing.exit_code, "ne peut pas être lu" in missing.stderr) == (2, True)
