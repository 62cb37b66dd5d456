"""What is asked of the honours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.editions.models import EditionRecord
from concours.editions.queries import to_edition
from concours.entries.models import Deposit
from concours.entries.rules import Dossier
from concours.honours.models import Laureate
from concours.honours.rules import JuryMilestones, Step, steps
from jury import api as jury


@dataclass(frozen=True, slots=True)
class NamedLaureate:
    """A laureate with the dossier that was deposited."""

    laureate: Laureate
    dossier: Dossier


def laureates(session: Session, edition_id: str) -> Sequence[NamedLaureate]:
    """Return the laureates, best first, equals by number; none before the unsealing."""
    query = (
        select(Laureate, Deposit)
        .join(Deposit, Deposit.id == Laureate.deposit_id)
        .where(Laureate.edition_id == edition_id)
        .order_by(Laureate.rank, Laureate.work_number)
    )
    return [NamedLaureate(laureate, deposit.answers) for laureate, deposit in session.execute(query)]


def decimals(found: Sequence[NamedLaureate]) -> int:
    """Return how many decimals show the laureates' unequal means as unequal."""
    means: list[Fraction] = [mean for each in found if (mean := each.laureate.exact_mean) is not None]
    return jury.decimals_to_separate(means)


def steps_to_unsealing(session: Session, record: EditionRecord, *, now: datetime) -> tuple[Step, ...]:
    """Return what comes before the unsealing, done and to do."""
    told = JuryMilestones()
    if jury.has_session(session, edition_key=record.key):
        reached = jury.milestones(session, edition_key=record.key)
        told = JuryMilestones(reached.scoring_closed_at, reached.laureates_recorded_at, reached.minutes_signed_at)
    return steps(to_edition(session, record), told, now)
