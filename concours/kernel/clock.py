"""Time: instants are aware UTC; what people read is Europe/Paris and says so."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Returns the present instant, aware, in UTC."""

PARIS = ZoneInfo("Europe/Paris")

_OVERSEAS = (
    ("Papeete", ZoneInfo("Pacific/Tahiti")),
    ("Fort-de-France", ZoneInfo("America/Martinique")),
    ("Cayenne", ZoneInfo("America/Cayenne")),
    ("Mamoudzou", ZoneInfo("Indian/Mayotte")),
    ("Saint-Denis de La Réunion", ZoneInfo("Indian/Reunion")),
    ("Nouméa", ZoneInfo("Pacific/Noumea")),
)

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def system_clock() -> datetime:
    """Return the server's present instant in UTC."""
    return datetime.now(UTC)


def to_paris(instant: datetime) -> datetime:
    """Return the same instant on a Paris clock. Raises ValueError on one without a time zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(PARIS)


def format_day(day: date, *, weekday: bool = True) -> str:
    """Return « samedi 13 mars 2027 » (« 1er » for the first of a month)."""
    number = "1er" if day.day == 1 else str(day.day)
    words = f"{number} {_MONTHS[day.month - 1]} {day.year}"
    return f"{_DAYS[day.weekday()]} {words}" if weekday else words


def format_hour(instant: datetime, *, seconds: bool = False) -> str:
    """Return « 20 h 00 » in Paris time, « 20 h 00 min 05 s » with the seconds."""
    local = to_paris(instant)
    if seconds:
        return f"{local.hour} h {local.minute:02d} min {local.second:02d} s"
    return f"{local.hour} h {local.minute:02d}"


def format_instant(instant: datetime, *, seconds: bool = False) -> str:
    """Return « samedi 13 mars 2027 à 20 h 00 (heure de Paris) »."""
    hour = format_hour(instant, seconds=seconds)
    return f"{format_day(to_paris(instant).date())} à {hour} (heure de Paris)"


def format_short(instant: datetime) -> str:
    """Return « 13/03/2027 20:00 », Paris time, for tables whose heading says so."""
    return f"{to_paris(instant):%d/%m/%Y %H:%M}"


def format_overseas(instant: datetime) -> str:
    """Return « 15 h 00 à Fort-de-France, … » for some places overseas, with the weekday where it is another day."""
    day = to_paris(instant).date()
    return ", ".join(_hour_at(place, instant.astimezone(zone), day) for place, zone in _OVERSEAS)


def _hour_at(place: str, local: datetime, day: date) -> str:
    when = "" if local.date() == day else f"{_DAYS[local.weekday()]} "
    return f"{when}{local.hour} h {local.minute:02d} à {place}"
