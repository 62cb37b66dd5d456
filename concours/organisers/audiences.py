"""Whom a message to several people goes to: each address once, with what its fields say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from concours.entries.models import Entry
from concours.entries.queries import people_of
from concours.honours.models import HonoursLetter, Laureate
from concours.organisers.listing import UNTITLED
from concours.organisers.messaging import OF_EVENT, Audience, first_name
from concours.organisers.rules import TO_EXAMINE, Standing
from concours.organisers.standing import STANDING, answer, with_decisions
from concours.registrations.models import Registration
from concours.registrations.rules import SeatState

_DEPOSITED = TO_EXAMINE | {Standing.ADMITTED, Standing.REFUSED}
_STANDINGS: Mapping[Audience, Collection[Standing]] = {
    Audience.DRAFTS: {Standing.DRAFT},
    Audience.DEPOSITED: _DEPOSITED,
    Audience.TO_EXAMINE: TO_EXAMINE,
    Audience.ADMITTED: {Standing.ADMITTED},
    Audience.REFUSED: {Standing.REFUSED},
    Audience.LAUREATES: _DEPOSITED,
    Audience.CHOICE: frozenset(Standing),
}
_SEATS = {Audience.REGISTERED: SeatState.CONFIRMED, Audience.WAITING: SeatState.WAITING}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to: the identifier of an account or of a registration, an address, and what fields say."""

    key: str
    email: str
    values: Mapping[str, str]


@dataclass(slots=True)
class _Person:
    """Somebody of one team or more."""

    key: str
    titles: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    name: str = ""


def recipients(session: Session, audience: Audience, chosen: Sequence[str], *, edition_id: str) -> list[Recipient]:
    """Return whom this is for, each address once, in the order of addresses."""
    if audience in OF_EVENT:
        return _registered(session, _SEATS[audience], edition_id)
    return _teams(session, audience, chosen, edition_id)


def _teams(session: Session, audience: Audience, chosen: Sequence[str], edition_id: str) -> list[Recipient]:
    told = (answer(Entry.title), answer(Entry.team), answer(Entry.contact_name), answer(Entry.contact_email))
    query = with_decisions(select(Entry, *told), edition_id).where(*_conditions(audience, chosen))
    rows = session.execute(query.order_by(Entry.created_at, Entry.id)).all()
    people, found = people_of(session, [row[0] for row in rows]), dict[str, _Person]()
    for entry, title, team, name, contact in rows:
        for person in people[entry.id]:
            known = found.setdefault(person.email.lower(), _Person(person.account_id))
            known.titles.append(title or UNTITLED)
            known.teams += [team] if team and team not in known.teams else []
            if (contact or "").lower() == person.email.lower():
                known.name = name or known.name
    return [Recipient(each.key, email, _team_values(each)) for email, each in sorted(found.items())]


def _conditions(audience: Audience, chosen: Sequence[str]) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [STANDING.in_([each.value for each in _STANDINGS[audience]])]
    if audience is Audience.CHOICE:
        wanted.append(Entry.id.in_(chosen))
    if audience is Audience.LAUREATES:
        # Nobody learns it from here: only those whose own message of the palmarès has been written.
        told = exists().where(HonoursLetter.entry_id == Entry.id)
        wanted += [exists().where(Laureate.entry_id == Entry.id), told]
    return wanted


def _team_values(person: _Person) -> Mapping[str, str]:
    return {
        "prenom": first_name(person.name),
        "titre": ", ".join(person.titles),
        "equipe": ", ".join(person.teams) or "sans nom d'équipe",
    }


def _registered(session: Session, seat: SeatState, edition_id: str) -> list[Recipient]:
    query = select(Registration).where(Registration.edition_id == edition_id, Registration.state == seat.value)
    rows = session.scalars(query.order_by(Registration.email))
    return [Recipient(row.id, row.email, {"prenom": row.first_name.strip() or first_name("")}) for row in rows]
