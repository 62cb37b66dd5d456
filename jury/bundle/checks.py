"""What a record proves: each check recomputes something, and says in a sentence what holds or what does not. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from concours.kernel.audit import broken_at
from concours.kernel.canonical import canonical_json
from concours.kernel.errors import DomainError
from jury.bundle.archive import Bundle
from jury.commitment.rules import commitment_digest
from jury.deliberation.rules import (
    Choice,
    check_choices,
    check_tie_choice,
    departs,
    proposal,
    reasons_digest,
    tie_facts,
)
from jury.models import JuryAudit
from jury.ranking import Line, Ranking
from jury.ranking_rule import RankingRule, read_rule
from jury.robustness.sheets import Sheets
from jury.room.rules import SCORE_CHANGED, with_changes

_FACTS = ("position", "actor", "action", "subject", "details", "previous", "digest")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    holds: bool
    sentence: str


class Tampered(Exception):
    """A check does not hold; the message says what was changed, in French."""


class _Record:
    """A record, with what its files say as values; KeyError, TypeError or ValueError for what is not as expected."""

    def __init__(self, bundle: Bundle, announced: str | None, minutes: str | None) -> None:
        self.bundle, self.announced, self.minutes = bundle, announced, minutes

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The sheets, read."""
        return dict(json.loads(self.bundle.sheets))

    @cached_property
    def nonce(self) -> bytes:
        """The secret number."""
        return bytes.fromhex(self.bundle.nonce)

    @cached_property
    def rule(self) -> RankingRule:
        """The rule of the ranking."""
        return read_rule(self.bundle.rule)

    @cached_property
    def sheets(self) -> Sheets:
        """The sheets, as the ranking takes them: those of the closing, with what was changed in the jury's session."""
        keys = [criterion.key for criterion in self.rule.criteria]
        points: dict[str, dict[int, Sequence[int]]] = {}
        for sheet in self.facts["sheets"]:
            points.setdefault(sheet["juror"], {})[sheet["work"]] = [sheet["points"][key] for key in keys]
        recused = frozenset((juror, number) for juror, number in self.facts["recused"])
        changed = with_changes(points, self.changes, self.rule)
        return Sheets(self.rule, self.facts["works"], self.facts["jurors"], changed, recused)

    @cached_property
    def changes(self) -> list[tuple[str, int, str, int]]:
        """The scores changed in the jury's session, as the chain sealed them: juror, work, criterion, score."""
        kind = (SCORE_CHANGED, self.bundle.results["session"])
        told = [each for each in self.bundle.chain if (each["action"], each["subject"]) == kind]
        return [
            (each["actor"], each["details"]["work"], criterion, points)
            for each in told
            for criterion, points in each["details"]["points"].items()
        ]

    @cached_property
    def ranking(self) -> Ranking:
        """The ranking, computed again."""
        return self.sheets.ranking

    @property
    def line(self) -> Line:
        """Where the number of laureates cuts it."""
        return self.sheets.line

    def event(self, action: str) -> Mapping[str, Any] | None:
        """Return the details of the session's last event of this kind in the chain."""
        kind = (action, self.bundle.results["session"])
        told = (each["details"] for each in reversed(self.bundle.chain) if (each["action"], each["subject"]) == kind)
        return next(told, None)


def verify(bundle: Bundle, announced: str | None = None, minutes: str | None = None) -> list[Finding]:
    """Check a record whole.

    `announced` is the digest that a juror was mailed, `minutes` the SHA-256 of a file said to be the minutes, if there
    is one to compare with.
    """
    record = _Record(bundle, announced, minutes)
    return [_run(check, record) for check in _CHECKS]


def _run(check: "Callable[[_Record], str]", record: _Record) -> Finding:
    try:
        return Finding(holds=True, sentence=check(record))
    except Tampered as found:
        return Finding(holds=False, sentence=str(found))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError, DomainError):
        return Finding(holds=False, sentence=_SHAPELESS[check])


