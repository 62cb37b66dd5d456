"""The worker says that it lives."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from concours.status.models import Heartbeat


def beat(session: Session, *, duties: Iterable[str], now: datetime) -> None:
    """Record that a worker does these duties."""
    for duty in duties:
        session.merge(Heartbeat(duty=duty, at=now))
