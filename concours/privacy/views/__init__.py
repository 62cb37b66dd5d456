"""One's own data, by account or by mailed link, and what the organisers see of what is kept and erased."""

from concours.privacy.views.console import blueprint as conservation
from concours.privacy.views.linked import blueprint as linked
from concours.privacy.views.own import blueprint as own

__all__ = ["blueprints"]

blueprints = (own, linked, conservation)
