"""Acts on several entries at once, on both databases: stale lists, double presses, undoing."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.editions.queries import current_record
from concours.entries.models import Admissibility, Entry
from concours.intake.models import CreationState
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError
from concours.kernel.ids import new_id
from concours.organisers import bulk, queries
from concours.organisers.bulk import Act, Seen
from concours.organisers.rules import Decision, Standing
from tests.organisers_contest import OPEN, decide, deposit, deposited, draft, start

LATER = OPEN + timedelta(hours=2)
REASON = "Le dossier de candidature est incomplet."


def seen(session: Session, act: Act, *entries: Entry) -> list[Seen]:
    """Return the entries as the page of confirmation shows them."""
    return [Seen(case.entry_id, case.stamp) for case in bulk.plan(session, [each.id for each in entries], act)]


def act_on(session: Session, act: Act, what: list[Seen], actor: str, act_id: str = "") -> str:
    act_id = act_id or new_id()
    bulk.carry_out(session, act_id=act_id, act=act, seen=what, reason="", actor=actor, now=LATER)
    return act_id


def standings(session: Session, *entries: Entry) -> list[Standing]:
    session.flush()
    session.expire_all()
    return [queries.find_examined(session, entry.id).standing for entry in entries]


def left(session: Session, act_id: str) -> dict[str, str]:
    return {line.entry_id: line.left for line in bulk.lines_of(session, act_id) if line.left}


def count(session: Session, action: str) -> int:
    return len(session.scalars(select(AuditEvent.position).where(AuditEvent.action == action)).all())


def test_several_are_admitted_at_once_and_those_that_may_not_be_are_left_with_their_reason(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        good, other = deposited(session, "Une"), deposited(session, "Deux")
        unread = deposited(session, "Trois", state=CreationState.RECEIVED)
        unsent, refused = draft(session, "Quatre"), deposited(session, "Cinq")
        decide(session, refused, Decision.REFUSED, actor=actor, reason=REASON)
        everything = (good, other, unread, unsent, refused)
        act_id = act_on(session, Act.ADMIT, seen(session, Act.ADMIT, *everything), actor)
        expected = [Standing.ADMITTED, Standing.ADMITTED, Standing.PENDING, Standing.DRAFT, Standing.REFUSED]
        assert standings(session, *everything) == expected
        why = left(session, act_id)
        assert "pas encore vérifié" in why[unread.id]
        assert "pas déposée" in why[unsent.id]
        assert "déjà déclarée irrecevable" in why[refused.id]
        assert count(session, "admissibility_decided") == 3, "each entry's act is recorded as the single one is"
        done = session.scalars(select(AuditEvent).where(AuditEvent.action == "bulk_done")).one()
        assert (done.subject, done.details) == (act_id, {"bulk": "admit", "done": 2, "left": 3})


def test_what_changed_since_the_page_was_shown_is_left_and_pressing_twice_does_it_once(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        still, moved = deposited(session, "Une"), deposited(session, "Deux")
        what, act_id = seen(session, Act.ADMIT, still, moved), new_id()
        deposit(session, moved, at=LATER)
        for _ in range(2):
            act_on(session, Act.ADMIT, what, actor, act_id)
        assert standings(session, still, moved) == [Standing.ADMITTED, Standing.PENDING]
        assert left(session, act_id) == {moved.id: bulk.CHANGED}
        assert count(session, "bulk_done") == count(session, "admissibility_decided") == 1
        unexplained = act_on(session, Act.REFUSE, seen(session, Act.REFUSE, moved), actor)
        assert "Indiquez le motif" in left(session, unexplained)[moved.id]
        for nothing in ([], [Seen(new_id(), "x")] * (bulk.MOST + 1)):
            with pytest.raises(DomainError, match="Rien n'a changé"):
                act_on(session, Act.ADMIT, nothing, actor)


def test_undoing_gives_back_exactly_what_was_there_except_to_what_changed_since(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        pending, decided, moved = (deposited(session, title) for title in ("Une", "Deux", "Trois"))
        for entry in (decided, moved):
            decide(session, entry, Decision.REFUSED, actor=actor, reason=REASON)
        before = session.scalars(select(Admissibility).where(Admissibility.entry_id == decided.id)).one().decided_at
        cleared = act_on(session, Act.CLEAR, seen(session, Act.CLEAR, decided, moved), actor)
        admitted = act_on(session, Act.ADMIT, seen(session, Act.ADMIT, pending), actor)
        decide(session, moved, actor=actor)
        for act_id in (cleared, admitted, admitted):
            bulk.undo(session, act_id=act_id, actor=actor, now=LATER)
        assert standings(session, pending, decided, moved) == [Standing.PENDING, Standing.REFUSED, Standing.ADMITTED]
        back = session.scalars(select(Admissibility).where(Admissibility.entry_id == decided.id)).one()
        assert (back.reason, back.decided_at, back.decided_by) == (REASON, before, actor)
        kept = {line.entry_id: line.kept for line in bulk.lines_of(session, cleared) if line.kept}
        assert list(kept) == [moved.id]
        assert "autre décision" in kept[moved.id]
        assert count(session, "bulk_undone") == 2, "undoing again changes nothing"
        assert count(session, "admissibility_restored") == 2


def test_neither_a_copy_made_again_nor_a_decision_that_the_jury_relies_on_is_undone(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        lost, fine = deposited(session, "Une", state=CreationState.FAILED), deposited(session, "Deux")
        what = seen(session, Act.RETRY, lost, fine)
        act_id = new_id()
        again = bulk.carry_out(session, act_id=act_id, act=Act.RETRY, seen=what, reason="", actor=actor, now=LATER)
        assert again == [lost.creation_id]
        assert list(left(session, act_id)) == [fine.id]
        with pytest.raises(Conflict, match="ne s'annule pas"):
            bulk.undo(session, act_id=act_id, actor=actor, now=LATER)
        admitted = act_on(session, Act.ADMIT, seen(session, Act.ADMIT, fine), actor)
        current_record(session).handed_over_at = LATER
        bulk.undo(session, act_id=admitted, actor=actor, now=LATER)
        session.flush()
        assert standings(session, fine) == [Standing.ADMITTED]
        assert "transmises au jury" in bulk.lines_of(session, admitted)[0].kept
