"""What may be done with a deposit: made, undone, armed beforehand, admitted late, made for somebody else."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.accounts.operations import record
from concours.editions import queries as editions
from concours.editions.models import RulesVersion
from concours.editions.rules import Edition
from concours.entries import consents, queries, reminders
from concours.entries.models import Confirmation, Deposit, Entry
from concours.entries.operations import keep
from concours.entries.receipts.operations import attachments_of, seal
from concours.entries.receipts.rules import Receipt
from concours.entries.rules import EntryState, Incomplete, Missing, Way, require_open
from concours.intake import uploads
from concours.intake.models import Creation, CreationState
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.ids import new_reference
from concours.kernel.mail import Attachment, compose, enqueue
from concours.kernel.signing import SigningKey


def deposit(
    session: Session, *, entry_id: str, account_id: str, key: SigningKey, public_url: str, now: datetime
) -> Deposit:
    """Deposit the dossier as it is drafted, and enqueue its receipt; twice the same gives the same receipt.

    A file that is not examined yet is deposited all the same: that is for us to do. Raises NotFound, Incomplete, and
    Late from the very instant of closing.
    """
    entry = queries.own_entry(session, entry_id=entry_id, account_id=account_id, lock=True)
    edition, rules = queries.edition_of(session, entry), editions.current_rules(session, entry.edition_id)
    if entry.deposit and not entry.changed and _same_texts(entry.deposit, rules):
        return entry.deposit
    require_open(edition, now, "Le dépôt")
    require_complete(entry, queries.missing(entry, edition))
    return make(session, entry, by=account_id, way=Way.SELF, at=now, key=key, public_url=public_url, now=now)


def withdraw(session: Session, *, entry_id: str, account_id: str, public_url: str, now: datetime) -> Entry:
    """Take the deposit back; the dossier stays and may be deposited again. A second time changes nothing.

    Raises NotFound, Late, DomainError for a draft.
    """
    entry = queries.own_open_entry(session, entry_id, account_id, now, "Le retrait")
    if entry.state is EntryState.WITHDRAWN:
        return entry
    withdrawn = entry.deposit
    if withdrawn is None:
        raise DomainError(
            "Cette candidature n'est pas déposée : il n'y a rien à retirer. Votre brouillon reste intact."
        )
    entry.deposit, entry.withdrawn_at = None, now
    entry.armed_upload_id = entry.armed_by = None
    details = {"deposit": withdrawn.id}
    record(session, actor=account_id, action="entry_withdrawn", subject=entry.id, now=now, details=details)
    write(session, "withdrawal", withdrawn, entry=entry, now=now, page=page_of(entry, public_url), by=account_id)
    return entry


def arm(session: Session, *, entry_id: str, account_id: str, upload_id: str, now: datetime) -> None:
    """Have the last byte of a file on its way deposit the dossier.

    Raises NotFound, Late, Conflict when the file has come already, Incomplete when more than the file is lacking.
    """
    entry = queries.own_open_entry(session, entry_id, account_id, now, "Le dépôt")
    upload = uploads.find(session, upload_id=upload_id, subject=entry_id, now=now)
    if upload.completed_at:
        raise Conflict("Le fichier est arrivé entre-temps : vous pouvez déposer la candidature dès maintenant.")
    lacks = queries.missing(entry, queries.edition_of(session, entry))
    require_complete(entry, [each for each in lacks if each.field != "file"])
    entry.armed_upload_id, entry.armed_by = upload_id, account_id
    details = {"upload": upload_id}
    record(session, actor=account_id, action="deposit_armed", subject=entry.id, now=now, details=details)


def disarm(session: Session, *, entry_id: str, account_id: str, now: datetime) -> None:
    """Have the last byte deposit nothing after all; nothing happens when it would not have."""
    entry, _ = queries.entry_alone(session, entry_id=entry_id, account_id=account_id, lock=True)
    if entry.armed_upload_id:
        entry.armed_upload_id = entry.armed_by = None
        record(session, actor=account_id, action="deposit_disarmed", subject=entry.id, now=now)


def deposit_armed(
    session: Session,
    *,
    entry: Entry,
    upload_id: str,
    read_key: Callable[[], SigningKey],
    public_url: str,
    now: datetime,
) -> Deposit | None:
    """Deposit the dossier whose file has just come, if that was asked for; write to its candidates if it cannot be."""
    by = entry.armed_by
    if by is None or entry.armed_upload_id != upload_id:
        return None
    entry.armed_upload_id = entry.armed_by = None
    lacks = queries.missing(entry, queries.edition_of(session, entry))
    if lacks:
        record_incomplete(session, entry_id=entry.id, account_id=by, lacks=lacks, now=now)
        write_not_deposited(session, entry, public_url=public_url, now=now, lacks=lacks)
        return None
    return make(session, entry, by=by, way=Way.ARMED, at=now, key=read_key(), public_url=public_url, now=now)


def missed(session: Session, *, entry: Entry, upload_id: str, public_url: str, now: datetime) -> None:
    """Write that nothing is deposited, to whoever counted on a last byte that came too late."""
    if entry.armed_upload_id == upload_id:
        entry.armed_upload_id = entry.armed_by = None
        write_not_deposited(session, entry, public_url=public_url, now=now, lacks=())


def file_refused(session: Session, *, creation_id: str, public_url: str, now: datetime) -> None:
    """Say what becomes of a deposit whose file was found bad: the one before it counts again, where there is one.

    Without any, it stands for the secretariat to decide on, and its candidates know what to do.
    """
    query = select(Entry).join(Deposit, Entry.deposit_id == Deposit.id).where(Deposit.creation_id == creation_id)
    entry = session.scalars(query.with_for_update(of=Entry)).first()
    if entry is None or entry.deposit is None:
        return
    bad, good = entry.deposit, _last_good(entry.deposit)
    details = {"deposit": bad.id, "reason": bad.creation.reason, "stands": good.id if good else None}
    if good:
        entry.deposit = good
    record(session, actor="system", action="deposited_file_refused", subject=entry.id, now=now, details=details)
    write(session, "file_refused", bad, entry=entry, now=now, page=page_of(entry, public_url), stands=good)


def confirm(session: Session, *, entry_id: str, account_id: str, given: Mapping[str, bool], now: datetime) -> None:
    """Keep what a candidate accepts and grants (`CONFIRMED`) of a deposit made for them, in the draft too; but once.

    Raises NotFound, Conflict when another deposit counts, DomainError when what taking part needs is not accepted.
    """
    entry = queries.own_entry(session, entry_id=entry_id, account_id=account_id, lock=True)
    made = entry.deposit
    if made is None or made.way != Way.BEHALF:
        raise Conflict("Aucun dépôt n'attend votre confirmation : rien n'a changé.")
    if made.confirmation:
        return
    if not all(given.get(name) for name in ("public_agent", "rules_accepted")):
        raise DomainError("Cochez les deux premiers accords pour confirmer : la participation en dépend.")
    made.confirmation = Confirmation(
        account_id=account_id,
        at=now,
        consents=dict(given),
        rules_digest=editions.current_rules(session, entry.edition_id).digest,
        consents_digest=consents.digest(),
    )
    keep(session, entry, given, account_id, now)
    details = {"deposit": made.id}
    record(session, actor=account_id, action="deposit_confirmed", subject=entry.id, now=now, details=details)


def make(
    session: Session,
    entry: Entry,
    *,
    by: str,
    way: Way,
    at: datetime,
    key: SigningKey,
    public_url: str,
    now: datetime,
    reason: str = "",
    came_at: datetime | None = None,
) -> Deposit:
    """Make a deposit of what is drafted: it counts from now on, as of `at`. Whoever calls checked that it may be."""
    if entry.creation is None:
        raise Incomplete(queries.missing(entry, queries.edition_of(session, entry)))
    edition, rules = queries.edition_of(session, entry), editions.current_rules(session, entry.edition_id)
    made = _facts(entry, entry.creation, edition, rules, at)
    made.deposited_by, made.way, made.reason, made.came_at = by, way.value, reason, came_at
    made.replaces = entry.deposit
    session.add(made)
    session.flush()
    entry.deposit, entry.withdrawn_at = made, None
    details = {"deposit": made.id, "size": made.size, "sha256": made.sha256, "way": made.way}
    record(session, actor=by, action="entry_deposited", subject=entry.id, now=now, details=details)
    reminders.call_off(session, [entry.id])
    receipt = seal(session, deposit=made, entry=entry, edition=edition, key=key, public_url=public_url, now=now)
    _write_receipt(session, made, receipt, entry=entry, home=page_of(entry, public_url), now=now)
    return made


def record_incomplete(
    session: Session, *, entry_id: str, account_id: str, lacks: "list[Missing]", now: datetime
) -> None:
    """Record a deposit that was asked for and not made, and what it lacked."""
    details = {"lacks": [each.field for each in lacks]}
    record(session, actor=account_id, action="deposit_incomplete", subject=entry_id, now=now, details=details)


def require_complete(entry: Entry, lacks: "list[Missing]") -> None:
    """Raise Incomplete when anything is lacking."""
    if lacks:
        raise Incomplete(lacks, deposited=entry.deposit is not None)


def page_of(entry: Entry, public_url: str) -> str:
    """Return the address of the dossier's page."""
    return f"{public_url}/candidatures/{entry.id}"


