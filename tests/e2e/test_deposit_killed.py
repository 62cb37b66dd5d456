"""The web server dies in the middle of a deposit: the dossier is deposited, receipt and all, or says it is not."""

import os
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest
from sqlalchemy import select

from benchmarks.sender import Answer, Connection, Failed, field_of
from concours.accounts.models import AuditEvent, Outbox
from concours.accounts.operations import ensure_account, make_sign_in_link
from concours.editions.operations import ensure_edition
from concours.entries.models import Deposit, Entry
from concours.entries.receipts.rules import check, read_file
from concours.kernel.audit import broken_at
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.settings import read_settings
from concours.kernel.signing import read_public_keys
from concours.migrations import upgrade
from concours.serve import check_secrets
from tests.e2e.test_service import descendants, wait_for_end
from tests.entries_scene import attach, draft
from tests.service import Service

EMAIL = "candidate@agents.example"


class Stage:
    """A service whose web server is killed and started again, and dossiers that lack nothing but the act."""

    def __init__(self, folder: Path, count: int) -> None:
        url = f"sqlite:///{folder / 'concours.db'}"
        upgrade(url)
        self.database = Database(url)
        self.service = Service(folder, command="web", DATABASE_URL=url)
        (folder / "uploads" / "quarantine").mkdir(parents=True)
        check_secrets(read_settings(self.service.environ))
        now = system_clock()
        with self.database.write() as session:
            ensure_edition(session, now=now)
            account = ensure_account(session, email=EMAIL, now=now)
            self.token = make_sign_in_link(session, email=EMAIL, now=now, reusable=True)
            self.entries = []
            for _ in range(count):
                entry = draft(session, account.id, now=now)
                made = attach(session, entry, now=now)
                (folder / "uploads" / "quarantine" / made.quarantine_key).write_bytes(bytes(made.size))
                self.entries.append(entry.id)
        self.cookie = ""

    def start(self) -> None:
        self.service.start()
        limit = time.monotonic() + 30
        while True:
            try:
                self.get("/sante")
            except OSError:
                assert time.monotonic() < limit, self.service.output()
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        pids = [self.service.process.pid, *descendants(self.service.process.pid)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.service.process.wait()
        wait_for_end(pids)

    def get(self, address: str, *, status: int = 200) -> Answer:
        with Connection(self.service.port) as connection:
            return connection.request("GET", address, {"Cookie": self.cookie}, status=status)

    def sign_in(self) -> None:
        answer = self.get(f"/connexion/lien/{self.token}", status=303)
        self.cookie = answer.headers["set-cookie"].partition(";")[0]

    def deposit(self, entry_id: str) -> bool:
        """Press the button; tell whether the receipt's address came back."""
        page = self.get(f"/candidatures/{entry_id}/depot")
        self.cookie = page.headers.get("set-cookie", self.cookie).partition(";")[0]
        body = f"csrf_token={field_of(page.body, 'csrf_token')}".encode()
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        with suppress(OSError, HTTPException, Failed), Connection(self.service.port) as connection:
            length = {"Content-Length": str(len(body))}
            address = f"/candidatures/{entry_id}/depot"
            connection.request("POST", address, headers | length, around=(body, b""), status=303)
            return True
        return False


@pytest.fixture
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    made = Stage(tmp_path, request.param + 1)
    made.start()
    made.sign_in()
    yield made
    made.service.stop()
    made.database.dispose()


def require_one_truth(stage: Stage, entry_id: str, *, told: bool) -> bool:
    """Fail when page, table, register and outbox say different things; tell whether it is deposited."""
    with stage.database.read() as session:
        chain = list(session.scalars(select(AuditEvent).order_by(AuditEvent.position)))
        entry = session.get_one(Entry, entry_id)
        made = list(session.scalars(select(Deposit).where(Deposit.entry_id == entry_id)))
        mails = list(session.scalars(select(Outbox.text).where(Outbox.text.contains(f"/candidatures/{entry_id}/"))))
    assert broken_at(chain) is None
    on_record = [
        event.details["deposit"] for event in chain if (event.action, event.subject) == ("entry_deposited", entry_id)
    ]
    assert on_record == [each.id for each in made]
    assert [entry.deposit_id] == (on_record or [None])
    assert [made[0].receipt_number in mail for mail in mails] == [True] * len(made)
    deposited = bool(made)
    assert deposited or not told
    page = stage.get(f"/candidatures/{entry_id}").body.decode()
    assert ("pas encore déposée" in page.replace("\u00a0", " ")) is not deposited
    if deposited:
        receipt = stage.get(f"/candidatures/{entry_id}/depots/{made[0].id}").body.decode()
        assert made[0].receipt_number in re.sub(r"\s+", " ", receipt)
        signed = read_file(stage.get(f"/candidatures/{entry_id}/depots/{made[0].id}/recepisse.json").body)
        check(signed, read_public_keys(stage.get("/recepisse/cle.pem").body.decode()))
    return deposited


def kill_while_depositing(stage: Stage, points: int) -> set[bool]:
    """Kill the server at instants spread over a deposit, and a little beyond; return the outcomes."""
    first, *others = stage.entries
    begun = time.monotonic()
    assert stage.deposit(first)
    length, dice, outcomes = time.monotonic() - begun, random.Random(2027), set()  # noqa: S311 -- where to strike, the same each time
    for number, entry_id in enumerate(others[:points]):
        told: list[bool] = []
        sending = threading.Thread(
            target=lambda entry_id=entry_id, told=told: told.append(try_to_deposit(stage, entry_id))
        )
        sending.start()
        time.sleep(1.4 * length * (number + dice.random()) / points)
        stage.kill()
        sending.join(20)
        stage.start()
        outcomes.add(require_one_truth(stage, entry_id, told=told == [True]))
    return outcomes


def try_to_deposit(stage: Stage, entry_id: str) -> bool:
    try:
        return stage.deposit(entry_id)
    except (OSError, Failed):
        return False


@pytest.mark.parametrize("stage", [1], indirect=True)
def test_a_server_killed_during_a_deposit_leaves_one_truth(stage: Stage) -> None:
    assert kill_while_depositing(stage, 1)


@pytest.mark.full
@pytest.mark.parametrize("stage", [20], indirect=True)
def test_twenty_kills_during_a_deposit_leave_no_contradiction(stage: Stage) -> None:
    assert kill_while_depositing(stage, 20) == {True, False}
