"""A contest as candidates meet it: the real application and worker on a database of one test, people signed in."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import cast

import pikepdf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.accounts.operations import ensure_account, make_organiser, make_sign_in_link
from concours.app import create_app
from concours.editions.operations import ensure_edition
from concours.entries import operations
from concours.entries.models import Entry
from concours.intake import lifecycle
from concours.intake.models import Creation, CreationState
from concours.kernel.db import Database
from concours.kernel.ids import new_id
from concours.kernel.settings import Settings, read_settings
from concours.kernel.signing import SigningKey
from concours.kernel.storage import Received
from concours.kernel.web.state import State
from concours.worker import Worker, make_worker
from tests.fakes.clock import FrozenClock
from tests.page import Page, page

OPEN = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
CLOSING = datetime(2027, 3, 13, 19, 0, tzinfo=UTC)
"""The instant of closing: 20:00 in Paris."""

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
"""A key that seals receipts."""

PUBLIC_URL = "http://concours.example"

ANSWERS: Mapping[str, str | bool] = {
    "team": "Les Défricheurs",
    "administration": "Communauté de communes du Val d'Ombre",
    "contact_name": "Zéphyrine Quatremère",
    "contact_email": "zephyrine@val-ombre.example",
    "contact_phone": "01 02 03 04 05",
    "public_agent": True,
    "title": "Le guichet qui vient à vous",
    "summary": "Un camion aménagé tient permanence dans douze villages.\nOn y fait tout, sans rendez-vous.",
    "category": "bande dessinée",
    "rules_accepted": True,
    "rights_granted": True,
    "image_rights": False,
}


def candidate(session: Session, email: str = "candidate@agents.example") -> str:
    """Make the edition and an account; return the account's identifier."""
    ensure_edition(session, now=OPEN)
    return ensure_account(session, email=email, now=OPEN).id


def draft(session: Session, account_id: str, *, now: datetime = OPEN, **answers: str | bool) -> Entry:
    """Begin a dossier and fill it in, complete but for the file."""
    entry = operations.start_entry(session, account_id=account_id, now=now)
    filled = {**ANSWERS, **answers}
    return operations.save_dossier(
        session, entry_id=entry.id, account_id=account_id, answers=filled, version=entry.version, now=now
    )


def attach(
    session: Session,
    entry: Entry,
    *,
    now: datetime = OPEN,
    state: CreationState = CreationState.ACCEPTED,
    name: str = "bd.pdf",
) -> Creation:
    """Give the draft a file that stands at this state."""
    received = Received(new_id(), 1234, hashlib.sha256(new_id().encode()).hexdigest())
    made = operations.attach_creation(
        session, entry_id=entry.id, account_id=entry.account_id, received=received, name=name, now=now
    )
    made.state = state
    if state is not CreationState.RECEIVED:
        made.kind, made.pages, made.message = "pdf", 2, "Fichier accepté : PDF de 2 pages."
    session.flush()
    return made


def _blank_pdf() -> bytes:
    """Return a document of one blank page, smaller than any made-up file."""
    content = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(content)
    return content.getvalue()


