"""The console's pages of filters, acts on several entries, messages and mails."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from concours.accounts.models import AuditEvent, Outbox
from concours.entries.models import Entry, Problem
from concours.intake.models import Creation, CreationState
from concours.kernel import mail
from concours.kernel.ids import new_id
from tests.fakes.clock import FrozenClock
from tests.organisers_contest import OPEN, Console, deposited, draft
from tests.page import Page, page

HOSTILE = (
    "candidatures?etat=x&categorie=%00&type=exe&copie=%27&tri=id%3B&page=-1&probleme=",
    "candidatures?q=%25_%5C%27%22&page=99999999999999999999",
    "candidatures?categorie=bande+dessin%C3%A9e&type=pdf&copie=prete&probleme=1&accords=1&delai=1&tri=equipe",
    "candidatures/ensemble?acte=admit&choix=page&page=zz",
    "candidatures/ensemble?acte=write&choix=coche&entry=%00&entry=x",
    "courriers?etat=zz&q=%25%00&page=0",
    "courriers?etat=echec",
)


@pytest.fixture
def console(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Console:
    return Console(tmp_path, sqlite_url, clock)


def add(console: Console, title: str, *, state: CreationState = CreationState.READY) -> str:
    with console.database.write() as session:
        return deposited(session, title, state=state).id


def titles(found: Page) -> list[str]:
    return sorted("".join(row.find("a").itertext()) for row in found.all("th", scope="row"))  # type: ignore[union-attr]  # each row has its link


def test_an_address_that_asks_for_nonsense_is_answered_as_if_it_did_not(console: Console) -> None:
    add(console, "Une")
    for path in HOSTILE:
        assert console.page(path).one("h1") is not None, path


def test_criteria_narrow_the_list_are_said_and_are_removed_one_by_one(console: Console) -> None:
    plain, odd = add(console, "Ordinaire"), add(console, "Singulière", state=CreationState.FAILED)
    with console.database.write() as session:
        entry = session.get_one(Entry, odd)
        assert entry.deposit_id is not None
        entry.open_until, actor = OPEN, console.organiser_id
        told = {"entry_id": odd, "deposit_id": entry.deposit_id, "text": "Son coupé", "at": OPEN}
        session.add(Problem(signalled_by=actor, **told))
        session.get_one(Creation, session.get_one(Entry, plain).creation_id).kind = "mp4"
    everything = ["Ordinaire", "Singulière"]
    for asked, expected in {
        "probleme=oui": ["Singulière"],
        "delai=oui": ["Singulière"],
        "copie=echec": ["Singulière"],
        "copie=prete": ["Ordinaire"],
        "type=mp4": ["Ordinaire"],
        "accords=oui": [],
        "categorie=inconnue": everything,
        "categorie=bande+dessin%C3%A9e": everything,
        "tri=titre": everything,
    }.items():
        assert titles(console.page(f"candidatures?{asked}")) == expected, asked
    found = console.page("candidatures?etat=a-examiner&copie=echec&type=pdf&tri=titre")
    assert "1 candidature sur 2. La liste est filtrée" in found.text
    wider = found.follow("fichier PDF (ôter ce filtre)×").follow("copie pour le jury : en échec (ôter ce filtre)×")
    assert titles(wider) == everything
    assert wider.response.request.url.endswith("?etat=a-examiner&tri=titre")


def test_an_act_is_confirmed_done_shown_and_undone(console: Console) -> None:
    for title in ("Une", "Deux"):
        add(console, title)
    unsent = add(console, "Trois", state=CreationState.RECEIVED)
    asked = console.page("candidatures/ensemble?choix=filtre&acte=refuse&q=Trois&etat=recevables")
    assert "Aucune candidature n'est choisie" in asked.text
    asked = console.page(f"candidatures/ensemble?choix=coche&entry={unsent}&entry={'y' * 26}&acte=admit")
    assert "n'est pas encore vérifié" in asked.text
    asked = console.page("candidatures/ensemble?choix=page&acte=refuse&etat=a-examiner&copie=prete")
    assert "2 candidatures seraient concernées" in asked.text
    kept = asked.form("ensemble").submit(status=422)
    assert kept.errors, "a refusal says why"
    done = kept.form("ensemble").submit(ready_reason="incomplete", words="Sans résumé.")
    assert "2 candidatures. Chaque acte est au journal." in done.text
    assert titles(console.page("candidatures?etat=irrecevables")) == ["Deux", "Une"]
    undone = done.form("annuler").submit()
    assert "2 candidatures sont revenues à ce qu'elles étaient" in undone.text
    assert titles(console.page("candidatures?etat=irrecevables")) == []


def test_a_message_to_chosen_teams_is_read_mail_by_mail_then_sent_and_followed(console: Console) -> None:
    with console.database.write() as session:
        ids = [draft(session, title).id for title in ("Une <i>", "Deux")]
    chosen = "&".join(f"entry={entry_id}" for entry_id in ids)
    draft_page = console.page(f"candidatures/ensemble?choix=coche&acte=write&{chosen}").form("messages").submit()
    assert "2 destinataires" in draft_page.text
    path = draft_page.path.removeprefix("/organisation/")
    preview = draft_page.form(path).submit(subject="À propos de {titre}", body="Bonjour {prenom}.\nFin.")
    assert "Courriel 1 sur 2" in preview.text
    assert "À propos de" in preview.follow("Courriel suivant").text
    fewer = preview.form("destinataires").submit()
    assert "1 personne à qui ce message ne part pas" in fewer.text
    sent = fewer.form("envoyer").submit()
    assert "Message envoyé : 1 courriel part." in sent.text
    again = page(console.organiser, f"/organisation/{path}/envoyer", data=fewer.form("envoyer").held)
    assert "rien n'est parti deux fois" in again.text
    with console.database.read() as session:
        [row] = session.scalars(select(Outbox)).all()
    assert "En attente" in console.page("courriers").text
    letter = console.page(f"courriers/{row.id}")
    assert "Bonjour Madame, Monsieur." in letter.text
    with console.database.read() as session:
        assert session.scalars(select(AuditEvent.subject).where(AuditEvent.action == "mail_read")).all() == [row.id]
    assert "1 courriel en attente annulé" in sent.form("arreter").submit().text
    assert "ne se renvoie pas" in console.page(f"courriers/{row.id}").text


def test_a_ready_made_text_is_worded_for_the_edition_and_its_fields_are_checked(console: Console) -> None:
    form = console.page("messages/modeles/rappel").form()
    refused = form.submit(body="Bonjour {nom}", status=422)
    assert "Le champ {nom} n'existe pas" in refused.text
    assert "enregistré pour cette édition" in refused.form().submit(body="Bonjour {prenom}, vite !").text
    begun = console.page("messages").form().submit(audience="drafts", template="rappel")
    assert "vite !" in begun.text
    assert "Brouillon supprimé" in begun.form("supprimer").submit().text
    console.page("messages/modeles/x", status=404)
    console.page(f"messages/{'x' * 26}", status=404)


def test_the_log_tells_why_a_mail_bounced_and_all_that_failed_is_sent_again(console: Console) -> None:
    with console.database.write() as session:
        for number, template in enumerate(("entries/mails/refused.txt", "accounts/mails/code.txt"), 1):
            message = mail.Message(f"p{number}@agents.example", f"Objet {number} : 123456", "Corps", template=template)
            row = session.get_one(Outbox, mail.enqueue(session, Outbox, message, now=OPEN))
            row.due_at, row.error = None, "SMTPRecipientsRefused"
    assert re.search(r"1\scourriel n.est pas arrivé", console.page("").text)
    failed = console.page("courriers?etat=echec")
    assert "refusée par le serveur de messagerie" in failed.text
    assert "Objet 2 : (code masqué)" in failed.text
    asked = failed.follow("Tout renvoyer…")
    assert "p2@agents" not in asked.text
    assert "Messages renvoyés : 1." in asked.form().submit(confirm="y").text
    assert "pas arrivé" not in console.page("").text
    assert titles(console.page("courriers?etat=echec")) == ["Objet 2 : (code masqué)"]
    assert titles(console.page("courriers?q=p1%40")) == ["Objet 1 : 123456"] * 2
    hidden = console.page("courriers?q=p2%40").follow("Objet 2 : (code masqué)")
    assert "n'est pas montré" in hidden.text
    assert "Corps" not in hidden.text
    page(console.organiser, f"/organisation/courriers/{new_id()}", status=404)
