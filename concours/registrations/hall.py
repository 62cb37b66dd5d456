"""What every act about seats works with: whose messages leave, and the event whose seats are touched."""

from dataclasses import dataclass
from datetime import datetime

from concours.editions.rules import Edition, Event


@dataclass(frozen=True)
class Desk:
    """Whom messages about seats come from: the site's address, and where people write to."""

    public_url: str
    contact_email: str


@dataclass(frozen=True)
class Hall:
    """An event whose seats nobody else touches until the end of the transaction."""

    edition_id: str
    edition: Edition
    event: Event
    desk: Desk
    now: datetime
    """The act's one instant."""
