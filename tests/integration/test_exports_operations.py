"""Tables that leave: what they hold, what they keep back, and the trace of their leaving."""

import csv
from io import StringIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.editions.operations import ensure_edition
from concours.exports.operations import export
from concours.exports.rules import Kind, Table, csv_lines
from concours.honours.operations import unseal
from concours.kernel.db import Database
from concours.kernel.errors import DomainError, Forbidden
from concours.registrations import operations as registrations
from concours.registrations.rules import Attendee
from tests.honours_scene import SIGNED, judge, sign
from tests.registrations_scene import DESK, NOW, PUBLIC_URL, ZOE, join, mails, register, token

EVIL = Attendee(
    first_name="=cmd|' /C calc'!A0",
    last_name='Abel; "l\'aîné"',
    email="abel@prefecture.example",
    administration="+33 services",
    function="",
    accessibility_needs="",
)


def take(session: Session, kind: Kind, *, restricted: bool = False) -> Table:
    return export(session, kind=kind, restricted=restricted, actor="command", now=SIGNED)


def rows(table: Table) -> list[list[str]]:
    content = b"".join(csv_lines(table)).decode("utf-8-sig")
    return list(csv.reader(StringIO(content, newline=""), delimiter=";"))


def test_the_laureates_are_refused_before_the_unsealing_and_leave_no_trace(database: Database) -> None:
    with database.write() as session:
        judged = judge(session, {"Le guichet": (9, 9, 9)})
        sign(session, judged, {"Le guichet": 1})
        with pytest.raises(Forbidden, match="levée de l'anonymat"):
            take(session, Kind.LAUREATES)
        assert not session.scalars(select(AuditEvent).where(AuditEvent.action == "exported")).all()


def test_the_laureates_read_back_with_rounded_means_under_the_edition_s_own_criteria(database: Database) -> None:
    with database.write() as session:
        judged = judge(session, {"Le guichet": (9, 9, 9), "Le camion": (8, 8, 8)})
        sign(session, judged, {"Le guichet": 1, "Le camion": 2})
        unseal(session, actor=judged.organiser, now=SIGNED)
        headings, first, second = rows(take(session, Kind.LAUREATES))
        assert headings == [
            *("Rang", "Numéro", "Titre", "Équipe", "Administration", "Contact", "Catégorie", "Moyenne"),
            *("Moyenne : Le fond", "Moyenne : La forme", "Moyenne : Le caractère inspirant"),
        ]
        number = f"n° {judged.numbers['Le guichet']:03d}"
        assert first[:3] == ["1", number, "Le guichet"]
        assert first[5] == "Zéphyrine Quatremère <zephyrine@val-ombre.example>"
        assert first[7:] == ["8,89", "8,67", "9,00", "9,00"]
        assert second[7:] == ["7,89", "7,67", "8,00", "8,00"]


def test_needs_leave_in_the_restricted_kind_only(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        plain = rows(take(session, Kind.REGISTRATIONS))
        restricted = rows(take(session, Kind.REGISTRATIONS, restricted=True))
        assert plain[0] == ["Nom", "Prénom", "Courriel", "Administration", "Fonction", "Inscrit le (heure de Paris)"]
        assert ZOE.accessibility_needs not in str(plain)
        assert restricted[0] == [*plain[0], "Besoins d'accessibilité", "Déjeune", "Besoins pour le repas"]
        assert restricted[1] == [*plain[1], ZOE.accessibility_needs, "oui", ZOE.meal_needs]
        assert plain[1][-1] == "01/02/2027 10:00"


def test_a_hostile_registration_reads_back_as_text(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session, EVIL)
        [_, row] = rows(take(session, Kind.REGISTRATIONS))
        assert row[:2] == [EVIL.last_name, f"'{EVIL.first_name}"]
        assert row[3] == "'+33 services"


def test_a_cancelled_registration_does_not_leave(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        registrations.cancel(session, token=token(mails(session)[0]), desk=DESK, now=NOW)
        assert len(rows(take(session, Kind.REGISTRATIONS, restricted=True))) == 1


def test_the_community_is_those_who_confirmed(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        join(session)
        registrations.join(session, email="silencieux@mairie.example", name="", public_url=PUBLIC_URL, now=NOW)
        confirmed = next(mail for mail in mails(session) if mail.recipient == "zoe@mairie.example")
        registrations.confirm_membership(session, token=token(confirmed), now=NOW)
        assert rows(take(session, Kind.COMMUNITY)) == [
            ["Courriel", "Nom", "Membre depuis le (heure de Paris)"],
            ["zoe@mairie.example", "Zoé", "01/02/2027 10:00"],
        ]


def test_each_export_is_recorded_with_its_kind_its_size_and_who_took_it(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        take(session, Kind.REGISTRATIONS, restricted=True)
        [event] = session.scalars(select(AuditEvent).where(AuditEvent.action == "exported"))
        assert (event.actor, event.subject) == ("command", "registrations")
        assert event.details == {"rows": 1, "restricted": True}


def test_only_registrations_have_a_restricted_kind(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        with pytest.raises(DomainError, match="restreinte"):
            take(session, Kind.COMMUNITY, restricted=True)
