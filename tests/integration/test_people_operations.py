"""The people of a dossier on both databases: who may act, who may invite, and what ends with a membership."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent, Outbox
from concours.accounts.operations import ensure_account
from concours.entries import deposits, invitations, operations, people, queries
from concours.entries.invitations import OtherAccount
from concours.entries.models import Entry, EntryInvitation, EntryMember
from concours.entries.rules import INVITATION_LIFETIME, INVITATIONS_A_DAY, INVITATIONS_TO_ONE_A_DAY, MAX_PEOPLE, Late
from concours.kernel.db import Database
from concours.kernel.errors import DomainError, Forbidden, NotFound, TooManyTries
from concours.kernel.sessions import digest_of
from tests.entries_scene import CLOSING, KEY, OPEN, PUBLIC_URL, attach, candidate, draft
from tests.people_scene import MEMBER, OWNER, STRANGER, accept, acts, invite, join, recipients, token_for

LATER = OPEN + timedelta(hours=2)
HOUR = timedelta(hours=1)


def complete(session: Session) -> Entry:
    entry = draft(session, candidate(session))
    attach(session, entry)
    return entry


def account(session: Session, email: str) -> str:
    return ensure_account(session, email=email, now=OPEN).id


def mails(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Outbox)) or 0


def remove(session: Session, entry: Entry, person_id: str) -> bool:
    who = {"entry_id": entry.id, "account_id": entry.account_id}
    return people.remove(session, **who, person_id=person_id, public_url=PUBLIC_URL, now=LATER)


def leave(session: Session, entry_id: str, account_id: str) -> bool:
    return people.leave(session, entry_id=entry_id, account_id=account_id, public_url=PUBLIC_URL, now=LATER)


def hand_on(session: Session, entry: Entry, account_id: str, person_id: str) -> str:
    who = {"entry_id": entry.id, "account_id": account_id, "person_id": person_id}
    return people.hand_on(session, **who, public_url=PUBLIC_URL, now=LATER).account_id


# --- what a member may do --------------------------------------------------------------------------------------------


def test_a_member_writes_deposits_and_withdraws_and_the_records_say_who(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member = join(session, entry)
        who = {"entry_id": entry.id, "account_id": member}
        operations.save_dossier(session, **who, answers={"title": "À deux"}, version=entry.version, now=LATER)
        made = deposits.deposit(session, **who, public_url=PUBLIC_URL, key=KEY, now=LATER)
        deposits.withdraw(session, **who, public_url=PUBLIC_URL, now=LATER)
        assert (made.deposited_by, entry.updated_by, entry.account_id) == (member, member, account(session, OWNER))
        mine = [(action, email) for action, email in acts(session, entry.id) if email == MEMBER]
        done = ["invitation_accepted", "dossier_saved", "entry_deposited", "entry_withdrawn"]
        assert mine == [(action, MEMBER) for action in done]


def test_a_stretch_of_writing_is_one_event_for_each_who_writes(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member, owner = join(session, entry), entry.account_id
        minutes = ((owner, 30), (owner, 31), (owner, 40), (owner, 50), (member, 51), (member, 52), (owner, 53))
        for number, (account_id, at) in enumerate(minutes):
            given = operations.Given(
                entry.id,
                account_id,
                answers={"title": f"Version {number}"},
                seen={"title": entry.title},
                now=LATER + timedelta(minutes=at),
            )
            operations.save_answers(session, [given])
        assert entry.title == "Version 6"
        query = select(AuditEvent).where(AuditEvent.action == "dossier_saved", AuditEvent.at > LATER)
        events = session.scalars(query.order_by(AuditEvent.position))
        saved = [(event.actor, (event.at - LATER).total_seconds() / 60) for event in events]
        assert saved == [(owner, 30), (owner, 50), (member, 51), (owner, 53)]


def test_what_several_people_give_at_once_is_kept_or_refused_each_by_itself(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member, stranger, before = join(session, entry), account(session, STRANGER), entry.title
        others = draft(session, account(session, "seul@ville.example"))

        def given(entry_id: str, account_id: str, title: str, *, now: datetime = LATER) -> operations.Given:
            return operations.Given(entry_id, account_id, {"title": title}, {"title": before}, now)

        kept = operations.save_answers(
            session,
            [
                given(entry.id, entry.account_id, "La première"),
                given(entry.id, member, "La seconde"),
                given(entry.id, stranger, "D'ailleurs"),
                given("a" * 26, stranger, "Nulle part"),
                given(others.id, others.account_id, "Trop tard", now=CLOSING),
                given(others.id, others.account_id, "À temps", now=CLOSING - timedelta(milliseconds=1)),
            ],
        )
        found = [each.conflicts if isinstance(each, operations.Kept) else type(each).__name__ for each in kept]
        assert found == [{}, {"title": "La première"}, "NotFound", "NotFound", "Late", {}]
        assert (entry.title, others.title) == ("La première", "À temps")


def test_everybody_of_the_team_is_written_to_about_a_deposit(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member = join(session, entry)
        who = {"entry_id": entry.id, "account_id": member, "public_url": PUBLIC_URL}
        deposits.deposit(session, **who, key=KEY, now=LATER)
        deposits.withdraw(session, **who, now=LATER)
        for subject in ("Déposée", "Retirée"):
            assert recipients(session, subject) == sorted([OWNER, MEMBER])
        text = session.scalars(select(Outbox.text).where(Outbox.subject.startswith("Déposée"))).first() or ""
        assert f"Déposée par : {MEMBER}" in text


def test_a_stranger_finds_nothing_where_a_member_works(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member, stranger = join(session, entry), account(session, STRANGER)
        for reach in (queries.own_entry, queries.entry_alone, queries.own_edition):
            assert reach(session, entry_id=entry.id, account_id=member)
            with pytest.raises(NotFound):
                reach(session, entry_id=entry.id, account_id=stranger)
        assert [each.id for each in queries.entries_of(session, member)] == [entry.id]
        assert queries.entries_of(session, stranger) == []


def test_a_removed_member_finds_nothing_any_more(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member = join(session, entry)
        assert remove(session, entry, member)
        assert queries.entries_of(session, member) == []
        with pytest.raises(NotFound):
            deposits.deposit(session, entry_id=entry.id, account_id=member, public_url=PUBLIC_URL, key=KEY, now=LATER)
        assert recipients(session, "Vous ne travaillez plus") == [MEMBER]
        sent = mails(session)
        assert not remove(session, entry, member)
        assert mails(session) == sent


# --- invitations -----------------------------------------------------------------------------------------------------


def test_an_invitation_keeps_the_digest_of_its_token_and_repeats_nothing_that_was_typed(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        invitation = invite(session, entry).invitation
        token = token_for(session, MEMBER)
        assert (invitation.token_digest, invitation.email) == (digest_of(token), MEMBER)
        assert invitation.expires_at == OPEN + INVITATION_LIFETIME
        mail = session.scalars(select(Outbox).where(Outbox.recipient == MEMBER)).one()
        for typed in (entry.title, entry.team, entry.contact_name, entry.summary):
            assert typed not in mail.text + mail.subject
        events = session.scalars(select(AuditEvent)).all()
        assert not any("@" in str(event.details) or token in str(event.details) for event in events)


def test_an_invitation_never_outlives_the_closing(database: Database) -> None:
    with database.write() as session:
        invitation = invite(session, complete(session), now=CLOSING - HOUR).invitation
        assert invitation.expires_at == CLOSING
        with pytest.raises(NotFound, match="ne sert plus"):
            accept(session, token_for(session, MEMBER), account(session, MEMBER), CLOSING)


def test_nobody_is_invited_once_deposits_are_closed_but_people_may_still_go(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member = join(session, entry)
        with pytest.raises(Late):
            invite(session, entry, STRANGER, CLOSING)
        assert people.leave(session, entry_id=entry.id, account_id=member, public_url=PUBLIC_URL, now=CLOSING)


def test_an_invitation_is_for_its_address_alone(database: Database) -> None:
    with database.write() as session:
        entry, other = complete(session), account(session, STRANGER)
        invite(session, entry)
        token = token_for(session, MEMBER)
        with pytest.raises(OtherAccount, match="destinée à odile"):
            accept(session, token, other)
        invitations.record_other_account(session, token=token, account_id=other, now=OPEN)
        assert acts(session, entry.id)[-1] == ("invitation_misdirected", STRANGER)
        assert session.scalars(select(EntryMember)).all() == []


def test_capitals_in_an_address_make_no_other_address(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        first = invite(session, entry, MEMBER.upper())
        assert (first.invitation.email, invite(session, entry).sent) == (MEMBER, False)
        accept(session, token_for(session, MEMBER), account(session, MEMBER.upper()))
        with pytest.raises(DomainError, match="travaille déjà"):
            invite(session, entry, MEMBER.upper())


def test_oneself_and_a_member_are_not_invited(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        join(session, entry)
        sent = mails(session)
        for email, words in ((OWNER.upper(), "votre propre adresse"), (MEMBER, "travaille déjà")):
            with pytest.raises(DomainError, match=words):
                invite(session, entry, email)
        assert mails(session) == sent


def test_a_form_sent_twice_invites_once(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        first, again = invite(session, entry), invite(session, entry)
        assert (first.sent, again.sent, again.invitation.id) == (True, False, first.invitation.id)
        assert mails(session) == 1


def test_an_invitation_accepted_twice_adds_one_member_and_writes_once(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member = join(session, entry)
        assert accept(session, token_for(session, MEMBER), member).id == entry.id
        assert session.scalar(select(func.count()).select_from(EntryMember)) == 1
        assert recipients(session, MEMBER) == [OWNER]


def test_two_presses_at_the_very_same_time_add_one_member(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        invite(session, entry)
        token, member = token_for(session, MEMBER), account(session, MEMBER)

    def press(_: int) -> str:
        with database.write() as session:
            return accept(session, token, member).id

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(press, range(4))) == {entry.id}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(EntryMember)) == 1
        assert recipients(session, MEMBER) == [OWNER]


def test_sending_again_waits_an_hour_then_replaces_the_link(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        first, old = invite(session, entry).invitation, token_for(session, MEMBER)
        who = {"entry_id": entry.id, "account_id": entry.account_id, "public_url": PUBLIC_URL}
        again = invitations.invite_again(session, **who, invitation_id=first.id, now=OPEN + HOUR / 2)
        assert (again.sent, mails(session)) == (False, 1)
        assert invitations.invite_again(session, **who, invitation_id=first.id, now=OPEN + HOUR).sent
        member, new = account(session, MEMBER), token_for(session, MEMBER)
        assert new != old
        with pytest.raises(NotFound):
            accept(session, old, member, LATER)
        assert accept(session, new, member, LATER).id == entry.id


def test_a_withdrawn_an_expired_and_a_forged_link_open_nothing_and_read_alike(database: Database) -> None:
    with database.write() as session:
        entry, member = complete(session), account(session, MEMBER)
        late = invite(session, entry, "trop.tard@agents.example").invitation
        gone = invite(session, entry).invitation
        who = {"entry_id": entry.id, "account_id": entry.account_id}
        for _ in range(2):
            invitations.withdraw_invitation(session, **who, invitation_id=gone.id, now=OPEN)
        tokens = (token_for(session, MEMBER), token_for(session, late.email), "forged")
        assert [action for action, _ in acts(session, entry.id)].count("invitation_withdrawn") == 1
        after = OPEN + INVITATION_LIFETIME
        said = set()
        for token in tokens:
            for attempt in (
                lambda token=token: accept(session, token, member, after),
                lambda token=token: invitations.open_invitation(session, token=token, account_id=None, now=after),
            ):
                with pytest.raises(NotFound) as refused:
                    attempt()
                said.add(refused.value.message)
        assert len(said) == 1


def test_an_accepted_link_opens_nothing_to_whoever_was_removed_since(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member = join(session, entry)
        token = token_for(session, MEMBER)
        assert invitations.open_invitation(session, token=token, account_id=member, now=OPEN).entry_id == entry.id
        remove(session, entry, member)
        with pytest.raises(NotFound):
            invitations.open_invitation(session, token=token, account_id=member, now=OPEN)
        with pytest.raises(NotFound):
            accept(session, token, member)


def test_a_dossier_takes_twenty_people_at_most_invitations_included(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        for number in range(MAX_PEOPLE - 1):
            invite(session, entry, f"agent{number}@agents.example")
        with pytest.raises(DomainError, match="20 personnes au plus"):
            invite(session, entry, STRANGER)


def test_nobody_floods_a_mailbox_by_inviting_and_withdrawing(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        who = {"entry_id": entry.id, "account_id": entry.account_id}
        for _ in range(INVITATIONS_TO_ONE_A_DAY):
            invitation = invite(session, entry).invitation
            invitations.withdraw_invitation(session, **who, invitation_id=invitation.id, now=OPEN)
        with pytest.raises(TooManyTries, match="aucun autre message"):
            invite(session, entry)
        assert invite(session, entry, now=OPEN + timedelta(days=1)).sent


def test_one_person_sends_so_many_invitations_a_day_all_dossiers_together(database: Database) -> None:
    with database.write() as session:
        dossiers = [complete(session) for _ in range(1 + INVITATIONS_A_DAY // (MAX_PEOPLE - 1))]
        for number in range(INVITATIONS_A_DAY):
            invite(session, dossiers[number // (MAX_PEOPLE - 1)], f"agent{number}@agents.example")
        with pytest.raises(TooManyTries, match="40 invitations"):
            invite(session, dossiers[-1], STRANGER)


def test_a_dossier_with_an_invitation_is_not_taken_for_one_that_was_begun_and_forgotten(database: Database) -> None:
    with database.write() as session:
        owner = candidate(session)
        entry = operations.start_entry(session, account_id=owner, now=OPEN)
        invite(session, entry)
        assert operations.start_entry(session, account_id=owner, now=OPEN).id != entry.id


# --- what is the owner's alone ---------------------------------------------------------------------------------------

OWNERS_ACTS: dict[str, Callable[[Session, Entry, str, EntryInvitation], object]] = {
    "invite": lambda session, entry, actor, _: invitations.invite(
        session, entry_id=entry.id, account_id=actor, email=STRANGER, public_url=PUBLIC_URL, now=LATER
    ),
    "invite again": lambda session, entry, actor, waiting: invitations.invite_again(
        session, entry_id=entry.id, account_id=actor, invitation_id=waiting.id, public_url=PUBLIC_URL, now=LATER
    ),
    "withdraw an invitation": lambda session, entry, actor, waiting: invitations.withdraw_invitation(
        session, entry_id=entry.id, account_id=actor, invitation_id=waiting.id, now=LATER
    ),
    "remove": lambda session, entry, actor, _: people.remove(
        session, entry_id=entry.id, account_id=actor, person_id=entry.account_id, public_url=PUBLIC_URL, now=LATER
    ),
    "hand on": lambda session, entry, actor, _: hand_on(session, entry, actor, actor),
}


@pytest.mark.parametrize("act", OWNERS_ACTS)
def test_a_member_is_told_that_it_is_the_owner_s_and_a_stranger_finds_nothing(database: Database, act: str) -> None:
    with database.write() as session:
        entry = complete(session)
        member, waiting = join(session, entry), invite(session, entry, "attend@agents.example").invitation
        before = (mails(session), len(acts(session, entry.id)))
        with pytest.raises(Forbidden, match="Seule la personne responsable"):
            OWNERS_ACTS[act](session, entry, member, waiting)
        with pytest.raises(NotFound):
            OWNERS_ACTS[act](session, entry, account(session, STRANGER), waiting)
        assert (mails(session), len(acts(session, entry.id))) == before


def test_another_dossier_s_invitation_is_out_of_reach(database: Database) -> None:
    with database.write() as session:
        mine, other = complete(session), draft(session, account(session, STRANGER))
        theirs = invite(session, other).invitation
        who = {"entry_id": mine.id, "account_id": mine.account_id, "invitation_id": theirs.id}
        with pytest.raises(NotFound):
            invitations.withdraw_invitation(session, **who, now=LATER)
        with pytest.raises(NotFound):
            invitations.invite_again(session, **who, public_url=PUBLIC_URL, now=LATER)
        assert theirs.waits(LATER)


def test_a_member_leaves_once_and_the_owner_is_told(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        member = join(session, entry)
        assert [leave(session, entry.id, member) for _ in range(2)] == [True, False]
        assert recipients(session, f"{MEMBER} ne travaille plus") == [OWNER]
        with pytest.raises(DomainError, match="confiez-le d'abord"):
            leave(session, entry.id, entry.account_id)
        assert not leave(session, "a" * 26, member)


def test_a_dossier_handed_on_twice_changes_hands_once_and_the_former_owner_stays(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        owner, member = entry.account_id, join(session, entry)
        assert [hand_on(session, entry, owner, member) for _ in range(2)] == [member, member]
        team = queries.people_of(session, [entry])[entry.id]
        assert [(person.email, person.owner) for person in team] == [(MEMBER, True), (OWNER, False)]
        assert recipients(session, "Vous êtes responsable") == [MEMBER]
        with pytest.raises(Forbidden):
            invite_as(session, entry, owner)
        assert remove(session, entry, owner)
        assert [action for action, _ in acts(session, entry.id)].count("entry_handed_on") == 1


def test_a_dossier_is_handed_on_to_nobody_but_a_member(database: Database) -> None:
    with database.write() as session:
        entry = complete(session)
        for person in (account(session, STRANGER), "a" * 26):
            with pytest.raises(NotFound, match="ne travaille pas, ou plus"):
                hand_on(session, entry, entry.account_id, person)
        with pytest.raises(DomainError, match="confiez-le d'abord"):
            remove(session, entry, entry.account_id)


def invite_as(session: Session, entry: Entry, account_id: str) -> object:
    return OWNERS_ACTS["invite"](session, entry, account_id, EntryInvitation())