def _chain(record: _Record) -> str:
    broken = broken_at(map(_event, record.bundle.chain))
    if broken is not None:
        raise Tampered(
            f"Le journal ne tient plus à partir de l'évènement {broken} : il a été changé, retiré, ajouté ou déplacé."
        )
    return f"Le journal tient : {len(record.bundle.chain)} évènements, chacun scellé avec le précédent."


def _nonce(record: _Record) -> str:
    committed = record.event("sheets_committed")
    if committed is None:
        raise Tampered("Le journal ne porte pas l'empreinte des fiches : la clôture manque.")
    if sha256(record.nonce).hexdigest() != committed["nonce"]:
        raise Tampered("Le nombre secret n'est pas celui qui a été tiré à la clôture.")
    return "Le nombre secret est celui de la clôture."


def _sheets(record: _Record) -> str:
    count, committed = len(record.facts["sheets"]), record.event("sheets_committed") or {}
    if count != committed["sheets"]:
        moved = "a été retirée" if count < committed["sheets"] else "a été ajoutée"
        raise Tampered(
            f"Le relevé porte {count} fiches, la clôture en a compté {committed['sheets']} : une fiche {moved}."
        )
    if commitment_digest(record.bundle.sheets, record.nonce) != committed["digest"]:
        raise Tampered("Une fiche n'est plus celle de la clôture : les fiches ne redonnent pas l'empreinte du journal.")
    return f"Les {count} fiches sont celles de la clôture, à l'octet près."


def _digest(record: _Record) -> str:
    told, committed = record.bundle.results["commitment"], record.event("sheets_committed") or {}
    if told != committed["digest"]:
        raise Tampered("L'empreinte écrite dans les résultats n'est pas celle que le journal porte à la clôture.")
    if record.announced is not None and told != record.announced.strip().lower():
        raise Tampered(
            "L'empreinte du relevé n'est pas celle que vous avez reçue : ce relevé est celui d'autres fiches."
        )
    if record.announced is None:
        return "L'empreinte des résultats est celle du journal."
    return "L'empreinte est celle que vous avez reçue."


def _rule(record: _Record) -> str:
    frozen, digest = record.event("rule_frozen") or {}, record.rule.digest
    if canonical_json(record.bundle.rule) != record.rule.canonical or digest != frozen["digest"]:
        raise Tampered("La règle n'est pas celle qui a été figée avant la première note.")
    if record.facts["rule"] != digest:
        raise Tampered("Les fiches ont été engagées sous une autre règle que celle du relevé.")
    return "La règle est celle qui a été figée avant la première note."


def _ranking(record: _Record) -> str:
    allowed = set(record.rule.scale.points)
    if any(not set(points) <= allowed for given in record.sheets.points.values() for points in given.values()):
        raise Tampered("Une note est hors du barème.")
    if record.bundle.results["ranking"] != ranking_facts(record.ranking):
        raise Tampered("Le classement n'est pas celui que donnent les fiches et la règle.")
    changed = f", avec {_count(len(record.changes))} en séance" if record.changes else ""
    return f"Le classement des {len(record.ranking.places)} œuvres, recalculé{changed}, est le même."


def _tie(record: _Record) -> str:
    decision, told = record.bundle.results["tie"], record.event("tie_decided")
    if (decision is None) != (told is None):
        raise Tampered("Le départage des ex æquo et le journal ne disent pas la même chose.")
    if decision is None or told is None:
        return "Aucun départage n'a été décidé."
    if tie_facts(**decision) != dict(told):
        raise Tampered("Le départage n'est pas celui que le journal a scellé.")
    if sorted(decision["tied"]) != sorted(record.line.tied):
        raise Tampered("Le départage porte sur d'autres œuvres que les ex æquo du classement.")
    check_tie_choice(record.line, decision["chosen"], decision["reason"])
    return "Le départage est celui que le journal a scellé, et porte sur les ex æquo de la dernière place."


