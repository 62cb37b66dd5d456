"""Leaks made on purpose: each is a mistake that somebody could make, and that the crawler has to report."""

import base64
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing

from flask import Response, request, session

from tests.canary import TEAM
from tests.sealed_contest import SealedContest, Snapshot

Plant = Callable[[Snapshot, SealedContest], None]


def _sql(statement: str, value: str = TEAM) -> Plant:
    def plant(snapshot: Snapshot, _sealed: SealedContest) -> None:
        path = snapshot.settings.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as connection, connection:
            assert connection.execute(statement, (value,)).rowcount

    return plant


def _after(change: Callable[[Response], None]) -> Plant:
    """Return a plant that changes every answer of the jury's application."""

    def plant(snapshot: Snapshot, _sealed: SealedContest) -> None:
        def changed(response: Response) -> Response:
            change(response)
            return response

        snapshot.jury.after_request(changed)

    return plant


def _in_pages(words: bytes) -> Plant:
    def change(response: Response) -> None:
        if response.mimetype == "text/html":
            response.set_data(response.get_data().replace(b"</main>", b"<!-- " + words + b" --></main>"))

    return _after(change)


def _on_files(name: str, value: str) -> Plant:
    def change(response: Response) -> None:
        if request.endpoint == "works.media":
            response.headers[name] = value

    return _after(change)


def _in_cookie(snapshot: Snapshot, _sealed: SealedContest) -> None:
    def remember() -> None:
        session["author"] = TEAM
        session["padding"] = "a" * 200  # so that the cookie is packed

    snapshot.jury.before_request(remember)


def _in_error_pages(response: Response) -> None:
    if response.status_code == 404:
        response.set_data(response.get_data().replace(b"</main>", TEAM.encode() + b"</main>"))


def _in_files(snapshot: Snapshot, _sealed: SealedContest) -> None:
    for path in snapshot.ready_files():
        content = path.read_bytes()
        mark = TEAM.encode("utf-16-be")
        path.write_bytes(content[:60] + mark + content[60 + len(mark) :])


def _identifier(snapshot: Snapshot, sealed: SealedContest) -> None:
    secret = min(sealed.secrets)
    _in_pages(f"entry-{secret}".encode())(snapshot, sealed)


PLANTS: Mapping[str, Plant] = {
    "team in a summary": _sql("UPDATE jury_work SET summary = ? WHERE rowid = 2"),
    "team beside a title, without its accents": _sql(
        "UPDATE jury_work SET title = title || ? WHERE rowid = 1", " ZEPHYRINE"
    ),
    "team in the words of a page": _sql("UPDATE jury_media SET text = ? WHERE role = 'page'"),
    "day of arrival in a summary": _sql("UPDATE jury_work SET summary = ? WHERE rowid = 3", "Reçue le 07/02/2027"),
    "identifier of an entry in a page": _identifier,
    "base64 in a page": _in_pages(base64.b64encode(TEAM.encode())),
    "entities in a page": _in_pages(b"Z&eacute;phyrine"),
    "team in error pages": _after(_in_error_pages),
    "file name of a download": _on_files("Content-Disposition", "inline; filename*=UTF-8''Z%C3%A9phyrine.mp4"),
    "author in a header": _on_files("X-Author", TEAM),
    "age of a file": _on_files("Last-Modified", "Sat, 13 Mar 2027 19:00:00 GMT"),
    "digest of a file's version": _on_files("ETag", '"1"'),
    "author in the cookie": _in_cookie,
    "author inside the files": _in_files,
}
