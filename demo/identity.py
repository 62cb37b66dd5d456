"""The demonstration on the identity side: candidates deposit, organisers examine and hand over."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.accounts.operations import ensure_account, make_organiser
from concours.accounts.rules import OrganiserRole
from concours.editions.operations import start_edition
from concours.editions.queries import current_record
from concours.editions.rules import Edition
from concours.entries import deposits
from concours.entries import operations as entries
from concours.entries.queries import deposited_entries, entries_of
from concours.kernel.signing import SigningKey
from concours.organisers import bodies
from concours.organisers import operations as organisers
from concours.organisers.rules import Decision
from concours.registrations import queries, teams
from concours.registrations.hall import Desk
from concours.registrations.operations import cancel, confirm_membership, join, register
from concours.registrations.rules import Attendee
from concours.worker import Worker
from demo.cast import Cast, Guest, Juror, Work
from demo.studio import captions, make

_MAKERS = 3
"""Works made at once: their children keep two cores busy."""
_LEFT_AS_DRAFTS = 5
"""While the contest is open, the last ones are still being written."""


@dataclass(frozen=True)
class Stage:
    """What the identity side plays on."""

    worker: Worker
    public_url: str
    jury_url: str
    edition: Edition
    now: datetime
    key: SigningKey
    welcome: Desk


def open_contest(stage: Stage, organisers: Mapping[str, OrganiserRole]) -> None:
    """Start the edition and name its organisers, by address."""
    opens = stage.edition.opens_at
    with stage.worker.database.write() as session:
        start_edition(session, edition=stage.edition, now=opens - timedelta(days=10))
        for email, role in organisers.items():
            make_organiser(session, email=email, role=role, actor="command", now=opens - timedelta(days=10))


def fill_in(stage: Stage, cast: Cast, *, still_open: bool) -> None:
    """Let every team deposit its work; while the contest is open, some have not finished."""
    times = _times(stage, len(cast.works))
    with TemporaryDirectory() as folder, ThreadPoolExecutor(_MAKERS) as makers:
        places = [(work, seed, Path(folder)) for seed, work in enumerate(cast.works)]
        files = list(makers.map(lambda place: make(*place), places))
        list(makers.map(lambda each: _take_part(stage, *each), zip(cast.works, files, times, strict=True)))
    finished = cast.works[:-_LEFT_AS_DRAFTS] if still_open else cast.works
    for work, at in zip(finished, times, strict=False):
        _deposit(stage, work, at)


def register_guests(stage: Stage, guests: Sequence[Guest], since: datetime) -> None:
    """Let people register for the event, one a day."""
    for rank, guest in enumerate(guests):
        at = since + timedelta(days=rank, hours=8 + 5 * rank % 11, minutes=13 * rank % 60)
        _register(stage, guest, min(at, stage.now))


def fill_hall(stage: Stage, guests: Sequence[Guest], organiser: str) -> None:
    """Hold a seat for each team, so that whoever comes next waits."""
    at = stage.edition.closes_at + timedelta(days=2)
    with stage.worker.database.write() as session:
        until, actor = stage.now + timedelta(hours=3), _id_of(session, organiser, at)
        teams.hold(session, until=until, actor=actor, desk=stage.welcome, now=at)
    register_guests(stage, guests, at)


def give_a_seat_back(stage: Stage) -> None:
    """Have somebody give a seat back: the first who waits is offered it."""
    with stage.worker.database.write() as session:
        first = queries.confirmed(session, current_record(session).id, most=1)[0]
        token = _mailed_token(session, first.email, "inscription")
        cancel(session, token=token, desk=stage.welcome, now=stage.now)


def gather_community(stage: Stage, cast: Cast) -> None:
    """Let people join the community, each by the link mailed to them."""
    for rank, friend in enumerate(cast.friends):
        at = stage.edition.opens_at + timedelta(hours=9 + 7 * rank)
        with stage.worker.database.write() as session:
            join(session, email=friend.email, name=friend.name, public_url=stage.public_url, now=at)
            session.flush()
            token = _mailed_token(session, friend.email, "rejoindre")
            confirm_membership(session, token=token, now=at + timedelta(minutes=20))


def invite(stage: Stage, jurors: Sequence[Juror], organiser: str) -> None:
    """Invite the panel."""
    at = stage.edition.opens_at + timedelta(days=20)
    for juror in jurors:
        with stage.worker.database.write() as session:
            organisers.invite_member(
                session,
                email=juror.email,
                name=juror.name,
                function=juror.function,
                role=juror.role,
                jury_url=stage.jury_url,
                actor=_id_of(session, organiser, at),
                now=at,
            )


def admit_and_hand_over(stage: Stage, organiser: str) -> datetime:
    """Admit every deposited entry and hand the works over; return when."""
    at = stage.edition.closes_at + timedelta(hours=1)
    with stage.worker.database.write() as session:
        actor = _id_of(session, organiser, at)
        for entry in deposited_entries(session, current_record(session).id):
            organisers.decide_admissibility(
                session,
                entry_id=entry.id,
                deposit_id=str(entry.deposit_id),
                decision=Decision.ADMITTED,
                reason="",
                actor=actor,
                now=at,
            )
        at += timedelta(minutes=40)
        for pair in bodies.suggestions(session):
            same = pair.body == pair.administration
            bodies.decide(
                session, member_id=pair.member_id, entry_id=pair.entry_id, confirmed=same, actor=actor, now=at
            )
        organisers.hand_over(session, actor=actor, now=at)
    return at


def _take_part(stage: Stage, work: Work, path: Path, at: datetime) -> None:
    """Write the dossier and send the file, which is examined and rendered as any other."""
    worker = stage.worker
    with path.open("rb") as stream:
        received = worker.stores.quarantine.receive(stream, max_bytes=stage.edition.max_bytes)
    with worker.database.write() as session:
        account = ensure_account(session, email=work.email, now=at)
        entry = entries.start_entry(session, account_id=account.id, now=at)
        entries.save_dossier(
            session, entry_id=entry.id, account_id=account.id, answers=_answers(work), version=entry.version, now=at
        )
        creation = entries.attach_creation(
            session, entry_id=entry.id, account_id=account.id, received=received, name=work.file_name, now=at
        )
    worker.examine(creation.id)
    worker.render(creation.id)


def _deposit(stage: Stage, work: Work, at: datetime) -> None:
    with stage.worker.database.write() as session:
        account = ensure_account(session, email=work.email, now=at)
        entry = entries_of(session, account.id)[0]
        moment = at + timedelta(minutes=17)
        deposits.deposit(
            session,
            entry_id=entry.id,
            account_id=account.id,
            key=stage.key,
            public_url=stage.public_url,
            now=moment,
        )


def _answers(work: Work) -> dict[str, str | bool]:
    return {
        "team": work.team,
        "administration": work.administration,
        "contact_name": work.contact,
        "contact_email": work.email,
        "contact_phone": "",
        "public_agent": True,
        "title": work.title,
        "summary": work.summary,
        "category": work.category,
        "captions": captions(work),
        "text_alternative": "" if work.suffix == "pdf" else "\n".join(work.beats),
        "rules_accepted": True,
        "rights_granted": True,
        "image_rights": True,
    }


def _times(stage: Stage, count: int) -> list[datetime]:
    """Return when each team takes part: rarely at first, most of them in the last days."""
    end = min(stage.edition.closes_at, stage.now)
    span = end - stage.edition.opens_at - timedelta(hours=2)
    return [stage.edition.opens_at + span * (1 - (1 - (rank + 1) / (count + 1)) ** 2) for rank in range(count)]


def _register(stage: Stage, guest: Guest, at: datetime) -> None:
    attendee = Attendee(
        first_name=guest.first_name,
        last_name=guest.last_name,
        email=guest.email,
        administration=guest.administration,
        function=guest.function,
        accessibility_needs=guest.needs,
    )
    with stage.worker.database.write() as session:
        register(session, attendee=attendee, desk=stage.welcome, now=at)


def _mailed_token(session: Session, email: str, place: str) -> str:
    """Return the secret end of the link to this place in this address's mail: it is kept nowhere else."""
    texts = session.scalars(select(Outbox.text).where(Outbox.recipient == email))
    return next(found[1] for text in texts if (found := re.search(rf"/{place}/(\S+)", text)))


def _id_of(session: Session, email: str, now: datetime) -> str:
    return ensure_account(session, email=email, now=now).id
