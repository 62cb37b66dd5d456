"""Ways to cheat with the record of a jury's session, each with what `concours verify` answers to it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from concours.kernel.canonical import canonical_json
from jury.bundle.archive import Bundle


def sheets(bundle: Bundle, change: Callable[[dict[str, Any]], None]) -> Bundle:
    facts = json.loads(bundle.sheets)
    change(facts)
    return replace(bundle, sheets=canonical_json(facts))


def results(bundle: Bundle, change: Callable[[dict[str, Any]], None]) -> Bundle:
    told = json.loads(canonical_json(bundle.results))
    change(told)
    return replace(bundle, results=told)


def chain(bundle: Bundle, change: Callable[[list[Any]], None]) -> Bundle:
    events = json.loads(canonical_json(list(bundle.chain)))
    change(events)
    return replace(bundle, chain=events)


def a_changed_score(facts: dict[str, Any]) -> None:
    points = facts["sheets"][0]["points"]
    first = min(points)
    points[first] = (points[first] + 1) % 11


def an_added_sheet(facts: dict[str, Any]) -> None:
    facts["sheets"].append({**facts["sheets"][0], "juror": "z" * 26})


def swapped_ranks(told: dict[str, Any]) -> None:
    first, second = told["ranking"]["places"][:2]
    first[1], second[1] = second[1], first[1]


def another_laureate(told: dict[str, Any]) -> None:
    honoured = {each["work"] for each in told["laureates"]}
    told["laureates"][-1]["work"] = next(place[1] for place in told["ranking"]["places"] if place[1] not in honoured)


def another_winner_of_the_tie(told: dict[str, Any]) -> None:
    told["tie"]["chosen"] = [number for number in told["tie"]["tied"] if number not in told["tie"]["chosen"]]


def a_heavier_criterion(bundle: Bundle) -> Bundle:
    rule = json.loads(canonical_json(bundle.rule))
    rule["criteria"][0]["weight"] = 3
    return replace(bundle, rule=rule)


def another_nonce(bundle: Bundle) -> Bundle:
    return replace(bundle, nonce="0" * 64)


TAMPERINGS: dict[str, tuple[Callable[[Bundle], Bundle], str]] = {
    "a changed score": (lambda b: sheets(b, a_changed_score), "Une fiche n'est plus celle de la clôture"),
    "a removed sheet": (lambda b: sheets(b, lambda f: f["sheets"].pop()), "une fiche a été retirée"),
    "an added sheet": (lambda b: sheets(b, an_added_sheet), "une fiche a été ajoutée"),
    "another nonce": (another_nonce, "Le nombre secret n'est pas celui"),
    "another digest": (
        lambda b: results(b, lambda told: told.update(commitment="0" * 64)),
        "L'empreinte écrite dans les résultats",
    ),
    "a heavier criterion": (a_heavier_criterion, "La règle n'est pas celle qui a été figée"),
    "swapped ranks": (lambda b: results(b, swapped_ranks), "Le classement n'est pas celui que donnent"),
    "another winner of the tie": (lambda b: results(b, another_winner_of_the_tie), "Le départage n'est pas celui"),
    "another laureate": (lambda b: results(b, another_laureate), "Le palmarès n'est pas celui que le journal"),
    "another reason": (
        lambda b: results(b, lambda told: told["laureates"][0].update(reason="Parce que.")),
        "Un motif du palmarès",
    ),
    "other minutes": (
        lambda b: results(b, lambda told: told["minutes"].update(paper="0" * 64)),
        "L'empreinte du procès-verbal ou de sa copie signée",
    ),
    "a changed event": (
        lambda b: chain(b, lambda events: events[3].update(actor="z" * 26)),
        "à partir de l'évènement 4",
    ),
    "a removed event": (lambda b: chain(b, lambda events: events.pop(5)), "à partir de l'évènement 6"),
    "events in another order": (
        lambda b: chain(b, lambda events: events.insert(2, events.pop(1))),
        "à partir de l'évènement 2",
    ),
}
