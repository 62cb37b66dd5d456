"""What lies before one member during the session: the works of theirs, who is there, motions, changed scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from jury.models import JuryMember, JurySession
from jury.ranking import Line, Place, Ranking, decimals_to_separate
from jury.room.models import JuryMotion, JuryRoom
from jury.room.queries import (
    change_record,
    changes_of,
    entitled_of,
    hidden_numbers,
    member_names,
    motion_record,
    motions_of,
    presences_of,
    room_of,
    sheets_before,
    sitting_members,
    voters_on,
    works_before,
)
from jury.room.record import MotionRecord, ScoreChange
from jury.room.rules import Opinion, Outcome, agenda_of, opinions_of
from jury.rules import Role
from jury.tallies import WorkName

_AROUND = 6
"""Works of the order of discussion that are in sight; the others are folded away."""


@dataclass(frozen=True, slots=True)
class Row:
    """A work on the table."""

    work: WorkName
    place: Place | None
    """None for a work that the rule leaves apart."""
    opinion: Opinion
    side: str
    """`inside`, `line` (tied at the last place), `outside`, `apart`, or nothing for who does not see all works."""
    discussed: bool
    current: bool

    @property
    def number(self) -> int:
        """The work's number."""
        return self.work.number


@dataclass(frozen=True, slots=True)
class Person:
    """A member, and whether they are there."""

    member: JuryMember
    present: bool
    entitled: bool


@dataclass(frozen=True, slots=True)
class MotionSeen:
    """A motion, as one member may meet it."""

    motion: JuryMotion
    record: MotionRecord
    masked: bool
    """Whether it is about a work that this member must not meet: its words are not for them."""
    voters: frozenset[str]
    """Members who may vote on it now."""

    @property
    def waits(self) -> bool:
        """Whether hands are being counted."""
        return self.motion.put_at is not None and self.motion.counted_at is None

    @property
    def equal(self) -> bool:
        """Whether equal hands wait for the casting vote."""
        return self.record.outcome is Outcome.EQUAL


@dataclass(frozen=True)
class Table:
    """The whole, for one member."""

    jury: JurySession
    room: JuryRoom | None
    rows: Sequence[Row]
    """In the order of discussion."""
    people: Sequence[Person]
    motions: Sequence[MotionSeen]
    changes: Sequence[ScoreChange]
    partial: bool
    """Whether some works are not this member's to meet: ranks would tell theirs."""
    decimals: int

    @property
    def open(self) -> bool:
        """Whether the session, or its rehearsal, is being held."""
        return self.room is not None and self.room.closed_at is None

    @property
    def rehearsal(self) -> bool:
        """Whether this is a rehearsal."""
        return self.room is not None and self.room.rehearsal

    @property
    def around(self) -> Sequence[Row]:
        """The first works of the order of discussion."""
        return self.rows[:_AROUND]

    @property
    def others(self) -> Sequence[Row]:
        """The works that follow."""
        return self.rows[_AROUND:]

    @cached_property
    def current(self) -> Row | None:
        """The work under discussion, None where it is not this member's to meet too."""
        return next((row for row in self.rows if row.current), None)

    @property
    def elsewhere(self) -> bool:
        """Whether the work under discussion is not this member's to meet."""
        return self.room is not None and self.room.current is not None and self.current is None

    @property
    def vote(self) -> MotionSeen | None:
        """The motion whose hands are being counted."""
        return next((each for each in self.motions if each.waits), None)

    @property
    def voters(self) -> int:
        """How many of those entitled to vote are there."""
        return sum(each.present and each.entitled for each in self.people)

    @property
    def quorate(self) -> bool:
        """Whether the quorum is reached."""
        return self.room is not None and self.voters >= self.room.quorum

    @property
    def ranked(self) -> Sequence[Row]:
        """The works that have a place, best first."""
        rows = [row for row in self.rows if row.place]
        return sorted(rows, key=lambda row: (row.place.rank if row.place else 0, row.number))

    @property
    def near(self) -> Sequence[Row]:
        """The works that have a place, best first: as many on each side of the last one."""
        ranked, seats = self.ranked, self.seats
        return ranked[max(0, seats - _AROUND // 2) : seats + _AROUND // 2]

    @property
    def seats(self) -> int:
        """How many laureates there may be: one in a rehearsal."""
        return 1 if self.rehearsal else self.jury.laureates_max

    def person(self, member_id: str) -> Person | None:
        """Return a member of the table."""
        return next((each for each in self.people if each.member.id == member_id), None)


def table_of(session: Session, jury: JurySession, *, member_id: str) -> Table:
    """Return what lies before this member; without a session, what one would begin with."""
    room = room_of(session, jury)
    works, hidden = works_before(session, jury, room), hidden_numbers(session, jury, room, member_id=member_id)
    sheets = sheets_before(session, jury, room)
    ranking, opinions = sheets.ranking, opinions_of(sheets)
    agenda = room.agenda if room is not None else agenda_of(ranking, jury.laureates_max)
    line = None if hidden else sheets.line
    rows = [_row(works[n], ranking, opinions[n], line, room) for n in agenda if n not in hidden and n in opinions]
    people = people_of(session, jury, room)
    names = member_names(session, jury)
    changes = changes_of(session, room) if room is not None else ()
    motions = motions_of(session, room) if room is not None else ()
    return Table(
        jury=jury,
        room=room,
        rows=rows,
        people=people,
        motions=[
            MotionSeen(
                motion=each,
                record=motion_record(each, names[each.proposed_by]),
                masked=not hidden.isdisjoint(each.numbers),
                voters=frozenset() if room is None else voters_on(session, jury, room, each.numbers),
            )
            for each in motions
        ],
        changes=[change_record(c, names[c.member_id], jury) for c in changes if c.number not in hidden],
        partial=bool(hidden),
        decimals=decimals_to_separate(place.mean for place in ranking.places),
    )


def waiting_table(session: Session, jury: JurySession) -> Table:
    """Return what everybody sees while no session is held: who is awaited, no work."""
    return Table(jury, None, (), people_of(session, jury, None), (), (), partial=False, decimals=0)


def people_of(session: Session, jury: JurySession, room: JuryRoom | None) -> list[Person]:
    """Return who sits, who of them is there, and who may vote."""
    entitled = entitled_of(session, jury)
    last = {each.member_id: each.present for each in presences_of(session, room)} if room is not None else {}
    return [Person(each, last.get(each.id, False), each.id in entitled) for each in sitting_members(session, jury)]


def _row(work: WorkName, ranking: Ranking, opinion: Opinion, line: Line | None, room: JuryRoom | None) -> Row:
    place = ranking.place(work.number)
    discussed = room is not None and work.number in room.discussed
    return Row(work, place, opinion, _side(work.number, place, line), discussed, current=_current(room, work.number))


def _current(room: JuryRoom | None, number: int) -> bool:
    return room is not None and room.current == number


def _side(number: int, place: Place | None, line: Line | None) -> str:
    if line is None:
        return ""
    if place is None:
        return "apart"
    if number in line.tied:
        return "line"
    return "inside" if number in line.inside else "outside"


def may_cast(table: Table, seen: MotionSeen, member_id: str) -> bool:
    """Tell whether this member has the casting vote on equal hands."""
    person = table.person(member_id)
    return seen.equal and member_id in seen.voters and person is not None and person.member.duty is Role.PRESIDENT
