"""Who is at the table: the member signed in, and what their role opens."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Any, cast

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.kernel.errors import Forbidden, NotFound
from concours.kernel.sessions import Meeting
from concours.kernel.web import person
from concours.kernel.web.access import AccessRule
from concours.kernel.web.signin import require_sign_in
from concours.kernel.web.state import instant, state
from jury.models import JurySession
from jury.operations import join
from jury.recusals.queries import reads_no_ranking
from jury.rules import DELIBERATING_ROLES, Role
from jury.seated import SEAT_COLUMNS, Seat, find_seat, seat_of, seats_beside

SIGNED_OUT = "Votre session est terminée. Connectez-vous de nouveau : vos notes sont gardées sur cet appareil."
NOT_SEATED = "Acceptez d'abord votre place et la charte du jury. Vos notes sont gardées sur cet appareil."


_NOT_THEIR_RANKING = (
    "Une œuvre que vous n'examinez pas figure dans ce classement : il vous dirait où elle se situe. Le secrétariat du "
    "jury tient ces pages jusqu'à l'enregistrement du palmarès ; vous présidez la séance, et vous lirez le classement "
    "entier au procès-verbal."
)


def _keep(row: tuple[Any, ...]) -> None:
    g.place = seat_of(row)


MEETING = Meeting(SEAT_COLUMNS, seats_beside, _keep)
"""The place of whoever is signed in is found with them."""


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


def ranking_readers() -> ResponseReturnValue | None:
    """Let in the president and the secretary. Raises Forbidden for a president whom the ranking would tell too much."""
    answer = _officers()
    if answer is None:
        with state().database.read() as session:
            check_reads_ranking(session, jury_of(session))
    return answer


def check_reads_ranking(session: Session, jury: JurySession) -> None:
    """Raise Forbidden for a president whom the ranking would tell where a work stands that they must not meet."""
    if seat().role is Role.PRESIDENT and reads_no_ranking(session, jury, seat().member_id):
        raise Forbidden(_NOT_THEIR_RANKING)


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
    if "place" not in g:  # signed in by this very request
        with state().database.hold() as reader:
            g.place = find_seat(reader, member_id)
    found = cast("Seat | None", g.place)
    if found is None:
        # Taken off the panel since they signed in.
        person.sign_out()
        return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
    if found.joined_at is None:
        with state().database.write() as session:
            join(session, member_id=member_id, now=instant())
    g.seat = found
    return None


_officers = only(DELIBERATING_ROLES)
