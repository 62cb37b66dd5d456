"""Files sent by candidates: looked at at once, kept apart until checked, seen again by their owner alone."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from concours.accounts.models import AuditEvent
from concours.editions.operations import update_edition
from concours.editions.queries import current_edition, current_record
from concours.intake.models import Creation
from concours.kernel.storage import open_stores
from concours.kernel.web.security import FORM_BYTES
from tests import files
from tests import strange_papers as papers
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.page import Page, page
from tests.s3_fixture import stored


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, storage_environ: dict[str, str]) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN), **storage_environ)


@pytest.fixture
def client(scene: Scene) -> FlaskClient:
    return scene.sign_in()


def kept_files(scene: Scene) -> list[str]:
    """Everything in the quarantine, unfinished uploads included."""
    if scene.settings.s3:
        return [key.partition("/")[2] for key in stored(scene.settings.s3, "quarantine/")]
    folder = scene.settings.uploads / "quarantine"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def send_large(client: FlaskClient, entry_id: str) -> Page:
    """Send three megabytes, whatever the form says."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="bd.pdf"\r\n\r\n'
    body = head + bytes(3_000_000) + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    return Page(client, client.post(f"/candidatures/{entry_id}/creation", data=body, content_type=kind)).check()


def limit_bytes(scene: Scene, count: int) -> None:
    with scene.database.write() as session:
        record, edition = current_record(session), current_edition(session)
        changed = replace(edition, max_bytes=count)
        update_edition(session, edition=changed, version=record.version, now=scene.clock())


def test_a_real_pdf_is_received_checked_and_shown_as_the_jury_will_see_it(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    received = scene.upload(client, entry_id, files.pdf(), "Ma bd.pdf")
    assert "Vérification en cours" in received.text
    assert "Ma bd.pdf" in received.text
    scene.work()
    ready = page(client, f"/candidatures/{entry_id}/creation")
    assert "Fichier accepté : PDF de 2 pages." in ready.text
    images = [image.get("src", "") for image in ready.one("div", id="fichier").iter("img")]
    assert len(images) == 2
    assert "Ouvrir le document (PDF," in ready.text
    assert "Lire ce que le document dit aux lecteurs d'écran" in ready.text.replace("’", "'")
    document = next(link.get("href", "") for link in ready.all("a") if "Ouvrir le document" in "".join(link.itertext()))
    assert client.get(document).data.startswith(b"%PDF")
    answer = client.get(images[0])
    assert (answer.status_code, str(answer.mimetype).partition("/")[0]) == (200, "image")
    assert page(client, f"/candidatures/{entry_id}/depot").form().submit().path.startswith(f"/candidatures/{entry_id}")


def test_what_the_copy_leaves_out_is_said_to_its_owner(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    scene.upload(client, entry_id, papers.linked(), "bd.pdf")
    scene.work()
    shown = page(client, f"/candidatures/{entry_id}/creation").text
    assert "Nous avons retiré de la copie" in shown
    assert "des liens vers internet" in shown
    scene.upload(client, entry_id, papers.letter(), "lettre.pdf")
    scene.work()
    shown = page(client, f"/candidatures/{entry_id}/creation").text
    assert "Fichier accepté" in shown
    assert "retiré" not in shown
    assert "texte, sans image" not in shown


def test_a_real_film_is_checked_and_plays_for_its_owner(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    scene.upload(client, entry_id, files.mp4(), "film.mp4")
    scene.work()
    ready = page(client, f"/candidatures/{entry_id}/creation")
    assert "Fichier accepté : vidéo MP4 de 2 s." in ready.text
    (source,) = ready.one("main").iter("source")
    part = client.get(source.get("src", ""), headers={"Range": "bytes=0-99"})
    assert (part.status_code, part.mimetype, len(part.data)) == (206, "video/mp4", 100)


def test_a_word_document_renamed_pdf_is_refused_at_once_and_the_rest_is_untouched(
    scene: Scene, client: FlaskClient
) -> None:
    entry_id = scene.complete()
    before = kept_files(scene)
    form = page(client, f"/candidatures/{entry_id}/creation").form()
    refused = form.submit(status=422, file=(io.BytesIO(files.docx()), "création.pdf"))
    (error,) = refused.errors
    assert "document Word (.docx) renommé en .pdf" in error
    assert kept_files(scene) == before
    with scene.entry(entry_id) as entry:
        assert entry.creation is not None
        assert entry.creation.name == "bd.pdf"
    assert "Déposer la candidature" in page(client, f"/candidatures/{entry_id}/depot").text


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "vide.pdf", "est vide (0 octet)"),
        (files.text(), "création.pdf", "Ce fichier est"),
        (files.image("PNG"), "planche.png", "image"),
        (files.program_exe(), "film.mp4", "programme"),
    ],
)
def test_each_wrong_file_gets_its_own_sentence(
    scene: Scene, client: FlaskClient, content: bytes, name: str, sentence: str
) -> None:
    refused = scene.upload(client, scene.draft(), content, name, status=422)
    (error,) = refused.errors
    assert sentence.lower() in error.lower()


def test_a_form_without_file_asks_for_one(scene: Scene, client: FlaskClient) -> None:
    refused = page(client, f"/candidatures/{scene.draft()}/creation").form().submit(status=422)
    (error,) = refused.errors
    assert "choisissez le fichier à envoyer" in error.lower()


