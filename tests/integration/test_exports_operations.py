"""Tables that leave: what they hold, what they keep back, and the trace of their leaving."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent, Outbox
from concours.editions.operations import ensure_edition
from concours.exports.operations import offers
from concours.exports.rules import NAMES, Format, Kind, Topic
from concours.honours.operations import unseal
from concours.kernel.db import Database
from concours.kernel.errors import DomainError, Forbidden
from concours.kernel.mail import compose, enqueue
from concours.organisers.rules import Decision
from concours.registrations import operations as registrations
from tests.exports_scene import HOSTILE, csv_rows, json_document, ods_rows, registered, take, xlsx_rows
from tests.honours_scene import SIGNED, judge, sign
from tests.organisers_contest import DOSSIER, OPEN, decide, deposit, deposited, draft, start
from tests.registrations_scene import DESK, NOW, PUBLIC_URL, ZOE, join, mails, register, token

IDENTITY = (ZOE.last_name, ZOE.first_name, ZOE.email.lower(), DOSSIER.contact_name, DOSSIER.contact_email, DOSSIER.team)


def events(session: Session) -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).where(AuditEvent.action == "exported")))


@pytest.mark.parametrize("topic", [Topic.LAUREATES, Topic.RANKING])
def test_results_are_refused_before_their_time_and_leave_no_trace(sqlite_database: Database, topic: Topic) -> None:
    with sqlite_database.write() as session:
        judged = judge(session, {"Le guichet": (9, 9, 9)})
        with pytest.raises(Forbidden, match="procès-verbal"):
            take(session, topic, at=SIGNED)
        sign(session, judged, {"Le guichet": 1})
        assert not events(session)
        [offer] = [each for each in offers(session, kind=Kind.FULL) if each.topic is topic]
        assert bool(offer.missing) is (topic is Topic.LAUREATES)


def test_the_ranking_and_the_laureates_leave_as_the_jury_has_them(database: Database) -> None:
    with database.write() as session:
        judged = judge(session, {"Le guichet": (9, 9, 9), "Le camion": (8, 8, 8)})
        sign(session, judged, {"Le guichet": 1, "Le camion": 2})
        ranking = take(session, Topic.RANKING, at=SIGNED, kind=Kind.ANONYMOUS, format_=Format.XLSX)
        first, second = judged.numbers["Le guichet"], judged.numbers["Le camion"]
        headings, *rows = xlsx_rows(ranking, NAMES[Topic.RANKING])
        assert headings[:4] == ["Rang", "Numéro", "Fiches", "Moyenne"]
        assert [row[:3] for row in rows] == [[1, first, 3], [2, second, 3]]
        assert rows[0][3] == pytest.approx(80 / 9)
        unseal(session, actor=judged.organiser, now=SIGNED)
        [headings, best, _] = csv_rows(take(session, Topic.LAUREATES, at=SIGNED))
        assert headings[8:12] == [
            "Moyenne",
            *("Moyenne : Le fond", "Moyenne : La forme", "Moyenne : Le caractère inspirant"),
        ]
        assert best[:3] == ["1", str(first), "Le guichet"]
        assert best[8:12] == ["8,888889", "8,666667", "9,00", "9,00"]


def test_entries_leave_with_what_was_decided_and_as_they_were_deposited(database: Database) -> None:
    with database.write() as session:
        organiser = start(session)
        refused, stale = deposited(session, "Le refus"), deposited(session, "Le second")
        decide(session, refused, Decision.REFUSED, actor=organiser, reason="Hors sujet.")
        decide(session, stale, actor=organiser)
        deposit(session, stale, at=NOW)
        refused.title = "Changé depuis"
        draft(session, "Le brouillon")
        session.flush()
        [table] = json_document(take(session, Topic.ENTRIES, at=NOW, format_=Format.JSON))["tables"]
        found = {row["title"]: (row["standing"], row["reason"], row["format"]) for row in table["rows"]}
        assert found == {
            "Le refus": ("Irrecevable", "Hors sujet.", "PDF"),
            "Le second": ("Déposée de nouveau, à revoir", "", "PDF"),
            "Le brouillon": ("Brouillon, pas encore déposée", None, "PDF"),
        }
        [at] = [row["deposited_at"] for row in table["rows"] if row["title"] == "Le refus"]
        assert datetime.fromisoformat(at) == OPEN


def test_progress_leaves_in_counts(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        judge(session, {"Le guichet": (9, 9, 9)})
        headings, *rows = csv_rows(take(session, Topic.PROGRESS, at=SIGNED))
        assert headings[4:7] == ["Fiches complètes", "Fiches commencées", "Fiches restantes"]
        assert {(row[0], *row[4:7]) for row in rows} == {
            (name, "1", "0", "0") for name in ("presidente", "jure1", "jure2")
        }


def test_the_anonymous_kind_names_nobody_and_changes_its_pseudonyms(database: Database) -> None:
    with database.write() as session:
        judge(session, {"Le guichet": (9, 9, 9)})
        register(session)
        registrations.cancel(session, token=token(mails(session)[-1]), desk=DESK, now=NOW)
        join(session)
        topics = [each.topic for each in offers(session, kind=Kind.ANONYMOUS) if not each.missing]
        assert set(topics) >= {Topic.ENTRIES, Topic.PROGRESS, Topic.REGISTRATIONS, Topic.COMMUNITY, Topic.MAIL}

        def taken() -> tuple[str, Any]:
            content = take(session, *topics, at=SIGNED, kind=Kind.ANONYMOUS, format_=Format.JSON, why="")
            return content.decode(), {each["topic"]: each["rows"] for each in json_document(content)["tables"]}

        (text, once), (_, again) = taken(), taken()
        assert not [word for word in (*IDENTITY, "presidente", "@") if word in text]
        [gone] = once["registrations"]
        assert gone["state"] == "Désisté·e"
        assert gone["pseudonym"] in {row["pseudonym"] for row in once["mail"]}
        assert gone["pseudonym"] != again["registrations"][0]["pseudonym"]


def test_hosts_get_names_and_needs_leave_in_their_own_kind_only(database: Database) -> None:
    with database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        register(session, registered("Çelik"))
        hosts = csv_rows(take(session, Topic.ATTENDANCE, at=NOW, kind=Kind.ATTENDANCE, why=""))
        assert [row[0] for row in hosts] == ["Nom", "Çelik", ZOE.last_name]
        full = take(session, Topic.REGISTRATIONS, Topic.ATTENDANCE, at=NOW, format_=Format.JSON).decode()
        assert ZOE.last_name in full
        for need in (ZOE.accessibility_needs, ZOE.meal_needs):
            assert need not in full + str(hosts)
        needs = csv_rows(take(session, Topic.NEEDS, at=NOW, kind=Kind.NEEDS))
        assert needs[1:] == [
            [ZOE.last_name, ZOE.first_name, ZOE.email.lower(), ZOE.accessibility_needs, "oui", ZOE.meal_needs]
        ]
        with pytest.raises(DomainError, match="genre"):
            take(session, Topic.NEEDS, at=NOW)


def test_what_people_type_reads_back_from_each_format(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        ensure_edition(session, now=NOW)
        typed = [text[:100] for text in HOSTILE]
        for number, text in enumerate(typed):
            register(session, registered(text, number))
        at = datetime(2027, 2, 1, 10, 0)  # noqa: DTZ001 -- as a cell says it: its heading has the zone
        sheets = {
            Format.XLSX: [f" {text}" if text.startswith("<r>") else text for text in typed],
            Format.ODS: typed,
        }
        for format_, expected in sheets.items():
            read = xlsx_rows if format_ is Format.XLSX else ods_rows
            rows = read(take(session, Topic.REGISTRATIONS, at=NOW, format_=format_), NAMES[Topic.REGISTRATIONS])
            assert sorted(row[0] for row in rows[1:]) == sorted(expected)
            assert {row[-1] for row in rows[1:]} == {at}
        read_csv = csv_rows(take(session, Topic.REGISTRATIONS, at=NOW))
        neutral = [f"'{text}" if text[0] in "=+" else text for text in typed]
        assert sorted(row[0] for row in read_csv[1:]) == sorted(neutral)


def test_the_mail_log_has_no_body_and_no_code_that_signs_in(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        message = compose("accounts/mails/code.txt", to="zoe@mairie.example", code="135790", minutes=10, contact="")
        enqueue(session, Outbox, message, now=NOW)
        headings, *rows = csv_rows(take(session, Topic.MAIL, at=NOW))
        natures = {row[headings.index("Nature")]: row[headings.index("Objet")] for row in rows}
        assert set(natures) == {"Inscription à l'évènement", "Code de connexion"}
        assert natures["Code de connexion"].endswith("(code masqué)")
        assert "135790" not in str(rows)
        assert PUBLIC_URL not in str(rows)


def test_an_export_is_on_record_with_who_what_how_many_and_why(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)
        take(session, Topic.REGISTRATIONS, Topic.MAIL, at=NOW, format_=Format.ODS, why="Étiquettes des badges.")
        found = [(each.actor, each.subject, each.details) for each in events(session)]
        told = {"kind": "full", "format": "ods", "rows": 1, "purpose": "Étiquettes des badges."}
        assert found == [("command", "registrations", told), ("command", "mail", told)]


@pytest.mark.parametrize(
    ("topics", "kind", "why", "words"),
    [
        ([], Kind.FULL, "Oui.", "au moins un tableau"),
        ([Topic.MAIL], Kind.FULL, "  ", "motif"),
        ([Topic.NEEDS], Kind.NEEDS, "", "motif"),
        ([Topic.MAIL], Kind.FULL, "x" * 301, "300"),
        ([Topic.MAIL, Topic.COMMUNITY], Kind.ANONYMOUS, "", "qu'un tableau"),
        ([Topic.LAUREATES], Kind.ANONYMOUS, "", "genre"),
        ([Topic.REGISTRATIONS], Kind.ATTENDANCE, "", "genre"),
    ],
)
def test_what_is_no_export_is_refused_and_leaves_no_trace(
    sqlite_database: Database, topics: list[Topic], kind: Kind, why: str, words: str
) -> None:
    with sqlite_database.write() as session:
        ensure_edition(session, now=NOW)
        with pytest.raises(DomainError, match=words):
            take(session, *topics, at=NOW, kind=kind, why=why)
        assert not events(session)
