"""A team's pages: inviting, accepting, leaving; what each sees; and what a wrong hand or a hurried one changes."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from concours.entries.models import Entry
from concours.entries.phone import Errand, make_token
from concours.entries.rules import INVITATION_LIFETIME
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.page import Page, page, read
from tests.people_scene import MEMBER, OWNER, STRANGER, shared, token_for
from tests.tus_client import Tus


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def owner(scene: Scene) -> FlaskClient:
    return scene.sign_in(OWNER)


def link_to(scene: Scene, email: str = MEMBER) -> str:
    """Return the address in the newest invitation's mail."""
    with scene.database.read() as session:
        return f"/invitations/{token_for(session, email)}"


def invited(scene: Scene, owner: FlaskClient, email: str = MEMBER) -> str:
    """Invite somebody to a complete dossier by its page; return its identifier."""
    entry_id = scene.complete(OWNER)
    page(owner, f"/candidatures/{entry_id}/personnes").form("/personnes").submit(email=email)
    return entry_id


def rows(found: Page) -> list[str]:
    return [read(row) for row in found.one("tbody").iter("tr")]


def test_from_the_invitation_to_a_deposit_by_whoever_was_invited(scene: Scene, owner: FlaskClient) -> None:
    entry_id = scene.complete(OWNER)
    people = page(owner, f"/candidatures/{entry_id}").follow("Inviter une personne")
    told = people.form("/personnes").submit(email=MEMBER)
    assert f"L'invitation part par courriel à {MEMBER}" in told.text
    assert "Elle vaut jusqu'au lundi 15 février 2027 à 10 h 00 (heure de Paris)" in told.text
    guest = scene.app.test_client()
    asked = page(guest, link_to(scene))
    assert (MEMBER in asked.text, "Le guichet qui vient à vous" in asked.text) == (True, False)
    assert page(guest, link_to(scene)).form("/connexion").submit().path == "/connexion/code"
    (code,) = [mail.subject.rpartition(" ")[2] for mail in scene.mails() if mail.subject.startswith("Votre code")]
    welcome = page(guest, "/connexion/code").form().submit(code=code)
    assert welcome.path == link_to(scene)
    assert "Le guichet qui vient à vous" in welcome.text
    joined = welcome.form().submit()
    assert joined.path == f"/candidatures/{entry_id}"
    receipt = page(guest, f"/candidatures/{entry_id}/depot").form().submit()
    assert f"Déposée par {MEMBER}" in receipt.text
    assert f"Déposée par {MEMBER}" in page(owner, receipt.path).text


def test_opening_the_link_changes_nothing(scene: Scene, owner: FlaskClient) -> None:
    entry_id = invited(scene, owner)
    member = scene.sign_in(MEMBER)
    for client in (scene.app.test_client(), member):
        assert client.head(link_to(scene)).status_code == 200
        page(client, link_to(scene))
    page(member, f"/candidatures/{entry_id}", status=404)


def test_the_lists_say_what_is_shared_and_by_whom(scene: Scene, owner: FlaskClient) -> None:
    shared(scene)
    assert "Vous la partagez avec une autre personne." in page(owner, "/candidatures/").text
    theirs = page(scene.sign_in(MEMBER), "/candidatures/").text
    assert f"Partagée avec vous par {OWNER}, responsable du dossier." in theirs
    assert "partage" not in page(scene.sign_in(STRANGER), "/candidatures/").text.lower()


def test_the_dossier_says_who_is_in_the_team_and_who_changed_it_last(scene: Scene, owner: FlaskClient) -> None:
    entry_id, member = shared(scene), scene.sign_in(MEMBER)
    page(member, f"/candidatures/{entry_id}/innovation").form().submit(title="Un titre à deux")
    said = "Dernier enregistrement : lundi 1er février 2027 à 10 h 00 (heure de Paris), par"
    for path in ("", "/equipe"):
        assert f"{said} {MEMBER}." in page(owner, f"/candidatures/{entry_id}{path}").text
        assert f"{said} vous." in page(member, f"/candidatures/{entry_id}{path}").text
    page(member, f"/candidatures/{entry_id}/equipe").form().submit(
        contact_email=MEMBER.upper(), contact_name="Odile B."
    )
    assert f"{said} Odile B.." in page(owner, f"/candidatures/{entry_id}").text
    team = page(owner, f"/candidatures/{entry_id}/equipe").follow("personnes qui travaillent sur ce dossier")
    first, second = rows(team)
    assert first.startswith(f"{OWNER} (vous) Responsable du dossier")
    assert second.startswith(f"{MEMBER} Odile B. Membre de l'équipe")


