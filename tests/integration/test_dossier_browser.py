"""The dossier in a real browser: kept as one types, whatever happens to the network, the tab or the session."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from concours.entries.models import Entry
from tests.axe import violations
from tests.conftest import NewPage
from tests.entries_scene import ANSWERS, CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.uploads_scene import CANDIDATE, Network, film, only_creation, send, sha256, sign_in

pytestmark = pytest.mark.browser

STEPS = ("equipe", "innovation", "creation", "publics", "verification", "depot")


@dataclass(frozen=True)
class Site:
    """The application at an address, and a dossier that lacks its file."""

    scene: Scene
    address: str
    entry_id: str
    new_page: NewPage

    def visitor(self, step: str = "innovation", *, width: int = 768) -> Page:
        """Return the candidate's browser on one more machine, in front of a step."""
        page = self.new_page(width=width)
        sign_in(self.scene, self.address, page)
        page.goto(self.url(step))
        return page

    def url(self, step: str) -> str:
        """Return a step's address."""
        return f"{self.address}/candidatures/{self.entry_id}/{step}"

    def kept(self, name: str) -> object:
        """Return an answer as it is kept."""
        with self.scene.entry(self.entry_id) as entry:
            return getattr(entry, name)

    def close_sessions(self, page: Page) -> None:
        """End the visitor's session behind the page's back."""
        page.context.clear_cookies()


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str, new_page: NewPage) -> Iterator[Site]:
    scene = Scene(tmp_path, sqlite_url, FrozenClock(OPEN))
    with answering(scene.app) as address:
        yield Site(scene, address, scene.draft(), new_page)


def line(page: Page) -> Locator:
    """The line that says whether answers are kept."""
    return page.locator("[data-line]")


def spoken(page: Page) -> Locator:
    """What is said aloud of it."""
    return page.locator("[data-draft-status] [data-spoken]")


def saved(page: Page) -> None:
    expect(line(page)).to_have_text(re.compile(r"Enregistré à 10\sh\s00 \(heure\sde\sParis\)"))


def test_what_is_typed_is_kept_without_any_button_and_said_with_the_hour_of_paris(site: Site) -> None:
    page = site.visitor()
    page.fill("#summary", "Un camion, douze villages 🚚.")
    saved(page)
    assert site.kept("summary") == "Un camion, douze villages 🚚."
    expect(spoken(page)).to_have_text(re.compile("Enregistré"))
    page.fill("#title", "Le bus des droits")
    for name in ("h1", ".cc-breadcrumb li:nth-last-child(2)"):
        expect(page.locator(name)).to_have_text("Le bus des droits")
    expect(page).to_have_title(re.compile("Innovation · Le bus des droits"))
    expect(page.locator("[data-piece=enregistre]")).to_have_text(re.compile("lundi 1er février 2027 à 10.*, par vous"))
    page.fill("#title", "")
    expect(page.get_by_role("link", name=re.compile("Innovation Il manque un élément"))).to_be_visible()
    expect(page.get_by_role("link", name="Donnez un titre à la création.")).to_be_visible()
    assert violations(page) == []


def test_a_lost_network_is_said_and_the_answer_is_kept_once_it_is_back(site: Site) -> None:
    page = site.visitor()
    network = Network(page)
    network.set(offline=True)
    page.fill("#title", "Le titre du train")
    expect(line(page)).to_have_text(
        re.compile(r"Pas encore enregistré\s: le réseau ne répond pas\. Nouvel essai dans \d\ss\.")
    )
    expect(spoken(page)).to_have_text(re.compile("Votre texte est gardé sur cet appareil"))
    assert site.kept("title") == "Le guichet qui vient à vous"
    page.get_by_role("link", name=re.compile("^Équipe")).click()
    refused = page.get_by_text("Cette étape ne s’ouvre pas")
    expect(refused).to_be_visible()
    network.set()
    saved(page)
    expect(refused).to_have_count(0)
    assert site.kept("title") == "Le titre du train"


@pytest.mark.full
def test_two_tabs_that_change_two_answers_both_win(site: Site) -> None:
    first = site.visitor()
    second = first.context.new_page()
    second.goto(site.url("innovation"))
    first.fill("#title", "Titre du premier onglet")
    saved(first)
    second.fill("#summary", "Texte du second onglet")
    saved(second)
    expect(second.locator("#title")).to_have_value("Titre du premier onglet")
    assert (site.kept("title"), site.kept("summary")) == ("Titre du premier onglet", "Texte du second onglet")


