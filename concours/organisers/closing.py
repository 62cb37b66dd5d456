"""The closing put off for everybody: what it entails, and the act."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.models import Outbox
from concours.editions.operations import extend_closing as put_off
from concours.editions.queries import current_record
from concours.editions.rules import Edition
from concours.entries.models import Entry
from concours.entries.queries import entries_of_edition, people_of
from concours.entries.rules import EntryState
from concours.intake import uploads
from concours.kernel.mail import compose, enqueue
from concours.organisers import queries


@dataclass(frozen=True, slots=True)
class Consequences:
    """What putting the closing off does, in figures."""

    drafts: int
    """Dossiers that are not deposited and may be again."""
    deposited: int
    decided: int
    """Decisions of admissibility that a newer deposit would have looked at again."""
    people: int
    """Those who work on a dossier: they are told by mail."""


def consequences(session: Session, edition_id: str) -> Consequences:
    """Return what putting the closing off does to the entries of an edition."""
    entries = entries_of_edition(session, edition_id)
    deposited = [entry for entry in entries if entry.state is EntryState.DEPOSITED]
    return Consequences(
        drafts=len(entries) - len(deposited),
        deposited=len(deposited),
        decided=sum(queries.admissibility_of(session, entry.id) is not None for entry in deposited),
        people=len(_by_address(session, entries)),
    )


def extend_closing(
    session: Session, *, until: datetime, reason: str, version: int, actor: str, public_url: str, now: datetime
) -> None:
    """Put the closing off for everybody, keep files on their way as long, and write to all who have a dossier.

    Raises what `editions.operations.extend_closing` raises.
    """
    record = current_record(session)
    before = record.extended_until
    edition = put_off(session, until=until, reason=reason, version=version, now=now)
    uploads.prolong(session, closes_at=until, now=now)
    for to, entries in _by_address(session, entries_of_edition(session, record.id)).items():
        _tell(session, to, entries, edition=edition, public_url=public_url, now=now)
    former = before or edition.announced_closing
    details = {"from": former.isoformat(), "until": until.isoformat()}
    accounts.record(session, actor=actor, action="closing_extended", subject=record.id, now=now, details=details)


def _by_address(session: Session, entries: Sequence[Entry]) -> Mapping[str, list[Entry]]:
    """Return, by the address of each person who works on some of these dossiers, which ones."""
    people, found = people_of(session, entries), defaultdict[str, list[Entry]](list)
    for entry in entries:
        for person in people[entry.id]:
            found[person.email].append(entry)
    return found


def _tell(
    session: Session, to: str, entries: Iterable[Entry], *, edition: Edition, public_url: str, now: datetime
) -> None:
    page = f"{public_url}/candidatures/"
    message = compose("organisers/mails/extension.txt", to=to, edition=edition, entries=entries, page=page)
    enqueue(session, Outbox, message, now=now)
