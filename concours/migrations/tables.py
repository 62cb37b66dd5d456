"""Every table of both sides: importing this module fills the one metadata."""

from concours.accounts import models as accounts
from concours.editions import models as editions
from concours.entries import models as entries
from concours.entries.receipts import models as receipts
from concours.honours import models as honours
from concours.honours.game import models as game
from concours.intake import models as intake
from concours.kernel.db import Base
from concours.organisers import models as organisers
from concours.privacy import models as privacy
from concours.registrations import models as registrations
from concours.status import models as status
from jury import models as jury
from jury.commitment import models as commitment
from jury.deliberation import models as deliberation
from jury.minutes import models as minutes
from jury.recusals import models as recusals
from jury.room import models as room

__all__ = [
    "METADATA",
    "accounts",
    "commitment",
    "deliberation",
    "editions",
    "entries",
    "game",
    "honours",
    "intake",
    "jury",
    "minutes",
    "organisers",
    "privacy",
    "receipts",
    "recusals",
    "registrations",
    "room",
    "status",
]

METADATA = Base.metadata