@pytest.mark.parametrize(("choice", "kept"), [("Garder ma saisie", "Second"), ("Prendre l’autre version", "Premier")])
def test_two_tabs_that_change_the_same_answer_show_both_texts(site: Site, choice: str, kept: str) -> None:
    first = site.visitor()
    second = first.context.new_page()
    second.goto(site.url("innovation"))
    first.fill("#title", "Premier")
    saved(first)
    second.fill("#title", "Second")
    asked = second.locator("[data-conflict=title]")
    expect(asked).to_contain_text("Premier")
    expect(asked).to_contain_text("Second")
    expect(line(second)).to_have_text(re.compile("Deux versions d’une réponse"))
    assert violations(second) == []
    second.get_by_role("button", name="Enregistrer et continuer").click()  # which chooses for nobody
    expect(asked.get_by_role("button", name="Garder ma saisie")).to_be_focused()
    assert (site.kept("title"), second.url) == ("Premier", site.url("innovation"))
    asked.get_by_role("button", name=choice).click()
    expect(asked).to_have_count(0)
    expect(second.locator("#title")).to_have_value(kept)
    expect(line(second)).not_to_have_text(re.compile("Deux versions"))
    assert site.kept("title") == kept


@pytest.mark.full
def test_a_tab_left_behind_overwrites_nothing_when_its_form_is_sent_whole(site: Site) -> None:
    behind = site.visitor()
    ahead = behind.context.new_page()
    ahead.goto(site.url("innovation"))
    ahead.fill("#summary", "Écrit après, dans l'autre onglet")
    saved(ahead)
    behind.fill("#title", "Un autre titre")
    behind.click("#summary")
    saved(behind)
    behind.get_by_role("button", name="Enregistrer et continuer").click()
    expect(behind.locator("#etape")).to_have_text(re.compile("Création"))
    assert (site.kept("title"), site.kept("summary")) == ("Un autre titre", "Écrit après, dans l'autre onglet")


def test_trying_again_is_not_put_off_by_each_answer_that_fails(site: Site) -> None:
    page = site.visitor()
    network = Network(page)
    network.set(offline=True)
    for turn in range(4):
        page.fill("#title", f"Titre {turn}")
        page.fill("#summary", f"Texte {turn}")
        page.locator("#summary").blur()
    expect(line(page)).to_have_text(re.compile(r"Nouvel essai dans [1-5]\ss"))
    again = page.locator("[data-again]")
    expect(again).to_be_visible()
    network.set()
    again.dispatch_event("click")  # the network's return may have kept it all by itself, and hidden the button
    saved(page)
    assert (site.kept("title"), site.kept("summary")) == ("Titre 3", "Texte 3")


def reopened(site: Site, page: Page) -> Page:
    """Close a tab whose last words reach nobody; return another one, once the network is back and one signed in again.

    With its session, a browser might still send them as the tab closes: they would be kept, and not offered back.
    """
    context = page.context
    site.close_sessions(page)
    page.close()
    context.set_offline(False)
    again = context.new_page()
    sign_in(site.scene, site.address, again)
    again.goto(site.url("innovation"))
    return again


def test_what_a_closed_tab_left_unsaved_is_offered_back(site: Site) -> None:
    page = site.visitor()
    page.context.set_offline(True)
    page.fill("#summary", "Écrit dans le tunnel")
    expect(line(page)).to_have_text(re.compile("Pas encore enregistré"))
    again = reopened(site, page)
    offer = again.locator(".cc-offer")
    expect(offer).to_contain_text("Écrit dans le tunnel")
    assert violations(again) == []
    resume = offer.get_by_role("button", name=re.compile(r"Reprendre le texte non enregistré de \d+\sh\s\d\d"))
    assert resume.evaluate("button => button.childNodes.length") == 1, "a button lays its pieces out as columns"
    resume.click()
    saved(again)
    expect(offer).to_have_count(0)
    assert site.kept("summary") == "Écrit dans le tunnel"
    again.reload()
    expect(again.locator("[data-line]")).to_be_visible()
    expect(offer).to_have_count(0)


