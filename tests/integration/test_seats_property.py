"""Whatever people, organisers and time do: no seat is sold twice, the order is kept, nobody is lost, all are told."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.editions.operations import ensure_edition, start_edition
from concours.editions.queries import current_edition, current_record
from concours.kernel.db import Database
from concours.kernel.errors import Conflict
from concours.kernel.ids import new_token
from concours.kernel.sessions import digest_of
from concours.registrations import operations, queries, seats, teams, turn
from concours.registrations.models import HeldSeat, Registration
from concours.registrations.rules import MAIL_AGAIN_AFTER, Attendee, offer_limit
from tests.entries_scene import candidate, draft
from tests.registrations_scene import DESK, NOW, ZOE, change_event, token

NAMES = [f"p{number}" for number in range(7)]
PEOPLE = st.sampled_from(NAMES)
_RUNS = count()


class Seats(RuleBasedStateMachine):
    """The service beside a model of it that fits on a page."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database, self.run, self.now = database, next(_RUNS), NOW
        self.capacity, self.allowed = 2, 2
        self.state: dict[str, str] = {}
        self.queue: list[str] = []
        self.offers: dict[str, datetime] = {}
        self.held: dict[str, datetime] = {}
        self.told: Counter[str] = Counter()
        self.told_at: dict[str, datetime] = {}

    @initialize(capacity=st.integers(1, 3), first=st.permutations(NAMES))
    def open(self, capacity: int, first: list[str]) -> None:
        self.capacity = self.allowed = capacity
        with self.database.write() as session:
            ensure_edition(session, now=NOW)
            edition = current_edition(session)
            start_edition(session, edition=replace(edition, key=f"essai-{self.run}"), now=NOW)
            change_event(session, capacity=capacity)
            event = current_edition(session).event
            account = candidate(session, f"equipe-{self.run}@mairie.example")
            self.entries = [draft(session, account).id for _ in range(2)]
        assert event
        self.starts_at = event.starts_at
        for who in first[:-1]:
            self.ask(who)

    # --- what people do ----------------------------------------------------------------------------------------------

    @rule(who=PEOPLE)
    def ask(self, who: str) -> None:
        self.settle()
        known = self.state.get(who) in {"confirmed", "waiting", "offered"}
        with self.database.write() as session:
            if not known:
                self.join(who)
            elif self.now - self.told_at[who] >= MAIL_AGAIN_AFTER:
                self.tell(who)
            operations.register(session, attendee=self.attendee(who), desk=DESK, now=self.now)

    @rule(who=PEOPLE)
    def cancel(self, who: str) -> None:
        if who in self.state:
            self.settle()
            if self.state[who] != "cancelled":
                self.move(who, "cancelled")
                self.settle()
            self.by_link(operations.cancel, who)

    @rule(who=PEOPLE)
    def accept(self, who: str) -> None:
        if who in self.state:
            self.settle()
            if self.state[who] == "offered":
                self.move(who, "confirmed")
            self.by_link(operations.accept, who)

    @rule(who=PEOPLE)
    def ask_again(self, who: str) -> None:
        if who in self.state:
            self.settle()
            if self.state[who] in {"cancelled", "expired"}:
                self.join(who)
            self.by_link(operations.ask_again, who)

    # --- what organisers and time do ---------------------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 7, 25, 25, 150]))
    def wait(self, hours: int) -> None:
        if self.now + timedelta(hours=hours) < self.starts_at - timedelta(days=2):
            self.now += timedelta(hours=hours)
        self.turn()

    @rule(capacity=st.integers(1, 4))
    def change_capacity(self, capacity: int) -> None:
        self.allowed, self.capacity = max(self.taken(), capacity), capacity
        with self.database.write() as session:
            change_event(session, capacity=capacity)
        self.turn()

    @precondition(lambda self: len(self.held) < len(self.entries))
    @rule()
    def hold(self) -> None:
        self.settle()
        key, until = new_token(), self.now + timedelta(hours=30)
        with self.database.write() as session:
            hall = seats.enter(session, desk=DESK, now=self.now)
            if self.taken() >= self.capacity:
                return
            entry_id = self.entries[len(self.held)]
            facts = {"held_at": self.now, "held_until": until, "token_digest": digest_of(key)}
            session.add(HeldSeat(edition_id=hall.edition_id, entry_id=entry_id, **facts))
        self.held[key] = until

    @precondition(lambda self: self.held)
    @rule(who=PEOPLE, which=st.integers(0, 1))
    def take_held(self, who: str, which: int) -> None:
        self.settle()
        key = list(self.held)[which % len(self.held)]
        with self.database.write() as session:
            if self.held[key] > self.now and self.state.get(who) != "confirmed":
                self.held[key] = self.now
                self.move(who, "confirmed")
                self.settle()
                teams.take(session, token=key, attendee=self.attendee(who), desk=DESK, now=self.now)
            elif self.held[key] <= self.now:
                with pytest.raises(Conflict):
                    teams.take(session, token=key, attendee=self.attendee(who), desk=DESK, now=self.now)

    # --- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def everybody_is_where_they_should_be(self) -> None:
        with self.database.read() as session:
            rows = session.scalars(select(Registration).where(Registration.edition_id == self.edition(session)))
            found = {row.first_name: row for row in rows}
            assert {who: row.state for who, row in found.items()} == self.state
            assert {who: row.offered_until for who, row in found.items() if row.offered_until} == self.offers
            line = queries.waiting(session, self.edition(session))
            assert [row.first_name for row in line] == self.queue
            assert [queries.position(session, row) for row in line] == list(range(1, len(line) + 1))
            taken = queries.tally(session, self.edition(session), self.now).taken
            assert taken == self.taken() <= self.allowed
            self.allowed = max(self.capacity, taken)
            assert self.mails(session) == +self.told

    # --- the model ---------------------------------------------------------------------------------------------------

    def taken(self) -> int:
        seated = sum(state in {"confirmed", "offered"} for state in self.state.values())
        return seated + sum(until > self.now for until in self.held.values())

    def settle(self) -> None:
        """Foresee what each act does first: offers lapse, then the first in line are asked."""
        for who in [who for who, until in sorted(self.offers.items(), key=lambda each: each[1]) if until <= self.now]:
            self.move(who, "expired")
        limit = offer_limit(self.starts_at, self.now)
        while limit and self.queue and self.taken() < self.capacity:
            who = self.queue[0]
            self.move(who, "offered")
            self.offers[who] = limit

    def join(self, who: str) -> None:
        free = self.taken() < self.capacity and not self.queue
        self.move(who, "confirmed" if free else "waiting")
        if not free:
            self.queue.append(who)

    def move(self, who: str, state: str) -> None:
        self.queue = [other for other in self.queue if other != who]
        self.offers.pop(who, None)
        self.state[who] = state
        self.tell(who)

    def tell(self, who: str) -> None:
        self.told[who] += 1
        self.told_at[who] = self.now

    # --- the service -------------------------------------------------------------------------------------------------

    def turn(self) -> None:
        self.settle()
        with self.database.write() as session:
            turn.keep(session, desk=DESK, now=self.now)

    def by_link(self, act: Callable[..., None], who: str) -> None:
        with self.database.write() as session:
            texts = select(Outbox).where(Outbox.recipient == self.address(who)).order_by(Outbox.created_at)
            key = token(session.scalars(texts).all()[0])  # the first one that was mailed works as well as the last
            act(session, token=key, desk=DESK, now=self.now)

    def address(self, who: str) -> str:
        return f"{who}@essai-{self.run}.example"

    def attendee(self, who: str) -> Attendee:
        return replace(ZOE, first_name=who, email=self.address(who).upper())

    def edition(self, session: Session) -> str:
        return current_record(session).id

    def mails(self, session: Session) -> Counter[str]:
        sent = session.scalars(select(Outbox.recipient))
        here = f"@essai-{self.run}.example"
        return Counter(to.removesuffix(here) for to in sent if to.endswith(here))


def play(database: Database, *, examples: int, steps: int) -> None:
    """Try this many stories, each of so many acts."""
    checks = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Seats(database), settings=checks)  # type: ignore[arg-type]  # any maker will do


def test_no_seat_is_oversold_the_order_is_kept_and_nobody_is_lost(database: Database) -> None:
    play(database, examples=6, steps=25)
    assert next(_RUNS) > 1


@pytest.mark.full
def test_the_same_over_many_long_stories(database: Database) -> None:
    play(database, examples=150, steps=50)
    assert next(_RUNS) > 1
