"""The candidate's pages: dossiers, files, deposits. Each module adds its own to the one blueprint."""

from concours.entries.views import creation, deposits, dossier
from concours.entries.views.base import blueprint

__all__ = ["blueprint", "creation", "deposits", "dossier"]
