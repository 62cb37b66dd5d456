"""The ticket: its address, the code that shows it, and the paper that is read without a network."""

from datetime import datetime
from pathlib import Path

from concours.editions.rules import Edition, Event
from concours.kernel.clock import format_day, format_hour, format_instant, to_paris
from concours.kernel.paper import make_pdf, qr_code
from concours.kernel.text import typographic

_TEMPLATE = Path(__file__).with_name("ticket.typ")


def ticket_url(public_url: str, code: str) -> str:
    """Return the address that the code of a ticket leads to; the welcome desk reads its last part."""
    return f"{public_url}/billet/{code}"


def ticket_pdf(edition: Edition, event: Event, *, holder: str, details: str, url: str, at: datetime) -> bytes:
    """Return the ticket on one page. `at`: when it was confirmed; the same ticket gives the same bytes."""
    day, starts, ends = to_paris(event.starts_at).date(), format_hour(event.starts_at), format_hour(event.ends_at)
    paper = {
        "title": typographic(f"{event.name} : billet"),
        "contest": typographic(f"{edition.contest}, édition {edition.key}"),
        "event": typographic(event.name),
        "day": format_day(day),
        "hours": typographic(f"{starts} – {ends} (heure de Paris)"),
        "place": event.place,
        "address": event.address,
        "holder": holder,
        "details": details,
        "confirmed": typographic(f"Inscription confirmée le {format_instant(at)}"),
        "code": qr_code(url),
        "url": url,
    }
    return make_pdf(_TEMPLATE, paper, at=at)
