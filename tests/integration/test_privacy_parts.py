"""What every room keeps of somebody goes with them: letters, memberships, invitations, seats, arrivals, telephones."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from concours.accounts import roles, second_factor
from concours.accounts.models import Account, Outbox, RecoveryCode, SecondFactor
from concours.accounts.operations import make_organiser
from concours.accounts.rules import OrganiserRole
from concours.entries.models import Entry
from concours.honours import letters, publishing
from concours.honours.models import HonoursLetter
from concours.kernel import mail
from concours.kernel.ids import new_id
from concours.privacy import personal, requests
from concours.registrations import arrivals, teams
from concours.registrations.models import Arrival, HeldSeat, Registration
from tests.fakes.clock import FrozenClock
from tests.honours_scene import SIGNED
from tests.integration.test_privacy_purge import ALL_GO, DRAFTS_GO, everything
from tests.people_scene import MEMBER, invite, join
from tests.privacy_scene import LOST, WON, Ended
from tests.registrations_scene import DESK, PUBLIC_URL
from tests.safekeeping_scene import codes

STRANGER = "autre.personne@agents.example"


@pytest.fixture
def ended(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Ended]:
    scene = Ended(tmp_path, database_url, clock)
    with scene.database.write() as session:
        join(session, session.get_one(Entry, scene.entries[LOST]))
        invite(session, session.get_one(Entry, scene.entries[WON]), STRANGER)
    yield scene
    scene.close()


def tell_everybody(scene: Ended) -> None:
    """Hold seats for the teams, publish the honours, and write to each."""
    scene.unseal()
    with scene.database.write() as session:
        actor, now = scene.organiser, scene.clock()
        teams.hold(session, until=now + timedelta(days=1), actor=actor, desk=DESK, now=now)
        publishing.publish(session, at=None, actor=actor, now=now)
        assert letters.approve(session, public_url=PUBLIC_URL, actor=actor, now=now) == 3
        mail_leaves(session, now)


def mail_leaves(session: Session, now: datetime) -> None:
    """Have every message gone."""
    for mail_id in mail.due_ids(session, Outbox, now=now, limit=100):
        mail.mark_sent(session, Outbox, mail_id, now=now)


def test_a_member_of_a_team_stays_as_long_as_the_dossier_and_goes_with_it(ended: Ended) -> None:
    tell_everybody(ended)
    with ended.database.write() as session:
        guest = session.scalars(select(Registration)).one()
        act = arrivals.Act(id=new_id(), actor=ended.organiser, now=ended.clock())
        arrivals.check_in(session, act=act, registration_id=guest.id)
        facts = personal.of_registration(session, guest).registrations[0]
        assert facts["arrivée n° 1"] == ended.clock()
        assert facts["place obtenue le"] is not None
    ended.clock.move_to(DRAFTS_GO)
    ended.purge()
    with ended.database.read() as session:
        assert session.scalar(select(func.count(Account.id)).where(Account.email == MEMBER)) == 1
    ended.clock.move_to(ALL_GO + timedelta(days=30))
    ended.purge()
    with ended.database.read() as session:
        assert (
            session.scalar(select(func.count(Registration.id))) == session.scalar(select(func.count(Arrival.id))) == 0
        )
        for entry_ids in (select(HonoursLetter.entry_id), select(HeldSeat.entry_id)):
            assert session.scalars(entry_ids).all() == [ended.entries[WON]]
    assert MEMBER not in everything(ended)
    assert codes(ended.settings, ended) == []


def test_whoever_was_told_the_result_may_still_erase_themselves_with_every_trace(ended: Ended) -> None:
    ended.clock.move_to(SIGNED + timedelta(hours=1))
    tell_everybody(ended)
    with ended.database.write() as session:
        member = session.scalars(select(Account).where(Account.email == MEMBER)).one().id
        stranger = Account(email=STRANGER, role="", created_at=ended.clock())
        session.add(stranger)
        session.flush()
        for who in (member, stranger.id):
            assert requests.kept_of(session, who) == []
            requests.erase_account(session, account_id=who, desk=DESK, now=ended.clock())
    said = everything(ended)
    assert MEMBER not in said
    assert STRANGER not in said
    assert codes(ended.settings, ended) == []


def test_a_former_organiser_erases_themselves_and_their_telephone_left_before(ended: Ended) -> None:
    with ended.database.write() as session:
        now = ended.clock()
        account = make_organiser(session, email=STRANGER, role=OrganiserRole.CHECK_IN, actor="command", now=now)
        second_factor.prepare(session, second_factor.Safe("s" * 32), account_id=account.id, now=now)
        held = personal.of_account(session, account.id, now=now)
        assert held.account["rôle"] == "Accueil"
        assert requests.kept_of(session, account.id)[0].cause is requests.Cause.ORGANISER
        roles.remove(session, account_id=account.id, actor=ended.organiser, now=now)
        assert session.scalars(select(SecondFactor.id)).all() == session.scalars(select(RecoveryCode.id)).all() == []
        requests.erase_account(session, account_id=account.id, desk=DESK, now=now)
    assert STRANGER not in everything(ended)
