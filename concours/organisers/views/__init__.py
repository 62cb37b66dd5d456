"""The secretariat's console. Each module adds its pages to the one blueprint."""

from concours.organisers.views import closing, edition, entries, handover, journal, leeway, overview, people, register
from concours.organisers.views.base import blueprint

__all__ = [
    "blueprint",
    "closing",
    "edition",
    "entries",
    "handover",
    "journal",
    "leeway",
    "overview",
    "people",
    "register",
]
