"""Messages to several people and the log of mails, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AuditEvent, Outbox
from concours.accounts.operations import ensure_account
from concours.entries.models import Entry, EntryMember
from concours.honours.models import HonoursLetter, Laureate
from concours.kernel import mail
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.ids import new_id
from concours.organisers import mails, messages
from concours.organisers.mails import MailState
from concours.organisers.messaging import Audience, Wording
from tests.organisers_contest import OPEN, deposited, draft, edition_record, start

LATER = OPEN + timedelta(hours=2)
HOSTILE = "{titre} {{ 7*7 }} {% raw %} <b>=cmd</b> Élodie\u202e"


def begin(session: Session, actor: str, audience: Audience, wording: Wording, *chosen: Entry) -> str:
    ids = [entry.id for entry in chosen]
    message_id = messages.start(session, audience=audience, chosen=ids, template="rappel", actor=actor, now=OPEN)
    messages.save(session, message_id=message_id, wording=wording, actor=actor, now=OPEN)
    return message_id


def read(session: Session, message_id: str) -> list[messages.Letter]:
    return messages.letters(session, messages.find(session, message_id))


def send(session: Session, message_id: str, actor: str) -> int:
    digest = messages.digest_of(read(session, message_id))
    return messages.send(session, message_id=message_id, digest=digest, actor=actor, now=LATER)


def outbox(session: Session) -> list[Outbox]:
    session.flush()
    return list(session.scalars(select(Outbox).order_by(Outbox.recipient, Outbox.created_at)))


def owner(session: Session, entry: Entry) -> Account:
    return session.get_one(Account, entry.account_id)


def give_up(session: Session, mail_id: str, error: str = "SMTPRecipientsRefused") -> None:
    row = session.get_one(Outbox, mail_id)
    row.due_at, row.attempts, row.error = None, mail.MAX_ATTEMPTS, error
    session.flush()


def test_each_address_gets_one_mail_exactly_as_it_was_read_and_once(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        first, second = draft(session, HOSTILE), draft(session, "Deux")
        second.account_id, second.created_at = first.account_id, LATER
        first.contact_email, first.contact_name = owner(session, first).email, "Zoé  D'Été"
        other = ensure_account(session, email="autre@agents.example", now=OPEN)
        session.add(EntryMember(entry_id=second.id, account_id=other.id, joined_at=OPEN))
        deposited(session, "Déposée")
        session.flush()
        message_id = begin(session, actor, Audience.DRAFTS, Wording("Pour {prenom}", "Bonjour {prenom}, {titre}."))
        found = [letter.message for letter in read(session, message_id)]
        assert len(found) == 2, "an address of two teams gets one mail"
        mine = next(each for each in found if each.to == owner(session, first).email)
        assert (mine.subject, mine.text) == ("Pour Zoé", f"Bonjour Zoé, {HOSTILE}, Deux.\n")
        assert [send(session, message_id, actor), messages.send(
            session, message_id=message_id, digest="", actor=actor, now=LATER
        )] == [2, 0]  # fmt: skip
        left = {(row.recipient, row.subject, row.text) for row in outbox(session)}
        assert left == {(each.to, each.subject, each.text) for each in found}
        with pytest.raises(Conflict, match="ne change plus"):
            messages.save(session, message_id=message_id, wording=Wording("a", "b"), actor=actor, now=LATER)


def test_a_field_that_is_not_there_or_a_text_not_finished_is_refused(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        draft(session, "Une")
        message_id = begin(session, actor, Audience.DRAFTS, Wording("Objet", "Texte {"))
        with pytest.raises(DomainError, match=r"\{titrre\} n'existe pas. Champs possibles : \{prenom\}, \{titre\}"):
            messages.save(session, message_id=message_id, wording=Wording("{titrre}", "x"), actor=actor, now=OPEN)
        event = messages.start(
            session, audience=Audience.WAITING, chosen=[], template="information", actor=actor, now=OPEN
        )
        with pytest.raises(DomainError, match=r"\{equipe\} n'a pas de sens"):
            messages.save(session, message_id=event, wording=Wording("{equipe}", "x"), actor=actor, now=OPEN)
        unfinished = Wording("Objet", "[écrivez ici votre question]")
        messages.save(session, message_id=message_id, wording=unfinished, actor=actor, now=OPEN)
        with pytest.raises(DomainError, match="complétez-le"):
            send(session, message_id, actor)
        assert outbox(session) == []


def test_whoever_is_taken_off_gets_nothing_and_nobody_new_gets_what_was_not_read(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        entries = [draft(session, "Une"), draft(session, "Deux")]
        message_id = begin(session, actor, Audience.CHOICE, Wording("Objet", "{titre}"), *entries)
        messages.choose(session, message_id=message_id, person=entries[0].account_id, wanted=False)
        messages.choose(session, message_id=message_id, person="nobody", wanted=False)
        digest = messages.digest_of(read(session, message_id))
        entries[1].title = "Trois"
        session.flush()
        with pytest.raises(Conflict, match="Relisez-les"):
            messages.send(session, message_id=message_id, digest=digest, actor=actor, now=LATER)
        assert send(session, message_id, actor) == 1
        assert [row.text for row in outbox(session)] == ["Trois\n"]


def test_laureates_are_written_to_only_once_they_were_told(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        told, secret = deposited(session, "Une"), deposited(session, "Deux")
        for number, entry in enumerate((told, secret), 1):
            session.add(
                Laureate(
                    edition_id=edition_record(session).id,
                    entry_id=entry.id,
                    deposit_id=entry.deposit_id,
                    work_number=number,
                    rank=1,
                    criterion_means={},
                    reason="",
                    unsealed_at=OPEN,
                )
            )
        facts = {"account_id": told.account_id, "kind": "embargo", "outcome": "laureate", "mail_id": new_id()}
        session.add(HonoursLetter(entry_id=told.id, sent_at=OPEN, **facts))
        session.flush()
        message_id = begin(session, actor, Audience.LAUREATES, Wording("Objet", "{titre}"))
        assert [letter.message.text for letter in read(session, message_id)] == ["Une\n"]


def test_what_waits_is_called_off_and_what_left_stays(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        for title in ("Une", "Deux"):
            draft(session, title)
        message_id = begin(session, actor, Audience.DRAFTS, Wording("Objet", "Texte"))
        send(session, message_id, actor)
        mail.mark_sent(session, Outbox, outbox(session)[0].id, now=LATER)
        session.flush()
        assert messages.stop(session, message_id=message_id, actor=actor, now=LATER) == 1
        session.expire_all()
        states = sorted(line.state for line in messages.sent(session, message_id))
        assert states == [MailState.CALLED_OFF, MailState.SENT]
        assert messages.stop(session, message_id=message_id, actor=actor, now=LATER) == 0


def test_a_bounced_mail_is_told_in_words_and_sent_again_once_to_a_known_address(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        entry = draft(session, "Une")
        send(session, begin(session, actor, Audience.DRAFTS, Wording("Objet", "Texte")), actor)
        mail_id = outbox(session)[0].id
        with pytest.raises(Conflict, match="part de lui-même"):
            mails.resend(session, mail_id=mail_id, to="", actor=actor, now=LATER)
        give_up(session, mail_id)
        [line] = mails.failed(session)
        assert "refusée par le serveur" in line.cause
        with pytest.raises(DomainError, match="d'aucun compte"):
            mails.resend(session, mail_id=mail_id, to="inconnue@ailleurs.example", actor=actor, now=LATER)
        owner(session, entry).email = "corrigee@agents.example"
        session.flush()
        again = mails.resend(session, mail_id=mail_id, to=" Corrigee@agents.example", actor=actor, now=LATER)
        assert mails.resend(session, mail_id=mail_id, to="", actor=actor, now=LATER) == again
        assert [(row.recipient, row.text) for row in outbox(session) if row.id == again] == [
            ("corrigee@agents.example", "Texte\n")
        ]
        assert mails.failed(session) == []
        assert mails.resend_failed(session, [mail_id, "x"], actor=actor, now=LATER) == 0
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "mail_resent")).one()
        assert (event.subject, event.details) == (mail_id, {"corrected": True})


def test_codes_and_personal_links_are_neither_shown_nor_searched_nor_sent_elsewhere(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        code = mail.compose("accounts/mails/code.txt", to="a@b.example", code="123456", minutes=30, contact="c")
        old = mail.Message("old@b.example", "Votre code : 654321", "654321")
        link = mail.Message(
            "secretariat@concours.example", "Invitation", "secret", template="entries/mails/invitation.txt"
        )
        ids = [mail.enqueue(session, Outbox, each, now=OPEN) for each in (code, old, link)]
        session.flush()
        for mail_id in ids:
            give_up(session, mail_id)
            assert not mails.find(session, mail_id)[0].shown
        assert [line.mail_id for line in mails.failed(session)] == [ids[2]]
        for mail_id in ids[:2]:
            assert mails.find(session, mail_id)[0].subject.endswith("(code masqué)")
            with pytest.raises(Conflict, match="Un code ne se renvoie pas"):
                mails.resend(session, mail_id=mail_id, to="", actor=actor, now=LATER)
        with pytest.raises(DomainError, match="lien personnel"):
            mails.resend(session, mail_id=ids[2], to="a@b.example", actor=actor, now=LATER)
        mail.call_off(session, Outbox, ids)
        for word, count in (("1234", 0), ("654321", 0), ("code", 2), ("B.example", 2)):
            assert mails.page(session, state="", words=word, number=1)[1] == count
        with pytest.raises(NotFound):
            mails.find(session, "x")
