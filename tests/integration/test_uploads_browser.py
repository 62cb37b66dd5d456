"""The page that sends a file by pieces, in a real browser: cut, paused, resumed elsewhere, refused, warned."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect
from sqlalchemy import select

from concours.intake.models import Creation, Upload
from tests import files
from tests.axe import violations
from tests.conftest import NewPage
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.uploads_scene import Network, bodies, choose, film, only_creation, send, sha256, sign_in, state

pytestmark = pytest.mark.browser

FILM = 6_000_000
SPEED = 1_500_000


@dataclass(frozen=True)
class Site:
    """The application at an address, a dossier without its file, and whoever comes to its page."""

    scene: Scene
    address: str
    creation: str
    new_page: NewPage

    def visitor(self, *, scripts: bool = True) -> Page:
        """Return the browser of the candidate on one more machine, in front of the page."""
        opened = self.new_page(width=768, scripts=scripts)
        self.open(opened)
        return opened

    def open(self, page: Page) -> None:
        """Sign the candidate in and open the page."""
        sign_in(self.scene, self.address, page)
        page.goto(self.creation)

    def uploads(self) -> Sequence[Upload]:
        """Return the files on their way."""
        with self.scene.database.read() as session:
            return session.scalars(select(Upload)).all()

    def kept(self) -> int:
        """Return how many bytes of files are on the disk."""
        return sum(path.stat().st_size for path in self.scene.settings.uploads.rglob("*") if path.is_file())


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str, new_page: NewPage) -> Iterator[Site]:
    scene = Scene(tmp_path, sqlite_url, FrozenClock(OPEN))
    with answering(scene.app) as address:
        yield Site(scene, address, f"{address}/candidatures/{scene.draft()}/creation", new_page)


@pytest.fixture
def page(site: Site) -> Page:
    """The candidate in front of the page."""
    return site.visitor()


@pytest.fixture
def movie(tmp_path: Path) -> Path:
    return film(tmp_path / "film.mp4", FILM)


def began(page: Page) -> None:
    """Wait until something of the file has come, and the server has answered its first piece."""
    expect(page.locator("[data-fill=percent]").first).to_have_text(re.compile(r"^([2-9]|[1-9]\d)\s%"))


def interrupt(page: Page, path: Path) -> None:
    """Send a part of a file, then close the tab."""
    Network(page, speed=SPEED)
    send(page, path)
    began(page)
    page.close(run_before_unload=False)


def accept(dialog: Dialog) -> None:
    dialog.accept()


def test_a_lost_network_is_said_and_the_upload_ends_by_itself_once_it_is_back(
    site: Site, page: Page, movie: Path
) -> None:
    network = Network(page, speed=400_000)
    send(page, movie)
    announced = page.get_by_text(re.compile(r"25\s% envoyés"))
    expect(announced).to_have_attribute("role", "status", timeout=15_000)
    network.set(offline=True)
    expect(state(page, "offline")).to_contain_text(re.compile(r"Connexion perdue\s: l’envoi reprendra tout seul"))
    assert violations(page) == []
    network.set()
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    expect(page.locator("#fichier")).to_be_focused()
    assert only_creation(site.scene).sha256 == sha256(movie)


def test_a_file_sent_while_there_is_no_network_at_all_leaves_when_it_is_there(
    site: Site, page: Page, movie: Path
) -> None:
    choose(page, movie)
    page.context.set_offline(True)
    page.get_by_role("button", name="Envoyer le fichier").click()
    expect(state(page, "offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    assert only_creation(site.scene).sha256 == sha256(movie)


def test_a_wrong_file_of_300_mb_is_refused_once_its_first_piece_is_there(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "planche.pdf"
    with large.open("wb") as stream:
        stream.write(files.docx())
        stream.truncate(300_000_000)
    seen = bodies(page)
    send(page, large)
    expect(page.locator("#erreurs")).to_contain_text("document Word (.docx)")
    expect(page.locator("#erreurs")).to_be_focused()
    assert page.title().startswith("Erreur")
    assert violations(page) == []
    sizes = [int(request.all_headers().get("content-length", "0")) for request in seen]
    assert sizes == [65_536]


@pytest.mark.full
def test_a_pause_lasts_until_it_is_ended_and_nothing_leaves_meanwhile(site: Site, page: Page, movie: Path) -> None:
    network = Network(page, speed=60_000)
    send(page, movie)
    began(page)
    page.get_by_role("button", name="Mettre en pause").click()
    expect(state(page, "paused")).to_contain_text("Ce qui est arrivé est gardé")
    page.wait_for_timeout(300)
    seen, kept = bodies(page), site.kept()
    network.set()
    page.wait_for_timeout(1500)
    assert seen == []
    assert 0 < site.kept() == kept < FILM
    assert violations(page) == []
    resume = page.get_by_role("button", name="Reprendre")
    expect(resume).to_be_focused()
    resume.click()
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    assert only_creation(site.scene).sha256 == sha256(movie)


@pytest.mark.full
def test_an_upload_of_a_closed_tab_is_taken_up_on_another_machine(site: Site, page: Page, movie: Path) -> None:
    interrupt(page, movie)
    other = site.visitor()
    expect(other.locator("[data-at-rest]")).to_contain_text(re.compile(r"film\.mp4, 6\sMo\s: \d+\s% arrivés"))
    assert violations(other) == []
    seen = bodies(other)
    choose(other, movie.rename(movie.with_name("copie du film.mp4")))
    expect(other.locator("[data-chosen]")).to_contain_text("C’est bien le fichier de l’envoi interrompu")
    assert violations(other) == []
    other.get_by_role("button", name="Reprendre l’envoi").click()
    expect(other.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    assert "POST" not in {request.method for request in seen}
    assert int(seen[0].headers["upload-offset"]) > 0
    assert only_creation(site.scene).sha256 == sha256(movie.with_name("copie du film.mp4"))


@pytest.mark.full
def test_another_file_of_the_same_size_is_not_taken_for_the_interrupted_one(
    site: Site, page: Page, tmp_path: Path, movie: Path
) -> None:
    context = page.context
    interrupt(page, movie)
    back = context.new_page()
    back.goto(site.creation)
    other = tmp_path / "autre.mp4"
    other.write_bytes(files.mp4(seconds=1) + files.box(b"free", bytes(FILM - len(files.mp4(seconds=1)) - 8)))
    choose(back, other)
    expect(back.locator("[data-chosen]")).to_contain_text("Ce n’est pas le même fichier")
    assert violations(back) == []
    back.get_by_role("button", name="Envoyer le fichier").click()
    expect(back.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    assert only_creation(site.scene).sha256 == sha256(other)
    expect(back.locator("[data-at-rest]")).to_contain_text("film.mp4")


@pytest.mark.full
@pytest.mark.parametrize("scripted", ["scripted", "plain"])
def test_an_interrupted_upload_is_given_up_with_or_without_script(
    site: Site, page: Page, movie: Path, scripted: str
) -> None:
    interrupt(page, movie)
    back = site.visitor(scripts=scripted == "scripted")
    back.on("dialog", accept)
    back.get_by_role("button", name="Abandonner cet envoi").locator("visible=true").click()
    expect(back.get_by_text("L’envoi de film.mp4 est abandonné")).to_be_visible()
    expect(back.locator("[data-coming]")).to_have_count(0)
    assert site.uploads() == []


@pytest.mark.full
def test_a_running_upload_is_given_up_after_a_question(site: Site, page: Page, movie: Path) -> None:
    Network(page, speed=SPEED)
    send(page, movie)
    began(page)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Abandonner cet envoi").click()
    expect(state(page, "sending")).to_be_visible()
    page.once("dialog", accept)
    page.get_by_role("button", name="Abandonner cet envoi").click()
    expect(page.locator("[data-chosen]")).to_contain_text("L’envoi est abandonné")
    expect(page.locator("input[type=file]")).to_be_focused()
    assert site.uploads() == []


def test_a_phone_sends_by_the_link_alone_and_the_computer_follows(site: Site, page: Page, movie: Path) -> None:
    page.get_by_text("Envoyer depuis mon téléphone").click()
    assert violations(page) == []
    link = page.locator("[data-address]").get_attribute("href") or ""
    phone = site.new_page(width=360, height=740)
    phone.goto(site.address + link.removeprefix(site.scene.settings.public_url))
    assert violations(phone) == []
    network = Network(phone, speed=700_000)
    send(phone, movie)
    began(phone)
    expect(page.get_by_text("Envoi en cours depuis un autre appareil")).to_be_visible(timeout=15_000)
    assert violations(page) == []
    network.set()
    expect(phone.get_by_text("C’est arrivé, vous pouvez fermer cette page")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    site.scene.work()
    expect(phone.get_by_text("Le fichier est conforme")).to_be_visible()
    expect(phone.get_by_text("C’est arrivé, vous pouvez fermer cette page")).to_be_visible()
    expect(page.get_by_text("Le fichier peut être déposé")).to_be_visible()
    assert violations(phone) == []
    assert only_creation(site.scene).sha256 == sha256(movie)


@pytest.mark.full
def test_a_page_that_nothing_reaches_any_more_stops_asking_and_can_be_asked_to_look_again(
    site: Site, page: Page, movie: Path
) -> None:
    interrupt(page, movie)
    watcher = site.new_page(width=768)
    watcher.clock.install()
    site.open(watcher)
    looks: list[str] = []
    watcher.on("request", lambda request: looks.append(request.url) if "etat?envois" in request.url else None)
    again = watcher.get_by_role("button", name="Regarder de nouveau")
    while not again.is_visible():
        assert len(looks) <= 45
        with watcher.expect_response(lambda answer: "etat?envois" in answer.url):
            watcher.clock.run_for(3000)
        watcher.wait_for_timeout(30)
    assert len(looks) >= 30
    expect(watcher.get_by_text("Envoi interrompu")).to_be_visible()
    again.click()
    expect(again).to_be_hidden()
    with watcher.expect_response(lambda answer: "etat?envois" in answer.url):
        watcher.clock.run_for(3000)


@pytest.mark.full
def test_a_phone_link_that_is_too_old_says_how_to_get_another(site: Site, page: Page) -> None:
    link = page.locator("[data-address]").get_attribute("href") or ""
    site.scene.clock.advance(timedelta(hours=4))
    phone = site.new_page(width=360, height=740)
    phone.goto(site.address + link.removeprefix(site.scene.settings.public_url))
    expect(phone.get_by_role("main")).to_contain_text("Ce lien ne sert plus")
    assert violations(phone) == []


def test_a_second_window_takes_over_and_the_first_says_so(site: Site, page: Page, movie: Path) -> None:
    Network(page, speed=300_000)
    send(page, movie)
    began(page)
    second = page.context.new_page()
    second.goto(site.creation)
    network = Network(second, speed=300_000)
    choose(second, movie)
    second.get_by_role("button", name="Reprendre l’envoi").click()
    expect(state(page, "elsewhere")).to_contain_text("reprenez ici", timeout=30_000)
    assert violations(page) == []
    network.set()
    expect(second.get_by_text("Vérification en cours")).to_be_visible(timeout=30_000)
    expect(state(page, "elsewhere")).to_be_visible()
    assert only_creation(site.scene).sha256 == sha256(movie)
    page.get_by_role("button", name="Reprendre ici").click()
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)


def test_a_file_is_dropped_on_the_frame_and_two_are_refused(site: Site, page: Page) -> None:
    drop = """([count, text]) => {
      const carried = new DataTransfer();
      const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
      for (let n = 0; n < count; n++) carried.items.add(new File([bytes], "bd.pdf"));
      const zone = document.querySelector("[data-drop]");
      const tell = (name) => zone.dispatchEvent(
        new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true }));
      tell("dragover");
      const lit = zone.classList.contains("is-over");
      tell("drop");
      return lit && !zone.classList.contains("is-over");
    }"""
    content = files.pdf()
    assert page.evaluate(drop, [2, content.decode("latin-1")])
    expect(page.locator("[data-chosen]")).to_contain_text("Vous avez déposé 2 fichiers")
    assert page.evaluate(drop, [1, content.decode("latin-1")])
    expect(page.locator("[data-chosen]")).to_contain_text("bd.pdf")
    page.get_by_role("button", name="Envoyer le fichier").click()
    expect(page.get_by_text("Vérification en cours")).to_be_visible()
    assert only_creation(site.scene).sha256 == hashlib.sha256(content).hexdigest()


def test_the_keyboard_is_enough(site: Site, page: Page, movie: Path) -> None:
    # The browser is told to hand its choosers over well before the key that opens one.
    page.on("filechooser", lambda _: None)
    Network(page, speed=SPEED)
    page.locator("input[type=file]").focus()
    with page.expect_file_chooser() as opened:
        page.keyboard.press("Enter")
    opened.value.set_files(movie)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Envoyer le fichier")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-panel]")).to_be_focused()
    began(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(state(page, "paused")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    assert only_creation(site.scene).sha256 == sha256(movie)


def test_without_script_the_plain_form_sends_the_file(site: Site, movie: Path) -> None:
    plain = site.visitor(scripts=False)
    send(plain, movie)
    expect(plain.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    assert only_creation(site.scene).sha256 == sha256(movie)


@pytest.mark.full
def test_who_would_be_late_is_warned_and_sees_the_refusal_at_the_end(site: Site, page: Page, movie: Path) -> None:
    site.scene.clock.move_to(CLOSING - timedelta(seconds=8))
    site.open(page)
    network = Network(page, speed=300_000)
    send(page, movie)
    expect(page.locator("[data-late]")).to_be_visible(timeout=15_000)
    expect(page.locator("[data-late]")).to_contain_text("Ce qui compte est l’instant où le dernier octet arrive")
    assert page.evaluate(
        "document.querySelector('[data-fill=arrival]').textContent.includes("
        "`arrivée vers ${document.querySelector('[data-fill=late]').textContent}`)"
    )
    assert violations(page) == []
    site.scene.clock.move_to(CLOSING)
    network.set()
    expect(state(page, "kept")).to_contain_text("n’est plus possible", timeout=15_000)
    with site.scene.database.read() as session:
        assert session.scalars(select(Creation)).all() == []


@pytest.mark.full
def test_a_network_believed_too_slow_asks_before_the_first_byte(site: Site, page: Page, movie: Path) -> None:
    site.scene.clock.move_to(CLOSING - timedelta(seconds=8))
    page.add_init_script("Object.defineProperty(navigator, 'connection', {value: {downlink: 1.5}})")
    site.open(page)
    seen = bodies(page)
    send(page, movie)
    expect(state(page, "asking")).to_contain_text("Ce qui compte est l’instant")
    assert violations(page) == []
    page.get_by_role("button", name="Choisir un autre moyen").click()
    expect(page.locator("input[type=file]")).to_be_focused()
    page.get_by_role("button", name="Envoyer le fichier").click()
    assert seen == []
    page.get_by_role("button", name="Envoyer quand même").click()
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)


def test_a_session_that_ends_in_mid_upload_loses_nothing(site: Site, page: Page, movie: Path) -> None:
    network = Network(page, speed=SPEED)
    send(page, movie)
    began(page)
    page.context.clear_cookies()
    expect(state(page, "locked")).to_contain_text("Votre session est terminée", timeout=15_000)
    assert violations(page) == []
    page.get_by_role("button", name="Reprendre").click()
    expect(state(page, "locked")).to_contain_text("pas encore reconnecté")
    sign_in(site.scene, site.address, page.context.new_page())
    network.set()
    page.get_by_role("button", name="Reprendre").click()
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    assert only_creation(site.scene).sha256 == sha256(movie)


@pytest.mark.full
def test_a_server_without_room_is_waited_for_in_its_own_words(site: Site, page: Page, movie: Path) -> None:
    full = "Le serveur n'a plus de place pour le moment."
    headers = {"Retry-After": "2", "Content-Type": "text/plain; charset=utf-8"}
    page.route("**/envois/**", lambda route: route.fulfill(status=507, body=full, headers=headers))
    send(page, movie)
    expect(state(page, "waiting")).to_contain_text(full)
    assert violations(page) == []
    page.unroute("**/envois/**")
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=15_000)
    assert only_creation(site.scene).sha256 == sha256(movie)


def test_leaving_the_page_during_an_upload_asks(page: Page, movie: Path) -> None:
    Network(page, speed=SPEED)
    send(page, movie)
    began(page)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(state(page, "sending")).to_be_visible()
