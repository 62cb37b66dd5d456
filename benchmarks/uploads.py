"""Files coming in: how fast beside nginx, beside the least that must be done, and in how much memory."""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from benchmarks.bodies import MIB, film_body
from benchmarks.report import Report, Spread, ratios
from benchmarks.sender import Body, Connection, all_at_once, timed
from benchmarks.servers import Server, bound, nginx
from benchmarks.site import Site, open_site
from concours.serve import WEB_PROCESSES

_CHUNK = 4 * MIB
"""What the page sends at a time."""

_LOOK_S = 0.02
_LEAST_ROUNDS = 5
_Figures = dict[str, list[float]]
_ONE_TARGET, _ONE_AIM = 0.45, 0.6
_MANY_TARGET, _MANY_AIM = 0.4, 0.5
_GROWTH_MIB = 30


@dataclass(frozen=True)
class Sizes:
    """How much is sent, in bytes, and how often."""

    one: int = 200 * MIB
    many: int = 5 * MIB
    count: int = 50
    large: int = 1536 * MIB
    rounds: int = 9
    patience_s: float = 60
    """On a busy machine, no more rounds than needed once this long has passed."""


def measure(folder: Path, sizes: Sizes, report: Report) -> None:
    """Measure the three promises about uploads, all servers on the file system of `folder`."""
    with (
        nginx(folder / "nginx") as plain,
        bound(folder / "bound") as least,
        open_site(folder / "site") as site,
    ):
        servers = _Servers(plain, least, site, folder / "nginx" / "files")
        _one(servers, sizes, report)
        _many(servers, sizes, report)
        _memory(site, sizes, report)


