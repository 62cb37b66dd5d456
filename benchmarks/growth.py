"""What the jury's pages cost the processor as the works grow: the table of docs/jury-speed.md."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.ranking import Sizes, close, enter, fill
from benchmarks.report import Report
from benchmarks.sender import Connection
from benchmarks.servers import Server
from benchmarks.site import Site, open_site

SIZES = [Sizes(works=works, rounds=10) for works in (60, 250, 500, 1000, 2000)]
_EACH = 5
"""How many times a page is asked for in a round: the system counts hundredths of a second."""


def measure(folder: Path, sizes: Sequence[Sizes], report: Report) -> None:
    """Print one line of the table for each size."""
    report.section("What a page costs as the works grow (processor milliseconds)")
    for number, each in enumerate(sizes):
        with open_site(folder / f"growth-{number}") as site:
            costs = _costs(site, each)
        if not number:
            report.note(f"| Works | Jurors | {' | '.join(costs)} |")
            report.note(f"|{'---:|' * (2 + len(costs))}")
        report.note(f"| {each.works} | {each.jurors} | {' | '.join(f'{cost:.1f}' for cost in costs.values())} |")


def _costs(site: Site, sizes: Sizes) -> Mapping[str, float]:
    panel = fill(site, sizes)
    juror, secretary = enter(site, "jure1"), enter(site, "secretaire")
    open_pages = {
        "A work's page": (f"/jury/oeuvres/{panel.numbers[0]}", juror),
        "Own list": ("/jury/", juror),
        "Progress": ("/jury/avancement", secretary),
    }
    costs = {name: _cost(site.server, path, cookie, sizes.rounds) for name, (path, cookie) in open_pages.items()}
    close(site, panel)
    return costs | {"Ranking": _cost(site.server, "/jury/classement", secretary, sizes.rounds)}


def _cost(server: Server, path: str, cookie: str, rounds: int) -> float:
    """Return the milliseconds of processor that the server takes for the page, once it has been asked for before."""
    with Connection(server.port) as connection:
        connection.request("GET", path, {"Cookie": cookie})
        before = server.cpu_s()
        for _ in range(_EACH * rounds):
            connection.request("GET", path, {"Cookie": cookie})
        return 1000 * (server.cpu_s() - before) / (_EACH * rounds)
