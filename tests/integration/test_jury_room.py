"""The session of the jury: presence and quorum, votes, changed scores, what each member sees, what the minutes keep."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from jury import operations, queries
from jury.bundle.checks import verify
from jury.bundle.queries import bundle_of
from jury.deliberation.models import JuryTieDecision
from jury.deliberation.operations import decide_tie, mark_minutes_signed, record_laureates
from jury.deliberation.queries import standing_of
from jury.models import JuryAudit, JurySession, JurySheet
from jury.recusals.operations import exclude_pairs
from jury.room.changes import change_scores
from jury.room.models import JuryMotion, JuryPresence, JuryRoom, JuryScoreChange
from jury.room.motions import cast_vote, count_hands, propose_motion, put_to_vote
from jury.room.operations import (
    close_room,
    discuss,
    end_discussion,
    erase_rehearsal,
    mark_presence,
    move_work,
    open_room,
    reopen_room,
)
from jury.room.queries import record_of, stamp_of
from jury.room.rules import Hands, Move, Outcome
from jury.room.table import Table, table_of
from tests.jury_session import KEY, NOW, Panel, open_jury, score, score_all

LATER = NOW + timedelta(hours=1)
MEANS = (9, 8, 7, 6, 5, 4)


def held(database: Database, *, means: tuple[int, ...] = MEANS, there: int = 4, apart: bool = False) -> Panel:
    """A closed evaluation, its session opened, the first `there` scorers present.

    `apart`: the organisers keep the first juror from the fifth work.
    """
    with database.write() as session:
        panel = open_jury(session, works_count=len(means), jurors=3)
        score_all(session, panel, means)
        if apart:
            exclude_pairs(session, edition_key=KEY, pairs=[(panel.jurors[0], panel.works[4].work_id)], now=NOW)
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
        open_room(session, member_id=panel.secretary, now=LATER)
        for member_id in panel.scorers[:there]:
            mark_presence(session, member_id=member_id, who=member_id, present=True, now=LATER)
    return panel


def voted(database: Database, panel: Panel, hands: Hands, numbers: str = "") -> Outcome:
    """A motion, proposed, put to the vote and counted."""
    with database.write() as session:
        motion = propose_motion(session, member_id=panel.president, text="Cinq lauréats", numbers=numbers, now=LATER)
        put_to_vote(session, member_id=panel.secretary, motion_id=motion, now=LATER)
        return count_hands(session, member_id=panel.secretary, motion_id=motion, hands=hands, now=LATER)


def table(database: Database, member_id: str) -> Table:
    with database.read() as session:
        return table_of(session, queries.find_session(session, KEY), member_id=member_id)


def change(  # noqa: PLR0917 -- five facts of one act, in the order of its sentence
    database: Database, panel: Panel, who: int, number: int, points: int, reason: str = "Relue"
) -> None:
    with database.write() as session:
        change_scores(
            session,
            member_id=panel.scorers[who],
            number=number,
            points=dict.fromkeys(("substance", "form", "inspiration"), points),
            reason=reason,
            now=LATER,
        )


def test_the_session_opens_after_the_closing_only_by_who_conducts_it_and_once(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        panel = open_jury(session)
    with sqlite_database.write() as session, pytest.raises(Conflict, match="encore ouverte"):
        open_room(session, member_id=panel.president, now=LATER)
    with sqlite_database.write() as session:
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
    with sqlite_database.write() as session, pytest.raises(Forbidden):
        open_room(session, member_id=panel.jurors[0], now=LATER)
    with sqlite_database.write() as session:
        room = open_room(session, member_id=panel.president, now=LATER)
        assert (room.entitled, room.quorum) == (3, 2)
    with sqlite_database.write() as session, pytest.raises(Conflict, match="a été ouverte le"):
        open_room(session, member_id=panel.secretary, now=LATER)


def test_works_around_the_last_place_come_first_and_the_order_follows_who_conducts(sqlite_database: Database) -> None:
    panel = held(sqlite_database)
    first, fifth, sixth = panel.numbers[0], panel.numbers[4], panel.numbers[5]
    assert [row.number for row in table(sqlite_database, panel.secretary).rows[:2]] == [fifth, sixth]
    with sqlite_database.write() as session:
        president = panel.president
        move_work(session, member_id=president, number=first, move=Move.FIRST, now=LATER)
        move_work(session, member_id=president, number=first, move=Move.DOWN, now=LATER)
        discuss(session, member_id=president, number=fifth, now=LATER)
        discuss(session, member_id=president, number=sixth, now=LATER)
        end_discussion(session, member_id=president, number=sixth, now=LATER)
        with pytest.raises(NotFound):
            discuss(session, member_id=president, number=0, now=LATER)
        with pytest.raises(Forbidden):
            discuss(session, member_id=panel.jurors[0], number=first, now=LATER)
    seen = table(sqlite_database, panel.jurors[0])
    assert [row.number for row in seen.rows[:3]] == [fifth, first, sixth]
    assert {row.number for row in seen.rows if row.discussed} == {fifth, sixth}
    assert seen.current is None


def test_nothing_is_voted_without_the_quorum_and_presence_keeps_its_trace(sqlite_database: Database) -> None:
    panel = held(sqlite_database, there=2)
    with sqlite_database.write() as session:
        motion = propose_motion(session, member_id=panel.president, text="Voter ?", numbers="", now=LATER)
        with pytest.raises(Conflict, match="2 membres présents sur 4 ayant droit de vote, il en faut 3"):
            put_to_vote(session, member_id=panel.secretary, motion_id=motion, now=LATER)
        with pytest.raises(Forbidden):
            mark_presence(session, member_id=panel.jurors[0], who=panel.jurors[1], present=True, now=LATER)
        mark_presence(session, member_id=panel.secretary, who=panel.jurors[1], present=True, now=LATER)
        put_to_vote(session, member_id=panel.secretary, motion_id=motion, now=LATER)
        mark_presence(session, member_id=panel.jurors[0], who=panel.jurors[0], present=False, now=LATER)
        with pytest.raises(Conflict, match="quorum"):
            count_hands(session, member_id=panel.secretary, motion_id=motion, hands=Hands(2, 0, 0), now=LATER)
    with sqlite_database.read() as session:
        record = record_of(session, queries.find_session(session, KEY))
    assert record is not None
    told = [(each.name, each.present, each.marked_by) for each in record.presences]
    assert told[2:] == [("Jure2", True, "Secretaire"), ("Jure1", False, "Jure1")]


def test_a_count_is_that_of_the_voters_and_equal_hands_are_settled_by_the_president_alone(
    sqlite_database: Database,
) -> None:
    panel = held(sqlite_database)
    with pytest.raises(DomainError, match="3 voix, pour 4 votants"):
        voted(sqlite_database, panel, Hands(3, 0, 0))
    assert voted(sqlite_database, panel, Hands(2, 1, 1)) is Outcome.ADOPTED
    assert voted(sqlite_database, panel, Hands(1, 2, 1)) is Outcome.REJECTED
    assert voted(sqlite_database, panel, Hands(2, 2, 0)) is Outcome.EQUAL
    with sqlite_database.write() as session:
        motion = session.scalars(select(JuryMotion).where(JuryMotion.abstained == 0)).one().id
        with pytest.raises(Forbidden, match="prépondérante"):
            cast_vote(session, member_id=panel.secretary, motion_id=motion, in_favour=True, now=LATER)
        cast_vote(session, member_id=panel.president, motion_id=motion, in_favour=True, now=LATER)
        with pytest.raises(Conflict, match="pas à égalité"):
            cast_vote(session, member_id=panel.president, motion_id=motion, in_favour=False, now=LATER)
    with sqlite_database.read() as session:
        record = record_of(session, queries.find_session(session, KEY))
        actions = list(session.scalars(select(JuryAudit.action).order_by(JuryAudit.position)))
    assert record is not None
    assert [each.outcome for each in record.voted] == [Outcome.ADOPTED, Outcome.REJECTED, Outcome.ADOPTED]
    assert actions[-1] == "casting_vote"


def test_who_must_not_meet_a_work_sees_nothing_of_it_and_does_not_vote_on_it(database: Database) -> None:
    panel = held(database, apart=True)
    kept, number = panel.jurors[0], panel.numbers[4]
    with database.write() as session:
        discuss(session, member_id=panel.president, number=number, now=LATER)
        change_scores(
            session,
            member_id=panel.jurors[1],
            number=number,
            points={"form": 9},
            reason="Relue",
            now=LATER,
        )
    with pytest.raises(DomainError, match="4 voix, pour 3 votants"):
        voted(database, panel, Hands(4, 0, 0), str(number))
    assert voted(database, panel, Hands(3, 0, 0), str(number)) is Outcome.ADOPTED
    seen, all_seen = table(database, kept), table(database, panel.secretary)
    assert number in {row.number for row in all_seen.rows}
    assert number not in {row.number for row in seen.rows}
    assert (seen.current, seen.elsewhere, seen.partial) == (None, True, True)
    assert {row.side for row in seen.rows} == {""}
    assert (len(seen.changes), len(all_seen.changes)) == (0, 1)
    assert [each.masked for each in seen.motions] == [True]
    with database.write() as session:
        with pytest.raises(NotFound):
            change_scores(session, member_id=kept, number=number, points={"form": 9}, reason="Oui", now=LATER)
        with pytest.raises(DomainError, match="n'est pas celui d'une œuvre que vous examinez"):
            propose_motion(session, member_id=kept, text="Celle-ci", numbers=str(number), now=LATER)


def test_a_changed_score_keeps_the_former_one_moves_the_ranking_and_the_record_verifies(database: Database) -> None:
    panel = held(database)
    number = panel.numbers[5]
    with pytest.raises(DomainError, match="Indiquez pourquoi"):
        change(database, panel, 1, number, 10, reason="")
    with pytest.raises(DomainError, match="Aucune note n'a changé"):
        change(database, panel, 1, number, 4)
    with pytest.raises(DomainError, match="entre 0 et 10"):
        change(database, panel, 1, number, 11)
    for who in (1, 2, 3):
        change(database, panel, who, number, 10)
    with database.read() as session:
        jury = queries.find_session(session, KEY)
        record = record_of(session, jury)
        ranking = standing_of(session, jury).ranking
        findings = verify(bundle_of(session, jury))
    assert record is not None
    assert [(each.name, each.former, each.points) for each in record.changes[:2]] == [("Jure1", 4, 10)] * 2
    assert len(record.changes) == 9
    place = ranking.place(number)
    assert place is not None
    assert place.rank == 2
    assert [each.sentence for each in findings if not each.holds] == []
    assert any("9 notes changées en séance" in each.sentence for each in findings)


def test_scores_no_longer_change_once_something_hangs_on_them(sqlite_database: Database) -> None:
    panel = held(sqlite_database, means=(9, 8, 7, 6, 5, 5))
    with sqlite_database.write() as session:
        chosen = [panel.numbers[5]]
        decide_tie(session, member_id=panel.president, chosen=chosen, reason="Vote", now=LATER)
    with pytest.raises(Conflict, match="ex æquo"):
        change(sqlite_database, panel, 1, panel.numbers[5], 10)
    with sqlite_database.write() as session:
        record_laureates(session, member_id=panel.president, choices=[], departure_reason="Aucune", now=LATER)
        with pytest.raises(Conflict, match="encore ouverte"):
            mark_minutes_signed(session, member_id=panel.president, signed_by="Jury", signed_on=LATER.date(), now=LATER)
        close_room(session, member_id=panel.president, now=LATER)
    with sqlite_database.write() as session, pytest.raises(Conflict, match="ne se rouvre plus"):
        reopen_room(session, member_id=panel.president, now=LATER)
    with sqlite_database.read() as session:
        assert session.scalars(select(JuryTieDecision)).one().chosen == chosen


def test_only_whoever_is_there_and_has_a_finished_sheet_changes_a_score(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        panel = open_jury(session)
        score(session, panel.jurors[0], panel.numbers[0], 5, 5, 5)
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
        open_room(session, member_id=panel.secretary, now=LATER)
    with pytest.raises(DomainError, match="votre présence"):
        change(sqlite_database, panel, 1, panel.numbers[0], 9)
    with sqlite_database.write() as session:
        mark_presence(session, member_id=panel.jurors[0], who=panel.jurors[0], present=True, now=LATER)
        mark_presence(session, member_id=panel.secretary, who=panel.secretary, present=True, now=LATER)
        with pytest.raises(Forbidden):
            change_scores(session, member_id=panel.secretary, number=panel.numbers[0], points={}, reason="", now=LATER)
    with pytest.raises(Conflict, match="n'était pas terminée"):
        change(sqlite_database, panel, 1, panel.numbers[1], 9)
    change(sqlite_database, panel, 1, panel.numbers[0], 9)
    assert table(sqlite_database, panel.jurors[0]).changes[0].points == 9


def test_a_rehearsal_holds_the_whole_session_and_leaves_nothing(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session)
        open_room(session, member_id=panel.president, rehearsal=True, now=LATER)
        for member_id in panel.scorers:
            mark_presence(session, member_id=member_id, who=member_id, present=True, now=LATER)
    change(database, panel, 1, 2, 10)
    assert voted(database, panel, Hands(3, 0, 0), "1") is Outcome.ADOPTED
    seen = table(database, panel.jurors[0])
    assert sorted(row.number for row in seen.rows) == [1, 2]
    assert len(seen.changes) == 3
    with database.write() as session:
        assert record_of(session, queries.find_session(session, KEY)) is None
        operations.close_scoring(session, member_id=panel.secretary, now=LATER)
        with pytest.raises(Conflict, match="répétition"):
            open_room(session, member_id=panel.president, now=LATER)
        erase_rehearsal(session, member_id=panel.president, now=LATER)
    with database.write() as session:
        kept = [session.scalars(select(table)).all() for table in (JuryRoom, JuryPresence, JuryMotion, JuryScoreChange)]
        assert kept == [[], [], [], []]
        assert session.scalars(select(JurySheet)).all() == []
        assert open_room(session, member_id=panel.president, now=LATER).rehearsal is False


def test_the_stamp_changes_with_each_act_and_only_then(database: Database) -> None:
    panel = held(database)

    def stamp() -> str:
        with database.read() as session:
            return stamp_of(session, session.scalars(select(JurySession)).one(), member_id=panel.president)

    before = stamp()
    assert stamp() == before
    with database.write() as session:
        discuss(session, member_id=panel.president, number=panel.numbers[0], now=LATER)
    discussed = stamp()
    change(database, panel, 1, panel.numbers[0], 3)
    changed = stamp()
    with database.write() as session:
        record_laureates(session, member_id=panel.president, choices=[], departure_reason="Aucune", now=LATER)
    assert len({before, discussed, changed, stamp()}) == 4
