"""Exports: the table of a kind, and the audit of who took it out."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts.operations import record as audit
from concours.editions.models import EditionRecord
from concours.editions.queries import current_record, to_edition
from concours.editions.rules import Edition
from concours.exports.rules import Kind, Table
from concours.honours.queries import NamedLaureate, decimals, laureates
from concours.kernel.clock import format_short
from concours.kernel.errors import DomainError, Forbidden
from concours.registrations.queries import members, registrations
from concours.registrations.rules import SeatState
from jury import api as jury

_LAUREATES = ("Rang", "Numéro", "Titre", "Équipe", "Administration", "Contact", "Catégorie")
_REGISTRATIONS = ("Nom", "Prénom", "Courriel", "Administration", "Fonction", "Inscrit le (heure de Paris)")
_NEEDS = ("Besoins d'accessibilité", "Déjeune", "Besoins pour le repas")
_COMMUNITY = ("Courriel", "Nom", "Membre depuis le (heure de Paris)")


def export(session: Session, *, kind: Kind, restricted: bool, actor: str, now: datetime) -> Table:
    """Return the table and record its taking out. `restricted` adds what only the hosts of the event may read.

    Raises Forbidden for the laureates before the unsealing.
    """
    record = current_record(session)
    if restricted and kind is not Kind.REGISTRATIONS:
        raise DomainError("Seul l'export des inscriptions existe en version restreinte.")
    table = _table(session, record, kind, restricted=restricted)
    details = {"rows": len(table.rows), "restricted": restricted}
    audit(session, actor=actor, action="exported", subject=kind, now=now, details=details)
    return table


def _table(session: Session, record: EditionRecord, kind: Kind, *, restricted: bool) -> Table:
    if kind is Kind.LAUREATES:
        return _laureates(session, record)
    return _registrations(session, record, restricted=restricted) if kind is Kind.REGISTRATIONS else _community(session)


def _laureates(session: Session, record: EditionRecord) -> Table:
    if record.unsealed_at is None:
        raise Forbidden("Le palmarès s'exporte après la levée de l'anonymat, qui suit la signature du procès-verbal.")
    edition = to_edition(session, record)
    found = laureates(session, record.id)
    places = decimals(found)
    means = tuple(f"Moyenne : {criterion.label}" for criterion in edition.criteria)
    return Table((*_LAUREATES, "Moyenne", *means), [_laureate(edition, each, places) for each in found])


def _laureate(edition: Edition, each: NamedLaureate, places: int) -> tuple[str, ...]:
    laureate, dossier = each.laureate, each.dossier
    mean, by_criterion = laureate.exact_mean, laureate.exact_criterion_means
    return (
        str(laureate.rank),
        jury.format_number(laureate.work_number),
        dossier.title,
        dossier.team,
        dossier.administration,
        f"{dossier.contact_name} <{dossier.contact_email}>",
        dossier.category,
        jury.format_mean(mean, places) if mean is not None else "",
        *(
            jury.format_mean(by_criterion[criterion.key], places) if criterion.key in by_criterion else ""
            for criterion in edition.criteria
        ),
    )


def _registrations(session: Session, record: EditionRecord, *, restricted: bool) -> Table:
    coming = [row for row in registrations(session, record.id) if row.state == SeatState.CONFIRMED]
    headings = (*_REGISTRATIONS, *_NEEDS) if restricted else _REGISTRATIONS
    rows = [
        (row.last_name, row.first_name, row.email, row.administration, row.function, format_short(row.created_at))
        + ((row.accessibility_needs, "oui" if row.lunch else "non", row.meal_needs) if restricted else ())
        for row in coming
    ]
    return Table(headings, rows)


def _community(session: Session) -> Table:
    rows = [
        (member.email, member.name, format_short(member.confirmed_at))
        for member in members(session)
        if member.confirmed_at is not None
    ]
    return Table(_COMMUNITY, rows)
