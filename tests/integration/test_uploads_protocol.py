"""Files that come by pieces, as a client of the tus protocol meets the service."""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from concours.accounts.models import AuditEvent
from concours.intake.models import Creation, Upload
from concours.intake.uploads import MOST_UNFINISHED
from tests import files
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.page import page
from tests.s3_fixture import stored
from tests.tus_client import CHUNK, Tus


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, storage_environ: dict[str, str]) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN), **storage_environ)


def kept(scene: Scene) -> list[str]:
    """Everything that the storage holds, pieces of files included."""
    if scene.settings.s3:
        return stored(scene.settings.s3)
    return [path.name for path in scene.settings.uploads.rglob("*") if path.is_file()]


@pytest.fixture
def client(scene: Scene) -> FlaskClient:
    return scene.sign_in()


@pytest.fixture
def tus(scene: Scene, client: FlaskClient) -> Tus:
    return Tus(client, scene.draft())


def test_the_server_says_what_it_can_do(tus: Tus) -> None:
    answer = tus.client.options(tus.address)
    assert answer.status_code == 204
    assert answer.headers["Tus-Resumable"] == answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,termination,expiration,checksum"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert answer.headers["Tus-Max-Size"] == "2000000000"


def test_a_film_in_three_chunks_becomes_the_creation_of_its_dossier(scene: Scene, tus: Tus) -> None:
    content = files.mp4(seconds=20, size=(320, 240), fps=10)
    address = tus.created(len(content), "Mon été.mp4")
    for at in range(0, len(content), 150_000):
        answer = tus.patch(address, at, content[at : at + 150_000])
        assert answer.status_code == 204
        assert answer.headers["Upload-Offset"] == str(min(len(content), at + 150_000))
        assert "GMT" in answer.headers["Upload-Expires"]
    assert tus.offset(address) == len(content)
    with scene.database.read() as session:
        made = session.scalars(select(Creation)).one()
        assert (made.name, made.size, made.sha256) == (
            "Mon été.mp4",
            len(content),
            hashlib.sha256(content).hexdigest(),
        )
    scene.work()
    with scene.database.read() as session:
        assert session.scalars(select(Creation)).one().state == "ready"


def test_a_file_that_comes_with_its_announcement_is_whole_at_once(scene: Scene, tus: Tus) -> None:
    content = files.pdf()
    headers = {**CHUNK, "Upload-Length": str(len(content))}
    answer = tus.send("POST", tus.address, content, headers)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(content)))
    with scene.database.read() as session:
        assert session.scalars(select(Creation)).one().name == "sans nom"


def test_a_proxy_that_lets_post_alone_through_is_worked_around(tus: Tus) -> None:
    content = files.pdf()
    address = tus.created(len(content))
    headers = {**CHUNK, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert tus.send("POST", address, content[:100], headers).status_code == 204
    assert tus.offset(address) == 100
    assert tus.send("POST", address, headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert tus.send("HEAD", address).status_code == 404


@pytest.mark.parametrize("size", [65_536, 300_000_000])
def test_a_wrong_file_is_refused_in_its_first_chunk_and_nothing_is_kept(scene: Scene, tus: Tus, size: int) -> None:
    content = files.docx().ljust(65_536, b"\0")
    address = tus.created(size, "planche.pdf")
    answer = tus.patch(address, 0, content)
    assert answer.status_code == 422
    assert "document Word (.docx)" in answer.get_data(as_text=True)
    assert tus.send("HEAD", address).status_code == 404
    assert kept(scene) == []


def test_a_file_over_the_limit_is_refused_before_its_first_byte(tus: Tus) -> None:
    answer = tus.create(2_000_000_001)
    assert answer.status_code == 413
    assert "la limite est de 2 Go" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "0"}, 422),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "1" * 30}, 400),
        ({"Upload-Length": "١٢"}, 400),
        ({"Upload-Length": "abc"}, 400),
        ({}, 400),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Length": "10", "Upload-Metadata": "filename pas-du-base64!"}, 400),
        ({"Upload-Length": "10", "Upload-Metadata": "filename " + "QUJD" * 3000}, 400),
        ({"Upload-Length": "10", "Tus-Resumable": "0.2.2"}, 412),
    ],
)
def test_an_announcement_that_makes_no_sense_is_refused_in_words(
    tus: Tus, headers: dict[str, str], status: int
) -> None:
    answer = tus.send("POST", tus.address, headers={k: v.encode().decode("latin-1") for k, v in headers.items()})
    assert answer.status_code == status
    assert answer.mimetype == "text/plain"
    assert answer.get_data(as_text=True).endswith((".", ")."))
    assert ("Tus-Version" in answer.headers) == (status == 412)


