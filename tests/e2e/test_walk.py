"""The whole way, in a real browser, with real files, mail and processes: from a dossier to the exported laureates."""

import csv
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from concours.kernel.clock import to_paris
from concours.kernel.settings import S3
from tests import files, films
from tests.e2e.people import Candidate, Juror, Organiser, Person
from tests.fakes.smtp import SmtpServer
from tests.postgres import PostgresServer
from tests.s3_fixture import environ_of, stored
from tests.service import Service

NewPage = Callable[..., Page]
P = TypeVar("P", bound=Person)

SAMPLE_EDITION = Path(__file__).with_name("edition_sample.toml")
ORGANISER = "secretariat@concours.example"

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Team:
    """Who takes part, with what; `identity` must never come to the jury's eyes."""

    title: str
    name: str
    administration: str
    category: str
    file: str
    content: bytes
    points: int
    """What jurors give it on each criterion."""

    @property
    def email(self) -> str:
        return f"{self.file.split('.')[0]}@agents.example"


@dataclass
class Walk:
    """One contest from its first dossier to its last export."""

    service: Service
    mailbox: SmtpServer
    new_page: NewPage
    folder: Path
    teams: list[Team]
    checked: set[str] = field(default_factory=set)

    def play(self) -> list[dict[str, str]]:
        """Play every part in turn; return the laureates as exported."""
        self.candidates = [self._deposit(team) for team in self.teams]
        self.organiser = self._person(Organiser, ORGANISER)
        self._organise()
        jurors = [self._person(Juror, f"juror{n}@jury.example", jury=True) for n in (1, 2)]
        for juror in jurors:
            juror.sign_in()
            juror.accept()
            juror.score_all({team.title: team.points for team in self.teams})
            assert "Vos fiches restent modifiables" in self._home_words(juror)
        self._deliberate(president=jurors[0])
        self._unseal()
        return self._export("laureates")

    def _person(self, kind: type[P], email: str, *, jury: bool = False) -> P:
        address = self.service.address + ("/jury" if jury else "")
        return kind(self.new_page(), address, email, self.mailbox, self.checked)

    def _deposit(self, team: Team) -> Candidate:
        candidate = self._person(Candidate, team.email)
        candidate.sign_in()
        candidate.write_dossier(
            title=team.title, team=team.name, administration=team.administration, category=team.category
        )
        path = self.folder / team.file
        path.write_bytes(team.content)
        candidate.send(path)
        candidate.wait_for_acceptance()
        candidate.wait_for_copy()
        number = candidate.deposit()
        self._wait_for(lambda: any(number in text for text in candidate.mail("accusé") + candidate.mail("Accusé")))
        return candidate

    def _organise(self) -> None:
        self.organiser.page.goto(self.service.organiser_link)
        self.organiser.press("Ouvrir ma session")
        self.organiser.invite("Alma Presidente", "juror1@jury.example", "president")
        self.organiser.invite("Bruno Jure", "juror2@jury.example", "juror")
        self.organiser.invite("Chloé Secretaire", "secretary@jury.example", "secretary")
        self.organiser.admit_all()
        # The present minute has begun: it is past, to the second.
        now = to_paris(datetime.now(UTC))
        self.organiser.close_deposits(f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}", f"{now:%Y-%m-%dT%H:%M}")
        self.organiser.hand_over()
        assert "Les œuvres sont transmises" in self.organiser.words

    def _deliberate(self, president: Juror) -> None:
        secretary = self._person(Juror, "secretary@jury.example", jury=True)
        secretary.sign_in()
        secretary.accept()
        secretary.go("/avancement/cloture")
        secretary.tick("confirmed")
        secretary.press("Clore l'évaluation")
        president.go("/classement")
        president.go("/palmares")
        president.press("Enregistrer le palmarès")
        president.go("/proces-verbal/signature")
        president.fill(signed_by="Alma Presidente, Bruno Jure", signed_on=f"{to_paris(datetime.now(UTC)):%Y-%m-%d}")
        president.tick("confirmed")
        president.press("Consigner la signature")

    def _unseal(self) -> None:
        self.organiser.go("/organisation/palmares")
        assert all(team.administration not in self.organiser.words for team in self.teams)
        self.organiser.tick("understood")
        self.organiser.press("Lever l'anonymat")

    def _export(self, kind: str) -> list[dict[str, str]]:
        path = self.folder / f"{kind}.csv"
        done = self.service.command("export", kind, "-o", str(path), "--purpose", "Le palmarès.")
        assert done.returncode == 0, done.stderr
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def _home_words(self, juror: Juror) -> str:
        juror.go("/")
        return juror.words

    def _wait_for(self, holds: Callable[[], bool], seconds: float = 30) -> None:
        limit = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < limit, [str(message["Subject"]) for message in self.mailbox.messages]
            time.sleep(0.1)


