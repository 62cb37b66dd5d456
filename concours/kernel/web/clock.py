"""What a page asks from time to time: the server's clock, and until when it waits."""

from datetime import datetime

from flask import Response, jsonify

from concours.kernel.clock import format_instant
from concours.kernel.text import typographic


def clock_answer(
    *, now: datetime, until: datetime | None, phase: str, deadline: str | None, standing: str = ""
) -> Response:
    """Answer in JSON; `standing` is markup, the rest are instants and sentences."""
    return jsonify(
        now=now.isoformat(),
        until=until.isoformat() if until else None,
        words=typographic(format_instant(until)) if until else "",
        phase=phase,
        deadline=typographic(deadline) if deadline else "",
        standing=standing,
    )
