"""Those who organise, as the console shows them; what production exacts; the log of who saw what."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from concours.accounts import second_factor
from concours.accounts.models import Account, AuditEvent
from concours.accounts.operations import make_organiser, make_sign_in_link
from concours.accounts.rules import OrganiserRole
from concours.app import create_app
from concours.cli import main
from concours.kernel.audit import AuditMixin, record
from concours.kernel.db import Database
from concours.kernel.web.security_log import KEPT, append
from concours.organisers.journal_words import SENTENCES
from jury.models import JuryAudit
from tests.fakes.clock import SOME_MORNING, FrozenClock
from tests.guards.source import code, name_of
from tests.organisers_contest import OPEN, Console, deposited
from tests.page import page
from tests.unguarded import unguarded

OMAR = "omar@concours.example"


@pytest.fixture
def console(tmp_path: Path, sqlite_url: str) -> Console:
    return Console(tmp_path, sqlite_url, FrozenClock(OPEN))


def account(console: Console, email: str = OMAR) -> Account:
    with console.database.read() as session:
        return session.scalars(select(Account).where(Account.email == email)).one()


def test_an_organiser_is_invited_given_another_role_and_removed(console: Console) -> None:
    form = console.page("secretariat").form("secretariat")
    assert "L'invitation part par courriel" in form.submit(email=OMAR, role="check_in").text
    them = account(console)
    omar = console.sign_in(OMAR)
    assert page(omar, "/organisation/inscriptions").text.count("Registre des dépôts") == 0
    assert "Votre rôle, Accueil" in page(omar, "/organisation/candidatures", status=403).text
    one = console.page(f"secretariat/{them.id}")
    assert "Dernière connexion" in one.text
    assert "a désormais le rôle « Lecture seule »" in one.form().submit(role="reader").text
    assert "Lecture seule : vous voyez toute la console" in page(omar, "/organisation/candidatures").text
    gone = console.page(f"secretariat/{them.id}/retirer").form().submit()
    assert "L'inviter de nouveau" in gone.text
    assert omar.get("/organisation/").headers["Location"].endswith("/connexion")
    assert account(console).role == ""


def test_removing_oneself_is_asked_and_the_last_one_stays(console: Console) -> None:
    form = console.page(f"secretariat/{console.organiser_id}/retirer").form()
    assert "Vous retirer de l'organisation ?" in form.page.text
    assert form.submit(status=422).errors
    assert "C'est la dernière personne du secrétariat" in form.submit(status=409, confirm="y").text
    with console.database.write() as session:
        make_organiser(session, email=OMAR, actor="command", now=OPEN)
    assert form.submit(confirm="y").path == "/connexion"
    assert account(console, "secretariat@concours.example").role == ""


def test_the_command_resets_the_last_one_s_telephone(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    safe, who = second_factor.Safe("s" * 48), console.organiser_id
    with console.database.write() as session:
        code = pyotp.TOTP(second_factor.prepare(session, safe, account_id=who, now=OPEN)).at(OPEN)
        second_factor.confirm(session, safe, account_id=who, code=code, token="", now=OPEN)
    monkeypatch.setenv("DATABASE_URL", console.database.url)
    asked = CliRunner().invoke(main, ["organiser", "reset", "secretariat@concours.example"])
    assert asked.exit_code == 0, asked.output
    again = CliRunner().invoke(main, ["organiser", "reset", "secretariat@concours.example"])
    assert (again.exit_code, "rien à réinitialiser" in again.output) == (1, True)


def test_production_opens_the_console_once_a_telephone_is_associated(console: Console) -> None:
    strict = replace(console.settings, production=True)
    app = create_app(replace(console.settings), clock=console.clock)
    held = app.extensions["concours"]
    app.extensions["concours"] = replace(held, settings=strict)
    browser = app.test_client()
    with console.database.write() as session:
        token = make_sign_in_link(session, email="secretariat@concours.example", now=OPEN, reusable=True)
    browser.get(f"/connexion/lien/{token}")
    sent = page(browser, "/organisation/candidatures")
    assert sent.path == "/compte/second-facteur"
    assert "exigé de qui organise" in sent.text
    enrol = sent.follow("Associer mon téléphone")
    phone = pyotp.TOTP("".join("".join(enrol.one(class_="ac-key").itertext()).split()))
    assert enrol.form().submit(status=422, code="000000").errors
    assert "Ils ne s'afficheront plus" in enrol.form().submit(code=phone.at(OPEN)).text
    assert page(browser, "/organisation/candidatures").path == "/organisation/candidatures"


@pytest.mark.parametrize(("full", "asked"), [(True, False), (False, True)])
def test_a_link_of_the_service_asks_no_telephone(console: Console, *, full: bool, asked: bool) -> None:
    safe, who = second_factor.Safe(console.app.extensions["concours"].secret), console.organiser_id
    with console.database.write() as session:
        code = pyotp.TOTP(second_factor.prepare(session, safe, account_id=who, now=OPEN)).at(OPEN)
        second_factor.confirm(session, safe, account_id=who, code=code, token="", now=OPEN)
        token = make_sign_in_link(session, email="secretariat@concours.example", now=OPEN, full=full)
    browser = console.app.test_client()
    form = page(browser, f"/connexion/lien/{token}").form()
    assert (form.submit().path == "/connexion/second-facteur") is asked


def test_the_log_says_who_saw_what_and_is_narrowed(console: Console) -> None:
    with console.database.write() as session:
        entry_id = deposited(session, "Le guichet = 100 %").id
        make_organiser(session, email=OMAR, role=OrganiserRole.READER, actor=console.organiser_id, now=OPEN)
    omar = console.sign_in(OMAR)
    for _ in range(2):
        page(omar, f"/organisation/candidatures/{entry_id}")
    seen = "omar@concours.example a lu un dossier (noté une fois par jour) : Le guichet = 100 %"
    text = console.page("journal").text
    assert text.count(seen) == 1
    invited = "secretariat@concours.example a invité une personne à organiser : omar@concours.example"
    assert f"{invited} (rôle : Lecture seule)" in text
    for narrowing, kept in (
        ("qui=omar", True),
        ("qui=secretariat", False),
        ("quoi=guichet", True),
        ("quoi=comptoir", False),
        ("acte=dossier_seen", True),
        ("acte=exported", False),
        ("du=2027-02-01&au=2027-02-01", True),
        ("du=2027-02-02", False),
        ("au=9999-12-31&du=hier&page=99999999", True),
    ):
        found = console.page(f"journal?{narrowing}").text
        assert (seen in found or "page=" in narrowing) is kept, narrowing


def test_each_act_that_is_recorded_reads_as_a_sentence() -> None:
    recorded = {
        keyword.value.value
        for path, tree in code()
        if name_of(path).startswith("concours/")
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "action" and isinstance(keyword.value, ast.Constant)
    }
    assert "admissibility_decided" in recorded
    assert recorded - set(SENTENCES) == set(), "Say in concours/organisers/journal_words.py what the act is."


def test_the_security_log_forgets_what_is_older_than_six_months(tmp_path: Path) -> None:
    for age in (timedelta(0), timedelta(days=1), KEPT, KEPT + timedelta(days=1)):
        append(tmp_path, "concours", who="a", outcome="code", now=SOME_MORNING - age)
    append(tmp_path, "jury", who="a", outcome="code", now=SOME_MORNING - KEPT - timedelta(days=9))
    append(tmp_path, "concours", who="b", outcome="link", now=SOME_MORNING)
    assert len(list(tmp_path.glob("security-concours-*"))) == 4
    append(tmp_path, "concours", who="b", outcome="link", now=SOME_MORNING + timedelta(days=1))
    assert len(list(tmp_path.glob("security-concours-*"))) == 3
    assert list(tmp_path.glob("security-jury-*")) == []  # where nobody signs in any more, nothing is kept for ever


CHAINS: dict[str, type[AuditMixin]] = {"concours": AuditEvent, "jury": JuryAudit}
TAMPERINGS = {
    "modifié": ["UPDATE {0} SET actor = 'x' WHERE position = 2"],
    "retiré": ["DELETE FROM {0} WHERE position = 2"],
    "inséré": [
        "UPDATE {0} SET position = position + 10 WHERE position > 1",
        "UPDATE {0} SET position = position - 9 WHERE position > 10",
        "INSERT INTO {0} SELECT 2, at, actor, action, subject, details, digest, 'forged' FROM {0} WHERE position = 1",
    ],
    "déplacé": [
        "UPDATE {0} SET position = 99 WHERE position = 2",
        "UPDATE {0} SET position = 2 WHERE position = 3",
        "UPDATE {0} SET position = 3 WHERE position = 99",
    ],
}


@pytest.mark.parametrize("side", ["concours", "jury"])
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_the_command_tells_what_was_done_to_a_chain(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, side: str, tampering: str
) -> None:
    table = CHAINS[side]
    with sqlite_database.write() as session:
        for number in range(4):
            record(session, table, actor="a" * 26, action="tried", subject=str(number), now=SOME_MORNING)
    monkeypatch.setenv("DATABASE_URL", sqlite_database.url)
    intact = CliRunner().invoke(main, ["audit", "verify"])
    assert intact.exit_code == 0, intact.output
    assert f"{side} : 4 actes, chaîne intacte, repère {side}:4:" in intact.output
    with unguarded(sqlite_database) as session:
        for act in TAMPERINGS[tampering]:
            session.execute(text(act.format(table.__tablename__)))
    broken = CliRunner().invoke(main, ["audit", "verify"])
    assert broken.exit_code == 1
    assert f"{side} : chaîne rompue, l'acte n° 2 a été {tampering}." in broken.output


def test_an_anchor_tells_a_chain_that_was_cut_short(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write() as session:
        make_organiser(session, email=OMAR, actor="command", now=OPEN)
        make_organiser(session, email="ines@concours.example", actor="command", now=OPEN)
    monkeypatch.setenv("DATABASE_URL", database.url)
    anchor = CliRunner().invoke(main, ["audit", "verify"]).output.split("repère ")[1].split()[0]
    assert CliRunner().invoke(main, ["audit", "verify", "--anchor", anchor]).exit_code == 0
    with unguarded(database) as session:
        session.execute(text("DELETE FROM audit_event WHERE position = 2"))
    assert CliRunner().invoke(main, ["audit", "verify"]).exit_code == 0  # nothing in the chain itself can tell
    cut = CliRunner().invoke(main, ["audit", "verify", "--anchor", anchor])
    assert (cut.exit_code, "du repère n'y est plus" in cut.output) == (1, True)
    assert "n'est pas un repère" in CliRunner().invoke(main, ["audit", "verify", "--anchor", "x"]).output
