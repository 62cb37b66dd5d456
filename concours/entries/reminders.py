"""Reminders of drafts that are not deposited: whose turn it is, what is written, who wants none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, Outbox
from concours.accounts.operations import record
from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.editions.rules import Edition
from concours.entries import queries
from concours.entries.models import Entry, Reminder, ReminderRefusal
from concours.entries.rules import ReminderKind, closing_of, due_reminder
from concours.intake.models import Upload
from concours.kernel import mail
from concours.kernel.clock import format_overseas
from concours.kernel.errors import NotFound

_SALT = "reminders"
_UNKNOWN = "Ce lien n'est pas complet. Copiez-le en entier depuis le message, ou ouvrez votre dossier."


@dataclass(frozen=True)
class Letterhead:
    """What every reminder bears: the site's address, and the key that signs the link out."""

    public_url: str
    secret: str

    def way_out(self, entry_id: str, account_id: str) -> str:
        """Return where one person ends the reminders of one dossier."""
        return f"{self.public_url}/rappels/{make_token(self.secret, entry_id, account_id)}"


def make_token(secret: str, entry_id: str, account_id: str) -> str:
    """Return what stands in the link of a reminder: signed, and good for as long as the dossier is."""
    return str(URLSafeSerializer(secret, salt=_SALT).dumps([entry_id, account_id]))


def read_token(secret: str, token: str) -> tuple[str, str]:
    """Return the dossier and the account that a link is for. Raises NotFound."""
    try:
        entry_id, account_id = URLSafeSerializer(secret, salt=_SALT).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound(_UNKNOWN) from error
    return entry_id, account_id


def due_entries(session: Session, *, now: datetime) -> Sequence[str]:
    """Return the drafts of the present edition whose turn it is."""
    edition_record = session.scalars(select(EditionRecord).where(EditionRecord.current)).first()
    if edition_record is None:
        return []
    edition = editions.to_edition(session, edition_record)
    drafts = session.scalars(_drafts().where(Entry.edition_id == edition_record.id).order_by(Entry.id)).all()
    sent = _sent(session, [entry.id for entry in drafts])
    return [entry.id for entry in drafts if _due(entry, edition, sent.get(entry.id, ()), now)]


def remind(session: Session, *, entry_id: str, head: Letterhead, now: datetime) -> int:
    """Give a draft the one reminder that it is due, once; return how many messages were written.

    Its turn passes without a word for whoever wants none, and for a dossier in which nothing was ever done.
    """
    # A deposit of the same dossier waits for this, or this for it.
    entry = session.scalars(_drafts().where(Entry.id == entry_id).with_for_update()).first()
    if entry is None:
        return 0
    edition = editions.to_edition(session, session.get_one(EditionRecord, entry.edition_id))
    kind = _due(entry, edition, _sent(session, [entry_id]).get(entry_id, ()), now)
    if kind is None:
        return 0
    closing, written = closing_of(entry, edition), 0
    for reader in queries.readers_of(session, entry):
        mail_id = None
        if _touched(session, entry) and (kind is ReminderKind.LAST or wanted(session, entry_id, reader.id)):
            mail_id, written = _write(session, entry, reader, kind, edition=edition, head=head, now=now), written + 1
        turn = {"kind": kind.value, "closes_at": closing, "sent_at": now, "mail_id": mail_id}
        session.add(Reminder(entry_id=entry_id, account_id=reader.id, **turn))
    if written:
        record(session, actor="system", action="reminded", subject=entry_id, now=now, details={"reminder": kind.value})
    return written


def call_off(session: Session, entry_ids: Collection[str]) -> None:
    """Keep the reminders of these dossiers that still wait in the outbox from leaving."""
    written = select(Reminder.mail_id).where(Reminder.entry_id.in_(entry_ids), Reminder.mail_id.is_not(None))
    mail.call_off(session, Outbox, [mail_id for mail_id in session.scalars(written) if mail_id])


