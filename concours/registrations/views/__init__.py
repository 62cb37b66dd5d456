"""Coming to the event, joining the community; and the list that organisers read."""

from concours.registrations.views import attendance_sheet, community, console, seats, tablet, teams, tickets, welcome
from concours.registrations.views.base import blueprint

blueprint.register_blueprint(console.blueprint)
blueprint.register_blueprint(console.day)
blueprint.register_blueprint(welcome.welcome)
blueprint.register_blueprint(tablet.tablet)

__all__ = ["attendance_sheet", "blueprint", "community", "console", "seats", "tablet", "teams", "tickets", "welcome"]
