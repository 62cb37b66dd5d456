"""The next edition begins from the present one, once that one is over; what a past edition leaves stays as it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.accounts.operations import ensure_account
from concours.editions.models import EditionRecord
from concours.editions.queries import current_record, current_rules, to_edition
from concours.editions.rules import Edition, Milestones, Phase, phase
from concours.editions.succession import next_year, shifts
from concours.entries import queries as entries
from concours.entries.models import Entry
from concours.entries.operations import start_entry
from concours.exports import operations as exports
from concours.exports.rules import Format, Kind, Topic, Wanted
from concours.honours import gallery, letters, publishing
from concours.kernel.clock import to_paris
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError
from concours.organisers import succession
from concours.privacy.queries import due_accounts
from tests.entries_scene import PUBLIC_URL
from tests.fakes.clock import FrozenClock
from tests.organisers_contest import CLOSED, Console
from tests.page import page
from tests.stage_scene import AFTER, FIRST, unsealed

OVER = datetime(2027, 4, 1, 9, 0, tzinfo=UTC)


def begin(session: Session, edition: Edition, actor: str, *, reason: str = "", now: datetime = OVER) -> EditionRecord:
    version = current_record(session).version
    return succession.begin_next(session, edition=edition, reason=reason, version=version, actor=actor, now=now)


def test_dates_keep_their_day_of_the_week_and_their_hour_in_paris(console: Console) -> None:
    with console.database.read() as session:
        present = to_edition(session, current_record(session))
    for month, day in ((3, 27), (10, 30), (12, 31)):
        present = replace(present, closes_at=datetime(2027, month, day, 20, tzinfo=UTC))
        for shift in shifts(present, next_year(present)):
            before, after = to_paris(shift.before), to_paris(shift.after)
            assert (before.weekday(), before.time()) == (after.weekday(), after.time())
            assert (after.date() - before.date()).days == 364
    assert next_year(replace(present, key="printemps")).key == "2028"


def test_an_edition_that_is_over_makes_room_and_stays_readable(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        actor, former = judged.organiser, current_record(session)
        following = next_year(to_edition(session, former))
        with pytest.raises(Conflict, match="n'est pas public"):
            begin(session, following, actor)
        publishing.publish(session, at=None, actor=actor, now=AFTER)
        with pytest.raises(Conflict, match="résultat qui ne sont pas partis : 3"):
            begin(session, following, actor)
        letters.approve(session, public_url=PUBLIC_URL, actor=actor, now=AFTER)
        with pytest.raises(Conflict, match="n'est pas passé"):
            begin(session, following, actor, now=AFTER)
        with pytest.raises(Conflict, match="entre-temps"):
            succession.begin_next(session, edition=following, reason="", version=9, actor=actor, now=OVER)
        with pytest.raises(DomainError, match="ouvrent plus tard"):
            begin(session, replace(following, opens_at=CLOSED - timedelta(days=1)), actor)
        with pytest.raises(DomainError, match="nom court"):
            begin(session, replace(following, key=former.key), actor)
        record = begin(session, following, actor)
        edition = to_edition(session, record)
        assert (edition.key, edition.milestones, edition.extension) == ("2028", Milestones(), None)
        assert (record.publish_at, record.letters_at, record.handed_over_at) == (None, None, None)
        assert phase(edition, OVER) is Phase.UPCOMING
        assert current_rules(session, record.id).number == 1
        assert [each.key for each in session.scalars(select(EditionRecord).where(EditionRecord.current))] == ["2028"]
        # What remains of the former one: its honours, its dossiers under their own closing, its exports, its erasures.
        assert [each.key for each in gallery.published(session, OVER)] == ["2027"]
        assert gallery.any_published(session, OVER)
        old = session.scalars(select(Entry)).all()
        assert {each.closes_at for each in entries.editions_of(session, old).values()} == {CLOSED}
        wanted = Wanted(
            topics=[Topic.LAUREATES], kind=Kind.FULL, format=Format.JSON, purpose="Bilan", edition=former.key
        )
        taken = exports.take_out(session, wanted=wanted, actor=actor, now=OVER)
        assert (taken.rows, taken.edition.key) == (2, "2027")
        ensure_account(session, email="nobody@agents.example", now=CLOSED)
        assert len(due_accounts(session, OVER)) == 1


def test_an_abandoned_edition_asks_for_a_reason_and_a_new_one_goes_while_it_is_empty(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        actor, former = judged.organiser, current_record(session)
        following = next_year(to_edition(session, former))
        record = begin(session, following, actor, reason="  Contrainte budgétaire. ")
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.position.desc())).first()
        assert event is not None
        assert (event.subject, event.details) == (
            record.id,
            {"previous": former.id, "abandoned": "Contrainte budgétaire."},
        )
        assert succession.take_back(session, actor=actor, now=OVER).key == "2027"
        assert (current_record(session).id, gallery.works_of(session, former)[0].dossier.title) == (former.id, FIRST)
        with pytest.raises(Conflict, match="Aucune édition ne précède"):
            succession.take_back(session, actor=actor, now=OVER)
        record = begin(session, following, actor, reason="De nouveau.")
        account = ensure_account(session, email="nouvelle@agents.example", now=OVER)
        start_entry(session, account_id=account.id, now=following.opens_at)
        assert succession.begun(session, record) == ["1 dossier"]
        with pytest.raises(Conflict, match=r"a commencé \(1 dossier\)"):
            succession.take_back(session, actor=actor, now=OVER)


@pytest.fixture
def console(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Console:
    return Console(tmp_path, sqlite_url, clock)


def test_the_pages_show_dates_beside_dates_and_the_way_back(console: Console) -> None:
    shown = console.page("edition/suivante")
    for words in ("samedi 13 mars 2027 à 20 h 00", "samedi 11 mars 2028 à 20 h 00", "n'est pas terminée"):
        assert words in shown.text
    typed = shown.form("edition/suivante").submit(
        status=422, closes_at="2028-03-10T19:00", reason="Contrainte budgétaire"
    )
    assert "vendredi 10 mars 2028 à 19 h 00" in typed.text  # typed, not yet confirmed
    done = typed.form("edition/suivante").submit(understood="y")
    assert "Édition 2028" in done.text
    assert "Revenir à l'édition 2027" in done.text
    assert "vendredi 10 mars 2028 à 19 h 00 (heure de Paris)" in done.text
    assert "Édition 2027" in console.page("exports").text
    back = done.form("annulation").submit()
    assert "de nouveau l'édition présente" in back.text
    assert "Revenir à l'édition" not in back.text
    visitor = page(console.app.test_client(), "/")
    assert "2027" in visitor.text