@pytest.mark.full
def test_an_unsaved_text_that_is_put_away_is_not_offered_again(site: Site) -> None:
    page = site.visitor()
    page.context.set_offline(True)
    page.fill("#title", "À oublier")
    expect(line(page)).to_have_text(re.compile("Pas encore enregistré"))
    again = reopened(site, page)
    again.get_by_role("button", name="L’écarter").click()
    expect(again.locator("#title")).to_be_focused()
    again.reload()
    expect(line(again)).to_be_visible()
    expect(again.locator(".cc-offer")).to_have_count(0)
    assert site.kept("title") == "Le guichet qui vient à vous"


def test_what_is_typed_just_before_a_tab_closes_is_kept(site: Site) -> None:
    page = site.visitor()
    page.locator("#title").press("End")
    page.locator("#title").press_sequentially(" !")
    page.goto(f"{site.address}/aide")
    for _ in range(100):  # it leaves with the page: a busy server may have it after it answered for the next one
        if site.kept("title") == "Le guichet qui vient à vous !":
            break
        page.wait_for_timeout(100)
    page.goto(site.url("innovation"))
    expect(page.locator("#title")).to_have_value("Le guichet qui vient à vous !")


def test_a_lost_session_keeps_the_text_and_goes_on_once_signed_in_again(site: Site) -> None:
    page = site.visitor()
    site.close_sessions(page)
    page.fill("#title", "Écrit sans session")
    expect(line(page)).to_have_text(re.compile("votre session est terminée"))
    expect(page.get_by_role("link", name="Se connecter (nouvel onglet)")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.locator("[data-draft-status]").evaluate("box => box.offsetHeight") < 130
    assert violations(page) == []
    assert site.kept("title") == "Le guichet qui vient à vous"
    other = page.context.new_page()
    sign_in(site.scene, site.address, other)
    other.close()
    page.get_by_role("button", name="Réessayer").click()
    saved(page)
    assert site.kept("title") == "Écrit sans session"


@pytest.mark.full
def test_signing_out_leaves_nothing_on_the_device(site: Site) -> None:
    page = site.visitor(width=1280)
    page.fill("#title", "")
    page.locator("#title").press_sequentially("Tout est gardé")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous êtes déconnecté·e.")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert site.kept("title") == "Tout est gardé"


def test_a_text_too_long_waits_with_its_reason_and_the_others_are_kept(site: Site) -> None:
    page = site.visitor()
    page.fill("#title", "Un titre qui passe")
    page.fill("#summary", "é" * 20_000)
    page.locator("#summary").blur()
    expect(page.locator("#summary-messages")).to_contain_text(re.compile(r"il y en a 20\s000"))
    expect(page.locator("#summary-counter")).to_have_text(re.compile(r"18\s000\scaractères de trop"))
    expect(line(page)).to_have_text("Enregistré, sauf ce qui est à corriger.")
    assert (site.kept("title"), site.kept("summary")) == ("Un titre qui passe", ANSWERS["summary"])
    expect(page.locator("#summary")).to_have_value("é" * 20_000)


@pytest.mark.full
def test_after_closing_it_is_said_and_the_text_stays(site: Site) -> None:
    site.scene.clock.move_to(CLOSING - timedelta(minutes=1))
    page = site.visitor()
    site.scene.clock.move_to(CLOSING)
    page.fill("#title", "Trop tard")
    expect(line(page)).to_have_text(re.compile("n’est plus possible.*la clôture était"))
    expect(page.locator("#title")).to_have_value("Trop tard")
    assert site.kept("title") == "Le guichet qui vient à vous"


@pytest.mark.full
def test_a_name_of_one_s_own_is_pointed_out_at_once_and_not_refused(site: Site) -> None:
    page = site.visitor()
    page.fill("#title", "Au Val d'Ombre")
    note = page.locator("[data-piece=noms-title]")
    expect(note).to_contain_text("Val d’Ombre")
    expect(note).to_contain_text("nom de votre administration")
    assert violations(page) == []
    page.get_by_role("link", name=re.compile("Vérification")).click()
    expect(page.get_by_role("heading", name="Des mots pourraient vous faire reconnaître")).to_be_visible()
    assert site.kept("title") == "Au Val d'Ombre"


@pytest.mark.full
def test_an_upload_goes_on_while_one_writes_on_other_steps(site: Site, tmp_path: Path) -> None:
    page = site.visitor("creation")
    movie = film(tmp_path / "film.mp4", 6_000_000)
    network = Network(page, speed=1_000_000)
    send(page, movie)
    expect(page.locator("[data-panel] [data-fill=percent]").first).to_have_text(re.compile(r"^[1-9]"))
    page.get_by_role("link", name=re.compile("^Innovation")).click()
    expect(page.locator("#etape")).to_be_focused()
    assert page.url == site.url("innovation")
    assert page.title().startswith("Innovation")
    progress = page.locator("[data-upload-line]")
    expect(progress).to_contain_text(re.compile(r"Envoi en cours\s: film.mp4 \d+\s%"))
    page.fill("#title", "Écrit pendant l'envoi")
    saved(page)
    assert violations(page) == []
    page.go_back()
    expect(page.locator("[data-panel]")).to_be_visible()
    expect(page.locator("[data-panel] [data-fill=name]").first).to_have_text("film.mp4")
    page.get_by_role("link", name=re.compile("^Équipe")).click()
    network.set()
    expect(progress).to_contain_text(re.compile(r"Le fichier est arrivé\s: film.mp4"), timeout=20_000)
    assert only_creation(site.scene).sha256 == sha256(movie)
    progress.get_by_role("link", name="Voir le fichier").click()
    expect(page.get_by_text("Vérification en cours")).to_be_visible()
    assert site.kept("title") == "Écrit pendant l'envoi"


def test_the_button_keeps_and_goes_on_in_the_same_page_and_errors_stay_beside_their_field(site: Site) -> None:
    page = site.visitor("equipe")
    page.evaluate("window.same = true")
    page.fill("#contact_email", "z@")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator("#erreurs")).to_be_focused()
    expect(page.locator("#contact_email")).to_have_value("z@")
    page.fill("#contact_email", "z@ombre.example")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator("#etape")).to_have_text(re.compile("Innovation"))
    assert page.evaluate("window.same") is True
    assert page.url == site.url("innovation")
    assert site.kept("contact_email") == "z@ombre.example"


