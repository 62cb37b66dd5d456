"""The closing put off for everybody: what it entails, and the act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.models import Account, Outbox
from concours.editions.operations import extend_closing as put_off
from concours.editions.queries import current_record
from concours.editions.rules import Edition
from concours.entries.models import Entry
from concours.entries.queries import entries_of_edition
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
    """Accounts that are told by mail."""


def consequences(session: Session, edition_id: str) -> Consequences:
    """Return what putting the closing off does to the entries of an edition."""
    entries = entries_of_edition(session, edition_id)
    deposited = [entry for entry in entries if entry.state is EntryState.DEPOSITED]
    return Consequences(
        drafts=len(entries) - len(deposited),
        deposited=len(deposited),
        decided=sum(queries.admissibility_of(session, entry.id) is not None for entry in deposited),
        people=len({entry.account_id for entry in entries}),
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
    for account_id, entries in _by_account(entries_of_edition(session, record.id)):
        _tell(session, account_id, entries, edition=edition, public_url=public_url, now=now)
    former = before or edition.announced_closing
    details = {"from": former.isoformat(), "until": until.isoformat()}
    accounts.record(session, actor=actor, action="closing_extended", subject=record.id, now=now, details=details)


def _by_account(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    ordered = sorted(entries, key=lambda entry: entry.account_id)
    return [(account_id, list(group)) for account_id, group in groupby(ordered, key=lambda entry: entry.account_id)]


def _tell(
    session: Session, account_id: str, entries: list[Entry], *, edition: Edition, public_url: str, now: datetime
) -> None:
    to = session.get_one(Account, account_id).email
    page = f"{public_url}/candidatures/"
    message = compose("organisers/mails/extension.txt", to=to, edition=edition, entries=entries, page=page)
    enqueue(session, Outbox, message, now=now)
