"""`edition.toml`: the one description of an edition, read with every mistake named, written back readable."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import tomlkit

from concours.editions.retention import LONGEST, NAMES, Retention, read_retention
from concours.editions.rules import Criterion, Edition, Event, Method, Texts
from concours.kernel.clock import PARIS, to_paris
from concours.kernel.errors import DomainError
from jury import api as jury

FORMATS = ("avi", "mp4", "pdf")
RECUSALS = ("per_work", "whole_jury")
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
_TEXTS = tuple(Texts.__dataclass_fields__)
_MAX_CRITERIA = 8


class DocumentError(DomainError):
    """A description that makes no edition; the message names the entry."""


@lru_cache(maxsize=16)
def parse(document: str) -> Edition:
    """Return the edition that a TOML document describes. Local times are Europe/Paris.

    Raises DocumentError, which names the entry and what is expected there.
    """
    try:
        table = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"edition.toml n'est pas lisible : {error}.") from error
    edition = _edition(table)
    _check(edition)
    return edition


def dump(edition: Edition) -> str:
    """Return the TOML document that describes the edition; `parse` reads it back equal, acts on record apart."""
    document = tomlkit.document()
    document.update(
        {
            "key": edition.key,
            "contest": edition.contest,
            "title": edition.title,
            "organiser": edition.organiser,
            "community": edition.community,
            "opens": _local(edition.opens_at),
            "closes": _local(edition.announced_closing),
            "laureates_max": edition.laureates_max,
            "scale": [edition.scale_low, edition.scale_high],
            "formats": list(edition.formats),
            "video_max_seconds": edition.video_max_seconds,
            "max_bytes": edition.max_bytes,
            "categories": list(edition.categories),
            "recusal": edition.recusal,
        }
    )
    if edition.event:
        document["event"] = _event_table(edition.event)
    document["retention"] = edition.retention.facts()
    document["ranking"] = jury_method(edition).facts()
    document["criteria"] = _criteria_tables(edition.criteria)
    document["texts"] = {name: tomlkit.string(getattr(edition.texts, name), multiline=True) for name in _TEXTS}
    return tomlkit.dumps(document)


def jury_method(edition: Edition) -> jury.Method:
    """Return how sheets become a ranking, as the jury takes it."""
    return jury.Method.read(vars(edition.method))


def _edition(table: Mapping[str, Any]) -> Edition:
    low, high = _pair(table, "scale")
    return Edition(
        key=_text(table, "key"),
        contest=_text(table, "contest"),
        title=_text(table, "title"),
        organiser=_text(table, "organiser"),
        community=table.get("community", ""),
        opens_at=_instant(table, "opens"),
        closes_at=_instant(table, "closes"),
        criteria=tuple(_criterion(each) for each in _list(table, "criteria")),
        scale_low=low,
        scale_high=high,
        laureates_max=_whole(table, "laureates_max"),
        formats=tuple(_list(table, "formats")),
        video_max_seconds=_whole(table, "video_max_seconds"),
        max_bytes=_whole(table, "max_bytes"),
        categories=tuple(_list(table, "categories")),
        recusal=table.get("recusal", RECUSALS[0]),
        event=_event(table["event"]) if "event" in table else None,
        texts=_texts(table.get("texts", {})),
        method=_method(table.get("ranking", {})),
        retention=_retention(table.get("retention", {})),
    )


def _check(edition: Edition) -> None:
    keys = [criterion.key for criterion in edition.criteria]
    event = edition.event
    conditions = (
        (bool(_KEY.fullmatch(edition.key)), "key", "des lettres minuscules, chiffres ou tirets, 20 au plus"),
        (edition.opens_at < edition.closes_at, "closes", "une date après l'ouverture"),
        (
            0 < len(keys) <= _MAX_CRITERIA and len(set(keys)) == len(keys),
            "criteria",
            "de 1 à 8 critères de clés distinctes",
        ),
        (all(_KEY.fullmatch(key) for key in keys), "criteria.key", "des lettres minuscules, chiffres ou tirets"),
        (all(criterion.weight > 0 for criterion in edition.criteria), "criteria.weight", "un nombre entier positif"),
        (0 <= edition.scale_low < edition.scale_high <= 100, "scale", "deux nombres croissants entre 0 et 100"),  # noqa: PLR2004 -- the bound stands in its own sentence
        (edition.laureates_max > 0, "laureates_max", "un nombre entier positif"),
        (bool(edition.formats) and set(edition.formats) <= set(FORMATS), "formats", f"parmi {', '.join(FORMATS)}"),
        (edition.video_max_seconds > 0, "video_max_seconds", "un nombre entier positif"),
        (edition.max_bytes > 0, "max_bytes", "un nombre entier positif"),
        (bool(edition.categories) and all(map(str.strip, edition.categories)), "categories", "au moins une catégorie"),
        (edition.recusal in RECUSALS, "recusal", f"parmi {', '.join(RECUSALS)}"),
        (
            event is None or edition.closes_at < event.starts_at < event.ends_at,
            "event",
            "après la clôture, la fin après le début",
        ),
        (event is None or event.capacity is None or event.capacity > 0, "event.capacity", "un nombre entier positif"),
    )
    for holds, name, expected in conditions:
        if not holds:
            raise DocumentError(f"edition.toml, « {name} » : attendu {expected}.")
    _check_jury_rules(edition)


def _check_jury_rules(edition: Edition) -> None:
    """Leave to the jury what its own rules say of a method and of anchors."""
    criteria = [jury.Criterion(**vars(criterion)) for criterion in edition.criteria]
    try:
        jury.check_anchors(criteria, jury.Scale(edition.scale_low, edition.scale_high))
        jury.check_method(jury_method(edition), [criterion.key for criterion in criteria])
    except DomainError as refusal:
        raise DocumentError(f"edition.toml : {refusal.message}") from refusal


def _criterion(table: Mapping[str, Any]) -> Criterion:
    weight = _whole(table, "weight") if "weight" in table else 1
    return Criterion(
        key=_text(table, "key"),
        label=_text(table, "label"),
        description=_text(table, "description"),
        weight=weight,
        anchors=_anchors(table.get("anchors", {})),
    )


def _anchors(table: Any) -> dict[int, str]:
    if not isinstance(table, dict) or not all(points.isdecimal() for points in table):
        raise DocumentError('edition.toml, « anchors » : attendu des notes et leur sens, par exemple 2 = "…".')
    return {int(points): _text(table, points) for points in table}


def _method(table: Mapping[str, Any]) -> Method:
    unknown = set(table) - set(vars(Method()))
    if unknown:
        raise DocumentError(f"edition.toml, « ranking.{min(unknown)} » : réglage inconnu.")
    try:
        facts = jury.Method.read(table).facts()
    except (TypeError, ValueError) as error:
        raise DocumentError(
            "edition.toml, « ranking » : attendu minimum_sheets (un nombre), missing (ignored ou excludes), "
            "recusals (set_aside ou as_missing), tie_breaks (une liste)."
        ) from error
    return Method(**{**facts, "tie_breaks": tuple(facts["tie_breaks"])})


def _retention(table: Any) -> Retention:
    found = read_retention(table) if isinstance(table, dict) else None
    if found is None:
        raise DocumentError(
            f"edition.toml, « retention » : attendu {', '.join(NAMES)}, chacun un nombre entier de 1 à {LONGEST}."
        )
    return found


def _event(table: Mapping[str, Any]) -> Event:
    return Event(
        name=_text(table, "name"),
        starts_at=_instant(table, "starts"),
        ends_at=_instant(table, "ends"),
        place=_text(table, "place"),
        address=_text(table, "address"),
        capacity=_whole(table, "capacity") if "capacity" in table else None,
    )


def _texts(table: Mapping[str, Any]) -> Texts:
    unknown = set(table) - set(_TEXTS)
    if unknown:
        raise DocumentError(
            f"edition.toml, « texts.{min(unknown)} » : texte inconnu ; attendu parmi {', '.join(_TEXTS)}."
        )
    return Texts(**{name: _text(table, name).strip() for name in table if table[name] != ""})


def _event_table(event: Event) -> dict[str, Any]:
    facts = {
        "name": event.name,
        "starts": _local(event.starts_at),
        "ends": _local(event.ends_at),
        "place": event.place,
        "address": event.address,
    }
    return facts if event.capacity is None else {**facts, "capacity": event.capacity}


def _criteria_tables(criteria: tuple[Criterion, ...]) -> Any:
    tables = tomlkit.aot()
    for criterion in criteria:
        anchors = {str(points): words for points, words in sorted(criterion.anchors.items())}
        facts = {name: value for name, value in vars(criterion).items() if name != "anchors"}
        tables.append(tomlkit.item(facts | ({"anchors": anchors} if anchors else {})))
    return tables


def _local(instant: datetime) -> datetime:
    return to_paris(instant).replace(tzinfo=None)


def _value(table: Mapping[str, Any], name: str, kind: type, expected: str) -> Any:
    value = table.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise DocumentError(f"edition.toml, « {name} » : attendu {expected}.")
    return value


def _text(table: Mapping[str, Any], name: str) -> str:
    value: str = _value(table, name, str, "un texte entre guillemets")
    return value


def _whole(table: Mapping[str, Any], name: str) -> int:
    value: int = _value(table, name, int, "un nombre entier")
    return value


def _list(table: Mapping[str, Any], name: str) -> list[Any]:
    value: list[Any] = _value(table, name, list, "une liste entre crochets")
    return value


def _pair(table: Mapping[str, Any], name: str) -> tuple[int, int]:
    values = _list(table, name)
    if len(values) != 2 or not all(isinstance(value, int) for value in values):  # noqa: PLR2004 -- a pair is two
        raise DocumentError(f"edition.toml, « {name} » : attendu deux nombres entiers, par exemple [0, 10].")
    return values[0], values[1]


def _instant(table: Mapping[str, Any], name: str) -> datetime:
    value: datetime = _value(table, name, datetime, "une date et une heure, par exemple 2027-03-13T20:00:00")
    return (value.replace(tzinfo=PARIS) if value.tzinfo is None else value).astimezone(UTC)
