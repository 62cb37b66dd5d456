"""The public pages, as visitors meet them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from concours.app import create_app
from concours.editions.operations import start_edition
from concours.editions.queries import current_edition, current_record, current_rules
from concours.editions.rules import Criterion, Edition, Texts
from concours.kernel.settings import Settings, Smtp
from tests.entries_scene import CLOSING, Scene
from tests.fakes.clock import FrozenClock
from tests.page import page
from tests.registrations_scene import join, register

PAGES = (
    "/",
    "/reglement",
    "/dossier-vierge",
    "/aide",
    "/plan-du-site",
    "/mentions-legales",
    "/donnees-personnelles",
    "/accessibilite",
    "/inscription",
    "/rejoindre",
    "/courrier",
)
SMTP = Smtp("smtp.example", 587, "", "", "starttls")


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    return Scene(tmp_path, sqlite_url, clock)


def second_edition(scene: Scene) -> Edition:
    """Make the bare edition: two weighted criteria, PDF alone, three laureates, no event, no community, no text."""
    criteria = (
        Criterion(key="use", label="L'usage", description="à quoi elle sert", weight=2),
        Criterion(key="finish", label="Le soin", description="comment elle est faite"),
    )
    with scene.database.write() as session:
        bare = replace(
            current_edition(session),
            key="affiches",
            contest="Affiches d'accueil",
            title="bienvenue",
            community="",
            criteria=criteria,
            laureates_max=3,
            formats=("pdf",),
            event=None,
            texts=Texts(rules="### Jury\nTrois personnes."),
        )
        start_edition(session, edition=bare, now=scene.clock())
    return bare


@pytest.mark.parametrize("path", PAGES)
def test_each_public_page_stands(scene: Scene, path: str) -> None:
    assert page(scene.app.test_client(), path).title


def test_the_home_page_says_the_deadline_and_leads_to_the_deposit(scene: Scene) -> None:
    home = page(scene.app.test_client(), "/")
    assert "samedi 13 mars 2027 à 20 h 00 (heure de Paris)" in home.text
    assert "Il reste 40 jours" in home.text
    assert home.links["Déposer une création"] == "/candidatures/"
    assert home.links["M'inscrire"] == "/inscription"
    assert "Le caractère inspirant" in home.text
    assert "Mon téléphone produit un fichier .mov." in home.text


def test_once_closed_the_home_page_leads_to_the_event(scene: Scene) -> None:
    scene.clock.move_to(CLOSING)
    home = page(scene.app.test_client(), "/")
    assert "Les dépôts sont clos." in home.text
    assert "Déposer une création" not in home.links
    assert home.links["S'inscrire : La Cousinade"] == "/inscription"


def test_once_the_event_is_over_nobody_is_invited_to_it(scene: Scene) -> None:
    scene.clock.move_to(CLOSING + timedelta(days=7))
    home = page(scene.app.test_client(), "/")
    assert "M'inscrire" not in home.links
    assert "a déjà eu lieu" in page(scene.app.test_client(), "/inscription", status=404).text


def test_before_opening_the_home_page_counts_down_to_it(scene: Scene) -> None:
    opens_at = scene.clock()
    scene.clock.move_to(opens_at - timedelta(days=30))
    home = page(scene.app.test_client(), "/")
    assert "Les dépôts ouvrent bientôt." in home.text
    assert "Déposer une création" not in home.links


def test_an_edition_without_event_or_community_says_nothing_of_either(scene: Scene) -> None:
    second_edition(scene)
    client = scene.app.test_client()
    for path in ("/", "/reglement", "/aide", "/plan-du-site", "/donnees-personnelles", "/dossier-vierge"):
        text = page(client, path).text
        assert "Cousinade" not in text
        assert "Futurs Publics" not in text
        assert "communauté" not in text.lower()
    home = page(client, "/")
    assert "Bienvenue" in home.text
    assert "(coefficient 2)" in home.text
    assert "3 lauréats au plus" in home.text
    assert "Vidéo 2 minutes" not in home.text
    page(client, "/inscription", status=404)
    page(client, "/rejoindre", status=404)


def test_the_reglement_shows_its_version_and_the_digest_that_deposits_cite(scene: Scene) -> None:
    shown = page(scene.app.test_client(), "/reglement").text
    with scene.database.read() as session:
        version = current_rules(session, current_record(session).id)
    assert version.digest in shown
    assert "1er février 2027 à 10 h 00" in shown


def test_the_reglement_s_pdf_is_asked_for_once(scene: Scene) -> None:
    client = scene.app.test_client()
    answer = client.get("/reglement.pdf")
    assert answer.mimetype == "application/pdf"
    assert "reglement-2027-version-1.pdf" in answer.headers["Content-Disposition"]
    with pikepdf.open(BytesIO(answer.data)) as pdf:
        assert "Concours Futurs Publics" in str(pdf.docinfo["/Title"])
    again = client.get("/reglement.pdf", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_organisers_texts_run_nothing(scene: Scene) -> None:
    with scene.database.write() as session:
        edition = current_edition(session)
        texts = replace(edition.texts, pitch="<img src=x onerror=alert(1)>\n\n# Titre")
        start_edition(session, edition=replace(edition, key="hostile", texts=texts), now=scene.clock())
    assert "<img src=x" not in page(scene.app.test_client(), "/").html


def test_the_blank_dossier_asks_all_that_the_forms_ask(scene: Scene) -> None:
    text = page(scene.app.test_client(), "/dossier-vierge").text
    for label in (
        "Nom de l'équipe",
        "Titre de la création",
        "Roman-photo",
        "J'ai lu le règlement",
        "ne vaut pas dépôt",
    ):
        assert label in text


def test_the_mailbox_shows_both_what_was_sent_last_and_what_came_before(scene: Scene) -> None:
    with scene.database.write() as session:
        register(session, now=scene.clock())
        join(session, now=scene.clock.advance(timedelta(minutes=1)))
    text = page(scene.app.test_client(), "/courrier").text
    assert text.index("il reste à confirmer") < text.index("Inscription confirmée")


@pytest.mark.parametrize(
    "elsewhere",
    [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_HOST": "concours.example"}, {"REMOTE_ADDR": ""}],
)
def test_the_mailbox_opens_from_this_machine_only(scene: Scene, elsewhere: dict[str, str]) -> None:
    answer = scene.app.test_client().get("/courrier", environ_overrides=elsewhere)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "change",
    [lambda settings: replace(settings, smtp=SMTP), lambda settings: replace(settings, production=True)],
    ids=["smtp", "production"],
)
def test_the_mailbox_does_not_exist_where_mail_leaves(
    scene: Scene, change: Callable[[Settings], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "x" * 48)
    app = create_app(change(scene.settings), clock=scene.clock)
    assert app.test_client().get("/courrier").status_code == 404


def test_supervision_hears_ok(scene: Scene) -> None:
    answer = scene.app.test_client().get("/sante")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_supervision_hears_that_the_database_is_gone(scene: Scene, tmp_path: Path) -> None:
    settings = replace(scene.settings, database_url=f"sqlite:///{tmp_path / 'nulle' / 'part.db'}")
    answer = create_app(settings, clock=scene.clock).test_client().get("/sante")
    assert answer.status_code == 503
