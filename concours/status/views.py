"""`/etat`: how each service is, for people and for machines, whatever is down."""

from typing import cast

from flask import Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.person import go_without_database
from concours.kernel.web.state import state
from concours.status.rules import WORDS, Health, Service, overall
from concours.status.watch import Watch

WATCH = "concours_watch"
"""Where the application keeps its `Watch`."""

blueprint = ClosedBlueprint("status", __name__, access=everyone)


@blueprint.get("/etat")
def page() -> ResponseReturnValue:
    """Say how each service is; while the database does not answer, to everybody as to somebody not signed in."""
    services = watch().services()
    if not watch().database_answers:
        go_without_database()
    health, sentence = overall(services)
    now = state().clock()
    return render_template("status/status.html", services=services, health=health, sentence=sentence, now=now)


@blueprint.get("/etat.json")
def machine_readable() -> Response:
    """Say the same to a machine; the answer is 200 whatever is down, and the overall word tells."""
    services = watch().services()
    health, sentence = overall(services)
    answer = jsonify(
        overall=health.value,
        words=WORDS[health],
        sentence=sentence,
        at=state().clock().isoformat(),
        services=[_as_json(service) for service in services],
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def watch() -> Watch:
    """Return what the application looks at."""
    return cast("Watch", current_app.extensions[WATCH])


def troubles() -> list[Service]:
    """Return the services that do not work as they should, without waiting for any."""
    return [service for service in watch().services(patience=0) if service.health is not Health.OK]


def _as_json(service: Service) -> dict[str, str | None]:
    return {
        "key": service.key,
        "name": service.name,
        "state": service.health.value,
        "words": service.word,
        "sentence": service.sentence,
        "since": service.since.isoformat() if service.since else None,
    }
