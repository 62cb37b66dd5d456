"""What goes wrong in people's hands: damaged and hostile files, a button pressed twice. It is said; nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from concours.entries.models import Deposit
from concours.intake.models import Creation
from concours.kernel.web.security import FORM_BYTES
from jury.deliberation.models import JuryLaureate
from jury.models import JuryAudit
from tests import files
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.page import Page, page, read


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock)


# --- files -----------------------------------------------------------------------------------------------------------

BROKEN: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a document cut short": (lambda: files.truncated(files.pdf()), "bd.pdf", "incomplet : sa fin manque"),
    "a document with a password": (files.password_pdf, "bd.pdf", "sans mot de passe"),
    "a document with hidden layers": (files.layered_pdf, "bd.pdf", "calques"),
    "an encrypted film": (files.encrypted_mp4, "film.mp4", "chiffrée"),
    "a film without pictures": (files.blind_mp4, "film.mp4", "aucune image"),
    "a film that lies about its length": (files.lying_mp4, "film.mp4", "dure 2 min 30 s ; la limite est de 2 min"),
    "a document that unfolds to gigabytes": (files.bomb_pdf, "bd.pdf", "exportez-le à nouveau"),
    "two formats in one file": (files.pdf_with_zip, "bd.pdf", "archive zip"),
}
"""Files that begin well: what they are shows once they are opened, in the sandbox."""


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_or_hostile_file_gets_its_sentence_and_the_deposit_stands(scene: Scene, case: str) -> None:
    make, name, sentence = BROKEN[case]
    client, entry_id = scene.sign_in(), scene.complete()
    receipt = page(client, f"/candidatures/{entry_id}/depot").form().submit()
    scene.upload(client, entry_id, make(), name)
    assert "Vérification en cours" in page(client, f"/candidatures/{entry_id}/creation").text
    scene.work()
    assert sentence in page(client, f"/candidatures/{entry_id}/creation").text.lower()
    forced = page(client, f"/candidatures/{entry_id}/depot")
    with scene.database.read() as session:
        standing = session.scalars(select(Deposit)).one()
        assert session.get_one(Creation, standing.creation_id).name == "bd.pdf"
    assert not list(forced.one("main").iter("button"))
    assert page(client, receipt.path).text == receipt.text


@pytest.mark.parametrize(("make", "name"), [(files.mp4, "film.mp4"), (files.avi, "film.avi")])
def test_a_film_cut_short_is_refused_at_once_and_the_file_before_it_stays(
    scene: Scene, make: Callable[[], bytes], name: str
) -> None:
    client, entry_id = scene.sign_in(), scene.complete()
    (error,) = scene.upload(client, entry_id, files.truncated(make()), name, status=422).errors
    assert "incomplet" in error
    with scene.entry(entry_id) as entry:
        assert entry.creation is not None
        assert entry.creation.name == "bd.pdf"


def test_an_oversized_request_is_refused_in_words_and_the_dossier_is_intact(scene: Scene) -> None:
    client, entry_id = scene.sign_in(), scene.complete()
    before = page(client, f"/candidatures/{entry_id}").text
    path = f"/candidatures/{entry_id}/equipe"
    data = {**page(client, path).form().held, "team": "x" * (FORM_BYTES + 1)}
    refused = page(client, path, data=data, status=413)
    assert "trop" in refused.text
    assert page(client, f"/candidatures/{entry_id}").text == before


# --- a button pressed twice ------------------------------------------------------------------------------------------


def press_twice(found: Page, *, second: int, **answers: str) -> tuple[Page, Page]:
    """Send the same form twice, as an impatient hand does; return both pages."""
    form = found.form()
    return form.send(answers), form.send(answers, status=second)


def count_acts(room: JuryRoom, action: str) -> int:
    with room.database.read() as session:
        return session.scalar(select(func.count()).where(JuryAudit.action == action)) or 0


def test_the_closing_sent_twice_closes_once(room: JuryRoom) -> None:
    closing = page(room.secretary, "/avancement/cloture")
    _, again = press_twice(closing, second=409, confirmed="y")
    assert "est close depuis le" in again.text
    assert count_acts(room, "scoring_closed") == 1


def test_the_honours_sent_twice_are_the_same_honours(room: JuryRoom) -> None:
    room.judge(9, 8, 7, 6, 5, 4)
    first, again = press_twice(page(room.president, "/palmares"), second=200)
    assert [each.path for each in (first, again)] == ["/proces-verbal"] * 2
    assert [read(each) for each in first.all("li")] == [read(each) for each in again.all("li")]
    assert len(first.all("table")) == len(again.all("table"))
    with room.database.read() as session:
        assert session.scalar(select(func.count()).select_from(JuryLaureate)) == 5


def test_the_signature_sent_twice_signs_once(room: JuryRoom) -> None:
    room.judge(9, 8, 7, 6, 5, 4)
    page(room.president, "/palmares").form().submit()
    signing = page(room.president, "/proces-verbal/signature")
    answers = {"signed_by": "Le jury", "confirmed": "y"}
    _, again = press_twice(signing, second=409, **answers)
    assert "le palmarès ne change plus" in again.text
    assert count_acts(room, "minutes_signed") == 1


def test_honours_sent_from_a_window_left_open_past_the_signature_change_nothing(room: JuryRoom) -> None:
    room.judge(9, 8, 7, 6, 5, 4)
    old = page(room.secretary, "/palmares")
    old.form().submit()
    signing = page(room.president, "/proces-verbal/signature").form()
    signing.submit(signed_by="Le jury", confirmed="y")
    refused = old.form().submit(status=409)
    assert any("le palmarès ne change plus" in error for error in refused.errors)


def test_a_registration_form_sent_twice_keeps_one_place(scene: Scene) -> None:
    client: FlaskClient = scene.app.test_client()
    answers = {
        "first_name": "Malik",
        "last_name": "Roussel",
        "administration": "Mairie",
        "member": "oui",
        "lunch": "non",
    }
    first, again = press_twice(page(client, "/inscription"), second=200, email="malik@exemple.fr", **answers)
    assert first.text == again.text
    assert len(scene.mails()) == 1


def test_a_withdrawal_sent_twice_withdraws_once(scene: Scene) -> None:
    client, entry_id = scene.sign_in(), scene.complete()
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    first, again = press_twice(page(client, f"/candidatures/{entry_id}/retrait"), second=200)
    assert first.text == again.text
    assert len(scene.mails()) == 2  # the receipt, then the confirmation of the withdrawal


def test_a_deposit_one_millisecond_before_closing_counts_and_the_same_form_at_closing_gives_its_receipt(
    scene: Scene,
) -> None:
    client, entry_id = scene.sign_in(), scene.complete()
    found = page(client, f"/candidatures/{entry_id}/depot")
    scene.clock.move_to(CLOSING.replace(hour=18, minute=59, second=59, microsecond=999_000))
    receipt = found.form().submit()
    scene.clock.move_to(CLOSING)
    assert found.form().submit().path == receipt.path