def test_two_files_at_once_are_one_too_many(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    form = page(client, f"/candidatures/{entry_id}/creation").form()
    two = [(io.BytesIO(files.pdf()), "un.pdf"), (io.BytesIO(files.pdf()), "deux.pdf")]
    (error,) = form.submit(status=422, file=two).errors
    assert "2 fichiers" in error
    assert kept_files(scene) == []


def test_a_file_with_a_password_is_refused_once_checked_and_may_be_replaced(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    scene.upload(client, entry_id, files.password_pdf(), "secret.pdf")
    scene.work()
    refused = page(client, f"/candidatures/{entry_id}/creation")
    assert "Fichier refusé" in refused.text
    assert "mot de passe" in refused.text
    assert "Remplacez le fichier de la création" in page(client, f"/candidatures/{entry_id}/depot").text
    assert "Vérification en cours" in scene.upload(client, entry_id, files.pdf(), "ouvert.pdf").text


def test_a_file_past_the_limit_is_refused_with_the_figures(scene: Scene, client: FlaskClient) -> None:
    limit_bytes(scene, 1000)
    refused = scene.upload(client, scene.draft(), files.pdf(), "bd.pdf", status=413)
    (error,) = refused.errors
    assert "la limite est de 1 ko" in error
    assert kept_files(scene) == []


def test_a_request_far_past_the_limit_is_refused_before_it_is_read(scene: Scene, client: FlaskClient) -> None:
    limit_bytes(scene, 1000)
    entry_id = scene.draft()
    refused = send_large(client, entry_id)
    assert refused.response.status_code == 413
    assert "trop" in refused.text
    assert kept_files(scene) == []


def test_a_file_larger_than_any_form_is_received_whole(scene: Scene, client: FlaskClient) -> None:
    entry_id, content = scene.draft(), files.pdf() + b"%" + bytes(3 * FORM_BYTES)
    scene.upload(client, entry_id, content, "bd.pdf")
    (kept,) = kept_files(scene)
    assert b"".join(open_stores(scene.settings).quarantine.read(kept, 0, len(content) + 1)) == content


def test_another_s_dossier_takes_no_file(scene: Scene) -> None:
    entry_id = scene.draft()
    stranger = scene.sign_in("autre@agents.example")
    held = page(stranger, f"/candidatures/{scene.draft('autre@agents.example')}/creation").form().held
    data = {**held, "file": (io.BytesIO(files.pdf()), "bd.pdf")}
    page(stranger, f"/candidatures/{entry_id}/creation", status=404, data=data)
    assert send_large(stranger, entry_id).response.status_code == 413
    assert kept_files(scene) == []


def test_another_s_jury_copy_is_not_there(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    scene.upload(client, entry_id, files.pdf(), "bd.pdf")
    scene.work()
    (first, _) = page(client, f"/candidatures/{entry_id}/creation").one("div", id="fichier").iter("img")
    stranger = scene.sign_in("autre@agents.example")
    assert stranger.get(first.get("src", "")).status_code == 404
    own = scene.draft("autre@agents.example")
    forged = first.get("src", "").replace(entry_id, own)
    assert stranger.get(forged).status_code == 404


def test_the_same_file_sent_twice_is_kept_once(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    for _ in range(2):
        scene.upload(client, entry_id, files.pdf(), "bd.pdf")
    assert len(kept_files(scene)) == 1
    with scene.database.read() as session:
        assert len(session.scalars(select(Creation)).all()) == 1


def test_a_new_file_leaves_the_deposited_one_alone(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    scene.upload(client, entry_id, files.pdf(), "bd.pdf")
    scene.work()
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    scene.upload(client, entry_id, files.pdf(pages=3), "autre.pdf")
    with scene.entry(entry_id) as entry:
        assert entry.deposit is not None
        assert entry.creation is not None
        assert (entry.deposit.creation.name, entry.creation.name) == ("bd.pdf", "autre.pdf")
    assert len(kept_files(scene)) == 2


def test_a_file_that_ends_at_closing_is_late_is_not_kept_and_is_on_record(scene: Scene) -> None:
    entry_id, content = scene.draft(), files.pdf()
    scene.clock.move_to(CLOSING)
    client = scene.sign_in()
    token = page(client, f"/candidatures/{entry_id}").form("/deconnexion").held
    data = {**token, "file": (io.BytesIO(content), "bd.pdf")}
    late = page(client, f"/candidatures/{entry_id}/creation", status=422, data=data)
    assert "arrivée le samedi 13 mars 2027 à 20 h 00 min 00 s (heure de Paris)" in late.text
    assert kept_files(scene) == []
    with scene.database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "late_attempt")).one()
        assert event.details == {"act": "entries.creation", "size": len(content)}


def test_the_piece_that_brings_itself_up_to_date_stops_once_all_is_known(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    scene.upload(client, entry_id, files.pdf(), "bd.pdf")
    piece = f"/candidatures/{entry_id}/creation/etat"
    assert "hx-trigger" in client.get(piece).get_data(as_text=True)
    assert "<noscript><meta http-equiv" in page(client, f"/candidatures/{entry_id}/creation").html
    scene.work()
    assert "hx-trigger" not in client.get(piece).get_data(as_text=True)
    assert "http-equiv" not in page(client, f"/candidatures/{entry_id}/creation").html


def test_a_hostile_file_name_is_kept_plain_and_shown_as_text(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    shown = scene.upload(client, entry_id, files.pdf(), "../../<b>nom\u202e</b>.pdf")
    assert "<b>nom" not in shown.html
    with scene.entry(entry_id) as entry:
        assert entry.creation is not None
        assert "/" not in entry.creation.name
        assert "\u202e" not in entry.creation.name