def write(
    session: Session,
    template: str,
    about: Deposit | None,
    *,
    entry: Entry,
    now: datetime,
    by: str = "",
    html: str | None = None,
    attachments: tuple[Attachment, ...] = (),
    **facts: Any,
) -> None:
    """Enqueue a message to everybody who works on a dossier; `by` is the account of theirs that acted."""
    edition, actor = queries.edition_of(session, entry), queries.addresses(session, [by]).get(by, "")
    for person in queries.people_of(session, [entry])[entry.id]:
        message = compose(
            f"entries/mails/{template}.txt",
            html=html,
            to=person.email,
            edition=edition,
            deposit=about,
            entry=entry,
            now=now,
            by=actor,
            **facts,
        )
        enqueue(session, Outbox, replace(message, attachments=attachments), now=now)


def write_not_deposited(
    session: Session, entry: Entry, *, public_url: str, now: datetime, lacks: "list[Missing] | tuple[()]"
) -> None:
    """Enqueue the message that says: the last byte has come, and nothing was deposited."""
    write(session, "not_deposited", entry.deposit, entry=entry, now=now, page=page_of(entry, public_url), lacks=lacks)


def tell_refused(session: Session, *, entry: Entry, now: datetime, withdrawn: bool = False) -> None:
    """Write to the team, once, that the deposit that counts is refused, and why; `withdrawn`: the jury had it."""
    made = entry.deposit
    if made is None or made.admissibility is None:
        raise NotFound
    write(session, "refused", made, entry=entry, now=now, reason=made.admissibility.reason, withdrawn=withdrawn)