def test_a_chunk_must_begin_where_the_file_ends(tus: Tus) -> None:
    content = files.pdf()
    address = tus.created(len(content))
    assert tus.patch(address, 10, content[10:20]).status_code == 409
    assert tus.patch(address, 0, content[:50]).status_code == 204
    assert tus.patch(address, 0, content[:50]).status_code == 409
    assert tus.send("PATCH", address, b"x", {"Content-Type": "text/plain", "Upload-Offset": "50"}).status_code == 415
    assert tus.send("PATCH", address, b"x", dict(CHUNK)).status_code == 400
    assert tus.offset(address) == 50


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_an_altered_chunk_is_not_kept(tus: Tus, algorithm: str) -> None:
    content = files.pdf()
    address = tus.created(len(content))
    announced = f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content[:80]).digest()).decode()}"
    assert tus.patch(address, 0, content[:79] + b"?", Upload_Checksum=announced).status_code == 460
    assert tus.offset(address) == 0
    assert tus.patch(address, 0, content[:80], Upload_Checksum=announced).status_code == 204
    for nonsense in ("md5 AAAA", "sha1 AAAA", "sha256 ???", ""):
        assert tus.patch(address, 80, content[80:], Upload_Checksum=nonsense).status_code == 400


def test_what_was_given_up_is_gone(scene: Scene, tus: Tus) -> None:
    address = tus.created(1000)
    tus.patch(address, 0, files.pdf()[:100])
    assert tus.send("DELETE", address).status_code == 204
    assert tus.send("HEAD", address).status_code == 404
    assert tus.patch(address, 100, b"x").status_code == 404
    assert kept(scene) == []


def test_giving_up_an_address_leaves_the_creation_that_came_by_it(scene: Scene, tus: Tus) -> None:
    content = files.pdf()
    address = tus.created(len(content))
    tus.patch(address, 0, content)
    assert tus.send("DELETE", address).status_code == 204
    scene.work()
    with scene.database.read() as session:
        assert session.scalars(select(Creation)).one().state == "ready"


def test_the_same_bytes_again_are_kept_once(scene: Scene, tus: Tus) -> None:
    content = files.pdf()
    for _ in range(2):
        tus.patch(tus.created(len(content)), 0, content)
    with scene.database.read() as session:
        assert len(session.scalars(select(Creation)).all()) == 1
    assert len(kept(scene)) == 1


def test_the_oldest_of_too_many_makes_room(tus: Tus, scene: Scene) -> None:
    addresses = []
    for _ in range(MOST_UNFINISHED + 1):
        scene.clock.advance(timedelta(minutes=1))
        addresses.append(tus.created(1000))
    assert tus.send("HEAD", addresses[0]).status_code == 404
    assert [tus.offset(address) for address in addresses[1:]] == [0] * MOST_UNFINISHED


def test_nobody_reaches_the_file_of_another(scene: Scene, tus: Tus) -> None:
    address = tus.created(1000)
    stranger = Tus(scene.sign_in("other@agents.example"), scene.draft("other@agents.example"))
    for method in ("HEAD", "PATCH", "DELETE"):
        assert stranger.send(method, address, b"x", {**CHUNK, "Upload-Offset": "0"}).status_code == 404
    elsewhere = stranger.address + address.rsplit("/", 1)[1]
    assert stranger.send("HEAD", elsewhere).status_code == 404
    assert tus.offset(address) == 0


def test_somebody_signed_out_is_told_so_in_words(scene: Scene, tus: Tus) -> None:
    address = tus.created(1000)
    answer = scene.app.test_client().head(address, headers={"Tus-Resumable": "1.0.0"})
    assert answer.status_code == 403
    assert "Location" not in answer.headers


def test_a_request_without_its_token_changes_nothing(tus: Tus) -> None:
    address = tus.created(1000)
    tus.token = "forged"
    answer = tus.patch(address, 0, b"x")
    assert answer.status_code == 403
    assert "Rechargez la page" in answer.get_data(as_text=True)
    assert tus.create(1000).status_code == 403


