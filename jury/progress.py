"""How far each member of the panel has come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from jury import queries
from jury.models import JuryMember, JurySession
from jury.recusals.queries import exclusions_of
from jury.rules import Role, Standing, lags
from jury.tallies import Counts, counts_of


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """Where one member stands and how far they have come. Counts only: no score, no work."""

    member_id: str
    email: str
    name: str
    function: str
    role: Role
    standing: Standing
    joined: bool
    in_reserve: bool
    """A substitute whom nobody has called."""
    dual_role: bool
    """Declared a member of the secretariat of the contest too."""
    done: int
    incomplete: int
    expected: int
    """0 for whoever scores nothing."""
    finished_at: datetime | None
    """When this juror said that all was done."""
    late: bool
    """Far behind the rest of the panel."""

    @property
    def missing(self) -> int:
        """Works for which no whole sheet stands."""
        return self.expected - self.done

    @property
    def sits(self) -> bool:
        """Whether this member has accepted and takes part."""
        return self.standing is Standing.ACCEPTED and not self.in_reserve

    @property
    def scores(self) -> bool:
        """Whether this member fills in sheets, or is asked to."""
        return self.role is not Role.SECRETARY and not self.in_reserve and self.standing is not Standing.DECLINED


def progress_of(session: Session, jury: JurySession) -> list[MemberProgress]:
    """Return where each member stands and how far they have come."""
    apart, counts = exclusions_of(session, jury), counts_of(session, jury)
    numbers = queries.standing_numbers(session, jury) - apart.out
    members = queries.members_of(session, jury)
    expected = {each.id: apart.expected(each.id, numbers) if _scores(each) else 0 for each in members}
    done = {each.id: counts[each.id].done if each.id in counts else 0 for each in members}
    sums = sum(done.values()), sum(expected.values())
    return [
        _progress(
            each,
            counts.get(each.id, Counts(0, 0)),
            expected[each.id],
            late=lags(done[each.id], expected[each.id], *sums),
        )
        for each in members
    ]


def _scores(member: JuryMember) -> bool:
    return member.scores and member.standing is not Standing.DECLINED


def _progress(member: JuryMember, counts: Counts, expected: int, *, late: bool) -> MemberProgress:
    return MemberProgress(
        member_id=member.id,
        email=member.email,
        name=member.name,
        function=member.function,
        role=member.duty,
        standing=member.standing,
        joined=member.joined_at is not None,
        in_reserve=member.waits_in_reserve,
        dual_role=member.dual_role_at is not None,
        done=counts.done,
        incomplete=counts.incomplete,
        expected=expected,
        finished_at=member.finished_at,
        late=late,
    )
