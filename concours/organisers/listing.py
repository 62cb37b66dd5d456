"""The entries as lists, counts and sums show them: columns that the database gives, never one object an entry."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from concours.entries.models import Deposit, Entry
from concours.intake.models import Creation, CreationState
from concours.kernel.text import fold
from concours.organisers.narrowing import TO_CONFIRM, Narrowing
from concours.organisers.rules import TO_EXAMINE, Examined, Standing
from concours.organisers.standing import STANDING, answer, waits_for_others, with_decisions

UNTITLED = "Sans titre"
PER_PAGE = 50

_SHOWN = (Entry.title, Entry.category, Entry.team, Entry.administration, Entry.contact_name)
_SEARCHED = (Entry.title, Entry.team, Entry.administration, Entry.contact_name, Entry.contact_email)


class Line(NamedTuple):
    """An entry in the list: what counts of it."""

    entry_id: str
    standing: Standing
    deposited_at: datetime | None
    title: str
    category: str
    team: str
    administration: str
    contact_name: str


class Body(NamedTuple):
    """An entry that goes to the jury, and whose it is."""

    entry_id: str
    title: str
    administration: str


class Waiting(NamedTuple):
    """An entry to examine."""

    entry_id: str
    deposited_at: datetime


def standings(session: Session, edition_id: str) -> Counter[Standing]:
    """Return how many entries stand where."""
    query = with_decisions(select(STANDING, func.count()), edition_id).group_by(STANDING)
    return Counter({Standing(value): count for value, count in session.execute(query)})


def oldest(session: Session, edition_id: str) -> datetime | None:
    """Return when the first entry that one organiser may decide on was deposited."""
    query = with_decisions(select(func.min(Deposit.at)), edition_id)
    found: datetime | None = session.scalar(query.where(_stands(TO_EXAMINE - {Standing.TOGETHER})))
    return found


def list_entries(session: Session, edition_id: str, wanted: Narrowing, *, page: int) -> tuple[list[Line], int]:
    """Return a page of the entries that are asked for, in the order asked for, and how many there are in all.

    Accents and capitals do not count in words.
    """
    start, end = (page - 1) * PER_PAGE, page * PER_PAGE
    query = _narrowed(edition_id, wanted)
    if words := fold(wanted.words).split():
        found = _matching(session, query, words)
        return _lines(session, edition_id, found[start:end]), len(found)
    count = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    at = query.offset(start).limit(PER_PAGE)
    return _lines(session, edition_id, session.scalars(at).all()), count


def ids_of(session: Session, edition_id: str, wanted: Narrowing) -> Sequence[str]:
    """Return every entry that is asked for, in the order asked for."""
    query = _narrowed(edition_id, wanted)
    words = fold(wanted.words).split()
    return _matching(session, query, words) if words else session.scalars(query).all()


def lines_of(session: Session, edition_id: str, ids: Sequence[str]) -> list[Line]:
    """Return what is shown of these entries of the edition, in this order; those that are not there are left out."""
    known = set(session.scalars(select(Entry.id).where(Entry.edition_id == edition_id, Entry.id.in_(ids))))
    return _lines(session, edition_id, [entry_id for entry_id in ids if entry_id in known])


def _narrowed(edition_id: str, wanted: Narrowing) -> Select[str]:
    query = with_decisions(select(Entry.id), edition_id)
    query = query.outerjoin(Creation, Creation.id == func.coalesce(Deposit.creation_id, Entry.creation_id))
    return query.where(*wanted.conditions()).order_by(*wanted.order())


def waiting(session: Session, edition_id: str, reader: str) -> list[Waiting]:
    """Return the entries that wait for this organiser to look at them, the first deposited first."""
    query = with_decisions(select(Entry.id, Deposit.at), edition_id).where(_stands(TO_EXAMINE))
    query = query.where(~waits_for_others(reader))
    return [Waiting(*row) for row in session.execute(query.order_by(Deposit.at, Entry.created_at, Entry.id))]


def neighbours(waits: Sequence[Waiting], entry_id: str, at: datetime | None) -> tuple[str | None, str | None]:
    """Return which entries to examine come before and after one deposited at an instant, round again at the ends."""
    others = [other for other in waits if other.entry_id != entry_id]
    if not others:
        return None, None
    earlier = [other for other in others if at and other.deposited_at <= at]
    later = others[len(earlier) :]
    return (earlier or others)[-1].entry_id, (later or others)[0].entry_id


def admitted(session: Session, edition_id: str) -> list[Body]:
    """Return the entries that go, or went, to the jury, in the order of their deposits."""
    columns = select(Entry.id, answer(Entry.title), answer(Entry.administration))
    query = with_decisions(columns, edition_id).where(_stands({Standing.ADMITTED})).order_by(Deposit.at, Entry.id)
    return [Body(entry_id, title or UNTITLED, body) for entry_id, title, body in session.execute(query)]


def examined(session: Session, edition_id: str) -> list[Examined]:
    """Return what the handing over asks of each entry."""
    columns = select(answer(Entry.title), STANDING, Creation.state, Entry.open_until, TO_CONFIRM)
    query = with_decisions(columns, edition_id).outerjoin(Creation, Creation.id == Deposit.creation_id)
    return [
        Examined(
            title or UNTITLED,
            Standing(stands),
            copy_ready=state == CreationState.READY,
            open_until=open_until,
            to_confirm=bool(to_confirm),
        )
        for title, stands, state, open_until, to_confirm in session.execute(query)
    ]


def _stands(kinds: Collection[Standing]) -> ColumnElement[bool]:
    return STANDING.in_([kind.value for kind in kinds])


def _matching(session: Session, query: Select[*tuple[Any, ...]], wanted: Sequence[str]) -> list[str]:
    found = session.execute(query.add_columns(*map(answer, _SEARCHED), Deposit.receipt_number))
    return [
        entry_id
        for entry_id, *texts in found
        if (text := fold(" ".join(each or "" for each in texts))) and all(word in text for word in wanted)
    ]


def _lines(session: Session, edition_id: str, ids: Sequence[str]) -> list[Line]:
    """Return what is shown of these entries, in this order."""
    columns = select(Entry.id, STANDING, Deposit.at, *map(answer, _SHOWN))
    rows = session.execute(with_decisions(columns, edition_id).where(Entry.id.in_(ids)))
    found = {
        row[0]: Line(row[0], Standing(row[1]), row[2], row[3] or UNTITLED, *(text or "" for text in row[4:]))
        for row in rows
    }
    return [found[entry_id] for entry_id in ids]
