"""What the candidate's pages share: the blueprint, the dossier that a page shows, the transaction of an act."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id, signed_in
from concours.editions import queries as editions
from concours.editions.models import RulesVersion
from concours.editions.rules import Edition, accepts_deposits, deadline_words
from concours.entries import operations, queries
from concours.entries.identity import Named, own_names
from concours.entries.models import Deposit, Entry
from concours.entries.queries import Person
from concours.entries.rules import GRACE, Dossier, Late, Missing, Part, closing_of, edition_for
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.clock import clock_answer
from concours.kernel.web.state import instant, state

blueprint = ClosedBlueprint("entries", __name__, access=signed_in, url_prefix="/candidatures")

STEPS: Mapping[str, str] = {
    Part.TEAM: "Équipe",
    Part.INNOVATION: "Innovation",
    Part.CREATION: "Création",
    Part.CHECK: "Vérification",
    "depot": "Dépôt",
}
"""The way to a deposit: addresses and titles."""


@dataclass(frozen=True)
class Glance:
    """A dossier and where it stands: what the parts of a page that change as one types are made from."""

    entry: Entry
    edition: Edition
    now: datetime

    @property
    def closes_at(self) -> datetime:
        """When this dossier may no longer be deposited."""
        return closing_of(self.entry, self.edition)

    @property
    def open(self) -> bool:
        """Dossiers may be changed and deposited."""
        return accepts_deposits(self.edition, self.now)

    @property
    def takes_until(self) -> datetime:
        """Until when the bytes of a file announced in time are still taken."""
        return self.closes_at + GRACE

    @property
    def upcoming(self) -> bool:
        """Deposits are not open yet."""
        return self.now < self.edition.opens_at

    @cached_property
    def missing(self) -> list[Missing]:
        """All that the draft lacks before it may be deposited."""
        return queries.missing(self.entry, self.edition)

    @cached_property
    def names(self) -> list[Named]:
        """The candidate's own names in what the jury would read of the draft."""
        return own_names(self.entry.dossier)

    def lacks(self, part: str) -> list[Missing]:
        """Return what one part lacks."""
        return [each for each in self.missing if each.part == part]

    @property
    def awaits_file_only(self) -> bool:
        """A file is all that the dossier lacks, or nothing: its last byte may deposit it."""
        return self.open and all(each.part is Part.CREATION for each in self.missing)

    @property
    def to_deposit(self) -> bool:
        """The draft holds something that no deposit has yet."""
        return self.entry.deposit is None or self.entry.changed

    @property
    def title(self) -> str:
        """What the dossier is called on its pages; once closed, as it was deposited."""
        counts = self.entry.deposit.answers if self.entry.deposit and not self.open else self.entry.dossier
        return counts.title or "Candidature sans titre"


@dataclass(frozen=True)
class Folder(Glance):
    """A dossier with all that a page says of it to somebody who works on it."""

    rules: RulesVersion
    deposits: Sequence[Deposit]
    """All of them, the newest first."""
    me: str
    """The account that asks."""
    people: Sequence[Person]
    """Those who work on it, the owner first."""
    addresses: Mapping[str, str]
    """By account, those of whoever changed it last, or deposited it: they may have left since."""

    @property
    def owned(self) -> bool:
        """Whoever asks is the dossier's owner."""
        return self.entry.account_id == self.me

    def called(self, account_id: str | None) -> str:
        """Return what a page calls somebody: « vous », the contact by name, anybody else by address."""
        if account_id == self.me:
            return "vous"
        email, dossier = self.addresses.get(account_id or "", ""), self.entry.dossier
        return dossier.contact_name if email and email == dossier.contact_email.lower() else email


def open_folder(entry_id: str) -> Folder:
    """Return the dossier of whoever is signed in. Raises NotFound for another's as for none."""
    with state().database.read() as session:
        entry = queries.own_entry(session, entry_id=entry_id, account_id=current_account_id())
        deposits = queries.deposits_of(session, entry_id)
        return Folder(
            entry,
            queries.edition_of(session, entry),
            instant(),
            editions.current_rules(session, entry.edition_id),
            deposits,
            current_account_id(),
            queries.people_of(session, [entry])[entry_id],
            queries.addresses(session, {entry.updated_by, *(each.deposited_by for each in deposits)}),
        )


def glance_at(entry_id: str) -> Glance:
    """Return where the dossier of whoever is signed in stands. Raises NotFound for another's as for none."""
    with state().database.read() as session:
        entry = queries.own_entry(session, entry_id=entry_id, account_id=current_account_id())
        return Glance(entry, queries.edition_of(session, entry), instant())


def edition_of(entry_id: str) -> Edition:
    """Return the edition of a dossier of whoever is signed in, without a look at what the request brings.

    Raises NotFound for another's as for none.
    """
    with state().database.read() as session:
        record, open_until = queries.own_edition(session, entry_id=entry_id, account_id=current_account_id())
        return edition_for(editions.to_edition(session, record), open_until)


def own_dossier(entry_id: str) -> tuple[Dossier, Edition, int]:
    """Return the answers of a dossier of whoever is signed in, its edition and its version: less than a folder.

    Raises NotFound for another's as for none.
    """
    with state().database.read() as session:
        entry, record = queries.entry_alone(session, entry_id=entry_id, account_id=current_account_id())
        edition = edition_for(editions.to_edition(session, record), entry.open_until)
        return entry.dossier, edition, entry.version


@contextmanager
def acting(entry_id: str) -> Iterator[Session]:
    """Yield the transaction of an act on a dossier; a late one is put on record."""
    with late_on_record(entry_id), state().database.write() as session:
        yield session


@contextmanager
def late_on_record(entry_id: str) -> Iterator[None]:
    """Put on record what comes too late, in a transaction of its own."""
    try:
        yield
    except Late:
        with state().database.write() as session:
            operations.record_late(
                session,
                entry_id=entry_id,
                account_id=current_account_id(),
                act=request.endpoint or "",
                now=instant(),
            )
        raise


def show(template: str, folder: Folder, **context: Any) -> str:
    """Render a page of the dossier, under its own deadline; `part` is the step's own unless it is said."""
    context.setdefault("part", context.get("step"))
    context.setdefault("deadline", deadline_words(folder.edition, folder.now))
    return render_template(f"entries/{template}.html", folder=folder, entry=folder.entry, steps=STEPS, **context)


def tell_clock(folder: Folder, *, brief: bool = False) -> Response:
    """Answer what time it is here, until when this dossier may be deposited and, once closed, what stands of it."""
    phase = "open" if folder.open else "upcoming" if folder.upcoming else "closed"
    standing = show("standing", folder) if phase == "closed" and not brief else ""
    return clock_answer(
        now=folder.now,
        until=folder.closes_at,
        phase=phase,
        deadline=deadline_words(folder.edition, folder.now),
        standing=standing,
    )
