"""The rule of the ranking, from its freezing to its pages."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, Forbidden
from concours.migrations import downgrade, upgrade
from jury import api, operations, queries, tallies
from jury.deliberation.operations import decide_tie
from jury.deliberation.queries import standing_of
from jury.method import HIGHEST, MEDIAN
from jury.models import JuryAudit, JurySession
from jury.progress import progress_of
from jury.ranking import Cause, rank, tally
from jury.rules import Sheet
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom, fill, work_page
from tests.jury_session import KEY, NOW, RULES, SECOND_RULES, THREE, accept, open_jury, score, score_all, write
from tests.page import page

FULL = {"substance": 7, "form": 8, "inspiration": 9}
MARKED = replace(THREE[0], anchors={2: "à peine", 5: "utile", 8: "à reprendre <partout>"})
DECLARED = replace(
    RULES, criteria=(MARKED, *THREE[1:]), method=api.Method(minimum_sheets=2, tie_breaks=(MEDIAN, HIGHEST))
)


def test_the_first_score_freezes_the_rule_and_nothing_changes_it_afterwards(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session)
        changed = replace(RULES, criteria=DECLARED.criteria, method=DECLARED.method)
        api.update_session_rules(session, rules=changed, now=NOW)
        assert queries.find_session(session, KEY).rule_digest is None
    with pytest.raises(DomainError, match="Note attendue"), database.write() as session:
        write(session, panel.jurors[0], panel.numbers[0], {"form": 11})
    with database.read() as session:
        assert queries.find_session(session, KEY).rule_digest is None, "a refused score freezes nothing"
    with database.write() as session:
        write(session, panel.jurors[0], panel.numbers[0], {"form": 4})
    with database.write() as session:
        score(session, panel.jurors[1], panel.numbers[0], 1, 2, 3, now=NOW + timedelta(hours=1))
        jury = queries.find_session(session, KEY)
        frozen = jury.rule_digest
        assert (frozen, jury.rule_frozen_at) == (jury.rule.digest, NOW)
        assert jury.rule.criteria[0].anchors == MARKED.anchors
        acts = session.scalars(select(JuryAudit).where(JuryAudit.action == "rule_frozen")).all()
        assert [act.details for act in acts] == [{"digest": frozen}]
    for rules in (RULES, replace(changed, laureates_max=4), replace(changed, method=api.Method())):
        with pytest.raises(Conflict, match="les règles de l'évaluation ne changent plus"), database.write() as session:
            api.update_session_rules(session, rules=rules, now=NOW)
    with database.write() as session:
        session.execute(update(JurySession).values(method={"minimum_sheets": 1}))
    with pytest.raises(Conflict, match="empreinte ne correspond pas"), database.read() as session:
        tallies.ranking_of(session, queries.find_session(session, KEY))


def test_the_database_adds_up_what_the_pure_ranking_does(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session, works_count=8, rules=DECLARED)
        for place, member in enumerate(panel.scorers):
            for index, number in enumerate(panel.numbers[place:-1]):
                points = ((index * 3 + place) % 3 + 8, 10 if index % 2 else 8, 9)
                score(session, member, number, *points)
        write(session, panel.president, panel.numbers[-1], {"form": 10})
        jury = queries.find_session(session, KEY)
        given = [queries.points_of(session, jury, member_id=member) for member in panel.scorers]
        sheets = [Sheet(number, points) for works in given for number, points in works.items()]
        expected = rank(tally(panel.numbers, sheets, jury.rule, expected=3), jury.rule)
        found = tallies.ranking_of(session, jury)
        light = tallies.ranking_of(session, jury, detailed=False)
        assert [(p.number, p.rank, p.mean) for p in light.places] == [(p.number, p.rank, p.mean) for p in found.places]
        assert [(p.number, p.rank, p.mean, dict(p.criterion_means)) for p in found.places] == [
            (p.number, p.rank, p.mean, dict(p.criterion_means)) for p in expected.places
        ]
        assert (found.apart, found.separations) == (expected.apart, expected.separations)
        assert {each.cause for each in found.apart} == {Cause.TOO_FEW, Cause.NO_SHEET}
        sums, some = tallies.sums_of(session, jury), panel.numbers[2:4]
        assert {p.number: sums[p.number] for p in found.places} == {p.number: p.tally.sums for p in expected.places}
        assert sums[panel.numbers[-1]] == {}
        assert tallies.sums_of(session, jury, some) == {number: sums[number] for number in some}
        assert tallies.sheets_of(session, jury).ranking.places == tuple(
            replace(p, tally=replace(p.tally, expected=3)) for p in expected.places
        )
        progress = {line.member_id: (line.done, line.incomplete) for line in progress_of(session, jury)}
        assert progress[panel.president] == (7, 1)
        assert progress[panel.secretary] == (0, 0)


def test_a_sheet_of_a_juror_who_does_not_judge_the_work_counts_nowhere(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session, works_count=2)
        score_all(session, panel, (9, 5))
        pairs = [(panel.jurors[0], panel.works[0].work_id)]
        api.exclude_pairs(session, edition_key=KEY, pairs=pairs, now=NOW)
        jury = queries.find_session(session, KEY)
        place = tallies.ranking_of(session, jury).place(panel.numbers[0])
        assert place is not None
        assert place.sheets == place.tally.expected == 2
        assert tallies.sums_of(session, jury)[panel.numbers[0]] == place.tally.sums
        assert tallies.sheets_of(session, jury).missing == []


def test_the_casting_vote_is_the_president_s_and_stays_on_record(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session)
        score_all(session, panel, (9, 8, 7, 6, 5, 5))
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
        chosen = [panel.numbers[5]]

    def vote(session: Session, member_id: str) -> None:
        reason = "Deux voix contre deux"
        decide_tie(session, member_id=member_id, chosen=chosen, reason=reason, now=NOW, casting_vote=True)

    with pytest.raises(Forbidden, match="celle de la présidence"), database.write() as session:
        vote(session, panel.secretary)
    with database.write() as session:
        vote(session, panel.president)
        decision = standing_of(session, queries.find_session(session, KEY)).decision
        assert decision is not None
        assert decision.casting_vote
        act = session.scalars(select(JuryAudit).where(JuryAudit.action == "tie_decided")).one()
        assert act.details["casting_vote"] is True


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock, rules=DECLARED)


def test_every_member_reads_the_rule_with_its_anchors_and_its_digest(room: JuryRoom) -> None:
    before = page(room.juror, "/").follow("Règle")
    assert "à reprendre <partout>" in before.text
    assert "2 fiches terminées" in before.text
    assert "La plus haute médiane des fiches, puis le plus grand nombre de notes maximales." in before.text
    assert "se fige à la première note" in before.text
    fill(work_page(room.juror, room.panel.numbers[0]), FULL)
    after = page(room.secretary, "/regle")
    assert "Règle figée le lundi 15 mars 2027" in after.text
    with room.database.read() as session:
        digest = queries.find_session(session, KEY).rule_digest
    assert digest is not None
    assert digest in before.text
    assert digest in after.text


def test_closing_counts_the_missing_sheets_that_could_matter_and_tells_no_rank(room: JuryRoom) -> None:
    for member in (room.juror, room.other):
        for number, points in zip(room.panel.numbers, (10, 10, 10, 10, 10, 0), strict=True):
            fill(work_page(member, number), dict.fromkeys(FULL, points))
    closing = page(room.secretary, "/avancement/cloture")
    # One more 0 leaves five means at 6,67 at the least, one more 10 brings the last to 3,33.
    assert "Aucune de ces fiches ne pourrait, à elle seule, changer la sélection." in closing.text
    for member, points in ((room.juror, 10), (room.other, 9)):
        fill(work_page(member, room.panel.numbers[5]), dict.fromkeys(FULL, points))
    closing = page(room.secretary, "/avancement/cloture")
    assert "5 de ces fiches pourraient encore, à elles seules, changer la sélection." in closing.text
    assert "rang" not in closing.text.lower()


def test_solidity_says_how_many_checks_keep_each_work(room: JuryRoom) -> None:
    scores = {room.president: (9, 8, 7, 6, 5, 4), room.juror: (9, 8, 7, 6, 1, 8), room.other: (9, 8, 7, 6, 8, 1)}
    for client, values in scores.items():
        for number, points in zip(room.panel.numbers, values, strict=True):
            fill(work_page(client, number), dict.fromkeys(FULL, points))
    room.close()
    shown = page(room.secretary, "/classement").follow("Solidité de la sélection")
    assert shown.path == "/classement/solidite"
    assert "Solidité des cinq" in shown.text
    rows = {" ".join("".join(row.itertext()).split()) for row in shown.all("tr")}
    always = next(row for row in rows if row.startswith(f"n° {room.panel.numbers[0]:03d} rang 1"))
    assert always.endswith("12 sur 12")
    assert any(row.startswith("Sans l’un des membres") for row in rows)
    assert "Aucune fiche ne manque." in shown.text
    for name in ("Presidente", "Jure1", "Jure2"):
        assert name not in "".join(shown.one("main").itertext())


def test_a_tie_break_of_the_rule_is_told_in_the_ranking_and_in_the_minutes(room: JuryRoom) -> None:
    first, second = room.panel.numbers[:2]
    for client, one, other in ((room.president, 6, 9), (room.juror, 6, 5), (room.other, 6, 4)):
        for number, points in ((first, one), (second, other)):
            fill(work_page(client, number), dict.fromkeys(FULL, points))
    room.close()
    told = f"La plus haute médiane des fiches : n° {first:03d}, puis n° {second:03d}."
    for path in ("/classement", "/proces-verbal"):
        shown = page(room.president, path)
        assert told in shown.text
        assert "Sans aucune fiche terminée" in shown.text
    assert "Règle figée le" in shown.text


def test_sheets_written_before_they_were_added_up_keep_counting(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    database = Database(empty_database_url)
    with database.write() as session:
        panel = open_jury(session, rules=SECOND_RULES)
        write(session, panel.president, panel.numbers[0], {"use": 5, "finish": 2})
        write(session, panel.jurors[0], panel.numbers[1], {"use": 3})
    database.dispose()
    downgrade(empty_database_url, "0009")
    upgrade(empty_database_url)
    database = Database(empty_database_url)
    with database.read() as session:
        jury = queries.find_session(session, SECOND_RULES.edition_key)
        assert [(place.number, place.mean) for place in tallies.ranking_of(session, jury).places] == [
            (panel.numbers[0], Fraction(4))
        ]
        counts = tallies.counts_of(session, jury)
        assert [tuple(counts[member]) for member in (panel.president, panel.jurors[0])] == [(1, 0), (0, 1)]
    with database.write() as session:
        accept(session, panel.jurors[1])
        write(session, panel.jurors[1], panel.numbers[0], {"use": 1, "finish": 1})
        jury = queries.find_session(session, SECOND_RULES.edition_key)
        assert jury.rule_digest == jury.rule.digest, "frozen at the next score"
    database.dispose()
