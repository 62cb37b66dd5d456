"""A contest whose every dossier and every file bears the canary, kept at each phase of the jury's work."""

import io
import logging
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pikepdf
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from concours.accounts.models import Account
from concours.app import create_app
from concours.editions.queries import current_record
from concours.entries.models import Deposit, Entry
from concours.intake.models import Creation
from concours.kernel.db import Database
from concours.kernel.settings import Settings, Smtp
from concours.kernel.storage import open_stores
from concours.organisers import operations as organisers
from concours.organisers.rules import Decision
from jury import api, operations, queries
from jury import app as jury_app
from jury.deliberation.operations import mark_minutes_signed, record_laureates
from jury.deliberation.queries import standing_of
from jury.deliberation.rules import Choice
from jury.models import JuryWork
from jury.recusals.operations import recuse, report_breach
from jury.reminders import remind_asked
from jury.room.changes import change_scores
from jury.room.motions import propose_motion
from jury.room.operations import close_room, discuss, mark_presence, open_room
from tests import canary, files
from tests.fakes.clock import FrozenClock
from tests.jury_session import accept
from tests.page import page
from tests.whole_contest import JURY_URL, WholeContest

LATE = 2
"""Jurors to whom the secretary writes while works are scored."""

PHASES = ("scoring", "closed", "laureates", "signed")
ARRIVAL = datetime(2027, 2, 7, 3, 17, 41, tzinfo=UTC)
"""When the first dossier was begun: a day on which nothing else happens."""

ARRIVAL_WORDS = ("7 février 2027", "07/02/2027", "2027-02-07", "07 Feb 2027", "20270207")
MARKS = (
    ("title", f"Pour {canary.ADMINISTRATION}"),
    ("artist", canary.TEAM),
    ("comment", f"{canary.CONTACT} {canary.EMAIL} {canary.PHONE}"),
)
TITLES = (
    "La file qui avance",
    "Marées au guichet",
    "Planches de service",
    "Le plan du quartier",
    "Deux minutes au comptoir",
)
"""In the order in which they arrive."""

SUMMARY = "Une idée simple, essayée trois semaines avec les usagers, puis gardée."
CAPTIONS = f"""WEBVTT - {canary.TEAM}

NOTE Écrit par {canary.CONTACT} pour {canary.ADMINISTRATION}

{canary.TEAM}, plan 1
00:00.000 --> 00:01.000
Trois semaines plus tard.
"""
"""Those of each film: whoever wrote them stands everywhere but in what is shown."""


def originals() -> list[tuple[bytes, str]]:
    """Return the five files, as (content, extension)."""
    return [
        (files.mp4(seconds=1, marks=MARKS), "mp4"),
        (files.avi(seconds=1, marks=MARKS), "avi"),
        (signed_pdf(2, "Des planches"), "pdf"),
        (signed_pdf(1, "Un plan"), "pdf"),
        (files.mp4(seconds=1, fps=4, marks=MARKS), "mp4"),
    ]


