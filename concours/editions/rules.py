"""One year of the contest: its calendar, its criteria, its limits, and the phase it is in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from concours.editions.retention import Retention
from concours.kernel.clock import PARIS, format_instant, to_paris
from concours.kernel.errors import DomainError

_SATURDAY = 5


class Phase(StrEnum):
    """Where the contest stands."""

    UPCOMING = "upcoming"
    OPEN = "open"
    EXAMINATION = "examination"
    JURY = "jury"
    DELIBERATION = "deliberation"
    HONOURS = "honours"


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """What jurors score."""

    key: str
    label: str
    description: str
    weight: int = 1
    anchors: Mapping[int, str] = field(default_factory=dict)
    """What some scores mean: a low, a middle and a high one."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """The day when laureates are revealed."""

    name: str
    starts_at: datetime
    ends_at: datetime
    place: str
    address: str
    capacity: int | None = None
    """How many seats there are; None: as many as people ask for."""


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What visitors read about the contest, in Markdown, edited by organisers."""

    pitch: str = ""
    audience: str = ""
    anonymity: str = ""
    prizes: str = ""
    jury: str = ""
    charter: str = ""
    """What each member of the jury accepts before the first work."""
    programme: str = ""
    faq: str = ""
    """Each question is a `### ` heading followed by its answer."""
    rules: str = ""
    """Articles of the règlement, after those that state the calendar, the formats and the criteria."""


@dataclass(frozen=True, kw_only=True)
class Milestones:
    """Acts on record that move the contest on, each at its instant."""

    handed_over_at: datetime | None = None
    scoring_closed_at: datetime | None = None
    unsealed_at: datetime | None = None
    publish_at: datetime | None = None
    """The one that may be to come."""


@dataclass(frozen=True, kw_only=True)
class Extension:
    """The closing put off for everybody, and why."""

    closed_at: datetime
    """The closing that was announced first."""
    reason: str
    at: datetime
    """When it was last put off."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """How the jury's sheets become a ranking, in the words of the jury's own rules, which check them."""

    minimum_sheets: int = 1
    missing: str = "ignored"
    recusals: str = "set_aside"
    tie_breaks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One year of the contest."""

    key: str
    """Short name, the year as a rule: prefix of receipt numbers."""
    contest: str
    title: str
    organiser: str
    community: str
    """Name of the community that visitors may join; empty when there is none."""
    opens_at: datetime
    closes_at: datetime
    """Exclusive: a deposit at this very instant is late. Where there is an extension, the closing that it gives."""
    criteria: tuple[Criterion, ...]
    scale_low: int
    scale_high: int
    laureates_max: int
    formats: tuple[str, ...]
    """Among `avi`, `mp4`, `pdf`."""
    video_max_seconds: int
    max_bytes: int
    categories: tuple[str, ...]
    recusal: str
    """What a juror abstains from when they step back: `per_work` or `whole_jury`."""
    event: Event | None
    texts: Texts
    method: Method = field(default_factory=Method)
    """How the jury's sheets become a ranking."""
    retention: Retention = field(default_factory=Retention)
    """How long personal data is kept."""
    milestones: Milestones = field(default_factory=Milestones)
    extension: Extension | None = None

    @property
    def announced_closing(self) -> datetime:
        """The closing as it was announced first, whatever came since."""
        return self.extension.closed_at if self.extension else self.closes_at


def phase(edition: Edition, now: datetime) -> Phase:
    """Return the phase of the edition at an instant."""
    acts = (
        (edition.milestones.unsealed_at, Phase.HONOURS),
        (edition.milestones.scoring_closed_at, Phase.DELIBERATION),
        (edition.milestones.handed_over_at, Phase.JURY),
        (edition.closes_at, Phase.EXAMINATION),
        (edition.opens_at, Phase.OPEN),
    )
    return next((reached for since, reached in acts if since is not None and now >= since), Phase.UPCOMING)


