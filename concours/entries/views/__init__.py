"""The candidate's pages: dossiers, files, deposits. Each module adds its own to the one blueprint.

Files that come by pieces, and a phone's page, have blueprints of their own: others may enter, and answers are no pages.
"""

from concours.entries.views import creation, deposits, dossier, phone, uploads
from concours.entries.views.attempts import keep_attempts
from concours.entries.views.base import blueprint

keep_attempts(blueprint)
blueprints = (blueprint, uploads.blueprint, phone.blueprint, phone.pieces)

__all__ = ["blueprints", "creation", "deposits", "dossier", "phone", "uploads"]
