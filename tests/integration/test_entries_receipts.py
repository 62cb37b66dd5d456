"""The receipt of a deposit: sealed with it, mailed after it, given back to whoever deposited, checked by anyone."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.entries import deposits
from concours.entries.models import Deposit, Entry
from concours.entries.receipts import queries
from concours.entries.receipts.models import ReceiptKey, SealedReceipt
from concours.entries.receipts.paper import receipt_pdf
from concours.entries.receipts.rules import Receipt, check, file_of, read_file
from concours.kernel import mail
from concours.kernel.db import Database
from concours.kernel.mail import SmtpTransport
from concours.kernel.settings import Smtp
from concours.kernel.signing import SigningKey, read_public_keys
from tests.entries_scene import CLOSING, KEY, OPEN, PUBLIC_URL, Scene, attach, candidate, draft
from tests.fakes.clock import FrozenClock
from tests.fakes.smtp import SmtpServer
from tests.page import Page, page
from tests.receipts import FILE, signed

LATER = OPEN + timedelta(hours=1, microseconds=12_345)


class Undone(Exception):
    """Ends a transaction that is not kept."""


OTHER = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(32)))


def deposit(session: Session, entry: Entry, key: SigningKey = KEY) -> Deposit:
    who = {"entry_id": entry.id, "account_id": entry.account_id}
    return deposits.deposit(session, **who, key=key, public_url=PUBLIC_URL, now=LATER)


def deposited(session: Session, email: str = "candidate@agents.example", key: SigningKey = KEY) -> Deposit:
    entry = draft(session, candidate(session, email))
    attach(session, entry)
    return deposit(session, entry, key)


# --- sealed with the deposit -----------------------------------------------------------------------------------------


def test_the_receipt_is_sealed_with_the_deposit_and_reads_back_as_it_was_signed(database: Database) -> None:
    with database.write() as session:
        made = deposited(session)
    with database.read() as session:
        content = file_of(queries.find_receipt(session, made.id))
        kept = session.get_one(Deposit, made.id)
        receipt = read_file(content)
        check(receipt, queries.public_keys(session))
        assert queries.is_known(session, receipt)
        assert receipt.at == kept.at == LATER
    facts = receipt.facts
    assert (facts["number"], facts["entry"], facts["key"]) == (made.receipt_number, made.entry_id, KEY.public.id)
    assert facts["at"] == {"utc": "2027-02-01T10:00:00.012345Z", "paris": "2027-02-01T11:00:00.012345+01:00"}
    assert facts["file"] == {"sha256": made.sha256, "size": 1234}
    assert facts["rules"] == {"version": 1, "digest": made.rules_digest}
    assert facts["check"] == f"{PUBLIC_URL}/recepisse"


def test_the_signed_file_names_nobody(database: Database) -> None:
    with database.write() as session:
        made = deposited(session)
        content = file_of(queries.find_receipt(session, made.id)).decode()
    for word in (
        "Quatremère",
        "Quatrem",
        "Défricheurs",
        "frichage",
        "agents.example",
        "Val d'Ombre",
        "guichet",
        "bd.pdf",
    ):
        assert word not in content


def test_a_deposit_that_is_not_kept_leaves_neither_receipt_nor_mail(database: Database) -> None:
    with database.write() as session:
        entry = draft(session, candidate(session))
        attach(session, entry)
    with suppress(Undone), database.write() as session:
        deposit(session, session.get_one(Entry, entry.id))
        assert session.scalars(select(SealedReceipt.key_id)).all() == [KEY.public.id]
        raise Undone
    with database.read() as session:
        for table in (Deposit, SealedReceipt, ReceiptKey, Outbox):
            assert session.scalars(select(table)).all() == []


def test_a_new_key_leaves_the_receipts_of_the_former_one_checkable(database: Database) -> None:
    with database.write() as session:
        first, second = deposited(session), deposited(session, "autre@agents.example", OTHER)
    with database.read() as session:
        keys = queries.public_keys(session)
        assert set(keys) == {KEY.public.id, OTHER.public.id}
        for made, key in ((first, KEY), (second, OTHER)):
            receipt = queries.find_receipt(session, made.id)
            assert receipt.key_id == key.public.id
            check(receipt, keys)


def test_first_deposits_at_the_very_same_time_keep_the_key_once(database: Database) -> None:
    with database.write() as session:
        entries = [draft(session, candidate(session, f"{rank}@agents.example")) for rank in range(4)]
        for entry in entries:
            attach(session, entry)

    def press(entry: Entry) -> str:
        with database.write() as session:
            return deposit(session, entry).id

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(press, entries))
    with database.read() as session:
        assert session.scalars(select(ReceiptKey.id)).all() == [KEY.public.id]
        for deposit_id in made:
            check(queries.find_receipt(session, deposit_id), {KEY.public.id: KEY.public})


def test_another_deposit_is_not_known_by_the_number_of_this_one(database: Database) -> None:
    with database.write() as session:
        receipt = queries.find_receipt(session, deposited(session).id)
        facts = {**receipt.facts, "file": {"sha256": "00" * 32, "size": 1}}
        assert not queries.is_known(session, Receipt(facts, receipt.signature))


# --- mailed after it -------------------------------------------------------------------------------------------------


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def client(scene: Scene) -> FlaskClient:
    return scene.sign_in()


def receipt_page(scene: Scene, client: FlaskClient) -> Page:
    """Deposit a complete dossier by its page; return the receipt's page."""
    return page(client, f"/candidatures/{scene.complete()}/depot").form().submit()