def outrun(session: Session, *, now: datetime) -> Sequence[str]:
    """Return the dossiers of which a reminder still waits in the outbox while its time is over."""
    query = select(Reminder.entry_id).join(Outbox, Reminder.mail_id == Outbox.id)
    waiting = query.where(Outbox.due_at.is_not(None), Reminder.closes_at <= now)
    return session.scalars(waiting.distinct()).all()


def wanted(session: Session, entry_id: str, account_id: str) -> bool:
    """Tell whether somebody wants the reminders of a dossier."""
    return not session.scalar(select(_refusal(entry_id, account_id).exists()))


def choose(session: Session, *, entry_id: str, account_id: str, wants: bool, now: datetime) -> None:
    """Record whether somebody wants the reminders of a dossier; twice the same changes nothing. Raises NotFound."""
    # Two clicks at once wait for each other here.
    entry = session.scalars(select(Entry).where(Entry.id == entry_id).with_for_update(of=Entry)).first()
    if entry is None or account_id not in {reader.id for reader in queries.readers_of(session, entry)}:
        raise NotFound(_UNKNOWN)
    if wants == wanted(session, entry_id, account_id):
        return
    if wants:
        session.execute(
            delete(ReminderRefusal).where(
                ReminderRefusal.entry_id == entry_id, ReminderRefusal.account_id == account_id
            )
        )
    else:
        session.add(ReminderRefusal(entry_id=entry_id, account_id=account_id, refused_at=now))
    action = "reminders_wanted" if wants else "reminders_refused"
    record(session, actor=account_id, action=action, subject=entry_id, now=now)


def _drafts() -> Select[Entry]:
    """Dossiers that no deposit ever stood for: one that was withdrawn is its candidate's choice."""
    return select(Entry).where(Entry.deposit_id.is_(None), Entry.withdrawn_at.is_(None))


def _sent(session: Session, entry_ids: Collection[str]) -> Mapping[str, set[tuple[ReminderKind, datetime]]]:
    found: dict[str, set[tuple[ReminderKind, datetime]]] = {}
    for turn in session.scalars(select(Reminder).where(Reminder.entry_id.in_(entry_ids))):
        found.setdefault(turn.entry_id, set()).add((ReminderKind(turn.kind), turn.closes_at))
    return found


def _due(
    entry: Entry, edition: Edition, sent: Collection[tuple[ReminderKind, datetime]], now: datetime
) -> ReminderKind | None:
    if now < edition.opens_at:
        return None
    return due_reminder(begun=entry.created_at, closing=closing_of(entry, edition), now=now, sent=sent)


def _touched(session: Session, entry: Entry) -> bool:
    """Tell whether anything was ever saved or sent: to whoever only pressed a button there is nothing to recall."""
    if entry.version > 1 or entry.creation_id:
        return True
    return bool(session.scalar(select(select(Upload.id).where(Upload.subject == entry.id).exists())))


def _refusal(entry_id: str, account_id: str) -> Select[str]:
    return select(ReminderRefusal.id).where(
        ReminderRefusal.entry_id == entry_id, ReminderRefusal.account_id == account_id
    )


def _write(
    session: Session,
    entry: Entry,
    reader: Account,
    kind: ReminderKind,
    *,
    edition: Edition,
    head: Letterhead,
    now: datetime,
) -> str:
    closing, last = closing_of(entry, edition), kind is ReminderKind.LAST
    way_out = None if last else head.way_out(entry.id, reader.id)
    message = mail.compose(
        "entries/mails/reminder.txt",
        to=reader.email,
        edition=edition,
        title=entry.title or "Candidature sans titre",
        closing=closing,
        elsewhere=format_overseas(closing),
        missing=queries.missing(entry, edition),
        page=f"{head.public_url}/candidatures/{entry.id}",
        way_out=way_out,
    )
    return mail.enqueue(session, Outbox, replace(message, unsubscribe_url=way_out), now=now)
