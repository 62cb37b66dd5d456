"""The people of a contest, each in a browser of their own, doing what they do with what they see."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests import axe
from tests.fakes.smtp import SmtpServer

_PATIENCE_MS = 30_000


@dataclass
class Person:
    """Somebody with an address and a browser."""

    page: Page
    address: str
    """Of the site, or of the jury's space."""
    email: str
    mailbox: SmtpServer
    checked: set[str] = field(default_factory=set)
    """Kinds of page that axe has seen; shared by the people of a walk, since a second look costs seconds."""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(_PATIENCE_MS)
        expect.set_options(timeout=_PATIENCE_MS)

    def go(self, path: str) -> None:
        """Open a page, and have it checked."""
        self.page.goto(self.address + path)
        self.check()

    def check(self) -> None:
        """Fail on anything that axe finds in a page of a kind not seen yet, in another state or not."""
        kind = re.sub(r"[a-z2-7]{26}|\d+", "…", f"{self.page.url} {self.page.title().partition(' · ')[0]}")
        if kind in self.checked:
            return
        self.checked.add(kind)
        found = axe.violations(self.page)
        assert not found, f"{self.page.url}: {found}"

    def press(self, name: str) -> None:
        """Press a button and look at what comes."""
        self.page.get_by_role("button", name=_as_set(name)).click()
        self.page.wait_for_load_state()
        self.check()

    def follow(self, name: str) -> None:
        """Follow a link of the page's content and look at what comes."""
        self.main.get_by_role("link", name=_as_set(name)).first.click()
        self.page.wait_for_load_state()
        self.check()

    def fill(self, **answers: str) -> None:
        """Fill in fields by name."""
        for name, answer in answers.items():
            control = self.main.locator(f"[name='{name}']")
            if control.evaluate("e => e.tagName") == "SELECT":
                control.select_option(answer)
            else:
                control.fill(answer)

    def tick(self, *names: str) -> None:
        """Tick boxes by name, the way a visitor does: by their label."""
        for name in names:
            self.main.locator(f"label[for='{name}']").click(position={"x": 8, "y": 8})

    def choose(self, name: str, value: str) -> None:
        """Choose a radio button."""
        self.main.locator(f"input[name='{name}'][value='{value}']").check(force=True)

    @property
    def main(self) -> Locator:
        """The page's content."""
        return self.page.locator("main")

    @property
    def words(self) -> str:
        """What the content reads, with ordinary spaces and straight apostrophes."""
        return " ".join(self.main.inner_text().replace("’", "'").split())

    def sign_in(self) -> None:
        """Ask for a code, read it in the mail, give it."""
        self.go("/connexion")
        self.fill(email=self.email)
        known = len(self.mail("code"))
        self.press("Recevoir un code")
        self.fill(code=self._code(known))
        self.press("Se connecter")

    def mail(self, subject_word: str) -> list[str]:
        """Return the texts received whose subject holds this word, oldest first."""
        mine = [message for message in self.mailbox.messages if message["To"] == self.email]
        return [f"{m['Subject']}\n{_text_of(m)}" for m in mine if subject_word in m["Subject"]]

    def _code(self, known: int) -> str:
        limit = time.monotonic() + _PATIENCE_MS / 1000
        while len(received := self.mail("code")) <= known:
            assert time.monotonic() < limit, f"no code came to {self.email}"
            time.sleep(0.1)
        found = re.search(r"\b\d{6}\b", received[-1])
        assert found, received[-1]
        return found.group()


def _text_of(message: EmailMessage) -> str:
    """Return what is written, whatever else goes with it."""
    body = message.get_body(("plain",))
    assert body is not None, message["Subject"]
    return str(body.get_content())


def _as_set(name: str) -> re.Pattern[str]:
    """Return what finds a name as it is shown: with curly apostrophes and no-break spaces."""
    return re.compile("^" + re.escape(name).replace("'", "['’]").replace(r"\ ", r"\s"))


