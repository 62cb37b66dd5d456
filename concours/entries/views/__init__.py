"""The candidate's pages: dossiers, files, deposits. Each module adds its own to the one blueprint.

Files that come by pieces, a phone's page and the check of receipts have blueprints of their own: others may enter.
"""

from concours.entries.views import creation, deposits, dossier, phone, receipts, uploads
from concours.entries.views.base import blueprint

blueprints = (blueprint, uploads.blueprint, phone.blueprint, phone.pieces, receipts.blueprint)

__all__ = ["blueprints", "creation", "deposits", "dossier", "phone", "receipts", "uploads"]
