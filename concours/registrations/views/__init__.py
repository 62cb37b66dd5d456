"""Coming to the event, joining the community; and the list that organisers read."""

from concours.registrations.views import community, console, seats, teams, tickets
from concours.registrations.views.base import blueprint

blueprint.register_blueprint(console.blueprint)
blueprint.register_blueprint(console.day)

__all__ = ["blueprint", "community", "console", "seats", "teams", "tickets"]