def test_a_file_may_be_announced_until_closing_only(scene: Scene, tus: Tus) -> None:
    scene.clock.move_to(CLOSING - timedelta(milliseconds=1))
    late = Tus(scene.sign_in(), tus.address.split("/")[2])
    assert late.create(1000).status_code == 201
    scene.clock.move_to(CLOSING)
    answer = late.create(1000)
    assert answer.status_code == 422
    assert "20\u00a0h\u00a000\u00a0min" in answer.get_data(as_text=True)
    assert "X-File-Kept" not in answer.headers


def test_a_file_whose_last_byte_comes_at_closing_is_late_on_record_and_kept_a_month(scene: Scene, tus: Tus) -> None:
    content = files.pdf()
    scene.clock.move_to(CLOSING - timedelta(minutes=5))
    late = Tus(scene.sign_in(), tus.address.split("/")[2])
    address = late.created(len(content))
    assert late.patch(address, 0, content[:100]).status_code == 204
    scene.clock.move_to(CLOSING)
    answer = late.patch(address, 100, content[100:])
    assert answer.status_code == 422
    assert "n’est plus possible" in answer.get_data(as_text=True)
    assert answer.headers["X-File-Kept"] == "yes"
    with scene.database.read() as session:
        assert session.scalars(select(Creation)).all() == []
        upload = session.scalars(select(Upload)).one()
        assert (upload.completed_at, upload.creation_id) == (CLOSING, None)
        assert upload.expires_at == CLOSING + timedelta(days=30)
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "late_attempt")).one()
        assert (event.details["act"], event.details["size"]) == ("upload", len(content))
    assert len(kept(scene)) == 1


def test_an_upload_lives_three_days_and_a_day_after_closing(scene: Scene, tus: Tus) -> None:
    address = tus.created(1000)
    scene.clock.move_to(CLOSING + timedelta(hours=23, minutes=59))
    assert Tus(scene.sign_in(), tus.address.split("/")[2]).offset(address) == 0
    scene.clock.move_to(CLOSING + timedelta(hours=24))
    assert Tus(scene.sign_in(), tus.address.split("/")[2]).send("HEAD", address).status_code == 404


def test_a_file_that_was_whole_when_the_server_fell_is_taken_up_at_the_next_question(scene: Scene, tus: Tus) -> None:
    content = files.pdf()
    address = tus.created(len(content))
    with scene.database.read() as session:
        upload = session.scalars(select(Upload)).one()
    scene.worker.stores.partials.append(upload.key, upload.place, [content])
    assert tus.offset(address) == len(content)
    with scene.database.read() as session:
        assert session.scalars(select(Creation)).one().sha256 == hashlib.sha256(content).hexdigest()


def test_every_page_shows_what_is_on_its_way_and_a_phone_may_give_it_up(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    tus, content = Tus(client, entry_id), files.pdf(pages=40)
    tus.patch(tus.created(len(content), "bd.pdf"), 0, content[: len(content) // 2])
    tus.patch(tus.created(200_000, "film.mp4"), 0, files.mp4().ljust(65_536, b"\0")[:65_536])
    shown = page(client, f"/candidatures/{entry_id}/creation")
    assert "film.mp4, 200 ko : 32 % arrivés" in shown.text
    address = shown.one("a", class_="cc-phone__address").get("href", "").removeprefix(scene.settings.public_url)
    phone = scene.app.test_client()
    there = page(phone, address)
    assert "film.mp4, 200 ko : 32 % arrivés" in there.text
    assert "Val d'Ombre" not in there.text
    given_up = there.form("/abandon").submit()
    assert "L'envoi de film.mp4 est abandonné" in given_up.text
    assert "Envoi interrompu" not in given_up.text
    page(phone, address.replace("/envoi/", "/envoi/x"), status=404)


def test_once_closed_an_interrupted_upload_is_said_to_be_kept_and_nothing_more_is_offered(scene: Scene) -> None:
    entry_id = scene.draft()
    scene.clock.move_to(CLOSING - timedelta(minutes=5))
    tus = Tus(scene.sign_in(), entry_id)
    tus.patch(tus.created(200_000, "film.mp4"), 0, files.mp4().ljust(65_536, b"\0")[:65_536])
    scene.clock.move_to(CLOSING)
    shown = page(tus.client, f"/candidatures/{entry_id}/creation")
    assert "film.mp4, 200 ko : 32 % arrivés" in shown.text
    assert "Les dépôts sont clos : ce qui est arrivé est gardé" in shown.text
    assert "Abandonner cet envoi" not in shown.text
    assert not shown.all("input", type="file")
