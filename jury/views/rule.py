"""The rule of the ranking, as everybody on the panel may read it at any time."""

from flask import render_template
from flask.typing import ResponseReturnValue

from concours.kernel.text import typo
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import state
from jury.method import method_words, tie_break_choices
from jury.ranking_rule import RankingRule
from jury.views.access import jury_of, sitting

rule = ClosedBlueprint("rule", __name__, access=sitting)


@rule.get("/regle")
def show() -> ResponseReturnValue:
    """Show criteria, scale, anchors, how sheets become a ranking, and the digest of all that."""
    with state().database.read() as session:
        jury = jury_of(session)
    return render_template("jury/rule.html", jury=jury)


def rule_words(shown: RankingRule) -> list[tuple[str, str]]:
    """Return how sheets become a ranking, as names and values."""
    return [(name, typo(words)) for name, words in method_words(shown.method, shown.labels)]


def tie_break_words(tie_break: str, shown: RankingRule) -> str:
    """Return what a tie-break of the rule looks at."""
    return dict(tie_break_choices(shown.labels))[tie_break]