def _write_receipt(
    session: Session, made: Deposit, receipt: Receipt, *, entry: Entry, home: str, now: datetime
) -> None:
    write(
        session,
        "receipt",
        made,
        entry=entry,
        now=now,
        by="" if made.way == Way.BEHALF else made.deposited_by,
        html="entries/mails/receipt.html",
        attachments=attachments_of(made),
        receipt=receipt,
        page=f"{home}/depots/{made.id}",
        home=home,
    )


def _last_good(made: Deposit) -> Deposit | None:
    """Return the nearest deposit before this one whose file was not found bad."""
    former = made.replaces
    while former and former.creation.state == CreationState.REFUSED:
        former = former.replaces
    return former


def _same_texts(deposit: Deposit, rules: RulesVersion) -> bool:
    return deposit.rules_digest == rules.digest and deposit.consents_digest == consents.digest()


def _facts(entry: Entry, creation: Creation, edition: Edition, rules: RulesVersion, at: datetime) -> Deposit:
    return Deposit(
        entry_id=entry.id,
        at=at,
        receipt_number=new_reference(edition.key.upper()),
        dossier=asdict(entry.dossier),
        creation=creation,
        sha256=creation.sha256,
        size=creation.size,
        rules_number=rules.number,
        rules_digest=rules.digest,
        consents_version=consents.VERSION,
        consents_digest=consents.digest(),
    )
