"""How many plain answers a second, beside a bare Flask application under the same gunicorn."""

from pathlib import Path

from benchmarks.report import Report, Spread, ratios
from benchmarks.sender import Connection, all_at_once
from benchmarks.servers import bare_flask
from benchmarks.site import open_site

_CLIENTS = 4


def measure(folder: Path, requests: int, rounds: int, report: Report) -> None:
    """Ask both for `GET /sante`, in turn, over connections that stay open; ours asks the database each time."""
    with bare_flask(folder / "bare") as bare, open_site(folder / "answers") as site:
        speeds: dict[str, list[float]] = {"bare": [], "ours": []}
        for turn in range(rounds + 1):
            for name, port in (("bare", bare.port), ("ours", site.port)):
                seconds = all_at_once([lambda port=port: _ask(port, requests) for _ in range(_CLIENTS)])  # type: ignore[misc]  # bound early
                if turn:
                    speeds[name].append(_CLIENTS * requests / seconds)
    report.section("Plain answers: GET /sante")
    report.beside("ours (one query of the database)", Spread(speeds["ours"], "/s"))
    report.beside("bare Flask answer", Spread(speeds["bare"], "/s"))
    report.beside("ours beside the bare answer", ratios(speeds["ours"], speeds["bare"]))


def _ask(port: int, requests: int) -> None:
    with Connection(port) as connection:
        for _ in range(requests):
            connection.request("GET", "/sante")
