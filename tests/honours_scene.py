"""A contest from its deposits to the signed minutes, through the operations of both sides."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.entries.models import Entry
from concours.organisers import operations as organisers
from jury import operations as jury
from jury.deliberation import operations as deliberation
from jury.deliberation.rules import Choice
from jury.models import JuryMember, JuryWork
from tests import jury_session
from tests.jury_session import accept
from tests.organisers_contest import CLOSED, decide, deposited, start

SIGNED = datetime(2027, 3, 16, 15, 0, tzinfo=UTC)
JURORS = ("presidente", "jure1", "jure2")


@dataclass(frozen=True)
class Judged:
    """Who acts on either side, and which numbers were drawn, by title."""

    organiser: str
    president: str
    secretary: str
    numbers: dict[str, int]


def judge(session: Session, marks: dict[str, tuple[int, int, int]]) -> Judged:
    """Deposit, admit and hand over a work of each title, have it scored alike by all but the last juror, and close.

    The last juror gives one point less for the first criterion: the means are then no whole numbers.
    """
    organiser = start(session)
    president, secretary, jurors = _panel(session, organiser)
    for title in marks:
        decide(session, deposited(session, title), actor=organiser)
    organisers.hand_over(session, actor=organiser, now=CLOSED)
    drawn = session.execute(select(Entry.title, JuryWork.number).join(JuryWork, JuryWork.id == Entry.work_id))
    numbers = {row.title: row.number for row in drawn}
    for member in (president, *jurors):
        for title, (first, *others) in marks.items():
            less = int(member == jurors[-1])
            jury_session.score(session, member, numbers[title], first - less, *others, now=CLOSED)
    jury.close_scoring(session, member_id=secretary, now=SIGNED)
    return Judged(organiser, president, secretary, numbers)


def sign(session: Session, judged: Judged, ranks: dict[str, int]) -> None:
    """Record the laureates at these ranks, and the minutes as signed."""
    choices = [Choice(judged.numbers[title], rank, f"Motif de « {title} ».") for title, rank in ranks.items()]
    deliberation.record_laureates(
        session, member_id=judged.president, choices=choices, departure_reason="Décision du jury.", now=SIGNED
    )
    deliberation.mark_minutes_signed(
        session, member_id=judged.secretary, signed_by="Le jury", signed_on=date(2027, 3, 16), now=SIGNED
    )


def _panel(session: Session, organiser: str) -> tuple[str, str, list[str]]:
    members = (("presidente", "president"), ("secretaire", "secretary"), ("jure1", "juror"), ("jure2", "juror"))
    for name, role in members:
        member_id = organisers.invite_member(
            session,
            email=f"{name}@jury.example",
            name=name,
            function="Membre du jury",
            role=role,
            jury_url="https://jury.example/jury",
            actor=organiser,
            now=CLOSED,
        )
        accept(session, member_id, now=CLOSED)
    found = {member.email.partition("@")[0]: member.id for member in session.scalars(select(JuryMember))}
    return found["presidente"], found["secretaire"], [found["jure1"], found["jure2"]]
