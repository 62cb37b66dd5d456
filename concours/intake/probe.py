"""Examine a whole file in the sandbox: its outline first, then what the parsers of its kind find in it."""

from pathlib import Path
from typing import Any

from concours.intake.ends import check_whole
from concours.intake.rules import Kind, Limits


def probe(source: Path, _out: Path, arguments: dict[str, Any], _report: object) -> dict[str, Any]:
    """Give duration_s, width, height, pages, findings (those that apply); raise Refused."""
    kind = Kind(arguments["kind"])
    limits = Limits(kinds=frozenset({kind}), max_bytes=source.stat().st_size, **arguments["limits"])
    check_whole(source, kind)
    if kind is Kind.PDF:
        from concours.intake import papers  # noqa: PLC0415 -- loading them costs more than most files: only what serves

        return papers.probe(source, limits)
    from concours.intake import measure  # noqa: PLC0415 -- same reason

    return measure.measure(source, kind, limits)
