"""The secretariat's acts, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.editions.queries import current_edition
from concours.entries.models import Deposit, Entry
from concours.intake.models import CreationState
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.organisers import journal, operations, queries
from concours.organisers.rules import Decision, Standing
from jury import api as jury
from jury.models import JuryWork
from tests.organisers_contest import (
    CLOSED,
    OPEN,
    add_organiser,
    decide,
    deposit,
    deposited,
    draft,
    edition_record,
    start,
    withdraw,
)
from tests.unguarded import unguarded

REASON = "Le logo de la collectivité figure page 2."


def latest(session: Session) -> AuditEvent:
    """Return the last act that was recorded."""
    return journal.page(session, journal.Narrowing(), offset=0, limit=1)[0][0]


def standing_of(session: Session, entry: Entry) -> Standing:
    return queries.find_examined(session, entry.id).standing


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.position)))


def invite(session: Session, name: str, role: str, actor: str) -> None:
    operations.invite_member(
        session,
        email=f"{name}@jury.example",
        name=name,
        function="",
        role=role,
        jury_url="https://jury.example/jury",
        actor=actor,
        now=OPEN,
    )


def test_a_decision_stands_until_it_is_changed_or_taken_back(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        entry = deposited(session, "Le guichet")
        assert standing_of(session, entry) is Standing.PENDING
        decide(session, entry, actor=actor)
        assert standing_of(session, entry) is Standing.ADMITTED
        decide(session, entry, Decision.REFUSED, actor=actor, reason=REASON)
        assert standing_of(session, entry) is Standing.REFUSED
        operations.clear_admissibility(session, entry_id=entry.id, actor=actor, now=OPEN)
        assert standing_of(session, entry) is Standing.PENDING
        assert actions(session)[-3:] == ["admissibility_decided", "admissibility_decided", "admissibility_cleared"]


def test_the_audit_keeps_identifiers_and_no_reason(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        entry = deposited(session, "Le guichet")
        decide(session, entry, Decision.REFUSED, actor=actor, reason=REASON)
        last = latest(session)
        assert (last.actor, last.subject) == (actor, entry.id)
        assert last.details == {"decision": "refused", "deposit": entry.deposit_id}


def test_a_refusal_needs_a_reason(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        entry = deposited(session, "Le guichet")
        with pytest.raises(DomainError, match="motif"):
            decide(session, entry, Decision.REFUSED, actor=actor, reason=" \n")
        assert standing_of(session, entry) is Standing.PENDING


def test_a_deposit_after_the_decision_asks_for_another_look(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        entry = deposited(session, "Le guichet")
        decide(session, entry, actor=actor)
        deposit(session, entry, at=OPEN + timedelta(days=1))
        assert standing_of(session, entry) is Standing.STALE


def test_a_decision_on_a_deposit_that_was_replaced_is_refused(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        entry = deposited(session, "Le guichet")
        seen = entry.deposit_id
        assert seen is not None
        deposit(session, entry, at=OPEN + timedelta(days=1))
        with pytest.raises(Conflict, match="entre-temps"):
            operations.decide_admissibility(
                session,
                entry_id=entry.id,
                deposit_id=seen,
                decision=Decision.ADMITTED,
                reason="",
                actor=actor,
                now=OPEN,
            )


def test_drafts_and_withdrawn_entries_are_not_decided_on(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        for entry in (draft(session, "Brouillon"), deposited(session, "Retirée")):
            seen = entry.deposit_id or "none"
            withdraw(session, entry, at=OPEN)
            with pytest.raises(Conflict, match="pas déposée"):
                operations.decide_admissibility(
                    session,
                    entry_id=entry.id,
                    deposit_id=seen,
                    decision=Decision.ADMITTED,
                    reason="",
                    actor=actor,
                    now=OPEN,
                )


def test_nothing_goes_to_the_jury_before_closing(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        decide(session, deposited(session, "Le guichet"), actor=actor)
        with pytest.raises(DomainError, match="20 h 00"):
            operations.hand_over(session, actor=actor, now=CLOSED - timedelta(microseconds=1))
        assert operations.hand_over(session, actor=actor, now=CLOSED) == 1


def test_the_handing_over_says_all_that_remains_to_be_done(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        deposited(session, "Sans décision")
        decide(session, deposited(session, "Sans copie", state=CreationState.ACCEPTED), actor=actor)
        with pytest.raises(DomainError) as refusal:
            operations.hand_over(session, actor=actor, now=CLOSED)
        assert "« Sans décision »" in refusal.value.message
        assert "« Sans copie »" in refusal.value.message
        assert not jury.has_session(session, edition_key="2027")


def test_the_jury_gets_the_admitted_works_and_nothing_else(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        admitted = deposited(session, "Le  guichet\u200b mobile")
        refused, withdrawn = deposited(session, "Refusée"), deposited(session, "Retirée")
        draft(session, "Brouillon")
        decide(session, admitted, actor=actor)
        decide(session, withdrawn, actor=actor)
        decide(session, refused, Decision.REFUSED, actor=actor, reason=REASON)
        withdraw(session, withdrawn, at=OPEN)
        assert operations.hand_over(session, actor=actor, now=CLOSED) == 1
        assert jury.progress(session, edition_key="2027").works == 1
        session.expire_all()
        linked = session.scalars(select(Entry.id).where(Entry.work_id.is_not(None))).all()
        assert linked == [admitted.id]
        assert edition_record(session).handed_over_at == CLOSED
        assert latest(session).details == {"admitted": 1, "refused": 1}


def test_numbers_do_not_follow_the_order_of_arrival(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        arrived = [deposited(session, f"Titre {index}", at=OPEN + timedelta(hours=index)) for index in range(6)]
        for entry in arrived:
            decide(session, entry, actor=actor)
        orders = set()
        for _ in range(6):
            attempt = session.begin_nested()
            operations.hand_over(session, actor=actor, now=CLOSED)
            drawn = select(Entry.id, JuryWork.number).join(JuryWork, JuryWork.id == Entry.work_id)
            number_of = {entry_id: number for entry_id, number in session.execute(drawn)}  # noqa: C416 -- dict() loses the types
            orders.add(tuple(number_of[entry.id] for entry in arrived))
            attempt.rollback()
        ranks = {tuple(sorted(range(6), key=order.__getitem__)) for order in orders}
        assert len(orders) == 6
        assert len(ranks) > 1, "six runs gave works in one and the same order"


def test_the_batch_is_shuffled_before_the_jury_has_it() -> None:
    arrived = [Deposit(id=str(index)) for index in range(8)]
    batches = [[each.id for each in operations._shuffled(arrived)] for _ in range(6)]
    assert all(sorted(batch) == sorted(each.id for each in arrived) for batch in batches)
    assert len({tuple(batch) for batch in batches}) > 1


def test_works_are_handed_over_once(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        entry = deposited(session, "Le guichet")
        decide(session, entry, actor=actor)
        operations.hand_over(session, actor=actor, now=CLOSED)
        with pytest.raises(Conflict, match="déjà été transmises"):
            operations.hand_over(session, actor=actor, now=CLOSED)
        with pytest.raises(Conflict, match="ne changent plus"):
            decide(session, entry, Decision.REFUSED, actor=actor, reason=REASON)
        with pytest.raises(Conflict, match="ne changent plus"):
            operations.clear_admissibility(session, entry_id=entry.id, actor=actor, now=CLOSED)


def test_a_lone_organiser_of_a_contest_without_works_is_told_so(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        with pytest.raises(DomainError, match="rien à transmettre"):
            operations.hand_over(session, actor=actor, now=CLOSED)


def test_the_first_invitation_opens_the_jury(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        assert queries.panel(session, "2027") == []
        invite(session, "aicha", "president", actor)
        invite(session, "bruno", "secretary", actor)
        assert [member.role for member in queries.panel(session, "2027")] == ["president", "secretary"]
        event = latest(session)
        assert (event.action, event.details) == ("member_invited", {"role": "secretary"})


def test_nobody_is_both_secretariat_and_jury(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        add_organiser(session, email="celia@jury.example", actor=actor, now=OPEN)
        with pytest.raises(Conflict, match="connaît les candidats"):
            invite(session, "Celia", "juror", actor)
        invite(session, "bruno", "juror", actor)
        with pytest.raises(Conflict, match="membre du jury"):
            add_organiser(session, email="Bruno@jury.example", actor=actor, now=OPEN)


def test_a_member_may_be_taken_off_the_panel(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        invite(session, "aicha", "president", actor)
        member_id = queries.panel(session, "2027")[0].member_id
        operations.remove_member(session, member_id=member_id, actor=actor, now=OPEN)
        assert queries.panel(session, "2027") == []
        with pytest.raises(NotFound):
            operations.remove_member(session, member_id=member_id, actor=actor, now=OPEN)


def test_changed_rules_reach_a_jury_that_is_open(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        invite(session, "aicha", "president", actor)
        edition = replace(current_edition(session), title="Un autre thème", laureates_max=3)
        changed = operations.edit_edition(session, edition=edition, version=1, actor=actor, now=OPEN)
        assert changed == ("title", "laureates_max")
        assert latest(session).details == {"changed": ["title", "laureates_max"]}
        assert current_edition(session).laureates_max == 3


def test_a_stale_or_impossible_edition_is_refused(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        edition = current_edition(session)
        with pytest.raises(Conflict, match="entre-temps"):
            operations.edit_edition(session, edition=edition, version=7, actor=actor, now=OPEN)
        with pytest.raises(DomainError, match="formats"):
            operations.edit_edition(session, edition=replace(edition, formats=()), version=1, actor=actor, now=OPEN)


def test_what_the_jury_uses_no_longer_changes(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        decide(session, deposited(session, "Le guichet"), actor=actor)
        operations.hand_over(session, actor=actor, now=CLOSED)
        edition = replace(current_edition(session), laureates_max=3)
        with pytest.raises(DomainError, match="ne changent plus"):
            operations.edit_edition(session, edition=edition, version=1, actor=actor, now=CLOSED)


def test_both_chains_of_acts_hold(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        invite(session, "aicha", "president", actor)
        decide(session, deposited(session, "Le guichet"), actor=actor)
        assert queries.chain_breaks(session) == {"concours": None, "jury": None}
    with unguarded(database) as session:
        event = latest(session)
        event.subject = "autre"
        session.flush()
        assert queries.chain_breaks(session) == {"concours": event.position, "jury": None}