def received(scene: Scene, smtp_server: SmtpServer) -> EmailMessage:
    """Have the worker send the one message that waits, through a real server."""
    smtp = Smtp("127.0.0.1", smtp_server.port, "", "", "none")
    out = SmtpTransport(smtp, "concours@exemple.fr", "contact@exemple.fr")
    replace(scene.worker, transport=out).send_mail()
    (message,) = smtp_server.wait_for(1)
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_mail_brings_text_html_pdf_and_the_signed_file(
    scene: Scene, client: FlaskClient, smtp_server: SmtpServer
) -> None:
    given = receipt_page(scene, client)
    message = received(scene, smtp_server)
    assert message["To"] == "candidate@agents.example"
    assert message.get_content_type() == "multipart/mixed"
    number = message["Subject"].rpartition("n° ")[2]
    for text in (part(message, "plain"), part(message, "html")):
        for proof in (number, "heure de Paris", "/recepisse", given.path):
            assert proof in text.replace("\N{NO-BREAK SPACE}", " ")
    files = {each.get_filename(): each for each in message.iter_attachments()}
    assert list(files) == [f"accuse-de-reception-{number}.pdf", f"accuse-de-reception-{number}.json"]
    pdf, signed_file = files.values()
    assert (pdf.get_content_type(), signed_file.get_content_type()) == ("application/pdf", "application/json")
    content = signed_file.get_content()
    assert read_file(content).number == number
    assert content == client.get(f"{given.path}/recepisse.json").data
    assert pdf.get_content() == client.get(f"{given.path}/recepisse.pdf").data


def test_the_html_is_plain_and_fetches_nothing(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete(title="<b>Le</b> & « guichet »")
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    (row,) = scene.mails()
    assert row.html
    assert "&lt;b&gt;Le&lt;/b&gt; &amp; « guichet »" in row.html
    for word in ("src=", "style", "<script", "<link", "<img", "url(", "class="):
        assert word not in row.html.lower()
    assert row.html.count("http") == row.html.count(PUBLIC_URL)


def test_nothing_is_sent_before_the_deposit_is_kept(scene: Scene, client: FlaskClient, smtp_server: SmtpServer) -> None:
    entry_id = scene.complete()
    with scene.entry(entry_id) as entry:
        account_id = entry.account_id
    out = SmtpTransport(Smtp("127.0.0.1", smtp_server.port, "", "", "none"), "a@exemple.fr", "b@exemple.fr")
    worker = replace(scene.worker, transport=out)
    with suppress(Undone), scene.database.write() as session:
        deposits.deposit(
            session, entry_id=entry_id, account_id=account_id, key=KEY, public_url=PUBLIC_URL, now=scene.clock()
        )
        session.flush()
        with scene.database.read() as beside:
            assert mail.due_ids(beside, Outbox, now=scene.clock()) == []
        raise Undone
    worker.send_mail()
    assert smtp_server.messages == []
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    worker.send_mail()
    assert len(smtp_server.messages) == 1


def test_a_message_whose_files_cannot_be_made_waits_and_is_sent_whole_later(
    scene: Scene, client: FlaskClient, smtp_server: SmtpServer
) -> None:
    receipt_page(scene, client)
    with scene.database.write() as session:
        sealed = session.scalars(select(SealedReceipt)).one()
        held = {name: getattr(sealed, name) for name in ("deposit_id", "key_id", "facts", "signature")}
        session.execute(delete(SealedReceipt))
    scene.worker.send_mail()
    (row,) = scene.mails()
    assert (row.sent_at, row.error) == (None, "NotFound")
    with scene.database.write() as session:
        session.add(SealedReceipt(**held))
    scene.clock.advance(timedelta(minutes=2))
    assert len(list(received(scene, smtp_server).iter_attachments())) == 2


def test_the_mailbox_of_this_machine_names_the_files(scene: Scene, client: FlaskClient) -> None:
    receipt_page(scene, client)
    (row,) = scene.mails()
    found = page(client, "/courrier").text
    assert [each["name"] in found for each in row.attachments] == [True, True]


# --- on paper --------------------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_named_and_leads_to_the_check(scene: Scene, client: FlaskClient) -> None:
    given = receipt_page(scene, client)
    response = client.get(f"{given.path}/recepisse.pdf")
    assert response.mimetype == "application/pdf"
    with pikepdf.open(BytesIO(response.data)) as pdf:
        assert len(pdf.pages) == 1
        assert str(pdf.Root.Lang).startswith("fr")
        assert str(pdf.docinfo["/Title"]).startswith("Accusé de réception")
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        leads = {str(note.A.URI) for note in pdf.pages[0].Annots}
    (by_code,) = [lead for lead in leads if "?" in lead]
    assert by_code.startswith(f"{PUBLIC_URL}/recepisse?numero=")
    with pypdfium2.PdfDocument(response.data) as shown:
        drawn = shown[0].render(scale=2).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(drawn)] == [by_code]
    assert "Ce dépôt est enregistré ici" in page(client, by_code.removeprefix(PUBLIC_URL)).text


