"""The log of acts, in words: who saw and did what, when; and whether the chain holds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.kernel.text import clean_line
from concours.kernel.web.state import state
from concours.organisers import journal as log
from concours.organisers import queries
from concours.organisers.journal_words import ACTORS, GONE, GROUPS, SENTENCES, describe, export_name
from concours.organisers.views.base import blueprint

_PER_PAGE = 50
_LAST_PAGE = 100_000
_LONGEST = 100


@blueprint.get("/journal")
def journal() -> ResponseReturnValue:
    """Show the acts, the latest first, and whether both chains hold."""
    asked = {name: clean_line(request.args.get(name, ""))[:_LONGEST] for name in ("qui", "quoi", "acte", "du", "au")}
    wanted = _narrowing(asked)
    number = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    with state().database.read() as session:
        total = log.count(session, wanted)
        rows = _rows(session, wanted, number)
        # The whole of both chains is read again: on the page where people come in, not on each of those after it.
        breaks = queries.chain_breaks(session) if wanted.empty and number == 1 else {}
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "organisers/journal.html",
        rows=rows,
        breaks=breaks,
        asked=asked,
        narrowed=not wanted.empty,
        groups=GROUPS,
        total=total,
        number=number,
        last=max(-(-total // _PER_PAGE), 1),
        address=lambda page: url_for(".journal", **{**kept, "page": page}),
    )


def _narrowing(asked: Mapping[str, str]) -> log.Narrowing:
    act = asked["acte"]
    actions = tuple(GROUPS[act]) if act in GROUPS else (act,) if act in SENTENCES else ()
    return log.Narrowing(
        person=asked["qui"], subject=asked["quoi"], actions=actions, since=_day(asked["du"]), until=_day(asked["au"])
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _rows(session: Session, wanted: log.Narrowing, number: int) -> list[dict[str, Any]]:
    events = log.page(session, wanted, offset=(number - 1) * _PER_PAGE, limit=_PER_PAGE)
    titles = queries.titles(session, [event for event, _ in events])
    people = log.people_acted_on(session, [event for event, _ in events])
    return [_row(event, email, titles, people) for event, email in events]


def _row(event: AuditEvent, email: str | None, titles: Mapping[int, str], people: Mapping[str, str]) -> dict[str, Any]:
    return {
        "at": event.at,
        "position": event.position,
        "who": email or ACTORS.get(event.actor, GONE),
        "what": SENTENCES.get(event.action, f"a fait l'acte « {event.action} »"),
        "details": describe(event.action, event.details),
        "entry_id": event.subject if event.position in titles else None,
        "title": titles.get(event.position)
        or (export_name(event.subject) if event.action == "exported" else people.get(event.subject, "")),
    }