@dataclass(frozen=True)
class _Servers:
    nginx: Server
    bound: Server
    site: Site
    files: Path
    """Where nginx keeps what is PUT."""

    def put(self, server: Server, body: Body, path: str = "/file") -> None:
        with Connection(server.port) as connection:
            connection.request("PUT", path, body=body, span=(0, body.size), status=201)

    def flush(self) -> None:
        """Bring nginx's file to the disk, which nginx leaves to the system."""
        handle = os.open(self.files / "file", os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def clean(self) -> None:
        for path in self.files.iterdir():
            path.unlink()
        self.site.forget_files()


class _Way(NamedTuple):
    """A way to send a file, and the server whose processor seconds it costs."""

    words: str
    act: Callable[[], object]
    server: Server


def _one(servers: _Servers, sizes: Sizes, report: Report) -> None:
    """Send one file to each server in turn, again and again, so that what else the machine does meets all of them."""
    report.section(
        f"Upload of {sizes.one // MIB} MiB, gunicorn with {WEB_PROCESSES} workers (ratio to nginx: 1 is as fast)"
    )
    ways = _ways(servers, sizes)
    times, costs = _rounds(ways, sizes, servers.clean)
    flushed = [put + flush for put, flush in zip(times["nginx"], times["flush"], strict=True)]
    for name in ("whole", "chunks"):
        words = ways[name].words
        report.promise(words, ratios(times["nginx"], times[name]), at_least=_ONE_TARGET, aim=_ONE_AIM)
        report.beside(f"{words}, nginx's file flushed too", ratios(flushed, times[name]))
        report.beside(f"{words}, to the bound, flushed", ratios(times["durable"], times[name]))
    for name in ("form", "bound", "durable"):
        report.beside(ways[name].words, ratios(times["nginx"], times[name]))
    for name, way in ways.items():
        report.beside(f"seconds: {way.words}", Spread(times[name], "s"))
    for name, way in ways.items():
        if name != "flush":
            report.beside(f"processor seconds of the server: {way.words}", Spread(costs[name], "s"))


def _ways(servers: _Servers, sizes: Sizes) -> dict[str, _Way]:
    body, site = film_body(sizes.one), servers.site
    entries = iter(site.drafts(3 * (sizes.rounds + 1)))
    nginx, bound, ours = servers.nginx, servers.bound, site.server
    return {
        "nginx": _Way("nginx", lambda: servers.put(nginx, body), nginx),
        "flush": _Way("flushing nginx's file afterwards", servers.flush, nginx),
        "bound": _Way("bound: read, SHA-256, write, no more", lambda: servers.put(bound, body), bound),
        "durable": _Way("bound, flushed as ours", lambda: servers.put(bound, body, "/file?durable"), bound),
        "whole": _Way("tus, one request", lambda: site.send_whole(next(entries), body), ours),
        "chunks": _Way("tus, chunks of 4 MiB", lambda: site.send_chunks(next(entries), body, _CHUNK), ours),
        "form": _Way("the page's form, no script", lambda: site.send_form(next(entries), body), ours),
    }


def _many(servers: _Servers, sizes: Sizes, report: Report) -> None:
    """Send many files at the same moment."""
    body, site = film_body(sizes.many), servers.site
    entries = iter(site.drafts(sizes.count * (sizes.rounds + 1)))

    def everyone(act: Callable[[str], None], names: Sequence[str]) -> float:
        return all_at_once([lambda name=name: act(name) for name in names])  # type: ignore[misc]  # bound early

    times: _Figures = {"nginx": [], "site": []}
    limit = time.monotonic() + sizes.patience_s
    for turn in range(sizes.rounds + 1):
        puts = [f"/{number}" for number in range(sizes.count)]
        nginx_s = everyone(lambda path: servers.put(servers.nginx, body, path), puts)
        site_s = everyone(lambda entry: site.send_whole(entry, body), [next(entries) for _ in puts])
        servers.clean()
        if turn:
            times["nginx"].append(nginx_s)
            times["site"].append(site_s)
        if turn >= _LEAST_ROUNDS and time.monotonic() > limit:
            break
    report.section(f"{sizes.count} uploads of {sizes.many // MIB} MiB at once (ratio to nginx)")
    report.promise("tus, one request each", ratios(times["nginx"], times["site"]), at_least=_MANY_TARGET, aim=_MANY_AIM)
    report.beside("seconds: nginx", Spread(times["nginx"], "s"))
    report.beside("seconds: tus", Spread(times["site"], "s"))


def _memory(site: Site, sizes: Sizes, report: Report) -> None:
    """Compare the web processes while a file comes to what they were, warm, before it."""
    report.section("Memory of the web processes while a file comes (proportional set size, the largest seen)")
    for size in (sizes.one, sizes.large):
        body, (entry_id,) = film_body(size), site.drafts(1)
        before = _pss(site)
        with Watch(site) as watch:
            site.send_chunks(entry_id, body, _CHUNK) if size == sizes.one else site.send_whole(entry_id, body)
        site.forget_files()
        how = "chunks" if size == sizes.one else "one request"
        words = f"{size // MIB} MiB ({how}): growth from {before:.0f} MiB"
        report.promise(words, Spread([watch.most - before], "MiB"), at_most=_GROWTH_MIB)
        report.beside("    and after it", Spread([_pss(site) - before], "MiB"))


class Watch:
    """Looks at the web processes' memory until the block ends."""

    def __init__(self, site: Site) -> None:
        self.most, self._site, self._over = 0.0, site, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.wait(_LOOK_S):
            self.most = max(self.most, _pss(self._site))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def _pss(site: Site) -> float:
    """Return the proportional set size of the web processes together, in MiB."""
    lines = [
        line for pid in site.server.processes for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    ]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _rounds(ways: Mapping[str, _Way], sizes: Sizes, clean: Callable[[], None]) -> tuple[_Figures, _Figures]:
    """Time every way in each round, and what it cost; the first round warms up and is not counted."""
    times: _Figures = {name: [] for name in ways}
    costs: _Figures = {name: [] for name in ways}
    limit = time.monotonic() + sizes.patience_s
    for turn in range(sizes.rounds + 1):
        for name, way in ways.items():
            before = way.server.cpu_s()
            seconds = timed(way.act)
            if turn:
                times[name].append(seconds)
                costs[name].append(way.server.cpu_s() - before)
        clean()
        if turn >= _LEAST_ROUNDS and time.monotonic() > limit:
            break
    return times, costs
