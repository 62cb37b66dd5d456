"""Who is at the table: the member signed in, and what their role opens."""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.kernel.errors import NotFound
from concours.kernel.web import person
from concours.kernel.web.access import AccessRule
from concours.kernel.web.signin import require_sign_in
from concours.kernel.web.state import instant, state
from jury.models import JuryMember, JurySession
from jury.operations import join
from jury.rules import DELIBERATING_ROLES, Role


@dataclass(frozen=True, slots=True)
class Seat:
    """A member at their place."""

    member_id: str
    session_id: str
    name: str
    role: Role
    order_seed: str
    scores: bool
    """Whether this member fills in sheets."""
    sits: bool
    """Whether they have accepted the seat and the charter, and do not wait in reserve."""

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


def _take_seat() -> ResponseReturnValue | None:
    member_id = person.person_id() or ""
    with state().database.read() as session:
        query = select(JuryMember, JurySession.charter_digest)
        query = query.join(JurySession, JurySession.id == JuryMember.session_id).where(JuryMember.id == member_id)
        found = session.execute(query).first()
    member, charter = found or (None, "")
    if member is None or member.removed_at is not None:
        # Taken off the panel since they signed in.
        person.sign_out()
        return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
    if member.joined_at is None:
        with state().database.write() as session:
            join(session, member_id=member.id, now=instant())
    sits = member.sits and member.charter_digest == charter
    g.seat = Seat(
        member.id, member.session_id, member.name, member.duty, member.order_seed, scores=member.scores, sits=sits
    )
    return None
