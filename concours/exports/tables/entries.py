"""The entries with what was decided of them, and the laureates."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import Session, aliased

from concours.editions.models import EditionRecord
from concours.editions.queries import to_edition
from concours.entries.models import Admissibility, Deposit, Entry
from concours.exports.rules import ANYBODY, NAMED, NOBODY, Cell, Column, Form, Kind
from concours.exports.tables.source import Asked, Listed
from concours.honours.queries import NamedLaureate, laureates
from concours.intake.models import Creation
from concours.organisers.rules import Standing
from concours.organisers.standing import STANDING, answer, with_decisions

_WORDS = {
    Standing.DRAFT: "Brouillon, pas encore déposée",
    Standing.WITHDRAWN: "Retirée",
    Standing.PENDING: "Déposée, à examiner",
    Standing.STALE: "Déposée de nouveau, à revoir",
    Standing.TOGETHER: "Déposée, à revoir à deux",
    Standing.ADMITTED: "Recevable",
    Standing.REFUSED: "Irrecevable",
}

_FILE = aliased(Creation)


def _standing(value: str) -> str:
    return _WORDS[Standing(value)]


def _upper(value: str | None) -> str:
    return value.upper() if value else ""


_ENTRIES: tuple[Column[Any], ...] = (
    Column("pseudonym", "Pseudonyme", Entry.id, NOBODY, Form.PSEUDONYM, width=14),
    Column("receipt", "Accusé de réception", Deposit.receipt_number, NAMED, width=26),
    Column("title", "Titre", answer(Entry.title), NAMED, width=40),
    Column("category", "Catégorie", answer(Entry.category), ANYBODY),
    Column("team", "Équipe", answer(Entry.team), NAMED, width=26),
    Column("administration", "Administration", answer(Entry.administration), NAMED, width=34),
    Column("contact_name", "Contact", answer(Entry.contact_name), NAMED, width=26),
    Column("contact_email", "Courriel", answer(Entry.contact_email), NAMED, width=34),
    Column("contact_phone", "Téléphone", answer(Entry.contact_phone), NAMED, width=18),
    Column("standing", "État", STANDING, ANYBODY, read=_standing, width=30),
    Column("deposited_at", "Déposée le", Deposit.at, NAMED, Form.INSTANT),
    Column("reason", "Motif de la décision", Admissibility.reason, NAMED, width=50),
    Column("decided_at", "Décision le", Admissibility.decided_at, NAMED, Form.INSTANT),
    Column("format", "Format du fichier", _FILE.kind, ANYBODY, read=_upper, width=12),
    Column("bytes", "Taille (octets)", _FILE.size, NAMED, Form.WHOLE, width=16),
    Column("seconds", "Durée (secondes)", _FILE.duration_s, NAMED, Form.DECIMAL, width=16),
    Column("pages", "Pages", _FILE.pages, NAMED, Form.WHOLE, width=10),
)


def _entries(query: Select[*tuple[Any, ...]], record: EditionRecord, kind: Kind) -> Select[*tuple[Any, ...]]:
    counting = func.coalesce(Deposit.creation_id, Entry.creation_id)
    found = with_decisions(query, record.id).outerjoin(_FILE, _FILE.id == counting)
    return (
        found.order_by(Entry.id) if kind is Kind.ANONYMOUS else found.order_by(Deposit.at, Entry.created_at, Entry.id)
    )


def _laureate_columns(session: Session, record: EditionRecord) -> Sequence[Column[Callable[[NamedLaureate], Cell]]]:
    return [
        Column("rank", "Rang", lambda each: each.laureate.rank, NAMED, Form.WHOLE, width=8),
        Column("number", "Numéro", lambda each: each.laureate.work_number, NAMED, Form.WHOLE, width=10),
        Column("title", "Titre", lambda each: each.dossier.title, NAMED, width=40),
        Column("team", "Équipe", lambda each: each.dossier.team, NAMED, width=26),
        Column("administration", "Administration", lambda each: each.dossier.administration, NAMED, width=34),
        Column("contact_name", "Contact", lambda each: each.dossier.contact_name, NAMED, width=26),
        Column("contact_email", "Courriel", lambda each: each.dossier.contact_email, NAMED, width=34),
        Column("category", "Catégorie", lambda each: each.dossier.category, NAMED),
        Column("mean", "Moyenne", lambda each: _number(each.laureate.exact_mean), NAMED, Form.DECIMAL, width=12),
        *(_criterion(each.key, each.label) for each in to_edition(session, record).criteria),
        Column("reason", "Motif du jury", lambda each: each.laureate.reason, NAMED, width=60),
    ]


def _criterion(key: str, label: str) -> Column[Callable[[NamedLaureate], Cell]]:
    def mean(each: NamedLaureate) -> Cell:
        return _number(each.laureate.exact_criterion_means.get(key))

    return Column(f"mean_{key}", f"Moyenne : {label}", mean, NAMED, Form.DECIMAL, width=16)


def _number(mean: Any) -> float | None:
    return None if mean is None else float(mean)


def _laureates(session: Session, record: EditionRecord) -> Sequence[NamedLaureate]:
    return laureates(session, record.id)


ENTRIES = Asked(_ENTRIES, _entries)
LAUREATES = Listed(_laureate_columns, _laureates)
