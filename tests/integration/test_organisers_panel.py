"""What the secretariat decides about the panel beside the entries, on both database systems."""

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent, Outbox
from concours.entries.models import Admissibility, Entry
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.questions import reader_of
from concours.organisers import bodies, operations, queries, reports
from concours.organisers.matching import may_be_one
from jury import api as jury
from jury import queries as jury_queries
from jury.models import JurySession
from jury.panel_facts import annex_of
from jury.recusals.operations import report_breach
from tests.jury_session import accept
from tests.organisers_contest import CLOSED, DOSSIER, OPEN, add_organiser, decide, deposited, start

REASON = "Personne d'autre n'est disponible."


def invite(session: Session, name: str, role: str, actor: str, *, declared: str = "", **more: str) -> str:
    member_id = operations.invite_member(
        session,
        email=f"{name}@jury.example",
        name=name,
        function="",
        role=role,
        jury_url="https://jury.example/jury",
        actor=actor,
        now=OPEN,
        **more,
    )
    accept(session, member_id, bodies=declared, now=OPEN)
    return member_id


def decide_pair(session: Session, member_id: str, entry: Entry, actor: str, *, confirmed: bool) -> None:
    bodies.decide(session, member_id=member_id, entry_id=entry.id, confirmed=confirmed, actor=actor, now=CLOSED)


def jury_of(session: Session) -> JurySession:
    return session.scalars(select(JurySession)).one()


def numbers(session: Session, member_id: str) -> set[int]:
    return set(jury_queries.states_of(session, jury_of(session), member_id=member_id))


@pytest.mark.parametrize(
    ("declared", "administration", "alike"),
    [
        ("CC du Val d'Ombre", "Communauté de communes du Val d'Ombre", "alike"),
        ("Ville de Lyon", "Métropole de Lyon", "alike"),
        ("DITP", "Direction interministérielle de la transformation publique", "alike"),
        ("mairie de saint-étienne", "Ville de SAINT ETIENNE", "alike"),
        ("Ministère public", "Ministère public", "alike"),
        ("Ville de Lyon", "Ville de Marseille", ""),
        ("Direction générale", "Direction régionale du travail", ""),
        ("", "Ville de Marseille", ""),
    ],
)
def test_two_names_resemble_each_other_by_a_word_of_their_own(declared: str, administration: str, alike: str) -> None:
    assert may_be_one(declared, administration) is bool(alike)
    assert may_be_one(administration, declared) is bool(alike)