class Candidate(Person):
    """Fills in a dossier, sends a file, deposits."""

    def write_dossier(self, *, title: str, team: str, administration: str, category: str) -> None:
        """Write everything but the file."""
        self.go("/candidatures/")
        self.press("Commencer une candidature")
        self.entry = self.page.url.split("/candidatures/")[1].split("/")[0]
        self.go(f"/candidatures/{self.entry}/equipe")
        self.fill(team=team, administration=administration, contact_name="Camille Aubert", contact_email=self.email)
        self.tick("public_agent")
        self.press("Enregistrer et continuer")
        self.fill(title=title, category=category, summary="Une idée simple, essayée puis gardée.")
        self.press("Enregistrer et continuer")

    def send(self, path: Path) -> None:
        """Choose a file and send it, as the page does with a script."""
        self.go(f"/candidatures/{self.entry}/creation")
        self.main.locator("input[type=file]").set_input_files(path)
        self.page.get_by_role("button", name="Envoyer le fichier").click()

    def wait_for_acceptance(self) -> None:
        """Wait until the page says by itself that the file may be deposited."""
        expect(self.main.get_by_text("Le fichier peut être déposé")).to_be_visible()
        self.check()

    def wait_for_copy(self) -> None:
        """Wait until the page shows by itself what the jury will see."""
        expect(self.main.get_by_text("Ce que verra le jury")).to_be_visible()
        self.check()

    def deposit(self) -> str:
        """Accept the règlement, deposit, and return the receipt's number."""
        self.go(f"/candidatures/{self.entry}/verification")
        self.tick("rules_accepted", "rights_granted")
        self.press("Enregistrer et continuer")
        expect(self.main.get_by_text("Voici ce que vous allez déposer")).to_be_visible()
        self.press("Déposer la candidature")
        self.page.wait_for_url("**/depots/*")
        found = re.search(r"\b\w+-[A-Z2-9]{4}-[A-Z2-9]{4}\b", self.words)
        assert found, self.words
        return found.group()


class Organiser(Person):
    """Examines, invites, hands over, lifts anonymity, exports."""

    def admit_all(self) -> None:
        """Admit every entry that waits."""
        while True:
            self.go("/organisation/candidatures?etat=a-examiner")
            rows = self.main.locator("tbody th a")
            if not rows.count():
                return
            rows.first.click()
            self.check()
            self.choose("decision", "admitted")
            self.press("Enregistrer la décision")

    def invite(self, name: str, email: str, role: str) -> None:
        """Invite somebody to the panel."""
        self.go("/organisation/jury")
        self.fill(name=name, email=email, function="Membre invité")
        self.choose("role", role)
        self.press("Envoyer l'invitation")

    def close_deposits(self, opening: str, minute: str) -> None:
        """Bring both ends to the past, Paris time, and confirm: a quick walk is still in the minute of the opening."""
        self.go("/organisation/edition/calendrier")
        self.fill(opens_at=opening, closes_at=minute)
        self.press("Enregistrer")
        self.tick("close_now")
        self.press("Enregistrer")

    def hand_over(self) -> None:
        """Give the works to the jury."""
        self.go("/organisation/transmission")
        self.tick("confirm")
        self.press("Transmettre les œuvres au jury")


class Juror(Person):
    """Accepts the seat, then scores every work."""

    def accept(self) -> None:
        """Accept the charter and the seat."""
        self.go("/invitation/")
        self.fill(bodies="Ministère des lisières")
        self.tick("accepted")
        self.press("J'accepte de siéger")

    def score_all(self, points: Mapping[str, int]) -> None:
        """Score every work that waits, the same on each criterion, after its title."""
        self.go("/")
        self.follow_first()
        for _ in points:
            title = self.page.get_by_role("heading", level=1).inner_text().replace("’", "'")
            self.score(next(value for name, value in points.items() if name in title))

    def follow_first(self) -> None:
        """Begin where the page says to begin."""
        self.main.get_by_role("link", name=re.compile("^(Commencer|Continuer)")).click()
        self.check()

    def score(self, value: int) -> None:
        """Give this score on every criterion and go on to the next work."""
        for scale in self.main.locator(".cj-criterion").all():
            scale.locator(f"input[value='{value}']").check(force=True)
        here = self.page.url.partition("#")[0]
        self.page.get_by_role("button", name="Enregistrer et suivant").click()
        # The page goes on once the last score is kept, not when the button is pressed.
        self.page.wait_for_url(lambda url: url.partition("#")[0] != here)
        self.check()
