"""Entries that two look at, who is on which entry, and an entry's history, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AuditEvent
from concours.accounts.operations import make_organiser
from concours.entries.models import Entry
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError
from concours.organisers import deciding, examiners, history, listing, operations, queries, second_looks
from concours.organisers.models import Opinion
from concours.organisers.rules import Decision, Standing
from tests.organisers_contest import CLOSED, OPEN, decide, deposit, deposited, edition_record, start

LATER = OPEN + timedelta(hours=1)
REASON = "Le logo de la collectivité figure page 2."


def colleague(session: Session, name: str = "camille") -> str:
    return make_organiser(session, email=f"{name}@concours.example", actor="command", now=OPEN).id


def ask(session: Session, entry: Entry, actor: str) -> None:
    second_looks.ask(session, entry_id=entry.id, words="Un logo, page 2 ?", actor=actor, now=OPEN)


def say(
    session: Session, entry: Entry, actor: str, decision: Decision, *, note: str = "", seen: str | None = None
) -> bool:
    assert entry.deposit_id is not None
    return second_looks.say(
        session,
        entry_id=entry.id,
        deposit_id=entry.deposit_id,
        decision=decision,
        reason=REASON if decision is Decision.REFUSED else "",
        note=note,
        actor=actor,
        now=LATER,
        seen=seen,
    )


def stands(session: Session, entry: Entry) -> Standing:
    found = queries.find_examined(session, entry.id).standing
    assert listing.standings(session, entry.edition_id)[found] == 1, "the database says the same"
    return found


def test_two_different_organisers_have_to_agree(database: Database) -> None:
    with database.write() as session:
        me, other = start(session), colleague(session)
        entry = deposited(session, "Le guichet")
        ask(session, entry, me)
        assert stands(session, entry) is Standing.TOGETHER
        with pytest.raises(Conflict, match="à revoir à deux"):
            decide(session, entry, actor=other)
        assert not say(session, entry, me, Decision.ADMITTED)
        assert not say(session, entry, me, Decision.ADMITTED), "one person twice is not two"
        assert second_looks.counts(session, entry.edition_id, me) == (0, 1)
        assert second_looks.counts(session, entry.edition_id, other) == (1, 0)
        assert listing.waiting(session, entry.edition_id, me) == []
        with pytest.raises(DomainError, match="dites-lui pourquoi"):
            say(session, entry, other, Decision.REFUSED)
        assert not say(session, entry, other, Decision.REFUSED, note="Le logo se lit.")
        look = second_looks.find(session, entry, me)
        assert look
        assert look.divided
        assert second_looks.counts(session, entry.edition_id, me) == (1, 0), "whoever proposed is asked again"
        with pytest.raises(DomainError, match="sans accord pour l'instant : « Le guichet »"):
            operations.hand_over(session, actor=me, now=CLOSED)
        assert say(session, entry, me, Decision.REFUSED)
        assert stands(session, entry) is Standing.REFUSED
        held = queries.admissibility_of(session, entry.id)
        assert held
        assert (held.reason, held.decided_by) == (REASON, me)
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.position.desc())).first()
        assert event
        assert event.details == {"decision": "refused", "deposit": entry.deposit_id, "agreed": other}


def test_a_decision_of_two_is_taken_back_whole_and_a_new_deposit_asks_them_again(database: Database) -> None:
    with database.write() as session:
        me, other = start(session), colleague(session)
        entry = deposited(session, "Le guichet")
        ask(session, entry, me)
        for who in (me, other):
            say(session, entry, who, Decision.ADMITTED)
        deposit(session, entry, at=LATER)
        assert stands(session, entry) is Standing.TOGETHER
        assert not say(session, entry, me, Decision.ADMITTED), "what was said of another deposit no longer counts"
        assert say(session, entry, other, Decision.ADMITTED)
        operations.clear_admissibility(session, entry_id=entry.id, actor=me, now=LATER)
        assert stands(session, entry) is Standing.TOGETHER
        assert session.scalars(select(Opinion)).all() == []


def test_whoever_asked_takes_it_back_or_anybody_once_they_have_left(database: Database) -> None:
    with database.write() as session:
        me, other = start(session), colleague(session)
        entry = deposited(session, "Le guichet")
        ask(session, entry, other)
        with pytest.raises(Conflict, match="déjà à revoir à deux"):
            ask(session, entry, me)
        say(session, entry, me, Decision.ADMITTED)
        with pytest.raises(Conflict, match="parlez-en avec elle"):
            second_looks.withdraw(session, entry_id=entry.id, actor=me, now=LATER)
        second_looks.unsay(session, entry_id=entry.id, actor=me, now=LATER)
        session.get_one(Account, other).role = "reader"
        second_looks.withdraw(session, entry_id=entry.id, actor=me, now=LATER)
        assert stands(session, entry) is Standing.PENDING
        with pytest.raises(Conflict, match="n'est plus à revoir à deux"):
            say(session, entry, me, Decision.ADMITTED)


def test_a_stale_page_replaces_nothing_and_says_who_did_what(database: Database) -> None:
    with database.write() as session:
        me, other = start(session), colleague(session)
        entry = deposited(session, "Le guichet")
        assert entry.deposit_id is not None
        seen = deciding.mark(session, entry.id)
        decide(session, entry, actor=other)
        with pytest.raises(Conflict, match=r"11 h 00, camille@concours\.example a déclaré cette candidature recevable"):
            operations.decide_admissibility(
                session,
                entry_id=entry.id,
                deposit_id=entry.deposit_id,
                decision=Decision.REFUSED,
                reason=REASON,
                actor=me,
                now=LATER,
                seen=seen,
            )
        with pytest.raises(Conflict, match="votre saisie est toujours là"):
            second_looks.ask(session, entry_id=entry.id, words="Un logo ?", actor=me, now=LATER, seen=seen)
        operations.clear_admissibility(session, entry_id=entry.id, actor=other, now=LATER)
        ask(session, entry, other)
        with pytest.raises(Conflict, match="a demandé que cette candidature soit revue à deux"):
            say(session, entry, me, Decision.ADMITTED, seen=seen)
        assert stands(session, entry) is Standing.TOGETHER


def test_who_has_an_entry_before_them_is_told_for_a_few_minutes(database: Database) -> None:
    with database.write() as session:
        me, other = start(session), colleague(session)
        entry = deposited(session, "Le guichet")

        def there(minutes: int) -> list[str]:
            now = OPEN + timedelta(minutes=minutes)
            found = examiners.others(session, [entry.id], reader=me, now=now)
            return [each.sentence for each in found.get(entry.id, [])]

        for minutes in (0, 4):
            now = OPEN + timedelta(minutes=minutes)
            examiners.arrive(session, entry_id=entry.id, account_id=other, now=now)
        examiners.arrive(session, entry_id=entry.id, account_id=me, now=OPEN)
        said = "camille@concours.example examine cette candidature depuis 10 h 00."
        assert (there(5), there(8), there(9)) == ([said], [said], [])
        examiners.leave(session, entry_id=entry.id, account_id=other)
        assert there(5) == []


def test_the_history_tells_what_happened_in_order_and_no_number(database: Database) -> None:
    with database.write() as session:
        me, other = start(session), colleague(session)
        entry = deposited(session, "Le guichet")
        ask(session, entry, me)
        for who in (me, other):
            say(session, entry, who, Decision.ADMITTED)
        operations.hand_over(session, actor=me, now=CLOSED)
        facts = history.history(session, edition_record(session), entry)
        assert [(each.who, each.what) for each in facts] == [
            ("secretariat@concours.example", "a demandé de revoir à deux une candidature"),
            ("secretariat@concours.example", "a donné son avis sur une candidature à revoir à deux"),
            ("camille@concours.example", "a donné son avis sur une candidature à revoir à deux"),
            ("camille@concours.example", "a prononcé la recevabilité d'une candidature"),
            ("Le secrétariat", "a transmis l'œuvre au jury, sous un numéro tiré au sort"),
        ]
        assert [each.details for each in facts][2:4] == ["avis : recevable", "décision : recevable"]
