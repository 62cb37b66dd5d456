"""Signing in, and one's own account."""

from concours.accounts.views.account import blueprint as account
from concours.accounts.views.signing_in import blueprint as signing_in

__all__ = ["blueprints"]

blueprints = (signing_in, account)
