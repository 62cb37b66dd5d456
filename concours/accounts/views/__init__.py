"""Signing in, and one's own account."""

from concours.accounts.views.account import blueprint as account
from concours.accounts.views.second_factor import blueprint as second_factor
from concours.accounts.views.second_step import blueprint as second_step
from concours.accounts.views.signing_in import blueprint as signing_in

__all__ = ["blueprints"]

blueprints = (signing_in, second_step, account, second_factor)