def start(folder: Path, mailbox: SmtpServer, settings: Mapping[str, str] | None = None) -> Service:
    """Return a service that writes to this mailbox, not yet started."""
    smtp = {"SMTP_HOST": mailbox.host, "SMTP_PORT": str(mailbox.port), "SMTP_SECURITY": "none"}
    return Service(folder, **smtp, CONTACT_EMAIL=ORGANISER, **(settings or {}))


@pytest.mark.full
def test_a_contest_from_the_first_dossier_to_the_exported_laureates(
    tmp_path: Path, smtp_server: SmtpServer, new_page: NewPage
) -> None:
    teams = [
        Team("Le guichet volant", "Équipe Z", "Mairie de Zéphyrine", "vidéo", "film.mp4", films.mp4(seconds=2), 9),
        Team("Une rue, un banc", "Équipe Y", "Région d'Ys", "vidéo", "vieux.avi", films.avi(seconds=2), 7),
        Team("Tout sur une page", "Équipe X", "Préfecture de X", "infographie", "planche.pdf", files.pdf(), 4),
    ]
    with start(tmp_path / "service", smtp_server) as service:
        walk = Walk(service, smtp_server, new_page, tmp_path, teams)
        laureates = walk.play()
    assert [row["Titre"] for row in laureates] == ["Le guichet volant", "Une rue, un banc", "Tout sur une page"]
    assert [row["Administration"] for row in laureates] == [team.administration for team in teams]
    assert [row["Rang"] for row in laureates] == ["1", "2", "3"]
    assert laureates[0]["Moyenne"].startswith("9,0")


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database, which the service migrates itself."""
    name = f"walk_{uuid4().hex}"
    yield postgres_server.create(name)
    postgres_server.drop(name)


@pytest.mark.full
def test_another_contest_walks_the_same_way_on_postgresql_and_s3(
    tmp_path: Path, smtp_server: SmtpServer, new_page: NewPage, postgres_url: str, own_bucket: S3
) -> None:
    """Browsers fetch the files from the storage itself: every page is looked at under that policy too."""
    teams = [
        Team(f"Affiche {n}", f"Équipe {n}", f"Office numéro {n}", "affiche", f"affiche{n}.pdf", files.pdf(), 5 - n)
        for n in range(4)
    ]
    storage = environ_of(replace(own_bucket, public_endpoint=own_bucket.endpoint))
    settings = {"EDITION": str(SAMPLE_EDITION), "DATABASE_URL": postgres_url, **storage}
    with start(tmp_path / "service", smtp_server, settings) as service:
        laureates = Walk(service, smtp_server, new_page, tmp_path, teams).play()
    assert [row["Titre"] for row in laureates] == ["Affiche 0", "Affiche 1", "Affiche 2"]
    assert [name for name in laureates[0] if name.endswith(("La clarté", "L'élégance"))]
    assert {key.partition("/")[0] for key in stored(own_bucket)} == {"quarantine", "ready"}
    assert not (tmp_path / "service" / "uploads").exists()


@pytest.mark.full
def test_a_word_document_named_pdf_is_refused_and_nothing_is_lost(
    tmp_path: Path, smtp_server: SmtpServer, new_page: NewPage
) -> None:
    with start(tmp_path / "service", smtp_server) as service:
        candidate = Candidate(new_page(), service.address, "word@agents.example", smtp_server)
        candidate.sign_in()
        candidate.write_dossier(title="Ma planche", team="Nous", administration="Ici", category="infographie")
        path = tmp_path / "planche.pdf"
        path.write_bytes(files.docx())
        candidate.send(path)
        expect(candidate.main.get_by_text("document Word").first).to_be_visible()
        candidate.check()
        assert "Exportez-le en PDF" in candidate.words
        candidate.go(f"/candidatures/{candidate.entry}/innovation")
        assert candidate.main.locator("[name='title']").input_value() == "Ma planche"
