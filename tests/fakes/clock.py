"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

SOME_MORNING = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
"""While the contest is open: Monday 1 February 2027, 10:00 in Paris."""


class FrozenClock:
    """Returns the same aware UTC instant until it is moved."""

    def __init__(self, now: datetime = SOME_MORNING) -> None:
        self.now = now.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> datetime:
        """Move by `step` and return the new instant."""
        self.now += step
        return self.now

    def move_to(self, instant: datetime) -> None:
        """Stand at `instant`, which must be aware."""
        self.now = instant.astimezone(UTC)
