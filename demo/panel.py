"""The demonstration on the jury's side: jurors score, the secretary closes, the panel decides and signs."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from concours.kernel.clock import to_paris
from concours.kernel.db import Database
from demo.cast import Juror
from jury import operations, queries
from jury.deliberation.operations import decide_tie, mark_minutes_signed, record_laureates
from jury.deliberation.queries import standing_of
from jury.deliberation.rules import Choice, default_reason
from jury.gaps.operations import open_calibration
from jury.models import JuryMember, JurySession
from jury.ranking import decimals_to_separate
from jury.recusals.operations import recuse, report_breach
from jury.seats import accept_seat, decline_seat

_FINISHED = 3
"""Jurors who have scored everything while the jury is at work."""
_PACE = timedelta(minutes=4)
_REMARKS = (
    "Très clair dès la première image. On comprend l'idée sans un mot de trop.",
    "Le fond est solide ; la forme pourrait respirer davantage.",
    "Donne envie d'essayer chez nous dès lundi.",
    "",
    "",
    "L'émotion est juste, le résultat est chiffré : convaincant.",
    "",
    "Idée déjà vue, mais ici bien menée.",
)


@dataclass(frozen=True)
class Desk:
    """Where the organisers are reached."""

    email: str
    url: str
    """Of their console."""


def answer(database: Database, jurors: Sequence[Juror], *, desk: Desk, now: datetime) -> None:
    """Let each person accept or decline, and declare their administrations."""
    for rank, juror in enumerate(jurors):
        at = now + timedelta(hours=3 * rank)
        with database.write() as session:
            member = member_of(session, juror)
            charter = session.get_one(JurySession, member.session_id).charter_digest
            if juror.answer == "declined":
                reason = "Je serai en mission à l'étranger pendant l'évaluation."
                decline_seat(
                    session,
                    member_id=member.id,
                    reason=reason,
                    secretariat=desk.email,
                    console_url=f"{desk.url}/jury",
                    now=at,
                )
            else:
                bodies = "\n".join(juror.bodies)
                accept_seat(session, member_id=member.id, bodies=bodies, charter_digest=charter, now=at)


def step_aside(database: Database, jurors: Sequence[Juror], *, desk: Desk, now: datetime) -> None:
    """Let a juror step back from a work, and another report one."""
    _president, _first, second, third, *_ = [juror for juror in jurors if juror.scores]
    with database.write() as session:
        member = member_of(session, second)
        jury = session.get_one(JurySession, member.session_id)
        numbers = sorted(queries.states_of(session, jury, member_id=member.id))
        recuse(session, member_id=member.id, number=numbers[3], reason="Lien professionnel.", now=now)
        report_breach(
            session,
            member_id=member_of(session, third).id,
            number=numbers[-2],
            text="Au second temps, une enseigne laisse lire le nom d'une commune.",
            secretariat=desk.email,
            console_url=f"{desk.url}/signalements",
            now=now,
        )


def score(database: Database, jurors: Sequence[Juror], *, since: datetime, until: datetime, everybody: bool) -> None:
    """Let jurors score: everybody everything, or three of them everything, one half and one just a little."""
    panel = [juror for juror in jurors if juror.scores]
    for rank, juror in enumerate(panel):
        share = 1.0 if everybody or rank < _FINISHED else (0.55, 0.1)[rank - _FINISHED]
        with database.write() as session:
            _score_some(session, juror, share, since + timedelta(hours=rank), until)


def close(database: Database, jurors: Sequence[Juror], *, now: datetime) -> None:
    """Let the secretary close scoring."""
    with database.write() as session:
        operations.close_scoring(session, member_id=member_of(session, one_of(jurors, "secretary")).id, now=now)


def decide_and_sign(database: Database, jurors: Sequence[Juror], *, now: datetime) -> None:
    """Let the president settle a tie if there is one, record the laureates and have the minutes signed."""
    with database.write() as session:
        member = member_of(session, one_of(jurors, "president"))
        jury = session.get_one(JurySession, member.session_id)
        open_calibration(session, member_id=member.id, now=now)
        line = standing_of(session, jury).line
        if line.tied:
            reason = (
                "À égalité de notes, le jury retient à main levée les œuvres les plus faciles à reprendre ailleurs."
            )
            chosen = sorted(line.tied)[: line.seats]
            decide_tie(session, member_id=member.id, chosen=chosen, reason=reason, now=now)
        record_laureates(session, member_id=member.id, choices=_choices(session, jury), departure_reason="", now=now)
        names = ", ".join(juror.name for juror in jurors if juror.answer == "accepted" and juror.role != "substitute")
        signed_on, signed_at = to_paris(now).date(), now + timedelta(minutes=30)
        mark_minutes_signed(session, member_id=member.id, signed_by=names, signed_on=signed_on, now=signed_at)


def _choices(session: Session, jury: JurySession) -> list[Choice]:
    standing = standing_of(session, jury)
    ranking = standing.ranking
    decimals = decimals_to_separate(place.mean for place in ranking.places)
    places = {place.number: place for place in ranking.places}
    return [
        Choice(number, rank, default_reason(places[number], jury.scale, decimals))
        for number, rank in standing.proposed.items()
    ]


def _score_some(session: Session, juror: Juror, share: float, since: datetime, until: datetime) -> None:
    member = member_of(session, juror)
    operations.join(session, member_id=member.id, now=since)
    jury = session.get_one(JurySession, member.session_id)
    numbers = list(queries.states_of(session, jury, member_id=member.id))
    chance = random.Random(juror.name)  # noqa: S311 -- invented scores, the same at each run
    for rank, number in enumerate(numbers[: round(len(numbers) * share)]):
        points = {
            criterion.key: _points(jury, number, criterion.key, juror.severity + chance.choice((-1, 0, 0, 1)))
            for criterion in jury.criteria_list
        }
        at = min(since + _PACE * rank, until)
        remark = chance.choice(_REMARKS)
        operations.record_scores(
            session, member_id=member.id, number=number, points=points, remark=remark, version=0, now=at
        )


def _points(jury: JurySession, number: int, criterion: str, shift: int) -> int:
    """Return what a work deserves on a criterion, whoever looks, give or take the juror's own shift."""
    worth = random.Random(f"{number}/{criterion}").triangular(3, 10, 7)  # noqa: S311 -- invented scores
    return max(jury.scale_low, min(jury.scale_high, round(worth) + shift))


def member_of(session: Session, juror: Juror) -> JuryMember:
    """Return the member that this juror is."""
    member = queries.find_member_by_email(session, juror.email)
    if member is None:
        raise LookupError(juror.email)
    return member


def one_of(jurors: Sequence[Juror], role: str) -> Juror:
    """Return who has this role."""
    return next(juror for juror in jurors if juror.role == role)
