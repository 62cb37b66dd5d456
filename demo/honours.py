"""The demonstration's honours: laureates told under embargo, everything public, everybody told, a game to play."""

from datetime import datetime, timedelta

from concours.editions.queries import current_record
from concours.honours import letters, publishing
from concours.honours.game import operations, queries
from concours.kernel.db import Database

_ACTOR = "command"


def announce(database: Database, *, public_url: str, now: datetime) -> None:
    """Publish the honours as organisers do, and prepare the blind test with every administration."""
    before = now - timedelta(hours=2)
    with database.write() as session:
        letters.tell_laureates(session, public_url=public_url, actor=_ACTOR, now=before)
        publishing.publish(session, at=None, actor=_ACTOR, now=before + timedelta(hours=1))
        letters.approve(session, public_url=public_url, actor=_ACTOR, now=now - timedelta(minutes=30))
        proposed = queries.administrations(session, current_record(session))
        operations.prepare(session, proposed=proposed, actor=_ACTOR, now=now - timedelta(minutes=20))
