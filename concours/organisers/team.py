"""Who organises: invited with a role, kept apart from the jury unless the double role is declared."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts import roles
from concours.accounts.rules import OrganiserRole
from concours.editions.queries import current_record
from concours.kernel.errors import Conflict
from concours.kernel.text import clean_text
from concours.organisers import queries
from jury import api as jury


def add_organiser(
    session: Session,
    *,
    email: str,
    public_url: str,
    contact: str,
    actor: str,
    now: datetime,
    role: OrganiserRole = OrganiserRole.SECRETARIAT,
    dual_role_reason: str = "",
) -> None:
    """Invite somebody to organise. Raises Conflict for a juror whose double role is not declared."""
    key = current_record(session).key
    if email.lower() in {member.email for member in queries.panel(session, key)}:
        if not dual_role_reason:
            raise Conflict(
                "Cette adresse est celle d'un membre du jury, qui ne doit pas connaître les candidats. Choisissez "
                "quelqu'un d'autre ou, faute de mieux, déclarez le cumul et son motif : il figure au procès-verbal."
            )
        member_id = jury.declare_dual_role(
            session, edition_key=key, email=email, reason=clean_text(dual_role_reason), now=now
        )
        accounts.record(session, actor=actor, action="dual_role_declared", subject=member_id, now=now)
    roles.invite(session, email=email, role=role, actor=actor, public_url=public_url, contact=contact, now=now)