def test_a_button_stays_under_the_pointer_that_presses_it(site: Site) -> None:
    page = site.visitor("equipe")
    go_on = page.get_by_role("button", name="Enregistrer et continuer")
    page.fill("#contact_email", "z@")
    go_on.click()
    expect(page.locator("#erreurs")).to_be_focused()
    page.fill("#contact_email", "z@ombre.example")
    go_on.hover()
    page.mouse.down()
    saved(page)  # the answer takes the error's words away, and what stands below them would move up
    page.mouse.up()
    expect(page.locator("#etape")).to_have_text(re.compile("Innovation"))


def test_captions_come_from_a_file_and_their_faults_are_told_with_their_line(site: Site, tmp_path: Path) -> None:
    page = site.visitor("publics")
    (tmp_path / "a.vtt").write_text("WEBVTT\n\n00:01,000 --> 00:02,000\nBonjour", encoding="utf-8")
    page.set_input_files("#captions_file", tmp_path / "a.vtt")
    expect(page.locator("#captions-messages")).to_contain_text(re.compile(r"Ligne 3\s: cet horaire"))
    assert site.kept("captions") == ""
    (tmp_path / "b.vtt").write_text("\ufeffWEBVTT\n\n00:01.000 --> 00:02.000\nBonjour", encoding="utf-8")
    page.set_input_files("#captions_file", tmp_path / "b.vtt")
    saved(page)
    assert site.kept("captions") == "WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour"


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_accessible_and_says_which_it_is(site: Site, step: str) -> None:
    page = site.visitor(step, width=360)
    here = page.locator("[aria-current=step]")
    expect(here).to_have_count(1)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.full
def test_another_account_cannot_keep_anything_in_the_dossier(site: Site) -> None:
    page = site.new_page()
    sign_in(site.scene, site.address, page, "autre@agents.example")
    own = site.scene.draft("autre@agents.example")
    page.goto(f"{site.address}/candidatures/{own}/innovation")
    page.evaluate(
        "address => (document.querySelector('[data-draft]').dataset.draft = address)",
        f"/candidatures/{site.entry_id}/reponses/innovation",
    )
    page.fill("#title", "Volé")
    expect(line(page)).to_have_text(re.compile("n’existe pas, ou elle n’est pas la vôtre"))
    with site.scene.database.read() as session:
        entries = [session.get_one(Entry, each).title for each in (site.entry_id, own)]
    assert entries == ["Le guichet qui vient à vous"] * 2
    assert CANDIDATE != "autre@agents.example"
