"""Reading what the panel decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from jury.deliberation.models import JuryLaureate, JuryTieDecision
from jury.deliberation.rules import proposal
from jury.models import JurySession, JuryWork
from jury.ranking import Line, Ranking, line
from jury.tallies import ranking_of


@dataclass(frozen=True)
class Standing:
    """The ranking, where the number of laureates cuts it, and what the panel decided there."""

    ranking: Ranking
    line: Line
    decision: JuryTieDecision | None

    @property
    def blocked(self) -> bool:
        """Whether a tie at the last place still waits for a decision."""
        return bool(self.line.tied) and self.decision is None

    @cached_property
    def proposed(self) -> dict[int, int]:
        """Laureates by the ranking and the decision: rank by number."""
        return proposal(self.ranking, self.line, self.decision.chosen if self.decision else ())


def standing_of(session: Session, jury: JurySession, *, detailed: bool = True) -> Standing:
    """Return the ranking with its line and the decision on it; `detailed` as for the ranking."""
    ranking = ranking_of(session, jury, detailed=detailed)
    decision = session.get(JuryTieDecision, jury.id)
    return Standing(ranking, line(ranking, jury.laureates_max), decision)


def laureates_of(session: Session, jury: JurySession) -> Sequence[tuple[JuryLaureate, JuryWork]]:
    """Return the recorded laureates with their works, best first, equals by number."""
    query = (
        select(JuryLaureate, JuryWork)
        .join(JuryWork, JuryWork.id == JuryLaureate.work_id)
        .where(JuryLaureate.session_id == jury.id)
        .order_by(JuryLaureate.rank, JuryWork.number)
    )
    return [(laureate, work) for laureate, work in session.execute(query)]
