"""Exports: what may leave now, the trace that it leaves first, then its rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts.operations import record as audit
from concours.editions.models import EditionRecord
from concours.editions.queries import current_record, find_record, to_edition
from concours.editions.rules import Edition
from concours.exports.pseudonyms import Pseudonyms
from concours.exports.rules import (
    NAMES,
    Book,
    Cell,
    Column,
    Form,
    Kind,
    Table,
    Topic,
    Wanted,
    check_size,
    check_wanted,
    keep_until,
)
from concours.exports.tables.every import SOURCES
from concours.kernel.errors import Forbidden
from concours.kernel.text import clean_text
from jury import api as jury

_TO_UNSEAL = "Le palmarès s'exporte après la levée de l'anonymat, qui suit la signature du procès-verbal."
_TO_SIGN = "Les résultats restent au jury tant que son procès-verbal n'est pas signé."

READERS = {
    Kind.ANONYMOUS: "Toute personne : aucun nom, aucune adresse.",
    Kind.ATTENDANCE: "Les personnes qui accueillent le public le jour de l'évènement.",
    Kind.FULL: "Le secrétariat du concours seul, pour le motif écrit.",
    Kind.NEEDS: "Les seules personnes qui préparent l'accueil : ces besoins peuvent renseigner sur la santé.",
}
"""Who may receive each kind."""


@dataclass(frozen=True)
class Export:
    """What may leave and is on record: its rows are still in the database."""

    wanted: Wanted
    edition: Edition
    book: Book
    rows: int


@dataclass(frozen=True)
class Offer:
    """A table as it may be taken out in one kind, now."""

    topic: Topic
    headings: Sequence[str]
    missing: str
    """Why it cannot be taken out yet; empty when it can."""


def offers(session: Session, *, kind: Kind, edition_key: str = "") -> list[Offer]:
    """Return the tables of a kind, those that have to wait included, of the present edition unless another is named."""
    record = record_of(session, edition_key)
    edition = to_edition(session, record)
    return [_offer(session, record, topic, kind) for topic in _offered(session, record, edition, kind)]


def counts(session: Session, *, kind: Kind, offered: Iterable[Offer], edition_key: str = "") -> dict[Topic, int]:
    """Return how many rows each of these tables has; none of one that has to wait."""
    record, ready = record_of(session, edition_key), [offer.topic for offer in offered if not offer.missing]
    return {topic: SOURCES[topic].count(session, record, kind) for topic in ready}


def take_out(session: Session, *, wanted: Wanted, actor: str, now: datetime) -> Export:
    """Record that somebody takes these tables out, one event a table, and return what may then be written.

    Raises DomainError for what is no export, Forbidden for what has to wait.
    """
    record = record_of(session, wanted.edition)
    edition = to_edition(session, record)
    check_wanted(wanted, _offered(session, record, edition, wanted.kind))
    for topic in wanted.topics:
        if missing := _missing(session, record, topic):
            raise Forbidden(missing)
    rows = {topic: SOURCES[topic].count(session, record, wanted.kind) for topic in wanted.topics}
    for topic, count in rows.items():
        check_size(wanted.format, count)
        details = {"kind": wanted.kind, "format": wanted.format, "rows": count, "purpose": clean_text(wanted.purpose)}
        details |= {} if record.current else {"edition": record.key}
        told = {name: value for name, value in details.items() if value != ""}
        audit(session, actor=actor, action="exported", subject=topic, now=now, details=told)
    return Export(wanted, edition, _book(edition, wanted, now), sum(rows.values()))


def tables(session: Session, *, export: Export) -> Iterator[Table]:
    """Yield the tables, whose rows come from the database as they are read, each before the next one."""
    record, names = record_of(session, export.wanted.edition), Pseudonyms()
    for topic in export.wanted.topics:
        source, kind = SOURCES[topic], export.wanted.kind
        columns = source.columns(session, record, kind)
        yield Table(topic, columns, _named(columns, source.rows(session, record, kind), names))


def record_of(session: Session, edition_key: str) -> EditionRecord:
    """Return the edition whose tables leave, the present one where none is named. Raises NotFound."""
    return find_record(session, edition_key) if edition_key else current_record(session)


def _named(
    columns: Sequence[Column[object]], rows: Iterator[Sequence[Cell]], names: Pseudonyms
) -> Iterator[Sequence[Cell]]:
    """Put a pseudonym for each identifier; a table without one goes by untouched."""
    places = [n for n, column in enumerate(columns) if column.form is Form.PSEUDONYM]
    if not places:
        return rows
    return ([names.of(str(cell)) if n in places else cell for n, cell in enumerate(row)] for row in rows)


def _offered(session: Session, record: EditionRecord, edition: Edition, kind: Kind) -> list[Topic]:
    absent: set[Topic] = set() if edition.event else {Topic.REGISTRATIONS, Topic.ATTENDANCE, Topic.NEEDS}
    absent |= set() if edition.community else {Topic.COMMUNITY}
    there = [topic for topic in SOURCES if topic not in absent]
    return [topic for topic in there if SOURCES[topic].columns(session, record, kind)]


def _offer(session: Session, record: EditionRecord, topic: Topic, kind: Kind) -> Offer:
    source, missing = SOURCES[topic], _missing(session, record, topic)
    headings = [column.title for column in source.columns(session, record, kind)]
    return Offer(topic, headings, missing)


def _missing(session: Session, record: EditionRecord, topic: Topic) -> str:
    """Say what a table waits for; nothing when it may leave."""
    if topic is Topic.LAUREATES and record.unsealed_at is None:
        return _TO_UNSEAL
    return "" if topic is not Topic.RANKING or _signed(session, record) else _TO_SIGN


def _signed(session: Session, record: EditionRecord) -> bool:
    """Ask the jury whether its minutes are signed: it refuses the ranking itself, too."""
    opened = jury.has_session(session, edition_key=record.key)
    return opened and jury.milestones(session, edition_key=record.key).minutes_signed_at is not None


def _book(edition: Edition, wanted: Wanted, now: datetime) -> Book:
    names = ", ".join(NAMES[topic] for topic in wanted.topics)
    words = f"{READERS[wanted.kind]} À garder {keep_until(wanted.kind, edition)}"
    return Book(title=f"{edition.contest} : {names}", author=edition.organiser, words=words, kind=wanted.kind, at=now)