def test_another_account_is_told_which_one_is_invited_and_how_to_change(scene: Scene, owner: FlaskClient) -> None:
    invited(scene, owner)
    other = scene.sign_in(STRANGER)
    found = page(other, link_to(scene))
    assert f"L'invitation est destinée à {MEMBER} ; vous êtes connecté·e avec {STRANGER}." in found.text
    assert "Le guichet" not in found.text
    data = {"csrf_token": found.form().held["csrf_token"]}
    refused = page(other, link_to(scene), status=403, data=data)
    assert f"Cette invitation est destinée à {MEMBER}" in refused.text
    signed_out = page(other, link_to(scene)).form("/autre-compte").submit()
    assert signed_out.path == link_to(scene)
    assert "Recevoir un code à cette adresse" in signed_out.text


def test_a_session_that_ended_leads_back_to_the_invitation(scene: Scene, owner: FlaskClient) -> None:
    invited(scene, owner)
    guest = scene.app.test_client()
    found = page(guest, link_to(scene))
    again = page(guest, link_to(scene), data={"csrf_token": found.form().held["csrf_token"]})
    assert "Recevoir un code à cette adresse" in again.text


def test_joining_twice_and_going_back_lead_to_the_dossier(scene: Scene, owner: FlaskClient) -> None:
    entry_id, member = invited(scene, owner), scene.sign_in(MEMBER)
    form = page(member, link_to(scene)).form()
    sent = [form.submit().path, form.submit().path, page(member, link_to(scene)).path]
    assert sent == [f"/candidatures/{entry_id}"] * 3
    assert len([mail for mail in scene.mails() if mail.subject.startswith(MEMBER)]) == 1
    page(scene.sign_in(STRANGER), link_to(scene), status=404)


def test_an_invitation_sent_twice_goes_out_once(scene: Scene, owner: FlaskClient) -> None:
    form = page(owner, f"/candidatures/{scene.complete(OWNER)}/personnes").form()
    form.submit(email=MEMBER)
    again = form.submit(email=MEMBER)
    assert "est déjà invité·e : le message est parti le lundi 1er février" in again.text
    assert len(scene.mails()) == 1


@pytest.mark.parametrize(
    ("email", "words"),
    [
        (OWNER, "votre propre adresse"),
        ("Candidate@AGENTS.example", "votre propre adresse"),
        ("odile@", "adresse électronique complète"),
        ("a@b.example, c@d.example", "adresse électronique complète"),
        ("a@b.example\r\nBcc: c@d.example", "adresse électronique complète"),
        ("", "complétez"),
    ],
)
def test_a_wrong_address_is_refused_beside_its_field(scene: Scene, owner: FlaskClient, email: str, words: str) -> None:
    refused = page(owner, f"/candidatures/{scene.complete(OWNER)}/personnes").form().submit(status=422, email=email)
    (error,) = refused.errors
    assert words in error.lower()
    assert scene.mails() == []


@pytest.mark.parametrize(
    "email", [MEMBER, "a&b=c/d?e@x.example", "{{7*7}}@x.example", "x`y|z~@x.example", "rené@x.example", "a@éphémère.fr"]
)
def test_an_unusual_and_valid_address_is_invited_and_joins(scene: Scene, owner: FlaskClient, email: str) -> None:
    if email.startswith("rené"):  # no mail server is sure to take it: sign-in codes are refused to it as well
        page(owner, f"/candidatures/{scene.complete(OWNER)}/personnes").form().submit(status=422, email=email)
        return
    entry_id, member = invited(scene, owner, email), scene.sign_in(email)
    page(member, link_to(scene, email)).form().submit()
    assert rows(page(member, f"/candidatures/{entry_id}/personnes"))[1].startswith(f"{email} (vous)")