class Scene:
    """The application and its worker, with a clock that stands still."""

    def __init__(self, folder: Path, database_url: str, clock: FrozenClock, **environ: str) -> None:
        places = {"DATA": str(folder / "var"), "UPLOADS": str(folder / "uploads"), "DATABASE_URL": database_url}
        settings = read_settings({**places, **environ})
        self.settings: Settings = replace(settings, public_url=PUBLIC_URL, database_url=database_url)
        self.clock = clock
        self.app = create_app(self.settings, clock=clock)
        self.database = Database(database_url)
        with self.database.write() as session:
            ensure_edition(session, now=clock())

    def close(self) -> None:
        """Close its connections: PostgreSQL's are missed when they are left open."""
        parts: list[State | Worker] = [self.state, *([self.worker] if "worker" in vars(self) else [])]
        for database in (self.database, *(part.database for part in parts)):
            database.dispose()
        for queue in (queue for part in parts for queue in vars(part.queues).get("by_name", {}).values()):
            queue.storage.close()

    @property
    def state(self) -> State:
        """What the application is built from."""
        return cast("State", self.app.extensions["concours"])

    @cached_property
    def worker(self) -> Worker:
        """The worker on the same database and files, with its real sandbox."""
        return make_worker(self.settings, clock=self.clock)

    def sign_in(self, email: str = "candidate@agents.example") -> FlaskClient:
        """Return the browser of somebody signed in."""
        client = self.app.test_client()
        client.get(self.link(email))
        return client

    def link(self, email: str = "candidate@agents.example") -> str:
        """Return the address that signs somebody in."""
        with self.database.write() as session:
            token = make_sign_in_link(session, email=email, now=self.clock(), reusable=True)
        return f"/connexion/lien/{token}"

    def console(self, email: str = "secretariat@concours.example") -> FlaskClient:
        """Return the browser of a member of the secretariat, signed in."""
        with self.database.write() as session:
            make_organiser(session, email=email, actor="command", now=self.clock())
        return self.sign_in(email)

    def account_id(self, email: str = "candidate@agents.example") -> str:
        """Return the account of this address."""
        with self.database.write() as session:
            return ensure_account(session, email=email, now=self.clock()).id

    def draft(self, email: str = "candidate@agents.example", **answers: str | bool) -> str:
        """Make a dossier that is complete but for the file; return its identifier."""
        account_id = self.account_id(email)
        with self.database.write() as session:
            return draft(session, account_id, now=self.clock(), **answers).id

    def complete(self, email: str = "candidate@agents.example", **answers: str | bool) -> str:
        """Make a dossier that may be deposited; return its identifier."""
        entry_id = self.draft(email, **answers)
        self.attach(entry_id)
        return entry_id

    def attach(self, entry_id: str) -> None:
        """Give a dossier an accepted file, its bytes included."""
        with self.database.write() as session:
            made = attach(session, session.get_one(Entry, entry_id), now=self.clock())
        self.keep(made)

    def keep(self, made: Creation) -> None:
        """Put a document of its size where the bytes of a made-up file should be."""
        content = io.BytesIO(_blank_pdf().ljust(made.size, b"\n"))
        received = self.state.stores.quarantine.receive(content, max_bytes=made.size)
        with self.database.write() as session:
            session.get_one(Creation, made.id).quarantine_key = received.key

    def upload(self, client: FlaskClient, entry_id: str, content: bytes, name: str, *, status: int = 200) -> Page:
        """Send a file by the page's form; `status` is that of the page that follows."""
        form = page(client, f"/candidatures/{entry_id}/creation").form()
        return form.submit(status=status, file=(io.BytesIO(content), name))

    def work(self) -> None:
        """Do what the worker does after an upload: examine, then make the jury copy."""
        self.work_once(CreationState.RECEIVED)
        self.work_once(CreationState.ACCEPTED)

    def work_once(self, state: CreationState) -> None:
        """Do what the worker does with the files that stand there."""
        step = {CreationState.RECEIVED: self.worker.examine, CreationState.ACCEPTED: self.worker.render}[state]
        with self.database.read() as session:
            waiting = lifecycle.stalled(session, state=state, now=self.clock())
        for creation_id in waiting:
            step(creation_id)

    def mails(self) -> list[Outbox]:
        """Return what waits in the outbox, the sign-in codes apart, in the order of the acts."""
        with self.database.read() as session:
            return list(session.scalars(select(Outbox).order_by(Outbox.created_at)))

    @contextmanager
    def entry(self, entry_id: str) -> Iterator[Entry]:
        """Yield the dossier as it is kept."""
        with self.database.read() as session:
            yield session.get_one(Entry, entry_id)
