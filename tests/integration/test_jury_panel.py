"""Who sits on the panel and which works they meet, on both database systems."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.kernel.audit import broken_at
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from concours.kernel.questions import reader_of
from concours.kernel.sessions import open_login
from jury import api, operations, queries, seats, tallies
from jury.models import JuryAudit, JuryLogin, JuryMember, JuryOutbox, JurySession, JurySheet, JuryWork
from jury.panel_facts import annex_of
from jury.progress import MemberProgress, progress_of
from jury.recusals.operations import recuse, report_breach, undo_recusal
from jury.rules import RecusalScope, SheetState
from tests.jury_session import KEY, NOW, RULES, Panel, accept, invite, open_jury, score, works, write

LATER = NOW + timedelta(hours=1)
SECRETARIAT = "secretariat@concours.example"


@pytest.fixture
def panel(database: Database) -> Panel:
    with database.write() as session:
        return open_jury(session)


def jury_of(session: Session) -> JurySession:
    return queries.find_session(session, KEY)


def progress(session: Session, member_id: str) -> MemberProgress:
    return next(line for line in progress_of(session, jury_of(session)) if line.member_id == member_id)


def report(session: Session, member_id: str, number: int, *, text: str = "Un logo, page 2.") -> str:
    made = report_breach(
        session,
        member_id=member_id,
        number=number,
        text=text,
        secretariat=SECRETARIAT,
        console_url="https://concours.example/organisation/signalements",
        now=NOW,
    )
    return made.id


def call(session: Session, member_id: str, reason: str) -> None:
    api.call_substitute(
        session, edition_key=KEY, member_id=member_id, reason=reason, jury_url="https://jury.example", now=LATER
    )


def decline(session: Session, member_id: str) -> None:
    seats.decline_seat(
        session,
        member_id=member_id,
        reason="En mission.",
        secretariat=SECRETARIAT,
        console_url="https://concours.example/organisation/jury",
        now=NOW,
    )


def sheets(session: Session, number: int) -> int:
    place = tallies.ranking_of(session, jury_of(session)).place(number)
    return place.sheets if place else 0


# --- invited, accepting, declining ------------------------------------------------------------------------------------


def test_nobody_scores_before_having_accepted_the_seat_and_this_very_charter(database: Database, panel: Panel) -> None:
    with database.write() as session:
        guest = invite(session, "invitee", accepts=False)
    with pytest.raises(Forbidden), database.write() as session:
        score(session, guest, panel.numbers[0], 5, 5, 5)
    with database.write() as session:
        accept(session, guest)
        api.update_session_rules(session, rules=replace(RULES, charter="Je note seul."), now=LATER)
    with pytest.raises(Forbidden), database.write() as session:
        score(session, guest, panel.numbers[0], 5, 5, 5)
    with pytest.raises(Conflict, match="charte a changé"), database.write() as session:
        seats.accept_seat(session, member_id=guest, bodies="", charter_digest="", now=LATER)
    with database.write() as session:
        accept(session, guest, now=LATER)
        score(session, guest, panel.numbers[0], 5, 5, 5)
        assert session.get_one(JuryMember, guest).accepted_at == LATER


def test_declining_tells_the_organisers_once_and_may_be_taken_back(database: Database, panel: Panel) -> None:
    with database.write() as session:
        guest = invite(session, "invitee", accepts=False)
        for _ in range(2):
            decline(session, guest)
    with database.write() as session:
        mail = session.scalars(select(JuryOutbox).where(JuryOutbox.recipient == SECRETARIAT)).one()
        assert "Invitee ne siégera pas" in mail.text
        assert "En mission." in mail.text
        assert progress(session, guest).expected == 0
        accept(session, guest)
        assert progress(session, guest).expected == len(panel.numbers)
    with pytest.raises(Conflict, match="accepté de siéger"), database.write() as session:
        decline(session, guest)


def test_a_substitute_sits_only_once_called(database: Database, panel: Panel) -> None:
    with database.write() as session:
        spare = invite(session, "suppleante", "substitute")
        assert progress(session, spare).expected == 0
    with pytest.raises(Forbidden), database.write() as session:
        score(session, spare, panel.numbers[0], 5, 5, 5)
    with pytest.raises(DomainError, match="figure au procès-verbal"), database.write() as session:
        call(session, spare, "")
    with database.write() as session:
        call(session, spare, "Remplace Jure1.")
        score(session, spare, panel.numbers[0], 5, 5, 5)
        assert [each.name for each in annex_of(session, jury_of(session)).called] == ["Suppleante"]
        assert progress(session, spare).expected == len(panel.numbers)
    with pytest.raises(Conflict), database.write() as session:
        call(session, spare, "Encore.")


# --- frozen at the first score ----------------------------------------------------------------------------------------


def test_once_scoring_has_begun_somebody_joins_for_a_reason_only(database: Database, panel: Panel) -> None:
    with database.write() as session:
        score(session, panel.president, panel.numbers[0], 5, 5, 5)
    with pytest.raises(Conflict, match="sa composition est figée"), database.write() as session:
        invite(session, "tardive")
    with database.write() as session:
        late = api.invite_member(
            session,
            edition_key=KEY,
            email="tardive@jury.example",
            name="Tardive",
            function="",
            role="juror",
            jury_url="https://jury.example",
            reason="Jure2 est malade.",
            now=LATER,
        )
        accept(session, late)
        assert [each.added_reason for each in annex_of(session, jury_of(session)).added] == ["Jure2 est malade."]


def test_a_member_removed_in_mid_scoring_is_signed_out_and_their_sheets_are_set_apart(
    database: Database, panel: Panel
) -> None:
    gone, (first, second) = panel.jurors[0], panel.numbers[:2]
    with database.write() as session:
        score(session, gone, first, 9, 9, 9)
        score(session, panel.president, first, 3, 3, 3)
        score(session, gone, second, 9, 9, 9)
        open_login(session, JuryLogin, person_id=gone, now=NOW)
    with database.read() as session:
        told = api.removal_consequences(session, edition_key=KEY, member_id=gone)
        assert (told.begun_at, told.sheets, told.below) == (NOW, 2, 1)
    with database.write() as session:
        api.remove_member(session, edition_key=KEY, member_id=gone, reason="A quitté le jury.", now=LATER)
    with pytest.raises(Forbidden), database.write() as session:
        write(session, gone, first, {"form": 1}, version=1)
    with database.read() as session:
        assert session.scalars(select(JuryLogin)).all() == []
        assert queries.find_member_by_email(session, "jure1@jury.example") is None
        ranking = tallies.ranking_of(session, jury_of(session))
        assert (ranking.places[0].mean, ranking.places[0].sheets) == (Fraction(3), 1)
        assert second in ranking.unranked
        assert len(session.scalars(select(JurySheet).where(JurySheet.member_id == gone)).all()) == 2
        (removed,) = annex_of(session, jury_of(session)).removed
        assert (removed.member.name, removed.sheets) == ("Jure1", 2)
    with pytest.raises(Conflict, match="a été retirée du jury"), database.write() as session:
        invite(session, "jure1")


# --- stepping back ----------------------------------------------------------------------------------------------------


def test_a_recused_juror_meets_the_work_nowhere_and_the_panel_expects_one_sheet_less(
    database: Database, panel: Panel
) -> None:
    juror, number = panel.jurors[0], panel.numbers[0]
    with database.write() as session:
        score(session, juror, number, 9, 9, 9)
        score(session, panel.president, number, 3, 3, 3)
        recuse(session, member_id=juror, number=number, reason="Lien professionnel.", now=LATER)
    with database.read() as session:
        jury = jury_of(session)
        assert number not in queries.states_of(session, jury, member_id=juror)
        assert number in queries.states_of(session, jury, member_id=panel.president)
        assert (progress(session, juror).done, progress(session, juror).expected) == (0, 5)
        assert api.progress(session, edition_key=KEY).sheets_expected == 17
        assert tallies.ranking_of(session, jury).places[0].mean == 3
        (told,) = annex_of(session, jury).recusals
        assert (told.name, told.number, told.reason) == ("Jure1", number, "Lien professionnel.")
        with pytest.raises(NotFound):
            queries.find_work(reader_of(session), session_id=jury.id, member_id=juror, number=number)
        with pytest.raises(NotFound):
            queries.find_media(session, session_id=jury.id, member_id=juror, number=number, role="page", position=1)
    with pytest.raises(NotFound), database.write() as session:
        write(session, juror, number, {"form": 1}, version=1)


def test_a_recusal_is_taken_back_until_something_else_is_scored(database: Database, panel: Panel) -> None:
    juror, (first, second) = panel.jurors[0], panel.numbers[:2]
    with database.write() as session:
        score(session, juror, first, 9, 9, 9)
        made = recuse(session, member_id=juror, number=first, reason="", now=LATER)
    with pytest.raises(NotFound), database.write() as session:
        undo_recusal(session, member_id=panel.president, recusal_id=made.id, now=LATER)
    with database.write() as session:
        assert undo_recusal(session, member_id=juror, recusal_id=made.id, now=LATER) == first
        assert queries.states_of(session, jury_of(session), member_id=juror)[first] is SheetState.SCORED
    with database.write() as session:
        again = recuse(session, member_id=juror, number=first, reason="", now=LATER)
        score(session, juror, second, 1, 1, 1, now=LATER + timedelta(minutes=1))
    with pytest.raises(Conflict, match="ne s'annule plus"), database.write() as session:
        undo_recusal(session, member_id=juror, recusal_id=again.id, now=LATER + timedelta(minutes=2))


def test_a_work_from_which_everybody_stepped_back_is_not_ranked_and_nothing_is_missing(
    database: Database, panel: Panel
) -> None:
    number, others = panel.numbers[0], panel.numbers[1:]
    with database.write() as session:
        for member_id in panel.scorers:
            recuse(session, member_id=member_id, number=number, reason="", now=NOW)
            for other in others:
                score(session, member_id, other, 5, 5, 5)
        operations.close_scoring(session, member_id=panel.secretary, now=LATER)
        jury = jury_of(session)
        assert tallies.ranking_of(session, jury).unranked == (number,)
        assert sum(line.missing for line in progress_of(session, jury)) == 0


def test_where_the_edition_says_so_stepping_back_from_one_work_is_from_all(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session, rules=replace(RULES, recusal_scope=RecusalScope.WHOLE_JURY))
        juror = panel.jurors[0]
        score(session, juror, panel.numbers[1], 9, 9, 9)
        made = recuse(session, member_id=juror, number=panel.numbers[0], reason="", now=LATER)
        assert queries.states_of(session, jury_of(session), member_id=juror) == {}
        assert progress(session, juror).expected == 0
        assert tallies.ranking_of(session, jury_of(session)).places == ()
        undo_recusal(session, member_id=juror, recusal_id=made.id, now=LATER)
        assert progress(session, juror).done == 1


def test_a_member_kept_from_a_work_cannot_tell_it_from_none(database: Database, panel: Panel) -> None:
    juror, work = panel.jurors[0], panel.works[0]
    pairs = [(juror, work.work_id)]
    with database.write() as session:
        assert api.exclude_pairs(session, edition_key=KEY, pairs=pairs, now=NOW) == 1
        assert api.exclude_pairs(session, edition_key=KEY, pairs=pairs, now=NOW) == 0
    with pytest.raises(NotFound), database.write() as session:
        recuse(session, member_id=juror, number=work.number, reason="", now=NOW)
    with database.read() as session:
        assert work.number not in queries.states_of(session, jury_of(session), member_id=juror)
        told = annex_of(session, jury_of(session))
        assert (told.kept_apart, told.recusals) == (1, [])
    with database.write() as session:
        operations.close_scoring(session, member_id=panel.secretary, now=LATER)
    with pytest.raises(Conflict, match="close depuis"), database.write() as session:
        api.exclude_pairs(session, edition_key=KEY, pairs=[(juror, panel.works[1].work_id)], now=LATER)


# --- broken anonymity -------------------------------------------------------------------------------------------------


def test_a_reported_work_is_suspended_for_everybody_until_it_is_decided(database: Database, panel: Panel) -> None:
    number = panel.numbers[0]
    with database.write() as session:
        score(session, panel.president, number, 8, 8, 8)
        made = report(session, panel.jurors[0], number)
    for member_id in (*panel.scorers, panel.secretary):
        with database.read() as session:
            jury = jury_of(session)
            assert queries.states_of(session, jury, member_id=member_id)[number] is SheetState.SUSPENDED
            with pytest.raises(Conflict, match="suspendue"):
                queries.find_work(reader_of(session), session_id=jury.id, member_id=member_id, number=number)
            with pytest.raises(NotFound):
                queries.find_media(
                    session, session_id=jury.id, member_id=member_id, number=number, role="page", position=1
                )
    with pytest.raises(Conflict, match="attend la décision"), database.write() as session:
        operations.close_scoring(session, member_id=panel.secretary, now=LATER)
    with database.write() as session:
        mail = session.scalars(select(JuryOutbox).where(JuryOutbox.recipient == SECRETARIAT)).one()
        assert "Un logo, page 2." in mail.text
        assert str(number) not in mail.text
        correction = replace(works(1)[0], title="Titre corrigé")
        api.resume_work(session, edition_key=KEY, report_id=made, correction=correction, now=LATER)
    with database.write() as session:
        jury = jury_of(session)
        found = queries.find_work(reader_of(session), session_id=jury.id, member_id=panel.jurors[0], number=number)
        assert (found.title, len(found.media)) == ("Titre corrigé", 2)
        assert sheets(session, number) == 1
        operations.close_scoring(session, member_id=panel.secretary, now=LATER)


def test_a_work_withdrawn_is_found_by_nobody_and_leaves_the_ranking(database: Database, panel: Panel) -> None:
    number = panel.numbers[0]
    with database.write() as session:
        score(session, panel.president, number, 8, 8, 8)
        made = report(session, panel.jurors[0], number)
        api.withdraw_work(session, edition_key=KEY, report_id=made, now=LATER)
    with database.read() as session:
        jury = jury_of(session)
        assert number not in queries.states_of(session, jury, member_id=panel.president)
        ranking = tallies.ranking_of(session, jury)
        assert (ranking.places, number in ranking.unranked) == ((), False)
        assert number not in [work.number for work in queries.works_of(session, jury)]
        assert api.progress(session, edition_key=KEY).works == 5
        assert session.scalars(select(JuryWork.number).where(JuryWork.number == number)).one() == number
        (told,) = annex_of(session, jury).reports
        assert (told.number, told.withdrawn) == (number, True)
    with pytest.raises(Conflict, match="déjà tranché"), database.write() as session:
        api.resume_work(session, edition_key=KEY, report_id=made, correction=None, now=LATER)


def test_every_act_on_the_panel_is_in_the_chain_without_a_word_of_anybody(database: Database, panel: Panel) -> None:
    with database.write() as session:
        seats.accept_seat(session, member_id=panel.jurors[0], bodies="Val d'Ombre", charter_digest="", now=NOW)
        recuse(session, member_id=panel.jurors[0], number=panel.numbers[0], reason="Val d'Ombre", now=NOW)
        report(session, panel.jurors[1], panel.numbers[1], text="Val d'Ombre")
        api.declare_dual_role(session, edition_key=KEY, email="jure2@jury.example", reason="Val d'Ombre", now=NOW)
    with database.read() as session:
        events = session.scalars(select(JuryAudit).order_by(JuryAudit.position)).all()
        assert broken_at(events) is None
        assert [each.action for each in events[-4:]] == [
            *("bodies_declared", "recused", "breach_reported", "dual_role_declared")
        ]
        assert all("Ombre" not in str(each.details) for each in events)