def test_sending_again_and_withdrawing_are_offered_and_the_old_link_dies(scene: Scene, owner: FlaskClient) -> None:
    entry_id, old = invited(scene, owner), link_to(scene)
    address = f"/candidatures/{entry_id}/personnes"
    assert "Envoyer de nouveau" not in page(owner, address).text
    scene.clock.advance(timedelta(hours=1))
    form = page(owner, address).form("/renvoyer")
    assert "L'invitation part par courriel" in form.submit().text
    assert "aucun message n'est envoyé" in form.submit().text
    new = link_to(scene)
    page(scene.app.test_client(), old, status=404)
    page(scene.app.test_client(), new)
    confirmation = page(owner, address).follow(f"Retirer l'invitation de {MEMBER}")
    for _ in range(2):
        assert f"L'invitation de {MEMBER} ne sert plus" in confirmation.form().submit().text
    gone = page(scene.sign_in(MEMBER), new, status=404)
    assert gone.text.replace(new, "") == page(gone.client, "/invitations/forged", status=404).text
    assert page(owner, confirmation.path).path == address


def test_an_expired_invitation_opens_nothing(scene: Scene, owner: FlaskClient) -> None:
    invited(scene, owner)
    form = page(scene.sign_in(MEMBER), link_to(scene)).form()
    scene.clock.advance(INVITATION_LIFETIME)
    client = scene.sign_in(MEMBER)
    page(client, link_to(scene), status=404)
    data = {"csrf_token": page(client, "/candidatures/").form("/candidatures/").held["csrf_token"]}
    page(client, link_to(scene), status=404, data=data)
    assert form.held.keys() == data.keys()


def test_a_member_removed_finds_nothing_and_a_phone_s_link_dies(scene: Scene, owner: FlaskClient) -> None:
    entry_id, member = shared(scene), scene.sign_in(MEMBER)
    errand = Errand(entry_id, scene.account_id(MEMBER))
    phone, link = scene.app.test_client(), f"/envoi/{make_token(str(scene.app.secret_key), errand, now=OPEN)}/"
    tus = Tus(member, entry_id)
    upload = tus.created(1000)
    page(phone, link)
    form = page(member, f"/candidatures/{entry_id}/innovation").form()
    asked = page(owner, f"/candidatures/{entry_id}/personnes").follow(f"Retirer {MEMBER} de ce dossier")
    assert "La personne ne travaille plus sur ce dossier." in asked.form().submit().text
    assert "ne travaille pas, ou plus, sur ce dossier" in asked.form().submit().text
    page(owner, asked.path, status=404)
    page(phone, link, status=404)
    assert tus.patch(upload, 0, b"%PDF-1.7").status_code == 404
    form.submit(status=404, title="Trop tard")
    for path in ("", "/equipe", "/depot", "/creation", "/personnes", "/personnes/quitter"):
        theirs = page(member, f"/candidatures/{entry_id}{path}", status=404)
        assert theirs.text == page(member, f"/candidatures/{'a' * 26}{path}", status=404).text
    with scene.entry(entry_id) as entry:
        assert entry.title == "Le guichet qui vient à vous"


def test_a_stranger_s_forged_entry_id_answers_as_one_that_does_not_exist(scene: Scene, owner: FlaskClient) -> None:
    entry_id, stranger = invited(scene, owner), scene.sign_in(STRANGER)
    own = scene.complete(STRANGER)
    data = {"csrf_token": page(stranger, f"/candidatures/{own}/depot").form().held["csrf_token"], "email": STRANGER}
    person, invitation = scene.account_id(OWNER), waiting_id(owner, entry_id)
    for path in ("", f"/{person}/retirer", f"/{person}/confier", f"/invitations/{invitation}/retirer"):
        for sent in (None, data):
            theirs = page(stranger, f"/candidatures/{entry_id}/personnes{path}", status=404, data=sent)
            none = page(stranger, f"/candidatures/{'a' * 26}/personnes{path}", status=404, data=sent)
            assert theirs.text == none.text
    page(stranger, f"/candidatures/{entry_id}/personnes/invitations/{invitation}/renvoyer", status=404, data=data)
    page(stranger, f"/candidatures/{own}/personnes/invitations/{invitation}/renvoyer", status=404, data=data)
    assert page(stranger, f"/candidatures/{entry_id}/personnes/quitter", data=data).path == "/candidatures/"
    assert [mail.recipient for mail in scene.mails()] == [MEMBER]


