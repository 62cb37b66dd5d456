"""The secretariat's console. Each module adds its pages to the one blueprint."""

from concours.organisers.views import (
    bodies,
    closing,
    edition,
    entries,
    examination,
    handover,
    history,
    journal,
    leeway,
    overview,
    people,
    register,
    reports,
    second_looks,
    team,
)
from concours.organisers.views.base import blueprint

__all__ = [
    "blueprint",
    "bodies",
    "closing",
    "edition",
    "entries",
    "examination",
    "handover",
    "history",
    "journal",
    "leeway",
    "overview",
    "people",
    "register",
    "reports",
    "second_looks",
    "team",
]
