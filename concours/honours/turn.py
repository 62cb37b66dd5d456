"""What the worker does about the honours from minute to minute: letters at the publication, the game erased."""

from datetime import datetime

from concours.editions.queries import current_record
from concours.honours import letters
from concours.honours.game.operations import erase_old
from concours.honours.publishing import lock_current
from concours.kernel.db import Database


def keep_honours(database: Database, *, public_url: str, now: datetime) -> None:
    """Tell candidates what was approved, from the publication on; erase what the event left behind it."""
    with database.read() as session:
        record = current_record(session)
        due = record.letters_at is not None and record.publish_at is not None and record.publish_at <= now
    if due:
        with database.write() as session:
            record = lock_current(session)
            letters.tell_candidates(session, record, public_url=public_url, actor=letters.SYSTEM, now=now)
    with database.write() as session:
        erase_old(session, now=now)
