"""A whole contest in one process: both applications on one database and one address, with everybody signed in."""

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from concours.accounts.operations import make_organiser
from concours.editions.queries import current_record
from concours.kernel.settings import Settings
from concours.organisers import operations as organisers
from jury import api, queries
from jury import app as jury_app
from jury.models import JuryMember
from jury.operations import close_scoring
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.jury_session import accept
from tests.organisers_contest import decide, deposited

ADDRESS = "http://localhost"
JURY_URL = f"{ADDRESS}/jury"
ORGANISER = "secretariat@concours.example"
MEMBERS = {"presidente": "president", "secretaire": "secretary", "jure1": "juror", "jure2": "juror"}


class WholeContest(Scene):
    """Candidates, organisers and jurors of one contest, at first while deposits are open."""

    def __init__(self, folder: Path, database_url: str, clock: FrozenClock) -> None:
        super().__init__(folder, database_url, clock)
        self.settings: Settings = replace(self.settings, public_url=ADDRESS, jury_url=JURY_URL)
        self.jury = jury_app.create_app(self.settings, clock=clock)
        self.both = DispatcherMiddleware(self.app, {"/jury": self.jury})
        with self.database.write() as session:
            self.organiser_id = make_organiser(session, email=ORGANISER, actor="command", now=clock()).id

    def dispose(self) -> None:
        """Close every connection: PostgreSQL keeps them open until it is told."""
        states = [app.extensions["concours"] for app in (self.app, self.jury)]
        for held in (self.database, *(state.database for state in states)):
            held.dispose()
        for queue in (queue for state in states for queue in vars(state.queues).get("by_name", {}).values()):
            queue.storage.close()

    @cached_property
    def organiser(self) -> FlaskClient:
        """The browser of somebody of the secretariat."""
        return self.sign_in(ORGANISER)

    def visitor(self) -> Client:
        """Return the browser of somebody who is not signed in, at the address of both applications."""
        return Client(self.both, TestResponse)

    def invite_panel(self) -> None:
        """Invite the jury as the secretariat does."""
        with self.database.write() as session:
            for name, role in MEMBERS.items():
                member_id = organisers.invite_member(
                    session,
                    email=f"{name}@jury.example",
                    name=name.capitalize(),
                    function="Cheffe de projet",
                    role=role,
                    jury_url=JURY_URL,
                    actor=self.organiser_id,
                    now=self.clock(),
                )
                accept(session, member_id, now=self.clock())

    def member(self, name: str) -> Client:
        """Return the browser of a member of the jury, signed in."""
        with self.database.write() as session:
            token = api.make_sign_in_link(session, email=f"{name}@jury.example", now=self.clock(), reusable=True)
        client = self.visitor()
        answer = client.get(f"/jury/connexion/lien/{token}")
        assert answer.headers["Location"] == "/jury/"
        return client

    draft_id: str = ""
    """A dossier that its candidate may deposit, once there is one."""

    def deposit_some(self, count: int = 4) -> None:
        """Add entries that are deposited and admitted, their files made row by row."""
        with self.database.write() as session:
            for index in range(count):
                entry = deposited(session, f"Titre {index + 1}", at=OPEN + timedelta(minutes=index))
                decide(session, entry, actor=self.organiser_id)

    def hand_over(self) -> list[int]:
        """Let deposits close, hand the admitted works to the jury; return their numbers."""
        self.clock.move_to(max(self.clock(), CLOSING) + timedelta(hours=1))
        with self.database.write() as session:
            organisers.hand_over(session, actor=self.organiser_id, now=self.clock())
        return self.numbers()

    def numbers(self) -> list[int]:
        """Return the numbers of the works before the jury."""
        with self.database.read() as session:
            found = queries.find_session(session, current_record(session).key)
            return sorted(queries.numbers_of(session, found))

    def close_scoring(self) -> None:
        """Close scoring as the secretary of the jury does."""
        with self.database.write() as session:
            close_scoring(session, member_id=self.member_id("secretaire"), now=self.clock())

    def member_id(self, name: str) -> str:
        """Return the identifier of a member of the jury."""
        with self.database.read() as session:
            found = queries.find_member_by_email(session, f"{name}@jury.example")
            assert isinstance(found, JuryMember)
            return found.id