def test_the_same_receipt_gives_the_same_bytes_even_with_a_sign_that_no_font_draws(database: Database) -> None:
    with database.write() as session:
        entry = draft(session, candidate(session), title="Une fête \N{PARTY POPPER} #set page(fill: red)")
        attach(session, entry)
        made = deposit(session, entry)
        receipt = queries.find_receipt(session, made.id)
        first = receipt_pdf(receipt, made.answers)
        assert first == receipt_pdf(receipt, made.answers)
        assert first.startswith(b"%PDF")


# --- given back to whoever deposited ---------------------------------------------------------------------------------


def test_the_page_shows_the_signature_and_offers_both_files(scene: Scene, client: FlaskClient) -> None:
    given = receipt_page(scene, client)
    receipt = read_file(client.get(given.address(given.links["Télécharger le fichier signé (.json)"])).data)
    for said in (receipt.signature, receipt.key_id, receipt.facts["at"]["utc"], receipt.facts["entry"]):
        assert said in given.text
    pdf = client.get(given.address(given.links["Télécharger en PDF"]))
    assert pdf.headers["Content-Disposition"] == f"attachment; filename=accuse-de-reception-{receipt.number}.pdf"


def test_a_receipt_is_nobody_else_s(scene: Scene, client: FlaskClient) -> None:
    given = receipt_page(scene, client)
    stranger = scene.sign_in("autre@agents.example")
    own = scene.complete("autre@agents.example")
    for suffix in ("json", "pdf"):
        path = f"{given.path}/recepisse.{suffix}"
        assert scene.app.test_client().get(path).status_code == 303
        page(stranger, path, status=404)
        page(stranger, f"/candidatures/{own}/depots/{path.split('/')[4]}/recepisse.{suffix}", status=404)


def test_a_deposit_older_than_signatures_keeps_its_page(scene: Scene, client: FlaskClient) -> None:
    given = receipt_page(scene, client)
    with scene.database.write() as session:
        session.execute(delete(SealedReceipt))
    old = page(client, given.path)
    assert "Télécharger en PDF" not in old.links
    assert "Accusé de réception" in old.text
    assert "n'a pas d'accusé de réception signé" in page(client, f"{given.path}/recepisse.json", status=404).text


# --- checked by anyone -----------------------------------------------------------------------------------------------

PRIVATE = ("Quatremère", "Défricheurs", "agents.example", "guichet", "bd.pdf", "remplacé par", "retirée le")


def checked(scene: Scene, content: bytes, *, status: int = 200) -> Page:
    """Give a file to the page as somebody who is not signed in."""
    form = page(scene.app.test_client(), "/recepisse").form("/recepisse/fichier")
    return form.submit(status=status, file=(io.BytesIO(content), "recu.json"))


def test_anyone_may_check_the_file_and_learns_nothing_else(scene: Scene, client: FlaskClient) -> None:
    given = receipt_page(scene, client)
    content = client.get(f"{given.path}/recepisse.json").data
    found = checked(scene, content)
    assert "Accusé de réception authentique" in found.text
    assert "lundi 1er février 2027 à 10 h 00 min 00 s (heure de Paris)" in found.text
    assert not [word for word in PRIVATE if word in found.html]