def is_published(edition: Edition, now: datetime) -> bool:
    """Tell whether everybody may read the honours: their hour has come, and there are some."""
    reached = edition.milestones
    return reached.unsealed_at is not None and reached.publish_at is not None and reached.publish_at <= now


def accepts_deposits(edition: Edition, now: datetime) -> bool:
    """Tell whether a deposit at this instant is in time: from opening, strictly before closing."""
    return edition.opens_at <= now < edition.closes_at


def deadline_words(edition: Edition, now: datetime) -> str | None:
    """Return what every page says of the deposits while it matters."""
    reached = phase(edition, now)
    if reached is Phase.UPCOMING:
        return f"Dépôts ouverts à partir du {format_instant(edition.opens_at)}."
    if reached is Phase.OPEN:
        return f"Dépôts ouverts jusqu'au {format_instant(edition.closes_at)}."
    closed = f"Les dépôts sont clos depuis le {format_instant(edition.closes_at)}."
    return closed if reached is Phase.EXAMINATION else None


def closes_at_once(edition: Edition, closes_at: datetime, now: datetime) -> bool:
    """Tell whether moving the closing there, while deposits are open, shuts candidates out on the spot."""
    return accepts_deposits(edition, now) and closes_at <= now


def check_extension(edition: Edition, until: datetime, reason: str, now: datetime) -> None:
    """Let the closing be put off, and nothing else. Raises DomainError, which says why not."""
    if until <= edition.closes_at:
        raise DomainError(
            f"La clôture est annoncée pour le {format_instant(edition.closes_at)} : elle se repousse, elle ne s'avance "
            "pas. Des équipes comptent sur ce délai. Choisissez une date plus tardive."
        )
    if until <= now:
        raise DomainError("Cette date est déjà passée : choisissez une date à venir.")
    if edition.event and until >= edition.event.starts_at:
        raise DomainError(
            f"L'évènement commence le {format_instant(edition.event.starts_at)} : la clôture doit venir avant. "
            "Déplacez d'abord l'évènement."
        )
    if not reason:
        raise DomainError("Indiquez le motif : tout le monde le lira.")


def extension_words(edition: Edition) -> str | None:
    """Return what tells everybody of a closing put off; None when it was not, or once the jury is at work."""
    put_off = edition.extension
    if put_off is None or edition.milestones.handed_over_at:
        return None
    return (
        f"Clôture repoussée pour tout le monde : les dépôts ferment le {format_instant(edition.closes_at)}, au lieu du "
        f"{format_instant(put_off.closed_at)}. Motif : {put_off.reason.rstrip('.')}."
    )


def next_season(edition: Edition, now: datetime) -> Edition:
    """Return the edition moved to the first year that is not over, open since now at the latest."""
    year = to_paris(now).year
    if _in_year(edition.closes_at, year) <= now:
        year += 1
    event = edition.event
    if event:
        event = replace(event, starts_at=_in_year(event.starts_at, year), ends_at=_in_year(event.ends_at, year))
    return replace(
        edition,
        key=str(year),
        opens_at=min(_in_year(edition.opens_at, year), now),
        closes_at=_in_year(edition.closes_at, year),
        event=event,
    )


def weekend_dates(edition: Edition) -> tuple[date, ...]:
    """Return the edition's days that fall on a Saturday or a Sunday in Paris: worth a warning."""
    instants = [edition.opens_at, edition.closes_at]
    if edition.event:
        instants.append(edition.event.starts_at)
    days = (to_paris(instant).date() for instant in instants)
    return tuple(day for day in days if day.weekday() >= _SATURDAY)


def _in_year(instant: datetime, year: int) -> datetime:
    """Return the same day and hour on a Paris clock in another year (29 February becomes 28)."""
    local = to_paris(instant).replace(tzinfo=None)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return local.replace(year=year, day=day, tzinfo=PARIS).astimezone(UTC)
