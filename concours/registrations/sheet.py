"""The attendance sheet (feuille d'émargement): names in alphabetical order, and where each signs."""

from datetime import datetime
from enum import Enum
from pathlib import Path

from sqlalchemy.orm import Session

from concours.accounts.operations import record
from concours.editions import queries as editions
from concours.editions.rules import Edition
from concours.kernel.clock import format_day, format_hour, format_instant, to_paris
from concours.kernel.errors import NotFound
from concours.kernel.paper import make_pdf
from concours.kernel.text import grouped, typographic
from concours.registrations import attendance

_TEMPLATE = Path(__file__).with_name("sheet.typ")


class Whom(Enum):
    """Who stands on the sheet."""

    EVERYBODY = "Toutes les personnes attendues"
    THERE = "Personnes arrivées"
    NOT_YET = "Personnes attendues qui ne sont pas encore arrivées"


def attendance_sheet(session: Session, *, whom: Whom, actor: str, now: datetime) -> bytes:
    """Return the sheet as a PDF, on record with how many names it bears. Raises NotFound without an event."""
    edition_record = editions.current_record(session)
    edition = editions.to_edition(session, edition_record)
    hours = attendance.first_hours(session, edition_record.id)
    rows = [
        [
            f"{each.last_name} {each.first_name}",
            each.administration,
            format_hour(hours[each.id]) if each.id in hours else "",
        ]
        for each in attendance.expected(session, edition_record.id)
        if whom is Whom.EVERYBODY or (each.id in hours) is (whom is Whom.THERE)
    ]
    pdf = make_pdf(_TEMPLATE, _paper(edition, whom, rows, now), at=now)
    details = {"rows": len(rows)}
    record(session, actor=actor, action="attendance_sheet_made", subject=edition_record.id, now=now, details=details)
    return pdf


def _paper(edition: Edition, whom: Whom, rows: list[list[str]], now: datetime) -> dict[str, object]:
    event = edition.event
    if event is None:
        raise NotFound
    starts, ends = format_hour(event.starts_at), format_hour(event.ends_at)
    return {
        "title": typographic(f"{event.name} : feuille d'émargement"),
        "contest": typographic(f"{edition.contest}, édition {edition.key}"),
        "event": typographic(event.name),
        "day": typographic(f"{format_day(to_paris(event.starts_at).date())}, {starts} – {ends} (heure de Paris)"),
        "place": typographic(f"{event.place}, {event.address}"),
        "whom": typographic(f"{whom.value} : {grouped(len(rows))}"),
        "made": typographic(f"Feuille établie le {format_instant(now)}"),
        "rows": rows,
    }
