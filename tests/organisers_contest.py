"""A contest as the secretariat finds it: entries in every state, made row by row, decided through the operations."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from concours.accounts.operations import ensure_account, make_organiser, make_sign_in_link
from concours.app import create_app
from concours.editions.models import EditionRecord
from concours.editions.operations import ensure_edition
from concours.editions.queries import current_record
from concours.entries.models import Deposit, Entry
from concours.entries.rules import Dossier
from concours.intake.models import Creation, CreationState, JuryFile
from concours.kernel.db import Database
from concours.kernel.ids import new_id, new_reference
from concours.kernel.settings import read_settings
from concours.organisers import operations, team
from concours.organisers.rules import Decision
from tests.fakes.clock import FrozenClock
from tests.page import Page, page

OPEN = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
CLOSED = datetime(2027, 3, 13, 19, 0, tzinfo=UTC)
"""The very instant of closing: 20:00 in Paris."""

DOSSIER = Dossier(
    team="Les Défricheurs",
    administration="Communauté de communes du Val d'Ombre",
    contact_name="Zéphyrine Quatremère",
    contact_email="zephyrine@val-ombre.example",
    contact_phone="01 02 03 04 05",
    public_agent=True,
    title="Le guichet qui vient à vous",
    summary="Un camion aménagé tient permanence dans douze villages.",
    category="bande dessinée",
    rules_accepted=True,
    rights_granted=True,
)


def start(session: Session, *, now: datetime = OPEN) -> str:
    """Make the edition and an organiser; return the organiser's identifier."""
    ensure_edition(session, now=now)
    return make_organiser(session, email="secretariat@concours.example", actor="command", now=now).id


def add_organiser(session: Session, *, email: str, actor: str, now: datetime, dual_role_reason: str = "") -> None:
    """Invite somebody to the secretariat."""
    team.add_organiser(
        session,
        email=email,
        public_url="http://concours.example",
        contact="contact@concours.example",
        actor=actor,
        now=now,
        dual_role_reason=dual_role_reason,
    )


def draft(session: Session, title: str, *, state: CreationState = CreationState.READY) -> Entry:
    """Add a dossier that is filled in and not deposited."""
    name = f"contact-{new_id()}@agents.example"
    account = ensure_account(session, email=name, now=OPEN)
    creation = _creation(state)
    session.add(creation)
    session.flush()
    answers = asdict(replace(DOSSIER, title=title))
    entry = Entry(
        account_id=account.id,
        edition_id=current_record(session).id,
        creation_id=creation.id,
        created_at=OPEN,
        updated_at=OPEN,
        **answers,
    )
    session.add(entry)
    session.flush()
    return entry


def deposited(
    session: Session, title: str, *, at: datetime = OPEN, state: CreationState = CreationState.READY
) -> Entry:
    """Add an entry and its deposit."""
    entry = draft(session, title, state=state)
    deposit(session, entry, at=at)
    return entry


def deposit(session: Session, entry: Entry, *, at: datetime) -> Deposit:
    """Deposit the entry as it stands."""
    assert entry.creation_id is not None
    act = Deposit(
        deposited_by=entry.account_id,
        way="self",
        id=new_id(),
        entry_id=entry.id,
        at=at,
        receipt_number=new_reference("2027"),
        dossier=asdict(entry.dossier),
        creation_id=entry.creation_id,
        sha256="a" * 64,
        size=1_234_567,
        rules_number=1,
        rules_digest="b" * 64,
        consents_version=1,
        consents_digest="c" * 64,
    )
    session.add(act)
    session.flush()
    entry.deposit_id, entry.withdrawn_at = act.id, None
    session.flush()
    session.refresh(entry)
    return act


def withdraw(session: Session, entry: Entry, *, at: datetime) -> None:
    """Withdraw the entry."""
    entry.deposit_id, entry.withdrawn_at = None, at
    session.flush()
    session.refresh(entry)


def decide(
    session: Session, entry: Entry, decision: Decision = Decision.ADMITTED, *, actor: str, reason: str = ""
) -> None:
    """Decide on the entry's deposit."""
    assert entry.deposit_id is not None
    operations.decide_admissibility(
        session,
        entry_id=entry.id,
        deposit_id=entry.deposit_id,
        decision=decision,
        reason=reason,
        actor=actor,
        now=OPEN + timedelta(hours=1),
    )


def edition_record(session: Session) -> EditionRecord:
    """Return the edition's row."""
    return current_record(session)


def _creation(state: CreationState) -> Creation:
    files = [_page(position) for position in (1, 2)] if state is CreationState.READY else []
    return Creation(
        name="Val d'Ombre - camion.pdf",
        quarantine_key=new_id(),
        size=1_234_567,
        sha256="a" * 64,
        received_at=OPEN,
        state=state,
        kind="pdf",
        pages=2,
        attempts=0,
        jury_files=files,
    )


def _page(position: int) -> JuryFile:
    return JuryFile(
        role="page",
        position=position,
        digest=f"{position:064x}",
        mime="image/png",
        size=10,
        width=800,
        height=1100,
        text=f"Planche {position}",
    )


class Console:
    """The application on a database of one test, and the browser of an organiser who is signed in."""

    def __init__(self, folder: Path, database_url: str, clock: FrozenClock) -> None:
        environ = {"DATA": str(folder / "var"), "UPLOADS": str(folder / "uploads"), "DATABASE_URL": database_url}
        self.settings = replace(read_settings(environ), public_url="http://concours.example")
        self.clock = clock
        self.app = create_app(self.settings, clock=clock)
        self.database = Database(database_url)
        with self.database.write() as session:
            self.organiser_id = start(session, now=clock())
        self.organiser = self.sign_in("secretariat@concours.example")

    def sign_in(self, email: str) -> FlaskClient:
        """Return the browser of somebody signed in."""
        with self.database.write() as session:
            token = make_sign_in_link(session, email=email, now=self.clock(), reusable=True)
        client = self.app.test_client()
        client.get(f"/connexion/lien/{token}")
        return client

    def move_to(self, instant: datetime) -> None:
        """Stand at this instant; the organiser signs in anew."""
        self.clock.move_to(instant)
        self.organiser = self.sign_in("secretariat@concours.example")

    def page(self, path: str = "", *, status: int = 200) -> Page:
        """Return a page of the console, as the organiser sees it."""
        return page(self.organiser, f"/organisation/{path}", status=status)
