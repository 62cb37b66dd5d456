"""How solid the selection is: for the president and the secretary, once scoring is closed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask import render_template
from flask.typing import ResponseReturnValue

from concours.kernel.errors import Conflict
from concours.kernel.text import typo
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import state
from jury.models import JurySession
from jury.ranking_rule import RankingRule
from jury.robustness.checks import Check, Kind
from jury.robustness.methods import Way
from jury.robustness.report import Robustness, robustness
from jury.rules import format_number
from jury.tallies import WorkName, names_of, sheets_of
from jury.views.access import jury_of, ranking_readers

solidity = ClosedBlueprint("solidity", __name__, access=ranking_readers)

WAYS: Mapping[Way, str] = {
    Way.MEAN: "Moyenne",
    Way.MEDIAN: "Médiane",
    Way.RANKS: "Rangs",
    Way.STANDARDISED: "Échelle commune",
}
_NUMBERS = ("deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")


@dataclass(frozen=True)
class Findings:
    """What the page shows."""

    jury: JurySession
    works: Mapping[int, WorkName]
    robust: Robustness
    results: Sequence[tuple[str, str]]
    """What each check changes, and what it gives."""


@solidity.get("/classement/solidite")
def show() -> ResponseReturnValue:
    """Show in how many checks each work is selected, the other ways beside each other, and what is missing."""
    with state().database.read() as session:
        jury = jury_of(session)
        if jury.scoring_closed_at is None:
            raise Conflict(
                "L'évaluation est encore ouverte. La solidité de la sélection se lit une fois que le secrétariat du "
                "jury l'a close : personne ne la voit avant."
            )
        robust, works = robustness(sheets_of(session, jury)), names_of(session, jury)
    findings = Findings(jury, works, robust, _results(robust))
    return render_template("jury/solidity.html", found=findings, ways=WAYS, selection=selection_words(jury))


def selection_words(jury: JurySession) -> str:
    """Return « les cinq », « la sélection » where no word says how many."""
    count = jury.laureates_max - 2
    return f"les {_NUMBERS[count]}" if 0 <= count < len(_NUMBERS) else "la sélection"


def percent_up(share: Fraction) -> str:
    """Return « 13 % », rounded up."""
    return typo(f"{-(-100 * share).__floor__()} %")


def percent_down(share: Fraction) -> str:
    """Return « 12 % », rounded down."""
    return typo(f"{(100 * share).__floor__()} %")


def percent(share: Fraction) -> str:
    """Return « 33 % », to the nearest."""
    return percent_down(share + Fraction(1, 200))


def _results(robust: Robustness) -> list[tuple[str, str]]:
    rule = robust.sheets.rule
    jurors = Counter(_outcome(check) for check in robust.checks if check.kind is Kind.JUROR)
    total = jurors.total()
    rows = [(f"Sans l'un des membres ({count} cas sur {total})", outcome) for outcome, count in jurors.most_common()]
    return rows + [(_changed(check, rule), _outcome(check)) for check in robust.checks if check.kind is not Kind.JUROR]


def _changed(check: Check, rule: RankingRule) -> str:
    if check.kind is Kind.WAY:
        return f"Par une autre méthode : {WAYS[Way(check.about)].lower()}"
    label = dict(rule.labels)[check.about]
    return f"Sans le critère « {label} »" if check.kind is Kind.DROPPED else f"« {label} » compté double"


def _outcome(check: Check) -> str:
    if check.same:
        return "Les mêmes œuvres"
    parts = [
        _part("Entre", "Entrent", check.entering),
        _part("sort", "sortent", check.leaving),
        _part("ex æquo à la dernière place", "ex æquo à la dernière place", check.line.tied),
    ]
    words = " ; ".join(filter(None, parts)) or "Plus d'ex æquo à la dernière place"
    return words[0].upper() + words[1:]


def _part(one: str, many: str, numbers: Sequence[int]) -> str:
    words = ", ".join(format_number(number).replace(" ", "\u00a0") for number in numbers)
    return f"{many if len(numbers) > 1 else one} : {words}" if numbers else ""