def test_a_resemblance_is_decided_before_the_works_go_and_the_jury_gets_the_pair_alone(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        own = invite(session, "aicha", "juror", actor, declared="CC du Val d'Ombre\nÉcole des lisières")
        other = invite(session, "bruno", "juror", actor, declared="Val d'Ombre Tourisme")
        entry = deposited(session, "Le guichet")
        decide(session, entry, actor=actor)
        found = {(pair.member_id, pair.body): pair.administration for pair in bodies.suggestions(session)}
        assert found == {
            (own, "CC du Val d'Ombre"): DOSSIER.administration,
            (other, "Val d'Ombre Tourisme"): DOSSIER.administration,
        }
        with pytest.raises(DomainError, match="Appartenances à vérifier entre jury et candidatures : 2"):
            operations.hand_over(session, actor=actor, now=CLOSED)
        for member_id, same in ((own, True), (other, False)):
            bodies.decide(session, member_id=member_id, entry_id=entry.id, confirmed=same, actor=actor, now=CLOSED)
        assert bodies.suggestions(session) == []
        operations.hand_over(session, actor=actor, now=CLOSED)
    with database.read() as session:
        assert numbers(session, own) == set()
        assert len(numbers(session, other)) == 1
        assert [pair.confirmed for pair in bodies.decisions(session)].count(True) == 1
        told = session.scalars(select(AuditEvent).where(AuditEvent.action == "body_match_decided")).all()
        assert len(told) == 2
        assert all("Ombre" not in str(event.details) for event in told)


def test_no_table_of_the_jury_holds_a_body_but_what_the_member_wrote(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        own = invite(session, "aicha", "juror", actor, declared="Ombre")
        entry = deposited(session, "Le guichet")
        decide(session, entry, actor=actor)
        bodies.decide(session, member_id=own, entry_id=entry.id, confirmed=True, actor=actor, now=CLOSED)
        operations.hand_over(session, actor=actor, now=CLOSED)
    with database.read() as session:
        names = [name for name in inspect(session.get_bind()).get_table_names() if name.startswith("jury_")]
        kept = [str(row) for name in names for row in session.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608 -- names of our own tables
        assert len(names) >= 16
        assert any("Ombre" in row for row in kept)
        assert not any("Communauté de communes" in row or entry.id in row for row in kept)


def test_a_pair_may_be_added_while_the_jury_scores_and_does_not_come_back(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        member_id = invite(session, "aicha", "juror", actor)
        invite(session, "secretaire", "secretary", actor)
        entry = deposited(session, "Le guichet")
        decide(session, entry, actor=actor)
        operations.hand_over(session, actor=actor, now=CLOSED)
        assert len(numbers(session, member_id)) == 1
        decide_pair(session, member_id, entry, actor, confirmed=True)
        assert numbers(session, member_id) == set()
        with pytest.raises(Conflict, match="ne revient pas"):
            decide_pair(session, member_id, entry, actor, confirmed=False)
        with pytest.raises(NotFound):
            decide_pair(session, "nobody", entry, actor, confirmed=True)


def test_a_double_role_is_declared_with_its_reason_or_refused_both_ways(database: Database) -> None:
    with database.write() as session:
        actor = start(session)
        add_organiser(session, email="celia@jury.example", actor=actor, now=OPEN)
        with pytest.raises(Conflict, match="déclarez le cumul"):
            invite(session, "celia", "juror", actor)
        invite(session, "celia", "juror", actor, dual_role_reason=REASON)
        invite(session, "bruno", "juror", actor, dual_role_reason="sans objet")
        with pytest.raises(Conflict, match="déclarez le cumul"):
            add_organiser(session, email="bruno@jury.example", actor=actor, now=OPEN)
        add_organiser(session, email="bruno@jury.example", dual_role_reason="Autre motif.", actor=actor, now=OPEN)
        told = {each.name: each.dual_role_reason for each in annex_of(session, jury_of(session)).dual_roles}
        assert told == {"celia": REASON, "bruno": "Autre motif."}
        acts = session.scalars(select(AuditEvent).where(AuditEvent.action == "dual_role_declared")).all()
        assert len(acts) == 2
        assert queries.chain_breaks(session) == {"concours": None, "jury": None}


def _report(session: Session) -> tuple[str, str, str, Entry]:
    actor = start(session)
    member_id = invite(session, "aicha", "juror", actor)
    entry = deposited(session, "Le guichet de Val d'Ombre")
    decide(session, entry, actor=actor)
    operations.hand_over(session, actor=actor, now=CLOSED)
    report_breach(
        session,
        member_id=member_id,
        number=min(numbers(session, member_id)),
        text="Le titre.",
        secretariat="secretariat@concours.example",
        console_url="https://concours.example",
        now=CLOSED,
    )
    session.flush()
    return actor, member_id, reports.waiting(session)[0].report_id, entry


def test_a_report_is_shown_beside_its_entry_and_the_work_goes_back_corrected(database: Database) -> None:
    with database.write() as session:
        actor, member_id, report_id, entry = _report(session)
        assert reports.find_reported(session, report_id).each.entry.id == entry.id
        with pytest.raises(DomainError, match="Indiquez le titre"):
            reports.resume(
                session, report_id=report_id, correction=reports.Correction(" ", ""), actor=actor, now=CLOSED
            )
        everyone = {"transcript": " Bonjour. ", "text_alternative": "Un camion bleu."}
        corrected = reports.Correction("Le guichet", "Un camion.", **everyone)
        reports.resume(session, report_id=report_id, correction=corrected, actor=actor, now=CLOSED)
    with database.read() as session:
        jury_session = jury_of(session)
        (number,) = numbers(session, member_id)
        work = jury_queries.find_work(
            reader_of(session), session_id=jury_session.id, member_id=member_id, number=number
        )
        assert (work.title, work.summary, len(work.media)) == ("Le guichet", "Un camion.", 2)
        assert (work.transcript, work.text_alternative) == ("Bonjour.", "Un camion bleu.")
        assert reports.waiting(session) == []
        assert session.get_one(Entry, entry.id).title == "Le guichet de Val d'Ombre"


def test_a_work_is_withdrawn_for_a_reason_that_its_team_reads_and_the_jury_does_not(database: Database) -> None:
    with database.write() as session:
        actor, member_id, report_id, entry = _report(session)
        with pytest.raises(DomainError, match="Indiquez le motif"):
            reports.withdraw(session, report_id=report_id, reason=" ", actor=actor, now=CLOSED)
        reports.withdraw(session, report_id=report_id, reason="Le titre nomme Val d'Ombre.", actor=actor, now=CLOSED)
    with database.read() as session:
        assert numbers(session, member_id) == set()
        assert session.scalars(select(Admissibility)).one().decision == "refused"
        mail = session.scalars(select(Outbox)).one()
        assert "elle est retirée du concours" in mail.text
        assert "Le titre nomme Val d'Ombre." in mail.text
        jury_words = [each.text for each in session.scalars(select(jury.Outbox))]
        assert all("nomme" not in words for words in jury_words)
        assert entry.id not in str(session.scalars(select(jury.AuditEvent.details)).all())