def signed_pdf(pages: int, text: str) -> bytes:
    """Return a document that names its author wherever a document can without showing it."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(files.pdf(pages, text))) as document:
        with document.open_metadata() as xmp:
            xmp["dc:creator"] = [canary.TEAM]
            xmp["dc:description"] = canary.ADMINISTRATION
        for name in ("/Title", "/Author", "/Subject", "/Keywords"):
            document.docinfo[name] = f"{canary.TEAM}, {canary.ADMINISTRATION}"
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Text,
            Rect=pikepdf.Array([10, 10, 40, 40]),
            Contents=pikepdf.String(canary.CONTACT),
            T=pikepdf.String(canary.TEAM),
        )
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(annotation)])
        document.attachments[canary.FILE_NAME.format("txt")] = canary.TEAM.encode()
        with document.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(canary.TEAM, 0))
        options = {"compress_streams": False, "object_stream_mode": pikepdf.ObjectStreamMode.disable}
        document.save(buffer, **options)
    return buffer.getvalue()


class _Kept(logging.Handler):
    """Keeps what is logged, as an operator would read it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line, its exception included."""
        self.lines.append(self.format(record))


@dataclass
class Snapshot:
    """Both applications on the database of one phase, as they run where mail is sent."""

    settings: Settings
    clock: FrozenClock
    jury: Flask = field(init=False)
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.jury = jury_app.create_app(self.settings, clock=self.clock)
        self.database = Database(self.settings.database_url)

    @cached_property
    def both(self) -> DispatcherMiddleware:
        """Both applications at one address."""
        return DispatcherMiddleware(create_app(self.settings, clock=self.clock), {"/jury": self.jury})

    @cached_property
    def alone(self) -> DispatcherMiddleware:
        """The jury's application where it stands beside the other, which is not there: it costs a second to make."""
        return DispatcherMiddleware(NotFound(), {"/jury": self.jury})

    def member(self, name: str, *, alone: bool = True) -> Client:
        """Return the browser of a member of the jury, signed in."""
        with self.database.write() as session:
            token = api.make_sign_in_link(session, email=f"{name}@jury.example", now=self.clock(), reusable=True)
        client = Client(self.alone if alone else self.both)
        client.get(f"/jury/connexion/lien/{token}")
        return client

    def jury_tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table of the jury, as it lies on the disk."""
        path = self.settings.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as connection:
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'jury\\_%' ESCAPE '\\'"
            )
            return {name: connection.execute(f"SELECT * FROM {name} NOT INDEXED").fetchall() for (name,) in names}  # noqa: S608 -- names of our own tables

    def titles(self) -> dict[int, str]:
        """Return the title of each work, by number."""
        with self.database.read() as session:
            return dict(session.execute(select(JuryWork.number, JuryWork.title)).all())

    def work_id(self, number: int) -> str:
        """Return the identifier of a work."""
        with self.database.read() as session:
            return session.scalars(select(JuryWork.id).where(JuryWork.number == number)).one()

    def member_id(self, name: str) -> str:
        """Return the identifier of a member of the jury."""
        with self.database.read() as session:
            found = queries.find_member_by_email(session, f"{name}@jury.example")
            assert found is not None
            return found.id

    def keep_apart(self, name: str, number: int) -> None:
        """Keep a member from a work, as the organisers do."""
        pairs = [(self.member_id(name), self.work_id(number))]
        with self.database.write() as session:
            key = current_record(session).key
            api.exclude_pairs(session, edition_key=key, pairs=pairs, now=self.clock())

    def withdraw(self, number: int) -> None:
        """Have a work reported, and taken out of the contest."""
        with self.database.write() as session:
            report = report_breach(
                session,
                member_id=self.member_id("presidente"),
                number=number,
                text="Le titre.",
                secretariat="secretariat@concours.example",
                console_url="https://concours.example",
                now=self.clock(),
            )
            key = current_record(session).key
            api.withdraw_work(session, edition_key=key, report_id=report.id, now=self.clock())

    def step_back(self, name: str, number: int) -> None:
        """Let a juror abstain from a work."""
        with self.database.write() as session:
            recuse(session, member_id=self.member_id(name), number=number, reason="", now=self.clock())

    def close(self) -> None:
        """Close scoring, sheets missing or not."""
        with self.database.write() as session:
            operations.close_scoring(session, member_id=self.member_id("secretaire"), now=self.clock())

    def remind(self) -> None:
        """Write to the jurors who are late, as the secretary does, two hours later."""
        later = self.clock() + timedelta(hours=2)
        with self.database.write() as session:
            remind_asked(session, member_id=self.member_id("secretaire"), jury_url=JURY_URL, now=later)

    def ready(self, digest: str) -> bytes:
        """Return a file that was made for the jury."""
        return b"".join(open_stores(self.settings).ready.read(digest, 0, 1 << 30))

    def ready_files(self) -> list[Path]:
        """Return the files that were made for the jury."""
        return sorted((self.settings.uploads / "ready").iterdir())


class SealedContest:
    """Built once: deposited in a known order, rendered in the sandbox, admitted, handed over, judged."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder, self.clock = folder, FrozenClock()
        self._database_file = Path(shutil.copyfile(template, folder / "concours.db"))
        self._log = _Kept()
        logging.getLogger().addHandler(self._log)
        self._contest = WholeContest(folder, f"sqlite:///{self._database_file}", self.clock)
        self._receive()
        self._hand_over()
        self._judge()
        logging.getLogger().removeHandler(self._log)
        self._contest.dispose()

    @property
    def logged(self) -> str:
        """All that was logged while it was built."""
        return "\n".join(self._log.lines)

    def open(self, phase: str, folder: Path) -> Snapshot:
        """Return the contest as it stood in this phase, on a copy of its own."""
        shutil.copyfile(self.folder / f"{phase}.db", folder / "concours.db")
        shutil.copytree(self.folder / "uploads", folder / "uploads")
        settings = replace(
            self._contest.settings,
            data=folder / "var",
            uploads=folder / "uploads",
            database_url=f"sqlite:///{folder / 'concours.db'}",
            jury_database_url=f"sqlite:///{folder / 'concours.db'}",
            smtp=Smtp("127.0.0.1", 25, "", "", "none"),
        )
        return Snapshot(settings, self.clock)

    @cached_property
    def secrets(self) -> set[str]:
        """Return every identifier of the identity side, and the digests and names of what was received."""
        with self._contest.database.read() as session:
            found = set(session.scalars(select(Account.id))) | set(session.scalars(select(Entry.id)))
            for deposit in session.scalars(select(Deposit)):
                found |= {deposit.id, deposit.receipt_number, deposit.sha256}
            for creation in session.scalars(select(Creation)):
                found |= {creation.id, creation.quarantine_key}
            found.add(current_record(session).id)
        return found

    def _receive(self) -> None:
        self.clock.move_to(ARRIVAL)
        entries = []
        for index, (content, extension) in enumerate(originals()):
            assert canary.traces(content), "the canary is not planted"
            email = canary.ACCOUNT.format(index)
            answers = {"team": canary.TEAM, "administration": canary.ADMINISTRATION, "contact_name": canary.CONTACT}
            answers |= {"summary": SUMMARY, "captions": CAPTIONS, "transcript": "Trois semaines plus tard."}
            reach = {"contact_email": canary.EMAIL, "contact_phone": canary.PHONE}
            entry_id = self._contest.draft(email, title=TITLES[index], **answers, **reach)
            self._contest.upload(self._contest.sign_in(email), entry_id, content, canary.FILE_NAME.format(extension))
            entries.append((email, entry_id))
            self.clock.advance(timedelta(minutes=11))
        self._contest.work()
        for email, entry_id in entries:
            page(self._contest.sign_in(email), f"/candidatures/{entry_id}/depot").form().submit()
            self.clock.advance(timedelta(minutes=7))

    def _hand_over(self) -> None:
        self.clock.move_to(datetime(2027, 3, 13, 20, tzinfo=UTC))
        contest, actor = self._contest, self._contest.organiser_id
        with contest.database.write() as session:
            for entry in session.scalars(select(Entry)).all():
                organisers.decide_admissibility(
                    session,
                    entry_id=entry.id,
                    deposit_id=entry.deposit_id or "",
                    decision=Decision.ADMITTED,
                    reason="",
                    actor=actor,
                    now=self.clock(),
                )
        contest.invite_panel()
        self._invite_substitute()
        self.numbers = contest.hand_over()

    def _invite_substitute(self) -> None:
        with self._contest.database.write() as session:
            member_id = organisers.invite_member(
                session,
                email="suppleante@jury.example",
                name="Suppléante",
                function="Cheffe de projet",
                role="substitute",
                jury_url=JURY_URL,
                actor=self._contest.organiser_id,
                now=self.clock(),
            )
            accept(session, member_id, now=self.clock())

    def _judge(self) -> None:
        self._score(["presidente"], self.numbers)
        self._score(["jure1"], self.numbers[:2])
        self._remind()
        self._keep("scoring")
        self._score(["jure1"], self.numbers[2:])
        self._contest.close_scoring()
        self._keep("closed")
        secretary = self._contest.member_id("secretaire")
        self._hold_session(secretary)
        with self._contest.database.write() as session:
            standing = standing_of(session, queries.find_session(session, current_record(session).key))
            chosen = [Choice(number, rank, "Très clair") for number, rank in standing.proposed.items()]
            record_laureates(session, member_id=secretary, choices=chosen, departure_reason="", now=self.clock())
        self._keep("laureates")
        with self._contest.database.write() as session:
            now = self.clock()
            close_room(session, member_id=secretary, now=now)
            mark_minutes_signed(session, member_id=secretary, signed_by="Le jury", signed_on=now.date(), now=now)
        self._keep("signed")

    def _hold_session(self, secretary: str) -> None:
        """Leave the session open: a work under discussion, a motion, a changed score."""
        juror, number, now = self._contest.member_id("jure1"), self.numbers[0], self.clock()
        with self._contest.database.write() as session:
            open_room(session, member_id=secretary, now=now)
            mark_presence(session, member_id=juror, who=juror, present=True, now=now)
            discuss(session, member_id=secretary, number=number, now=now)
            propose_motion(session, member_id=juror, text="Retenir celle-ci", numbers=str(number), now=now)
            criterion = queries.find_session(session, current_record(session).key).criteria_list[0].key
            change_scores(session, member_id=juror, number=number, points={criterion: 1}, reason="Relue", now=now)

    def _remind(self) -> None:
        with self._contest.database.write() as session:
            secretary = self._contest.member_id("secretaire")
            assert remind_asked(session, member_id=secretary, jury_url=JURY_URL, now=self.clock()) == LATE

    def _score(self, names: Iterable[str], numbers: Iterable[int]) -> None:
        for name in names:
            member_id = self._contest.member_id(name)
            for number in numbers:
                value = self.numbers.index(number) * 2
                with self._contest.database.write() as session:
                    criteria = queries.find_session(session, current_record(session).key).criteria_list
                    points = {criterion.key: value for criterion in criteria}
                    operations.record_scores(
                        session,
                        member_id=member_id,
                        number=number,
                        points=points,
                        remark="",
                        version=0,
                        now=self.clock(),
                    )

    def _keep(self, phase: str) -> None:
        kept = sqlite3.connect(self.folder / f"{phase}.db")
        with closing(sqlite3.connect(self._database_file)) as source, closing(kept) as copy:
            source.backup(copy)
