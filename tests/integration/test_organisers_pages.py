"""The console's pages: who enters, what they show, what they never show."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from concours.accounts.models import Outbox
from concours.entries.models import Entry
from concours.intake.models import Creation, CreationState, JuryFile
from concours.kernel.mail import CALLED_OFF
from concours.organisers import operations, queries
from jury.models import JuryWork
from tests.fakes.clock import FrozenClock
from tests.organisers_contest import CLOSED, OPEN, Console, decide, deposit, deposited, draft, withdraw
from tests.page import page

PAGES = (
    "",
    "candidatures",
    "jury",
    "transmission",
    "avancement",
    "edition",
    "edition/calendrier",
    "edition/regles",
    "edition/textes/faq",
    "secretariat",
    "journal",
)


@pytest.fixture
def console(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Console:
    return Console(tmp_path, sqlite_url, clock)


def add(console: Console, title: str, *, state: CreationState = CreationState.READY) -> str:
    with console.database.write() as session:
        return deposited(session, title, state=state).id


def admit(console: Console, *ids: str) -> None:
    with console.database.write() as session:
        for entry_id in ids:
            decide(session, session.get_one(Entry, entry_id), actor=console.organiser_id)


def invite(console: Console, names: Sequence[tuple[str, str]]) -> None:
    with console.database.write() as session:
        for name, role in names:
            operations.invite_member(
                session,
                email=f"{name.lower()}@jury.example",
                name=name,
                function="Designer",
                role=role,
                jury_url="http://jury.example/jury",
                actor=console.organiser_id,
                now=OPEN,
            )


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_is_sent_to_sign_in(console: Console, path: str) -> None:
    assert page(console.app.test_client(), f"/organisation/{path}").path == "/connexion"


@pytest.mark.parametrize("path", PAGES)
def test_a_candidate_may_not_enter(console: Console, path: str) -> None:
    refused = page(console.sign_in("candidate@agents.example"), f"/organisation/{path}", status=403)
    assert "réservée au secrétariat" in refused.text


@pytest.mark.parametrize("path", PAGES)
def test_each_page_stands_before_anything_has_happened(console: Console, path: str) -> None:
    found = console.page(path)
    current = [link for link in found.all("a") if link.get("aria-current") in {"page", "true"}]
    assert current, "the menu says where one is"


def test_the_dashboard_says_what_to_do_now(console: Console) -> None:
    add(console, "Le guichet")
    failed = add(console, "Le film", state=CreationState.FAILED)
    with console.database.write() as session:
        row = Outbox(recipient="a@b.example", subject="S", text="T", created_at=OPEN, error="550 user unknown")
        called_off = Outbox(recipient="a@b.example", subject="S", text="T", created_at=OPEN, error=CALLED_OFF)
        session.add_all([row, called_off])
    found = console.page()
    text = found.text
    assert "Clôture des dépôts dans 40 jours" in text
    assert "1 courriel n'est pas arrivé." in text
    assert any(link.endswith("/organisation/courriers?etat=echec") for link in found.links.values())
    assert any(link.endswith(f"/candidatures/{failed}") for link in found.links.values())
    assert "2 candidatures déposées à examiner." in text
    assert "La plus ancienne attend depuis moins d'une heure." in text
    assert "Complétez le jury" in text
    console.move_to(CLOSED)
    assert "Vérifiez ce qui empêche encore la transmission" in console.page().text


def test_drafts_deposited_and_withdrawn_entries_read_differently(console: Console) -> None:
    add(console, "Celle qui est déposée")
    with console.database.write() as session:
        draft(session, "Celle qui est brouillon")
        withdraw(session, deposited(session, "Celle qui est retirée"), at=OPEN)
    text = console.page("candidatures").text
    assert re.search(r"Celle qui est déposée .{0,120}À examiner 1er février 2027, 10 h 00", text)
    assert re.search(r"Celle qui est brouillon .{0,120}Brouillon Pas encore déposée", text)
    assert re.search(r"Celle qui est retirée .{0,120}Retirée Retirée : aucun dépôt ne compte", text)


def test_the_list_is_narrowed_by_state_and_by_words(console: Console) -> None:
    admit(console, add(console, "Éclaircie"))
    add(console, "Brouillard")
    assert "Brouillard" not in console.page("candidatures?etat=recevables").text
    assert "Éclaircie" not in console.page("candidatures?etat=a-examiner").text
    found = console.page("candidatures?q=eclaircie+OMBRE").text
    assert "Éclaircie" in found
    assert "Brouillard" not in found
    assert "Aucune candidature ici" in console.page("candidatures?q=introuvable").text


def test_an_entry_shows_its_dossier_its_file_and_its_jury_copy(console: Console) -> None:
    entry_id = add(console, "Le guichet")
    found = console.page(f"candidatures/{entry_id}")
    for words in ("Zéphyrine Quatremère", "Val d'Ombre", "Planche 1", "a" * 64, "1,2 Mo", "J'ai lu le règlement"):
        assert words in found.text
    assert len(found.one("ol", class_="cc-pages").findall("li")) == 2


def test_an_entry_says_what_was_found_in_its_file(console: Console) -> None:
    entry_id = add(console, "Le guichet")
    assert "Relevé dans le fichier" not in console.page(f"candidatures/{entry_id}").text
    with console.database.write() as session:
        creation_id = session.get_one(Entry, entry_id).creation_id
        session.get_one(Creation, creation_id).findings = ["links", "text_only", "<b>unknown</b>"]
    shown = console.page(f"candidatures/{entry_id}").text
    assert "liens vers internet" in shown
    assert "vérifiez qu" in shown
    assert "unknown" not in shown


def test_an_entry_is_admitted_then_refused_then_open_again(console: Console) -> None:
    entry_id = add(console, "Le guichet")
    admitted = console.page(f"candidatures/{entry_id}").form(f"candidatures/{entry_id}").submit(decision="admitted")
    assert "est déclarée recevable" in admitted.text
    refused = admitted.form(f"candidatures/{entry_id}").submit(
        decision="refused", ready_reason="anonymity", words="Logo page 2."
    )
    assert "permet d'identifier l'administration. Logo page 2." in refused.text
    assert "Irrecevable, décision prononcée le lundi 1er février 2027" in refused.text
    again = refused.form("annuler-la-decision").submit()
    assert "de nouveau à examiner" in again.text


def test_a_refusal_without_reason_says_so_and_keeps_nothing(console: Console) -> None:
    entry_id = add(console, "Le guichet")
    form = console.page(f"candidatures/{entry_id}").form(f"candidatures/{entry_id}")
    refused = form.submit(status=422, decision="refused", ready_reason="other")
    assert any("toujours motivée" in error for error in refused.errors)
    with console.database.read() as session:
        assert queries.admissibility_of(session, entry_id) is None


def test_a_decision_made_on_an_older_deposit_is_refused(console: Console) -> None:
    entry_id = add(console, "Le guichet")
    form = console.page(f"candidatures/{entry_id}").form(f"candidatures/{entry_id}")
    with console.database.write() as session:
        deposit(session, session.get_one(Entry, entry_id), at=OPEN)
    refused = form.submit(status=409, decision="admitted")
    assert any("entre-temps" in error for error in refused.errors)


def test_a_new_deposit_after_the_decision_is_pointed_out(console: Console) -> None:
    entry_id = add(console, "Le guichet")
    admit(console, entry_id)
    with console.database.write() as session:
        deposit(session, session.get_one(Entry, entry_id), at=OPEN)
    assert "Nouveau dépôt depuis la décision : à revoir" in console.page(f"candidatures/{entry_id}").text


def test_previous_and_next_go_round_the_entries_to_examine(console: Console) -> None:
    first, second, third = (add(console, title) for title in ("Un", "Deux", "Trois"))
    admit(console, second)
    found = console.page(f"candidatures/{first}")
    assert found.links["Suivante à examiner"].endswith(third)
    assert found.follow("Suivante à examiner").links["Suivante à examiner"].endswith(first)


def test_the_original_is_a_download_under_a_name_that_tells_nobody(console: Console, tmp_path: Path) -> None:
    entry_id = add(console, "Le guichet")
    with console.database.read() as session:
        creation = queries.find_examined(session, entry_id).creation
        assert creation is not None
    folder = tmp_path / "uploads" / "quarantine"
    folder.mkdir(parents=True)
    (folder / creation.quarantine_key).write_bytes(b"x" * creation.size)
    answer = console.organiser.get(f"/organisation/candidatures/{entry_id}/original")
    disposition = answer.headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename=creation-2027-[a-z0-9-]+\.pdf", disposition)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert len(answer.data) == creation.size


def test_a_film_plays_in_the_page_and_is_served_in_ranges(console: Console, tmp_path: Path) -> None:
    entry_id, content = add(console, "Le film", state=CreationState.ACCEPTED), b"0123456789"
    digests = {role: hashlib.sha256(role.encode()).hexdigest() for role in ("video", "poster")}
    folder = tmp_path / "uploads" / "ready"
    folder.mkdir(parents=True)
    with console.database.write() as session:
        creation = queries.find_examined(session, entry_id).creation
        assert creation is not None
        creation.jury_files = [
            JuryFile(role=role, position=1, digest=digest, mime="video/mp4", size=10, width=64, height=36)
            for role, digest in digests.items()
        ]
        creation.state = CreationState.READY
    for digest in digests.values():
        (folder / digest).write_bytes(content)
    source = console.page(f"candidatures/{entry_id}").one("source").get("src", "")
    assert not any(digest in source for digest in digests.values())
    part = console.organiser.get(source, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data) == (206, b"234")
    assert console.organiser.get(source + "x").status_code == 404


def test_a_draft_has_neither_decision_nor_download(console: Console) -> None:
    with console.database.write() as session:
        entry_id = draft(session, "Pas encore").id
    found = console.page(f"candidatures/{entry_id}")
    assert "Ce dossier est un brouillon : il n'est pas déposé" in found.text
    assert not found.all("section", aria_labelledby="recevabilite")
    assert console.organiser.get(f"/organisation/candidatures/{entry_id}/original").status_code == 404


def test_a_copy_that_could_not_be_made_is_said_and_made_again(console: Console) -> None:
    entry_id = add(console, "Le guichet", state=CreationState.FAILED)
    failed = console.page(f"candidatures/{entry_id}")
    assert "Échec de la copie destinée au jury" in failed.text
    again = failed.form("relancer-la-copie").submit()
    assert "se prépare" in again.text
    page(console.organiser, again.path + "/relancer-la-copie", status=409, data=again.form(entry_id).held)


def test_the_panel_is_invited_and_told_by_mail(console: Console) -> None:
    form = console.page("jury").form("jury")
    found = form.submit(name="Aïcha Benali", email="aicha@jury.example", function="Designer", role="president")
    assert "Aïcha Benali fait partie du jury" in found.text
    assert "Pas encore connecté·e" in found.text
    assert "Il manque : le secrétariat du jury, au moins un·e juré·e." in found.text
    assert found.links[console.settings.jury_url] == console.settings.jury_url


def test_an_address_is_invited_once(console: Console) -> None:
    invite(console, [("Aicha", "juror")])
    form = console.page("jury").form("jury")
    refused = form.submit(status=409, name="Aïcha", email="aicha@jury.example", role="juror")
    assert any("déjà" in error for error in refused.errors)


def test_a_member_is_taken_off_the_panel_after_a_question(console: Console) -> None:
    invite(console, [("Aicha", "juror")])
    question = console.page("jury").follow("Retirer Aicha du jury")
    assert "ne fait plus partie du jury" in question.form("retirer").submit().text


def test_the_handing_over_is_prepared_confirmed_and_done_once(console: Console) -> None:
    first, second = add(console, "Un"), add(console, "Deux")
    admit(console, first)
    before = console.page("transmission")
    assert not list(before.one("main").iter("form"))
    assert "Recevabilité à prononcer : « Deux »." in before.text
    assert "Les dépôts ne sont pas clos" in before.text
    admit(console, second)
    console.move_to(CLOSED)
    form = console.page("transmission").form()
    assert form.submit(status=422).errors
    done = form.submit(confirm="y")
    assert "2 œuvres : le samedi 13 mars 2027 à 20 h 00" in done.text
    again = form.submit(status=409, confirm="y")
    assert "déjà été transmises" in again.text


def test_no_number_is_in_the_console_before_unsealing(console: Console) -> None:
    ids = [add(console, f"Titre {letter}") for letter in "ABC"]
    admit(console, *ids)
    invite(console, [("Aicha", "president"), ("Bruno", "secretary"), ("Chloe", "juror")])
    with console.database.write() as session:
        operations.hand_over(session, actor=console.organiser_id, now=CLOSED)
        works = session.scalars(select(JuryWork)).all()
        planted = {work.id: f"{8_000_000 + index}" for index, work in enumerate(works)}
        for work in works:
            work.number = int(planted[work.id])
    console.move_to(CLOSED)
    shown = [console.page(path).html for path in PAGES] + [console.page(f"candidatures/{each}").html for each in ids]
    assert sum("Titre A" in html for html in shown) > 1
    for html in shown:
        assert not [secret for pair in planted.items() for secret in pair if secret in html]


def test_the_progress_of_the_jury_is_counts_alone(console: Console) -> None:
    admit(console, add(console, "Un"))
    invite(console, [("Aicha", "president"), ("Bruno", "secretary")])
    with console.database.write() as session:
        operations.hand_over(session, actor=console.organiser_id, now=CLOSED)
    console.move_to(CLOSED)
    text = console.page("avancement").text
    assert "1 œuvre à évaluer par 1 personne" in text
    assert "Aicha (présidence)" in text
    assert "Bruno" not in text


def test_the_log_reads_in_words_and_says_that_it_holds(console: Console) -> None:
    entry_id = add(console, "Le guichet")
    admit(console, entry_id)
    found = console.page("journal")
    told = "a prononcé la recevabilité d'une candidature : Le guichet (décision : recevable)."
    assert f"secretariat@concours.example {told}" in found.text
    assert "Journal du concours : vérifié à l'instant, la chaîne est intacte." in found.text
    assert found.links["Le guichet"].endswith(entry_id)


def test_the_log_keeps_the_title_that_was_deposited(console: Console) -> None:
    entry_id = add(console, "Le guichet")
    admit(console, entry_id)
    with console.database.write() as session:
        session.get_one(Entry, entry_id).title = "Le comptoir"
        operations.clear_admissibility(session, entry_id=entry_id, actor=console.organiser_id, now=OPEN)
    text = console.page("journal").text
    assert "a prononcé la recevabilité d'une candidature : Le guichet (décision : recevable)" in text
    assert "a annulé la décision de recevabilité d'une candidature : Le comptoir" in text


def test_somebody_is_added_to_the_secretariat(console: Console) -> None:
    found = console.page("secretariat").form("secretariat").submit(email="Nouveau@concours.example", role="secretariat")
    assert "nouveau@concours.example" in found.text
    assert page(console.sign_in("nouveau@concours.example"), "/organisation/").path == "/organisation/"


def test_the_progress_of_a_copy_and_the_cause_of_a_failed_try_are_said(console: Console) -> None:
    entry_id = add(console, "Le guichet", state=CreationState.ACCEPTED)
    with console.database.write() as session:
        creation = queries.find_examined(session, entry_id).creation
        assert creation is not None
        creation.progress, creation.attempts, creation.reason = 0.42, 2, "SandboxFailure"
    shown = console.page(f"candidatures/{entry_id}")
    assert "Copie pour le jury : 42 %" in shown.text.replace("\xa0", " ").replace("\u202f", " ")
    assert shown.one("progress").get("value") == "42"
    assert "le programme qui fabrique la copie" in shown.text
    with console.database.write() as session:
        creation = queries.find_examined(session, entry_id).creation
        assert creation is not None
        creation.state = CreationState.FAILED
    assert "code : SandboxFailure" in console.page(f"candidatures/{entry_id}").text.replace("\xa0", " ")
