"""Anonymity is lifted once, after the signed minutes, and the names meet their own numbers."""

from fractions import Fraction

import pytest
from sqlalchemy import select

from concours.accounts.models import AuditEvent
from concours.editions.queries import current_edition, current_record
from concours.editions.rules import Phase, phase
from concours.honours import operations, queries
from concours.honours.models import Laureate
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, Forbidden
from tests.honours_scene import SIGNED, judge, sign
from tests.organisers_contest import start

MARKS = {"Le guichet": (9, 9, 9), "Le camion": (8, 8, 8), "La bande dessinée": (2, 2, 2)}
RANKS = {"Le guichet": 1, "Le camion": 2}


def test_nothing_is_unsealed_before_the_works_go_to_the_jury(database: Database) -> None:
    with database.write() as session:
        organiser = start(session)
        with pytest.raises(Forbidden):
            operations.unseal(session, actor=organiser, now=SIGNED)


def test_nothing_is_unsealed_before_the_minutes_are_signed(database: Database) -> None:
    with database.write() as session:
        judged = judge(session, MARKS)
        with pytest.raises(Forbidden, match="procès-verbal"):
            operations.unseal(session, actor=judged.organiser, now=SIGNED)
        assert not session.scalars(select(Laureate)).all()
        assert current_record(session).unsealed_at is None


def test_each_laureate_gets_the_number_and_the_exact_means_of_its_own_work(database: Database) -> None:
    with database.write() as session:
        judged = judge(session, MARKS)
        sign(session, judged, RANKS)
        assert operations.unseal(session, actor=judged.organiser, now=SIGNED) == 2
    with database.read() as session:
        first, second = queries.laureates(session, current_record(session).id)
        assert [each.dossier.title for each in (first, second)] == ["Le guichet", "Le camion"]
        assert [each.laureate.rank for each in (first, second)] == [1, 2]
        assert first.laureate.work_number == judged.numbers["Le guichet"]
        assert first.laureate.exact_mean == Fraction(80, 9)
        assert first.laureate.exact_criterion_means["substance"] == Fraction(26, 3)
        assert first.laureate.reason == "Motif de « Le guichet »."
        assert phase(current_edition(session), SIGNED) is Phase.HONOURS


def test_a_second_unsealing_is_refused_and_changes_nothing(database: Database) -> None:
    with database.write() as session:
        judged = judge(session, MARKS)
        sign(session, judged, RANKS)
        operations.unseal(session, actor=judged.organiser, now=SIGNED)
        with pytest.raises(Conflict, match="déjà levé"):
            operations.unseal(session, actor=judged.organiser, now=SIGNED)
        assert len(session.scalars(select(Laureate)).all()) == 2
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "anonymity_lifted")).all()
        assert [(event.actor, event.details) for event in events] == [(judged.organiser, {"laureates": 2})]


def test_a_jury_may_honour_nobody(database: Database) -> None:
    with database.write() as session:
        judged = judge(session, MARKS)
        sign(session, judged, {})
        assert operations.unseal(session, actor=judged.organiser, now=SIGNED) == 0
        assert queries.laureates(session, current_record(session).id) == []


def test_the_way_to_the_unsealing_says_what_is_missing(database: Database) -> None:
    with database.write() as session:
        judged = judge(session, MARKS)
        steps = queries.steps_to_unsealing(session, current_record(session), now=SIGNED)
        assert [step.done for step in steps] == [True, True, True, False, False]
        sign(session, judged, RANKS)
        steps = queries.steps_to_unsealing(session, current_record(session), now=SIGNED)
        assert all(step.done for step in steps)
