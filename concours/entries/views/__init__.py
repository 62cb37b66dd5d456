"""The candidate's pages: dossiers, files, deposits. Each module adds its own to the one blueprint.

Files that come by pieces, a phone's page, the page of an invitation and the check of receipts have blueprints of their
own: others may enter, and some answers are no pages.
"""

from concours.entries.views import (
    creation,
    deposits,
    dossier,
    drafts,
    invitations,
    people,
    phone,
    receipts,
    reminders,
    uploads,
)
from concours.entries.views.attempts import keep_attempts
from concours.entries.views.base import blueprint

keep_attempts(blueprint)
blueprints = (
    blueprint,
    drafts.blueprint,
    uploads.blueprint,
    phone.blueprint,
    phone.pieces,
    invitations.blueprint,
    receipts.blueprint,
    reminders.blueprint,
)

__all__ = [
    "blueprints",
    "creation",
    "deposits",
    "dossier",
    "drafts",
    "invitations",
    "people",
    "phone",
    "receipts",
    "reminders",
    "uploads",
]
