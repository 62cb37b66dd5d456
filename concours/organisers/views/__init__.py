"""The secretariat's console. Each module adds its pages to the one blueprint."""

from concours.organisers.views import (
    bodies,
    bulk,
    closing,
    edition,
    entries,
    handover,
    journal,
    leeway,
    mails,
    messages,
    overview,
    people,
    register,
    reports,
    succession,
    team,
)
from concours.organisers.views.base import blueprint

__all__ = [
    "blueprint",
    "bodies",
    "bulk",
    "closing",
    "edition",
    "entries",
    "handover",
    "journal",
    "leeway",
    "mails",
    "messages",
    "overview",
    "people",
    "register",
    "reports",
    "succession",
    "team",
]