def _laureates(record: _Record) -> str:
    results, told = record.bundle.results, record.event("laureates_recorded")
    if told is None:
        if results["laureates"]:
            raise Tampered("Le relevé porte un palmarès que le journal ne connaît pas.")
        return "Le palmarès n'est pas encore enregistré."
    choices = [Choice(each["work"], each["rank"], each["reason"]) for each in results["laureates"]]
    if sorted([choice.rank, choice.number] for choice in choices) != told["laureates"]:
        raise Tampered("Le palmarès n'est pas celui que le journal a scellé.")
    if reasons_digest(choices, results["departure_reason"]) != told["reasons"]:
        raise Tampered("Un motif du palmarès n'est pas celui que le journal a scellé.")
    check_choices(choices, record.sheets.numbers, record.rule.laureates_max)
    chosen = (results["tie"] or {"chosen": ()})["chosen"]
    away = departs(choices, proposal(record.ranking, record.line, chosen))
    if away and not results["departure_reason"]:
        raise Tampered("Le palmarès s'écarte du classement sans dire pourquoi.")
    if away != told["departs"]:
        raise Tampered("Le palmarès s'écarte du classement autrement que le journal ne le dit.")
    if away:
        return "Le palmarès est celui que le journal a scellé ; il s'écarte du classement, avec son motif."
    return "Le palmarès est celui que le journal a scellé, et celui du classement."


def _minutes(record: _Record) -> str:
    told, papers = record.event("minutes_signed"), record.bundle.results["minutes"]
    copy = record.event("signed_copy_added") or {"digest": None}
    sealed = {"paper": told["paper"] if told else None, "signed_copy": copy["digest"]}
    if dict(papers) != sealed:
        raise Tampered("L'empreinte du procès-verbal ou de sa copie signée n'est pas celle que le journal a scellée.")
    if record.minutes is not None:
        return _named_minutes(record.minutes, sealed)
    if told is None:
        return "Le procès-verbal n'est pas encore signé."
    return "L'empreinte du procès-verbal est celle que le journal a scellée à la signature."


def _named_minutes(found: str, sealed: Mapping[str, str | None]) -> str:
    if sealed["paper"] is None:
        raise Tampered("Le procès-verbal n'est pas encore signé : aucun fichier n'est encore le sien.")
    if found == sealed["paper"]:
        return "Le fichier du procès-verbal est celui qui a été scellé à la signature, à l'octet près."
    if found == sealed["signed_copy"]:
        return "Le fichier est la copie signée qui a été jointe au procès-verbal, à l'octet près."
    raise Tampered(
        "Le fichier n'est ni le procès-verbal scellé à la signature, ni sa copie signée : il a été changé, ou c'est un "
        "projet."
    )


_CHECKS = (_chain, _nonce, _sheets, _digest, _rule, _ranking, _tie, _laureates, _minutes)
_SHAPELESS: Mapping[Any, str] = {
    _chain: "Le journal n'a pas la forme attendue.",
    _nonce: "Le nombre secret n'a pas la forme attendue.",
    _sheets: "Les fiches n'ont pas la forme attendue.",
    _digest: "L'empreinte n'a pas la forme attendue.",
    _rule: "La règle n'a pas la forme attendue.",
    _ranking: "Le classement ne peut pas être recalculé : fiches, règle ou résultats n'ont pas la forme attendue.",
    _tie: "Le départage n'est pas un départage possible.",
    _laureates: "Le palmarès n'est pas un palmarès possible.",
    _minutes: "L'empreinte du procès-verbal n'a pas la forme attendue.",
}


def _count(changes: int) -> str:
    return f"{changes} notes changées" if changes > 1 else "une note changée"


def ranking_facts(ranking: Ranking) -> dict[str, Any]:
    """Return a ranking as plain values: rank, number and exact mean of each work, then the works that stand apart."""
    return {
        "places": [
            [place.rank, place.number, place.mean.numerator, place.mean.denominator] for place in ranking.places
        ],
        "apart": [[each.number, each.cause.value] for each in ranking.apart],
    }


def _event(told: Mapping[str, Any]) -> JuryAudit:
    event = JuryAudit()
    for name in _FACTS:
        setattr(event, name, told[name])
    event.at = datetime.fromisoformat(told["at"])
    return event
