"""Dossiers and deposits on both databases: what counts, since when, and what nothing may undo."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent, Outbox
from concours.editions import operations as editions
from concours.editions.queries import current_edition, current_record, current_rules
from concours.entries import consents, deposits, operations, queries
from concours.entries.models import Deposit, Entry
from concours.entries.operations import Stale
from concours.entries.rules import EntryState, Incomplete, Late
from concours.intake import uploads
from concours.intake.models import CreationState, Upload
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.ids import new_id
from concours.kernel.storage import Received
from concours.organisers import leeway
from concours.organisers.leeway import Act
from jury.method import Method
from jury.models import JurySession, JuryWork
from tests.entries_scene import CLOSING, KEY, OPEN, PUBLIC_URL, attach, candidate, draft

MILLISECOND = timedelta(milliseconds=1)
LATER = OPEN + timedelta(hours=1)


def complete(session: Session, account_id: str) -> Entry:
    entry = draft(session, account_id)
    attach(session, entry)
    return entry


def deposit(session: Session, entry: Entry, now: datetime = LATER) -> Deposit:
    who = {"entry_id": entry.id, "account_id": entry.account_id}
    return deposits.deposit(session, **who, key=KEY, public_url=PUBLIC_URL, now=now)


def withdraw(session: Session, entry: Entry, now: datetime = LATER) -> Entry:
    who = {"entry_id": entry.id, "account_id": entry.account_id}
    return deposits.withdraw(session, **who, public_url=PUBLIC_URL, now=now)


def save(session: Session, entry: Entry, version: int, **answers: str | bool) -> Entry:
    return operations.save_dossier(
        session, entry_id=entry.id, account_id=entry.account_id, answers=answers, version=version, now=LATER
    )


def deposits_made(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Deposit)) or 0


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.position)))


def subjects(session: Session) -> list[str]:
    return list(session.scalars(select(Outbox.subject).order_by(Outbox.created_at)))


def test_a_deposit_keeps_the_dossier_the_file_and_the_texts_as_they_were(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        made = deposit(session, entry)
        rules = current_rules(session, entry.edition_id)
        entry_id, answers, file = entry.id, asdict(entry.dossier), entry.creation
        assert file is not None
        expected = (file.id, file.sha256, file.size, rules.number, rules.digest, consents.VERSION, consents.digest())
    with database.read() as session:
        kept = session.get_one(Deposit, made.id)
        assert kept.dossier == answers
        facts = (kept.creation_id, kept.sha256, kept.size, kept.rules_number, kept.rules_digest)
        assert (*facts, kept.consents_version, kept.consents_digest) == expected
        assert kept.at == LATER
        assert kept.receipt_number.startswith("2027-")
        entry = queries.find_entry(session, entry_id)
        assert (entry.state, entry.changed, entry.deposit_id) == (EntryState.DEPOSITED, False, made.id)


def test_a_deposit_a_millisecond_before_closing_counts(database: Database) -> None:
    with database.write() as session:
        made = deposit(session, complete(session, candidate(session)), CLOSING - MILLISECOND)
    assert made.at == CLOSING - MILLISECOND


@pytest.mark.parametrize("after", [timedelta(0), MILLISECOND])
def test_a_deposit_at_closing_or_a_millisecond_later_is_late(database: Database, after: timedelta) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        with pytest.raises(Late):
            deposit(session, entry, CLOSING + after)
        assert (entry.state, deposits_made(session)) == (EntryState.DRAFT, 0)
        assert session.scalars(select(Outbox)).all() == []


def test_a_late_attempt_is_put_on_record(database: Database) -> None:
    with database.write() as session:
        entry = draft(session, candidate(session))
        operations.record_late(
            session, entry_id=entry.id, account_id=entry.account_id, act="entries.deposit", now=CLOSING, size=12
        )
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "late_attempt")).one()
        assert (event.at, event.subject, event.details) == (CLOSING, entry.id, {"act": "entries.deposit", "size": 12})


def test_a_second_press_at_closing_shows_the_receipt_of_the_first(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        first = deposit(session, entry, CLOSING - MILLISECOND)
        assert deposit(session, entry, CLOSING).id == first.id


def test_a_double_click_deposits_once_and_writes_once(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        first = deposit(session, entry)
        second = deposit(session, entry, LATER + timedelta(seconds=1))
        assert (second.id, second.receipt_number) == (first.id, first.receipt_number)
        assert deposits_made(session) == 1
        assert len(subjects(session)) == 1


def test_two_presses_at_the_very_same_time_give_one_receipt(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))

    def press(_: int) -> str:
        with database.write() as session:
            return deposit(session, entry).receipt_number

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(press, range(4)))) == 1
    with database.read() as session:
        assert (deposits_made(session), len(subjects(session))) == (1, 1)


def test_an_incomplete_dossier_is_refused_with_all_that_it_lacks(database: Database) -> None:
    with database.write() as session:
        entry = draft(session, candidate(session), title="", rules_accepted=False)
        with pytest.raises(Incomplete) as refusal:
            deposit(session, entry)
        assert [each.field for each in refusal.value.missing] == ["title", "file", "rules_accepted"]
        assert deposits_made(session) == 0


@pytest.mark.parametrize(
    ("state", "kind", "sentence"),
    [
        (CreationState.RECEIVED, None, None),
        (CreationState.REFUSED, None, "Remplacez le fichier"),
        (CreationState.FAILED, None, "c'est de notre fait"),
        (CreationState.FAILED, "pdf", None),
        (CreationState.ACCEPTED, "pdf", None),
        (CreationState.READY, "pdf", None),
    ],
)
def test_a_file_may_be_deposited_unless_it_is_known_to_be_bad(
    database: Database, state: CreationState, kind: str | None, sentence: str | None
) -> None:
    with database.write() as session:
        entry = draft(session, candidate(session))
        attach(session, entry, state=state).kind = kind
        lacks = queries.missing(entry, current_edition(session))
        assert [sentence in each.message for each in lacks if sentence] == [True] * (sentence is not None)
        assert bool(lacks) is (sentence is not None)


def test_a_change_after_a_deposit_leaves_the_deposit_as_it_was(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        made = deposit(session, entry)
        save(session, entry, entry.version, title="Un autre titre")
        assert entry.changed
        assert entry.state_words == "Déposée, avec des modifications non déposées"
        assert made.answers.title == "Le guichet qui vient à vous"
        assert [each.id for each in queries.deposited_entries(session, entry.edition_id)] == [entry.id]


def test_a_new_deposit_replaces_the_former_which_is_kept(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        first = deposit(session, entry)
        save(session, entry, entry.version, title="Un autre titre")
        second = deposit(session, entry, LATER + timedelta(minutes=1))
        assert entry.deposit_id == second.id != first.id
        assert first.answers.title == "Le guichet qui vient à vous"
        assert [each.id for each in queries.deposits_of(session, entry.id)] == [second.id, first.id]


def test_a_replacement_that_fails_changes_nothing(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        made = deposit(session, entry)
        attach(session, entry, state=CreationState.REFUSED)
        entry_id, sha256 = entry.id, made.sha256
        with pytest.raises(Incomplete):
            deposit(session, entry)
    with database.read() as session:
        entry = queries.find_entry(session, entry_id)
        assert entry.deposit is not None
        assert (entry.deposit.id, entry.deposit.sha256) == (made.id, sha256)
        assert entry.deposit.creation_id != entry.creation_id


def test_new_rules_ask_for_a_deposit_of_their_own(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        first = deposit(session, entry)
        edition, record = current_edition(session), current_record(session)
        changed = replace(edition, laureates_max=4)
        editions.update_edition(session, edition=changed, version=record.version, now=LATER)
        second = deposit(session, entry)
        assert (first.rules_number, second.rules_number) == (1, 2)


def test_a_withdrawal_takes_the_entry_out_and_a_deposit_brings_it_back(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        first = deposit(session, entry)
        withdraw(session, entry, LATER + timedelta(minutes=1))
        session.flush()
        assert (entry.state, entry.state_words) == (EntryState.WITHDRAWN, "Retirée")
        assert queries.deposited_entries(session, entry.edition_id) == []
        withdraw(session, entry, LATER + timedelta(minutes=2))
        second = deposit(session, entry, LATER + timedelta(minutes=3))
        session.flush()
        assert (entry.state, entry.withdrawn_at) == (EntryState.DEPOSITED, None)
        assert second.receipt_number != first.receipt_number
        assert [subject.split(" ")[0] for subject in subjects(session)] == ["Déposée", "Retirée", "Déposée"]


def test_a_draft_cannot_be_withdrawn(database: Database) -> None:
    with database.write() as session, pytest.raises(DomainError, match="rien à retirer"):
        withdraw(session, complete(session, candidate(session)))


def test_an_entry_is_never_deposited_and_withdrawn_at_once(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        deposit(session, entry)
        session.flush()
        both = update(Entry).where(Entry.id == entry.id).values(withdrawn_at=LATER)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(both, execution_options={"synchronize_session": False})


def test_a_partial_save_keeps_what_there_is(database: Database) -> None:
    with database.write() as session:
        entry = operations.start_entry(session, account_id=candidate(session), now=OPEN)
        save(session, entry, 1, team="Les Défricheurs", contact_email="")
        assert (entry.dossier.team, entry.version, entry.updated_at) == ("Les Défricheurs", 2, LATER)


def test_a_stale_save_is_refused_with_what_is_kept_and_loses_nothing(database: Database) -> None:
    with database.write() as session:
        entry = draft(session, candidate(session))
        seen = entry.version
        save(session, entry, seen, title="Le titre de l'autre fenêtre")
        with pytest.raises(Stale) as refusal:
            save(session, entry, seen, title="Mon titre", summary=entry.summary)
        assert refusal.value.stored == {"title": "Le titre de l'autre fenêtre"}
        assert refusal.value.version == entry.version == seen + 1
        save(session, entry, refusal.value.version, title="Mon titre")
        assert entry.title == "Mon titre"


def test_the_same_form_sent_twice_is_no_conflict(database: Database) -> None:
    with database.write() as session:
        entry = draft(session, candidate(session))
        seen = entry.version
        save(session, entry, seen, title="Mon titre")
        save(session, entry, seen, title="Mon titre")
        assert entry.version == seen + 1


def test_nothing_is_saved_nor_attached_nor_withdrawn_once_closed(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        deposit(session, entry)
        who = {"entry_id": entry.id, "account_id": entry.account_id}
        received = Received(new_id(), 5, "a" * 64)
        with pytest.raises(Late, match="La modification du dossier"):
            operations.save_dossier(session, **who, answers={"title": "x"}, version=entry.version, now=CLOSING)
        with pytest.raises(Late, match="L'envoi d'un fichier"):
            operations.attach_creation(session, **who, received=received, name="x.pdf", now=CLOSING)
        with pytest.raises(Late, match="Le retrait"):
            deposits.withdraw(session, **who, public_url=PUBLIC_URL, now=CLOSING)
        with pytest.raises(Late, match="Une nouvelle candidature"):
            operations.start_entry(session, account_id=entry.account_id, now=CLOSING)
        assert (entry.state, entry.title) == (EntryState.DEPOSITED, "Le guichet qui vient à vous")


def test_another_s_entry_looks_like_none(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        stranger = candidate(session, "autre@agents.example")
        said = set()
        for entry_id in (entry.id, new_id()):
            with pytest.raises(NotFound) as refusal:
                deposits.deposit(
                    session, entry_id=entry_id, account_id=stranger, key=KEY, public_url=PUBLIC_URL, now=LATER
                )
            said.add(refusal.value.message)
        assert len(said) == 1
        assert deposits_made(session) == 0


def test_the_button_pressed_twice_begins_one_dossier(database: Database) -> None:
    with database.write() as session:
        account_id = candidate(session)
        first = operations.start_entry(session, account_id=account_id, now=OPEN)
        assert operations.start_entry(session, account_id=account_id, now=OPEN).id == first.id
        save(session, first, 1, title="Commencé")
        assert operations.start_entry(session, account_id=account_id, now=OPEN).id != first.id


def test_the_same_file_twice_is_examined_once(database: Database) -> None:
    with database.write() as session:
        entry = draft(session, candidate(session))
        who = {"entry_id": entry.id, "account_id": entry.account_id}
        first, second = (Received(new_id(), 5, "a" * 64) for _ in range(2))
        made = operations.attach_creation(session, **who, received=first, name="x.pdf", now=LATER)
        again = operations.attach_creation(session, **who, received=second, name="x.pdf", now=LATER)
        assert (again.id, again.quarantine_key) == (made.id, first.key)
        made.state = CreationState.REFUSED
        assert operations.attach_creation(session, **who, received=second, name="x.pdf", now=LATER).id != made.id


def test_each_act_is_on_record_without_a_name(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        deposit(session, entry)
        withdraw(session, entry)
        assert actions(session) == [
            "entry_started",
            "dossier_saved",
            "creation_attached",
            "entry_deposited",
            "entry_withdrawn",
        ]
        said = " ".join(str(event.details) for event in session.scalars(select(AuditEvent)))
        assert not any(name in said for name in ("Quatremère", "Défricheurs", "agents.example", "bd.pdf"))


def test_the_receipt_says_deposited_and_proves_it(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        made = deposit(session, entry)
        mail = session.scalars(select(Outbox)).one()
        assert mail.recipient == "candidate@agents.example"
        assert (
            mail.subject == f"Déposée : « Le guichet qui vient à vous », accusé de réception n° {made.receipt_number}"
        )
        assert "lundi 1er février 2027 à 11 h 00 min 00 s (heure de Paris)" in mail.text
        text = mail.text.replace("\u00a0", " ")
        for proof in (made.sha256, "1 234 octets", f"{PUBLIC_URL}/candidatures/{entry.id}/depots/{made.id}"):
            assert proof in text
        assert "brouillon" not in mail.text.lower()


def test_the_withdrawal_mail_says_withdrawn_and_never_deposited(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        made = deposit(session, entry)
        withdraw(session, entry)
        mail = session.scalars(select(Outbox).where(Outbox.subject.startswith("Retirée"))).one()
        assert made.receipt_number in mail.subject
        assert "RETIRÉE" in mail.text
        assert "DÉPOSÉE" not in mail.text


def test_the_work_of_an_entry_is_never_loaded_by_accident(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        made = deposit(session, entry)
        work_id = _work(session)
        operations.link_works(session, works={entry.id: work_id})
        entry_id = entry.id
    with database.read() as session:
        entry = queries.find_entry(session, entry_id)
        assert "work_id" in inspect(entry).unloaded
        assert session.scalars(select(Entry.id).where(Entry.work_id.is_not(None))).all() == [entry_id]
        assert {key: found.id for key, found in queries.deposits_by_work(session, [work_id]).items()} == {
            work_id: made.id
        }


def _work(session: Session) -> str:
    edition = current_edition(session)
    jury = JurySession(
        edition_key=edition.key,
        title=edition.title,
        criteria=[],
        scale_low=0,
        scale_high=10,
        laureates_max=5,
        method=Method().facts(),
        opened_at=LATER,
    )
    session.add(jury)
    session.flush()
    columns = {
        "id": new_id(),
        "session_id": jury.id,
        "number": 7,
        "category": "vidéo",
        "title": "x",
        "summary": "y",
        "seconds": 90,
    }
    work = JuryWork(**columns)
    session.add(work)
    session.flush()
    return work.id


def upload_under_way(session: Session, entry: Entry, *, now: datetime = LATER) -> Upload:
    upload = uploads.promise(
        subject=entry.id,
        name="bd.pdf",
        size=1234,
        key=new_id(),
        place="",
        expires_at=uploads.expiry(begun=now, closes_at=CLOSING),
        now=now,
    )
    uploads.announce(session, upload=upload)
    session.flush()
    return upload


def test_arming_deposits_once_and_a_bad_file_gives_way_to_the_deposit_before_it(database: Database) -> None:
    with database.write() as session:
        entry = complete(session, candidate(session))
        first, upload = deposit(session, entry), upload_under_way(session, entry)
        who = {"entry_id": entry.id, "account_id": entry.account_id}
        deposits.arm(session, **who, upload_id=upload.id, now=LATER)
        creation = attach(session, entry, state=CreationState.RECEIVED)

        def last_byte() -> Deposit | None:
            return deposits.deposit_armed(
                session,
                entry=entry,
                upload_id=upload.id,
                read_key=lambda: KEY,
                public_url=PUBLIC_URL,
                now=CLOSING - MILLISECOND,
            )

        second = last_byte()
        assert last_byte() is None
        assert second is not None
        assert (second.way, second.replaces_id, entry.deposit_id) == ("armed", first.id, second.id)
        creation.state, creation.reason, creation.message = CreationState.REFUSED, "unreadable", "Illisible."
        session.flush()
        deposits.file_refused(session, creation_id=creation.id, public_url=PUBLIC_URL, now=CLOSING)
        assert entry.deposit_id == first.id
        deposits.file_refused(session, creation_id=creation.id, public_url=PUBLIC_URL, now=CLOSING)
        assert actions(session).count("deposited_file_refused") == 1


def test_the_secretariat_gives_time_admits_a_late_file_and_deposits_for_somebody(database: Database) -> None:
    with database.write() as session:
        entry = draft(session, candidate(session))
        upload = upload_under_way(session, entry)
        late = CLOSING + MILLISECOND
        kept = {"upload": upload.id, "sha256": "a" * 64}
        who = {"entry_id": entry.id, "account_id": entry.account_id}
        operations.record_late(session, **who, act="upload", now=late, size=1234, **kept)
        session.flush()
        position = session.scalars(select(AuditEvent.position).where(AuditEvent.action == "late_attempt")).one()
        act = Act(entry.account_id, "Panne du service.", late, PUBLIC_URL, KEY)
        made = leeway.admit_late(session, position=position, act=act)
        assert (made.at, made.way, entry.deposit_id) == (late, "late", made.id)
        with pytest.raises(Conflict):
            leeway.admit_late(session, position=position, act=act)
        leeway.give_more_time(session, entry_id=entry.id, until=CLOSING + timedelta(days=1), act=act)
        assert queries.edition_of(session, entry).closes_at == CLOSING + timedelta(days=1)
        answers = {name: getattr(entry, name) for name in ("team", "administration", "contact_name", "category")}
        texts = {"title": "Un autre", "summary": "Reçu par courriel."}
        received = Received(new_id(), 99, "b" * 64)
        behalf = leeway.deposit_for(
            session,
            email="other@agents.example",
            answers={**answers, **texts},
            received=received,
            name="bd.pdf",
            came_at=LATER,
            act=act,
        )
        other = session.get_one(Entry, behalf.entry_id)
        given = {"public_agent": True, "rules_accepted": True}
        deposits.confirm(session, entry_id=other.id, account_id=other.account_id, given=given, now=late)
        deposits.confirm(session, entry_id=other.id, account_id=other.account_id, given=given, now=late)
        assert not behalf.to_confirm
        assert actions(session).count("deposit_confirmed") == 1