def waiting_id(owner: FlaskClient, entry_id: str) -> str:
    found = page(owner, f"/candidatures/{entry_id}/personnes")
    return found.links[f"Retirer l'invitation de {MEMBER}"].split("/")[-2]


def test_a_member_sees_what_is_the_owner_s_alone_and_cannot_force_it(scene: Scene) -> None:
    entry_id, member = shared(scene), scene.sign_in(MEMBER)
    found = page(member, f"/candidatures/{entry_id}/personnes")
    assert "La personne responsable est la seule à inviter, à retirer quelqu'un et à confier le dossier" in found.text
    assert not list(found.one("main").iter("form"))
    held = page(member, f"/candidatures/{entry_id}/innovation").form().held
    data = {"csrf_token": held["csrf_token"], "email": STRANGER}
    for path in ("", f"/{scene.account_id(OWNER)}/retirer", f"/{scene.account_id(MEMBER)}/confier"):
        refused = page(member, f"/candidatures/{entry_id}/personnes{path}", status=403, data=data)
        assert "Seule la personne responsable de ce dossier" in refused.text
    page(member, f"/candidatures/{entry_id}/personnes/{scene.account_id(MEMBER)}/confier", status=403)


def test_a_member_leaves_and_a_second_press_says_that_it_is_done(scene: Scene, owner: FlaskClient) -> None:
    entry_id, member = shared(scene), scene.sign_in(MEMBER)
    form = page(member, f"/candidatures/{entry_id}/personnes").follow("Ne plus travailler sur ce dossier").form()
    assert "Vous avez quitté le dossier" in form.submit().text
    assert "ne travaille pas, ou plus, sur ce dossier" in form.submit().text
    assert page(owner, f"/candidatures/{entry_id}/personnes/quitter").path.endswith("/personnes")


def test_a_dossier_is_handed_on_and_a_second_press_changes_nothing(scene: Scene, owner: FlaskClient) -> None:
    entry_id = shared(scene)
    asked = page(owner, f"/candidatures/{entry_id}/personnes").follow(f"Confier le dossier à {MEMBER}")
    for _ in range(2):
        told = asked.form().submit()
        assert f"{MEMBER} est maintenant responsable de ce dossier." in told.text
    assert [row.split()[0] for row in rows(told)] == [MEMBER, OWNER]
    page(owner, asked.path, status=403)
    assert "Envoyer l'invitation" in page(scene.sign_in(MEMBER), told.path).text


def test_once_closed_nobody_is_invited_and_the_page_says_why(scene: Scene, owner: FlaskClient) -> None:
    entry_id = shared(scene)
    form = page(owner, f"/candidatures/{entry_id}/personnes").form()
    scene.clock.move_to(CLOSING)
    client = scene.sign_in(OWNER)
    shown = page(client, f"/candidatures/{entry_id}/personnes")
    assert "personne ne peut être invité" in shown.text
    data = {"email": STRANGER, "csrf_token": shown.all("input", name="csrf_token")[0].get("value")}
    refused = page(client, shown.path, status=422, data=data)
    (error,) = refused.errors
    assert "L'invitation d'une personne n'est plus possible" in error
    assert form.held["email"] == ""
    assert f"Retirer {MEMBER} de ce dossier" in shown.links


def test_the_secretariat_sees_the_people_and_reads_their_acts(scene: Scene) -> None:
    entry_id, console = shared(scene), scene.console()
    found = page(console, f"/organisation/candidatures/{entry_id}")
    assert f"{OWNER} (responsable du dossier)" in found.text
    assert f"{MEMBER} (membre de l'équipe)" in found.text
    journal = page(console, "/organisation/journal").text
    assert "a invité une personne sur un dossier" in journal
    assert "a accepté une invitation sur un dossier" in journal


def test_a_deposit_by_somebody_who_left_keeps_their_address(scene: Scene, owner: FlaskClient) -> None:
    entry_id, member = shared(scene), scene.sign_in(MEMBER)
    receipt = page(member, f"/candidatures/{entry_id}/depot").form().submit()
    page(member, f"/candidatures/{entry_id}/personnes/quitter").form().submit()
    assert f"Déposée par {MEMBER}" in page(owner, receipt.path).text
    with scene.database.read() as session:
        assert session.get_one(Entry, entry_id).updated_by == scene.account_id(OWNER)