def test_a_withdrawn_or_replaced_deposit_answers_the_same(scene: Scene, client: FlaskClient) -> None:
    given = receipt_page(scene, client)
    content = client.get(f"{given.path}/recepisse.json").data
    before = checked(scene, content).text
    page(client, f"{given.path.rpartition('/depots/')[0]}/retrait").form().submit()
    assert checked(scene, content).text == before
    scene.clock.move_to(CLOSING)
    assert "authentique" in checked(scene, content).text


def test_what_was_copied_and_pasted_is_checked_too(scene: Scene, client: FlaskClient) -> None:
    given = receipt_page(scene, client)
    text = client.get(f"{given.path}/recepisse.json").text.replace("\n", "\r\n")
    form = page(scene.app.test_client(), "/recepisse").form("/recepisse/fichier")
    assert "authentique" in form.submit(text=f"  {text}\n\n").text
    assert "authentique" in form.submit(text=json.dumps(json.loads(text))).text


def test_an_altered_file_is_refused_in_place(scene: Scene, client: FlaskClient) -> None:
    given = receipt_page(scene, client)
    content = client.get(f"{given.path}/recepisse.json").data
    refused = checked(scene, content.replace(b"1234", b"1235"), status=422)
    assert "La signature ne correspond pas" in refused.text
    assert "authentique" not in refused.one("main").findtext("h2", "")
    assert "à l'octet près" in checked(scene, content + b"\n", status=422).text


def test_a_receipt_of_a_former_key_is_checked_and_that_of_a_stranger_is_not(scene: Scene, client: FlaskClient) -> None:
    with scene.database.write() as session:
        made = deposited(session, "ancienne@agents.example", OTHER)
        content = file_of(queries.find_receipt(session, made.id))
    assert "authentique" in checked(scene, content).text
    assert f"autre clé ({KEY.public.id})" in checked(scene, FILE, status=422).text
    published = read_public_keys(client.get("/recepisse/cle.pem").text)
    assert list(published)[1:] == [OTHER.public.id]
    check(read_file(content), published)


def test_a_good_signature_on_a_deposit_that_is_not_here_says_so(scene: Scene) -> None:
    key: SigningKey = scene.app.extensions["concours_receipt_key"]
    found = checked(scene, file_of(signed(key)))
    assert "Signature valable, dépôt inconnu ici" in found.text
    assert "authentique" not in found.one("main").findtext("h2", "")


NOTHING = "Aucun dépôt n'a à la fois ce numéro et cette empreinte"


def test_a_number_tells_nothing_without_the_digest_of_the_file(scene: Scene, client: FlaskClient) -> None:
    given = receipt_page(scene, client)
    facts = read_file(client.get(f"{given.path}/recepisse.json").data).facts
    number, digest = facts["number"], facts["file"]["sha256"]
    anyone = scene.app.test_client()
    for there, other in ((number, "0" * 64), ("2027-AAAA-AAAA", digest), ("2027-AAAA-AAAA", "0" * 64)):
        (said,) = page(anyone, f"/recepisse?numero={there}&empreinte={other}", status=422).errors
        assert said.startswith(NOTHING)
    prefilled = page(anyone, f"/recepisse?numero={number}")
    assert prefilled.one("input", id="numero").get("value") == number
    assert prefilled.errors == []
    found = page(anyone, f"/recepisse?numero=+{number.lower()}&empreinte={digest.upper()}")
    assert "Ce dépôt est enregistré ici" in found.text
    assert not [word for word in PRIVATE if word in found.html]


@pytest.mark.parametrize(
    "query",
    [
        "numero=&empreinte=",
        "numero=x&empreinte=zz",
        f"numero={'9' * 500}&empreinte={'0' * 64}",
        "numero=x&empreinte=%ff",
    ],
)
def test_a_wrong_number_or_digest_is_pointed_out(scene: Scene, query: str) -> None:
    assert page(scene.app.test_client(), f"/recepisse?{query}", status=422).errors


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 40, b"\xff\xfe", b"[" * 16_000, b"{" * 9, b"NaN", b"9" * 9_000, b"x" * 400_000, FILE[:-20]],
    ids=range(9),
)
def test_whatever_is_given_is_answered_in_a_sentence(scene: Scene, content: bytes) -> None:
    refused = checked(scene, content, status=422)
    assert len(refused.errors) == 1
    assert refused.title.startswith("Erreur")
    text = content.decode("latin-1").replace("\0", "a\0b")
    form = page(scene.app.test_client(), "/recepisse").form("/recepisse/fichier")
    assert len(form.submit(status=422, text=text).errors) == 1
