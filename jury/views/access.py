"""Who is at the table: the member signed in, and what their role opens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import cast

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.kernel.errors import Forbidden, NotFound
from concours.kernel.web import person
from concours.kernel.web.access import AccessRule
from concours.kernel.web.signin import require_sign_in
from concours.kernel.web.state import instant, state
from jury.models import JuryMember, JurySession
from jury.operations import join
from jury.rules import DELIBERATING_ROLES, Role

SIGNED_OUT = "Votre session est terminée. Connectez-vous de nouveau : vos notes sont gardées sur cet appareil."
NOT_SEATED = "Acceptez d'abord votre place et la charte du jury. Vos notes sont gardées sur cet appareil."


@dataclass(frozen=True, slots=True)
class Seat:
    """A member at their place."""

    member_id: str
    session_id: str
    name: str
    role: Role
    place: int | None
    """Among those who score: with the session, it says in which order the works come."""
    finished_at: datetime | None
    jury: JurySession
    """Read once a request, apart from any session: to be shown, never changed."""
    scores: bool
    """Whether this member fills in sheets."""
    sits: bool
    """Whether they have accepted the seat and the charter, and do not wait in reserve."""

    @property
    def writes(self) -> bool:
        """Whether this member may fill in sheets now."""
        return self.scores and self.finished_at is None and self.jury.scoring_closed_at is None

    @property
    def deliberates(self) -> bool:
        """Whether this member sees the ranking, once scoring is closed."""
        return self.role in DELIBERATING_ROLES


def members() -> ResponseReturnValue | None:
    """Let in whoever was invited to a panel."""
    return require_sign_in() or _take_seat()


def sitting() -> ResponseReturnValue | None:
    """Let in whoever sits; send the others to their invitation, whatever they asked for."""
    answer = members()
    if answer is None and not seat().sits:
        return redirect(url_for("invitation.show"), HTTPStatus.SEE_OTHER)
    return answer


def only(roles: Collection[Role]) -> AccessRule:
    """Let in these roles; for the others the page does not exist."""

    def rule() -> ResponseReturnValue | None:
        answer = sitting()
        if answer is None and seat().role not in roles:
            raise NotFound
        return answer

    return rule


def seat() -> Seat:
    """Return the member that the access rule let in."""
    return cast("Seat", g.seat)


def jury_of(session: Session) -> JurySession:
    """Return the session where this member sits."""
    return session.get_one(JurySession, seat().session_id)


def seated() -> Seat | None:
    """Return the member let in, None on the pages that are open to all."""
    return cast("Seat | None", g.get("seat"))


def scorers() -> ResponseReturnValue | None:
    """Let in whoever fills in sheets; for the others the page does not exist."""
    answer = sitting()
    if answer is None and not seat().scores:
        raise NotFound
    return answer


def known_members() -> None:
    """Let in whoever sits on a panel. Raises Forbidden, in words: a script follows no redirection to a page."""
    if person.person_id() is None or _take_seat() is not None:
        raise Forbidden(SIGNED_OUT)
    if not seat().sits:
        raise Forbidden(NOT_SEATED)


def _take_seat() -> ResponseReturnValue | None:
    member_id = person.person_id() or ""
    query = select(JuryMember, JurySession).join(JurySession, JurySession.id == JuryMember.session_id)
    with state().database.read() as session:
        found = session.execute(query.where(JuryMember.id == member_id, JuryMember.removed_at.is_(None))).first()
    if found is None:
        # Taken off the panel since they signed in.
        person.sign_out()
        return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
    member, jury = found
    if member.joined_at is None:
        with state().database.write() as session:
            join(session, member_id=member.id, now=instant())
    g.seat = Seat(
        member_id=member.id,
        session_id=jury.id,
        name=member.name,
        role=member.duty,
        place=member.seat,
        finished_at=member.finished_at,
        jury=jury,
        scores=member.scores,
        sits=member.sits and member.charter_digest == jury.charter_digest,
    )
    return None
