"""A place at the event and a membership, from the form to the mailed link."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from concours.editions.operations import ensure_edition, start_edition
from concours.editions.queries import current_edition, current_record
from concours.kernel.db import Database
from concours.kernel.errors import NotFound
from concours.registrations import operations, queries
from concours.registrations.models import CommunityMember
from concours.registrations.rules import MAIL_AGAIN_AFTER
from tests.registrations_scene import DESK, NOW, ZOE, join, mails, register, token


def test_a_registration_is_kept_and_confirmed_with_day_place_and_a_link(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
    with database.read() as session:
        [row] = queries.registrations(session, current_record(session).id)
        assert (row.first_name, row.last_name, row.email) == ("Zoé", "Noël-Ångström", "zoe.noel@mairie.example")
        [mail] = mails(session)
        assert mail.recipient == "zoe.noel@mairie.example"
        assert mail.subject == "Inscription confirmée : La Cousinade, samedi 20 mars 2027"
        for fact in ("samedi 20 mars 2027, de 9 h 30 à 16 h 30 (heure de Paris)", "Morning Trudaine", "75009 Paris"):
            assert fact in mail.text
        assert queries.by_token(session, token(mail)).id == row.id


def test_the_mail_repeats_nothing_that_was_typed(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session, replace(ZOE, first_name="Gagnez https://piege.example"))
        assert "piege" not in mails(session)[0].text


def test_a_second_registration_changes_nothing_and_the_mail_says_so(database: Database) -> None:
    later = NOW + MAIL_AGAIN_AFTER
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        register(session, replace(ZOE, email="zoe.noel@MAIRIE.example", last_name="Autre"), now=later)
    with database.read() as session:
        [row] = queries.registrations(session, current_record(session).id)
        assert row.last_name == "Noël-Ångström"
        first, second = mails(session)
        assert second.subject.startswith("Vous étiez déjà inscrit·e : La Cousinade")
        assert queries.by_token(session, token(second)).id == row.id
        assert queries.by_token(session, token(first)).id == row.id  # each link that was mailed keeps working


def test_the_same_form_sent_again_at_once_writes_once(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        register(session, now=NOW + MAIL_AGAIN_AFTER - timedelta(seconds=1))
        [mail] = mails(session)
        assert queries.by_token(session, token(mail)).email == mail.recipient


def test_a_cancelled_place_is_given_back_to_who_registers_again(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        operations.cancel(session, token=token(mails(session)[0]), desk=DESK, now=NOW)
        operations.cancel(session, token=token(mails(session)[0]), desk=DESK, now=NOW + timedelta(hours=3))
        edition_id = current_record(session).id
        assert [row.cancelled_at for row in queries.registrations(session, edition_id)] == [NOW]
        register(session, replace(ZOE, last_name="Noël"), now=NOW + timedelta(minutes=1))
        [row] = queries.registrations(session, edition_id)
        assert (row.cancelled_at, row.last_name) == (None, "Noël")
        assert mails(session)[-1].subject.startswith("Inscription confirmée")


def test_a_forged_link_opens_nothing(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        for forged in ("", "x", token(mails(session)[0])[:-1]):
            with pytest.raises(NotFound):
                operations.cancel(session, token=forged, desk=DESK, now=NOW)
            with pytest.raises(NotFound):
                operations.confirm_membership(session, token=forged, now=NOW)


def test_nobody_registers_once_the_event_is_over(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        event = current_edition(session).event
        assert event
        register(session, now=event.ends_at - timedelta(seconds=1))
        with pytest.raises(NotFound, match="a déjà eu lieu"):
            register(session, now=event.ends_at)


def test_an_edition_without_event_or_community_takes_neither(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        bare = replace(current_edition(session), key="affiches", event=None, community="")
        start_edition(session, edition=bare, now=NOW)
        with pytest.raises(NotFound):
            register(session)
        with pytest.raises(NotFound):
            join(session)


def test_an_address_joins_by_the_button_behind_the_link_and_leaves_the_same_way(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        join(session)
        assert not queries.members(session)
        key = token(mails(session)[0])
        operations.confirm_membership(session, token=key, now=NOW)
        assert [member.email for member in queries.members(session)] == ["zoe@mairie.example"]
        operations.leave(session, token=key, now=NOW)
        assert not queries.members(session)
        operations.confirm_membership(session, token=key, now=NOW)
        assert len(queries.members(session)) == 1


def test_a_member_who_joins_again_is_told_so(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        join(session)
        operations.confirm_membership(session, token=token(mails(session)[0]), now=NOW)
        join(session, email="ZOE@mairie.example", now=NOW + MAIL_AGAIN_AFTER)
        assert mails(session)[1].subject == "Vous êtes déjà membre de la communauté Futurs Publics"
        assert len(session.scalars(select(CommunityMember)).all()) == 1
