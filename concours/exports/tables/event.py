"""Those who come to the event. A new column is one line."""

from typing import Any

from sqlalchemy import Select, case, or_

from concours.editions.models import EditionRecord
from concours.exports.rules import HOSTS, NAMED, NOBODY, RESTRICTED, Column, Form, Kind
from concours.exports.tables.source import Asked
from concours.registrations.attendance import FIRST_ARRIVAL
from concours.registrations.models import Registration
from concours.registrations.rules import SeatState

_R = Registration
_STATES = {
    SeatState.CONFIRMED: "Inscrit·e",
    SeatState.OFFERED: "Place proposée",
    SeatState.WAITING: "Liste d'attente",
    SeatState.EXPIRED: "Sans réponse",
    SeatState.CANCELLED: "Désisté·e",
}
_STATE = case(_STATES, value=_R.state)
_LUNCH = case((_R.lunch, "oui"), else_="non")

_REGISTRATIONS: tuple[Column[Any], ...] = (
    Column("pseudonym", "Pseudonyme", _R.email, NOBODY, Form.PSEUDONYM, width=14),
    Column("last_name", "Nom", _R.last_name, NAMED, width=24),
    Column("first_name", "Prénom", _R.first_name, NAMED),
    Column("email", "Courriel", _R.email, NAMED, width=34),
    Column("administration", "Administration", _R.administration, NAMED, width=34),
    Column("function", "Fonction", _R.function, NAMED, width=26),
    Column("state", "État", _STATE, NAMED | NOBODY, width=12),
    Column("registered_at", "Inscription le", _R.created_at, NAMED, Form.INSTANT),
)

_ATTENDANCE: tuple[Column[Any], ...] = (
    Column("last_name", "Nom", _R.last_name, HOSTS, width=24),
    Column("first_name", "Prénom", _R.first_name, HOSTS),
    Column("administration", "Administration", _R.administration, HOSTS, width=34),
    Column("function", "Fonction", _R.function, HOSTS, width=26),
    Column("arrived_at", "Arrivée le", FIRST_ARRIVAL, HOSTS, Form.INSTANT),
)

_NEEDS: tuple[Column[Any], ...] = (
    Column("last_name", "Nom", _R.last_name, RESTRICTED, width=24),
    Column("first_name", "Prénom", _R.first_name, RESTRICTED),
    Column("email", "Courriel", _R.email, RESTRICTED, width=34),
    Column("accessibility_needs", "Besoins d'accessibilité", _R.accessibility_needs, RESTRICTED, width=50),
    Column("lunch", "Déjeune", _LUNCH, RESTRICTED, width=10),
    Column("meal_needs", "Besoins pour le repas", _R.meal_needs, RESTRICTED, width=50),
)


def _registrations(query: Select[*tuple[Any, ...]], record: EditionRecord, kind: Kind) -> Select[*tuple[Any, ...]]:
    """Those who come, as they registered; without names, those who gave their place back too, in no telling order."""
    if kind is Kind.ANONYMOUS:
        return query.where(_R.edition_id == record.id).order_by(_R.id)
    return _coming(query, record).order_by(_R.created_at, _R.id)


def _attendance(query: Select[*tuple[Any, ...]], record: EditionRecord, kind: Kind) -> Select[*tuple[Any, ...]]:  # noqa: ARG001 -- as every narrowing
    return _coming(query, record)


def _needs(query: Select[*tuple[Any, ...]], record: EditionRecord, kind: Kind) -> Select[*tuple[Any, ...]]:  # noqa: ARG001 -- as every narrowing
    return _coming(query, record).where(or_(_R.accessibility_needs != "", _R.meal_needs != ""))


def _coming(query: Select[*tuple[Any, ...]], record: EditionRecord) -> Select[*tuple[Any, ...]]:
    return query.where(_R.edition_id == record.id, _R.state == SeatState.CONFIRMED)


REGISTRATIONS = Asked(_REGISTRATIONS, _registrations)
ATTENDANCE = Asked(_ATTENDANCE, _attendance, alphabetical=True)
NEEDS = Asked(_NEEDS, _needs, alphabetical=True)
