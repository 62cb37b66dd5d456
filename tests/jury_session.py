"""A jury session to test with: panel, works, sheets; made through the same operations as the service's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from jury import api, operations, seats
from jury.models import JuryMember, JurySession

KEY = "2027"
NOW = datetime(2027, 3, 15, 9, 0, tzinfo=UTC)
CANARY = "Zéphyrine Quatremère"
"""The identity that nothing on the jury's side may tell."""

THREE = (
    api.Criterion("substance", "Le fond", "l'intérêt de l'innovation présentée"),
    api.Criterion("form", "La forme", "la clarté et l'originalité de la création"),
    api.Criterion("inspiration", "Le caractère inspirant", "pour d'autres administrations"),
)
RULES = api.SessionRules(
    KEY, "L'innovation publique, ça se voit", THREE, 0, 10, 5, datetime(2027, 3, 16, 17, tzinfo=UTC)
)
SECOND_RULES = api.SessionRules(
    "affiches",
    "Affiches d'accueil",
    (api.Criterion("use", "L'usage", "", 2), api.Criterion("finish", "Le soin")),
    1,
    5,
    3,
)
"""The second sample edition: two weighted criteria, another scale, three laureates."""


@dataclass(frozen=True)
class Panel:
    """Who sits on a session: identifiers of its members, numbers of its works."""

    president: str
    secretary: str
    jurors: Sequence[str]
    works: Sequence[api.ReceivedWork] = field(default_factory=tuple)

    @property
    def scorers(self) -> Sequence[str]:
        """The president and the jurors."""
        return (self.president, *self.jurors)

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of the works, in the order in which they were handed over."""
        return [work.number for work in self.works]


def invite(session: Session, name: str, role: str = "juror", *, key: str = KEY, accepts: bool = True) -> str:
    """Invite a member, who accepts unless told otherwise, and return their identifier."""
    member_id = seats.invite_member(
        session,
        edition_key=key,
        email=f"{name}@jury.example",
        name=name.capitalize(),
        function="Cheffe de projet",
        role=role,
        jury_url="https://jury.example/jury",
        now=NOW,
    )
    if accepts:
        accept(session, member_id)
    return member_id


def accept(session: Session, member_id: str, *, bodies: str = "", now: datetime = NOW) -> None:
    """Let a member accept the seat and the charter as it stands."""
    member = session.get_one(JuryMember, member_id)
    digest = session.get_one(JurySession, member.session_id).charter_digest
    seats.accept_seat(session, member_id=member_id, bodies=bodies, charter_digest=digest, now=now)


def page(position: int) -> api.IncomingMedia:
    """Return a page image."""
    return api.IncomingMedia("page", position, f"{position:064x}", "image/png", 800, 1100, 10, f"Page {position}")


def works(count: int) -> list[api.IncomingWork]:
    """Return works of two pages each, ready to hand over."""
    return [
        api.IncomingWork("Bande dessinée", f"Titre {index}", f"Résumé {index}", (page(1), page(2)))
        for index in range(1, count + 1)
    ]


def open_jury(session: Session, *, works_count: int = 6, jurors: int = 2, rules: api.SessionRules = RULES) -> Panel:
    """Open a session with its panel and, unless `works_count` is 0, its works."""
    key = rules.edition_key
    api.open_session(session, rules=rules, now=NOW)
    president, secretary = (
        invite(session, "presidente", "president", key=key),
        invite(session, "secretaire", "secretary", key=key),
    )
    names = [invite(session, f"jure{index}", key=key) for index in range(1, jurors + 1)]
    received: Sequence[api.ReceivedWork] = ()
    if works_count:
        received = api.receive_works(session, edition_key=key, works=works(works_count), now=NOW)
    return Panel(president, secretary, names, received)


def score(session: Session, member_id: str, number: int, *points: int, now: datetime = NOW) -> None:
    """Save a whole sheet under the three criteria."""
    keys = [criterion.key for criterion in THREE]
    write(session, member_id, number, dict(zip(keys, points, strict=True)), now=now)


def write(
    session: Session,
    member_id: str,
    number: int,
    points: Mapping[str, int],
    *,
    remark: str = "",
    version: int = 0,
    now: datetime = NOW,
) -> None:
    """Save a sheet as it stands."""
    operations.record_scores(
        session, member_id=member_id, number=number, points=points, remark=remark, version=version, now=now
    )


def score_all(session: Session, panel: Panel, values: Sequence[int]) -> None:
    """Let each scorer give each work the same value for the three criteria: the works' means are `values`."""
    for member_id in panel.scorers:
        for number, value in zip(panel.numbers, values, strict=True):
            score(session, member_id, number, value, value, value)
