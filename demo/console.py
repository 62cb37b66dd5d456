"""The demonstration's console while the contest is open: an entry that two look at, a reminder that was sent."""

from datetime import timedelta

from concours.accounts.operations import ensure_account
from concours.editions.queries import current_record
from concours.entries.queries import deposited_entries
from concours.organisers import messages, second_looks
from concours.organisers.messaging import Audience
from demo.identity import Stage

_DOUBT = "Un blason se devine à l'arrière-plan : suffit-il à reconnaître la commune ? Soyons deux à le dire."


def examine(stage: Stage, *, asks: str, writes: str) -> None:
    """Have one organiser ask for a second look, and another remind the teams whose draft is not deposited."""
    at = stage.now - timedelta(hours=1)
    with stage.worker.database.write() as session:
        entry = deposited_entries(session, current_record(session).id)[0]
        first = ensure_account(session, email=asks, now=at).id
        second_looks.ask(session, entry_id=entry.id, words=_DOUBT, actor=first, now=at)
    at += timedelta(minutes=20)
    with stage.worker.database.write() as session:
        second = ensure_account(session, email=writes, now=at).id
        message_id = messages.start(
            session, audience=Audience.DRAFTS, chosen=(), template="rappel", actor=second, now=at
        )
        read = messages.letters(session, messages.find(session, message_id))
        messages.send(session, message_id=message_id, digest=messages.digest_of(read), actor=second, now=at)
