"""From the ranking to the signed minutes, and what `concours` may read then."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from jury import api, operations, queries
from jury.deliberation.operations import decide_tie, mark_minutes_signed, record_laureates
from jury.deliberation.queries import laureates_of, standing_of
from jury.deliberation.rules import Choice
from jury.models import JuryAudit, JuryLink
from tests.jury_session import KEY, NOW, SECOND_RULES, Panel, open_jury, score_all, write

LATER = NOW + timedelta(days=1)
CLEAR = (9, 8, 7, 6, 5, 4)
TIED = (9, 8, 7, 6, 5, 5)


def judged(database: Database, values: Sequence[int]) -> Panel:
    """A session that is closed, its works scored so that their means are `values`."""
    with database.write() as session:
        panel = open_jury(session, works_count=len(values))
        score_all(session, panel, values)
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
    return panel


def choices(panel: Panel, *ranks: int) -> list[Choice]:
    """Honour the first works at these ranks."""
    return [Choice(number, rank, "Très clair") for number, rank in zip(panel.numbers, ranks, strict=False)]


def record(database: Database, panel: Panel, chosen: Sequence[Choice], departure: str = "") -> None:
    with database.write() as session:
        record_laureates(session, member_id=panel.secretary, choices=chosen, departure_reason=departure, now=LATER)


def sign(database: Database, panel: Panel) -> None:
    with database.write() as session:
        mark_minutes_signed(
            session, member_id=panel.president, signed_by="Tout le jury", signed_on=LATER.date(), now=LATER
        )


def test_the_laureates_of_a_clear_ranking_are_recorded_without_further_reason(database: Database) -> None:
    panel = judged(database, CLEAR)
    record(database, panel, choices(panel, 1, 2, 3, 4, 5))
    with database.read() as session:
        jury = queries.find_session(session, KEY)
        assert [work.number for _, work in laureates_of(session, jury)] == list(panel.numbers[:5])
        assert (jury.laureates_recorded_at, jury.departure_reason) == (LATER, "")


def test_a_tie_at_the_last_place_blocks_until_it_is_decided(database: Database) -> None:
    panel = judged(database, TIED)
    with pytest.raises(Conflict, match="ex æquo à la dernière place"):
        record(database, panel, choices(panel, 1, 2, 3, 4, 5))
    with database.write() as session:
        decide_tie(session, member_id=panel.president, chosen=[panel.numbers[5]], reason="Plus inspirante", now=LATER)
        proposed = standing_of(session, queries.find_session(session, KEY)).proposed
    assert proposed == {number: rank for rank, number in enumerate([*panel.numbers[:4], panel.numbers[5]], start=1)}


def test_nobody_may_enter_from_a_tie_and_that_is_a_decision_too(database: Database) -> None:
    panel = judged(database, TIED)
    with database.write() as session:
        decide_tie(session, member_id=panel.secretary, chosen=[], reason="Ni l'une ni l'autre", now=LATER)
    record(database, panel, choices(panel, 1, 2, 3, 4))
    with database.read() as session:
        assert queries.find_session(session, KEY).departure_reason == ""


def test_a_tie_is_decided_again_until_the_laureates_are_recorded(database: Database) -> None:
    panel = judged(database, TIED)
    for winner in panel.numbers[4:]:
        with database.write() as session:
            decide_tie(session, member_id=panel.president, chosen=[winner], reason="Vote", now=LATER)
    record(database, panel, [*choices(panel, 1, 2, 3, 4), Choice(panel.numbers[5], 5, "Vote")])
    with pytest.raises(Conflict, match="déjà enregistré"), database.write() as session:
        decide_tie(session, member_id=panel.president, chosen=[], reason="Vote", now=LATER)


@pytest.mark.parametrize(
    ("chosen", "reason", "sentence"),
    [([4, 5], "Vote", "2 œuvres pour 1 place"), ([0], "Vote", "Choisissez parmi"), ([4], "", "motif de la décision")],
)
def test_a_decision_is_about_the_tied_works_within_the_seats_and_says_why(
    sqlite_database: Database, chosen: list[int], reason: str, sentence: str
) -> None:
    panel = judged(sqlite_database, TIED)
    numbers = [panel.numbers[index] for index in chosen]
    with pytest.raises(DomainError, match=sentence), sqlite_database.write() as session:
        decide_tie(session, member_id=panel.president, chosen=numbers, reason=reason, now=LATER)


def test_without_a_tie_there_is_nothing_to_decide(sqlite_database: Database) -> None:
    panel = judged(sqlite_database, CLEAR)
    with pytest.raises(DomainError, match="Aucun ex æquo"), sqlite_database.write() as session:
        decide_tie(session, member_id=panel.president, chosen=[], reason="Vote", now=LATER)


@pytest.mark.parametrize("ranks", [(1, 2, 3), (), (1, 1, 3, 4, 5)])
def test_what_departs_from_the_ranking_needs_a_reason(sqlite_database: Database, ranks: tuple[int, ...]) -> None:
    panel = judged(sqlite_database, CLEAR)
    with pytest.raises(DomainError, match="s'écarte du classement"):
        record(sqlite_database, panel, choices(panel, *ranks))
    record(sqlite_database, panel, choices(panel, *ranks), "Le jury en a ainsi délibéré")
    with sqlite_database.read() as session:
        jury = queries.find_session(session, KEY)
        assert jury.departure_reason == "Le jury en a ainsi délibéré"
        assert [laureate.rank for laureate, _ in laureates_of(session, jury)] == list(ranks)


@pytest.mark.parametrize(
    ("ranks", "sentence"),
    [((1, 2, 3, 4, 5, 6), "au plus 5 œuvres"), ((1, 3, 4), "Les rangs se suivent"), ((2,), "Les rangs se suivent")],
)
def test_lame_honours_are_refused(sqlite_database: Database, ranks: tuple[int, ...], sentence: str) -> None:
    panel = judged(sqlite_database, CLEAR)
    with pytest.raises(DomainError, match=sentence):
        record(sqlite_database, panel, choices(panel, *ranks), "Parce que")


def test_a_laureate_without_a_reason_or_a_known_number_is_refused(sqlite_database: Database) -> None:
    panel = judged(sqlite_database, CLEAR)
    with pytest.raises(DomainError, match="Indiquez le motif"):
        record(sqlite_database, panel, [Choice(panel.numbers[0], 1, "")], "Parce que")
    with pytest.raises(DomainError, match="numéro connu"):
        record(sqlite_database, panel, [Choice(10_000, 1, "Bien")], "Parce que")
    with pytest.raises(DomainError, match="numéro connu"):
        record(sqlite_database, panel, [*choices(panel, 1), *choices(panel, 1)], "Parce que")


def test_honours_are_corrected_until_the_minutes_are_signed(database: Database) -> None:
    panel = judged(database, CLEAR)
    record(database, panel, [], "Aucune œuvre")
    record(database, panel, choices(panel, 1, 2, 3, 4, 5))
    sign(database, panel)
    with pytest.raises(Conflict, match="Le procès-verbal est signé"):
        record(database, panel, [], "Repentir")
    with database.read() as session:
        assert len(api.honours(session, edition_key=KEY)) == 5
        actions = session.scalars(select(JuryAudit.action).order_by(JuryAudit.position)).all()
    assert actions[-4:] == ["sheets_committed", "laureates_recorded", "laureates_recorded", "minutes_signed"]


def test_nothing_is_deliberated_while_scoring_is_open(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        panel = open_jury(session)
    with pytest.raises(Conflict, match="encore ouverte"):
        record(sqlite_database, panel, [], "Rien")


def test_a_juror_records_nothing(sqlite_database: Database) -> None:
    panel = judged(sqlite_database, CLEAR)
    with pytest.raises(Forbidden), sqlite_database.write() as session:
        record_laureates(session, member_id=panel.jurors[0], choices=[], departure_reason="Rien", now=LATER)


@pytest.mark.parametrize(
    ("signed_by", "signed_on", "sentence"),
    [
        ("", LATER.date(), "qui a signé"),
        ("Le jury", LATER.date() + timedelta(days=1), "aujourd'hui"),
        ("Le jury", date(2027, 3, 14), "clôture de l'évaluation"),
    ],
)
def test_a_signature_has_a_name_and_a_possible_date(
    sqlite_database: Database, signed_by: str, signed_on: date, sentence: str
) -> None:
    panel = judged(sqlite_database, CLEAR)
    record(sqlite_database, panel, choices(panel, 1, 2, 3, 4, 5))
    with pytest.raises(DomainError, match=sentence), sqlite_database.write() as session:
        mark_minutes_signed(session, member_id=panel.president, signed_by=signed_by, signed_on=signed_on, now=LATER)


def test_minutes_without_honours_are_not_signed(sqlite_database: Database) -> None:
    panel = judged(sqlite_database, CLEAR)
    with pytest.raises(Conflict, match="Enregistrez d'abord le palmarès"):
        sign(sqlite_database, panel)


def test_results_leave_the_jury_only_once_the_minutes_are_signed(database: Database) -> None:
    panel = judged(database, CLEAR)
    record(database, panel, choices(panel, 1, 2, 3, 4, 5))
    with database.read() as session:
        for read in (api.honours, api.ranking_by_number):
            with pytest.raises(Forbidden, match="procès-verbal n'est pas signé"):
                read(session, edition_key=KEY)
    sign(database, panel)
    with database.read() as session:
        first = api.honours(session, edition_key=KEY)[0]
        assert (first.work_id, first.number) == (panel.works[0].work_id, panel.numbers[0])
        assert (first.rank, first.mean, first.reason) == (1, Fraction(9), "Très clair")
        assert first.criterion_means == {"substance": 9, "form": 9, "inspiration": 9}
        assert len(api.ranking_by_number(session, edition_key=KEY).places) == 6
        milestones = api.milestones(session, edition_key=KEY)
    assert milestones == api.Milestones(NOW, NOW, NOW, LATER, LATER)


def test_a_work_that_nobody_scored_may_be_honoured_and_has_no_mean(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        panel = open_jury(session, works_count=1)
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
    record(sqlite_database, panel, choices(panel, 1), "Vue en séance")
    sign(sqlite_database, panel)
    with sqlite_database.read() as session:
        assert api.honours(session, edition_key=KEY)[0].mean is None


def test_three_laureates_over_two_weighted_criteria(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session, works_count=4, rules=SECOND_RULES)
        for number, use, finish in zip(panel.numbers, (5, 4, 4, 4), (5, 2, 2, 2), strict=True):
            write(session, panel.president, number, {"use": use, "finish": finish})
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
        standing = standing_of(session, queries.find_session(session, SECOND_RULES.edition_key))
    assert standing.ranking.places[1].mean == Fraction(10, 3)
    assert (standing.line.inside, standing.line.seats) == ((panel.numbers[0],), 2)
    assert standing.blocked


def test_a_sign_in_link_is_for_members_only_and_kept_as_a_digest(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        panel = open_jury(session)
        token = api.make_sign_in_link(session, email="Jure1@jury.example", now=NOW, reusable=True)
        link = session.scalars(select(JuryLink)).one()
        assert (link.person_id, link.reusable) == (panel.jurors[0], True)
        assert token not in link.token_digest
        with pytest.raises(NotFound):
            api.make_sign_in_link(session, email="inconnue@jury.example", now=NOW)
