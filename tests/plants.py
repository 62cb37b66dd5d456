"""Leaks made on purpose: each is a mistake that somebody could make, and that the crawler has to report."""

import base64
import io
import sqlite3
import struct
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any, NamedTuple

import pikepdf
import pytest
from flask import Response, request, session

from concours.kernel.errors import Forbidden, NotFound
from concours.kernel.mail import Message
from concours.kernel.mail import compose as compose_mail
from concours.kernel.questions import Reader
from concours.kernel.storage import open_stores
from jury import operations, queries, reminders
from jury.queue import Queue
from jury.views import works
from tests.canary import TEAM
from tests.sealed_contest import TITLES, SealedContest, Snapshot


class Scene(NamedTuple):
    """Where a leak is planted."""

    snapshot: Snapshot
    sealed: SealedContest
    patch: pytest.MonkeyPatch


Plant = Callable[[Scene], None]


class Leak(NamedTuple):
    """A mistake, words of the finding that names it, and what it shows in."""

    plant: Plant
    named: str = "tells 'Zéphyrine'"
    shows_in: str = "answers"


def _sql(statement: str, value: str = TEAM) -> Plant:
    def plant(scene: Scene) -> None:
        path = scene.snapshot.settings.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as connection, connection:
            assert connection.execute(statement, (value,)).rowcount

    return plant


def _after(change: Callable[[Response], None]) -> Plant:
    """Return a plant that changes every answer of the jury's application."""

    def plant(scene: Scene) -> None:
        def changed(response: Response) -> Response:
            change(response)
            return response

        scene.snapshot.jury.after_request(changed)

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


def _in_cookie(scene: Scene) -> None:
    def remember() -> None:
        session["author"] = TEAM
        session["padding"] = "a" * 200  # so that the cookie is packed

    scene.snapshot.jury.before_request(remember)


def _in_error_pages(response: Response) -> None:
    if response.status_code == 404:
        response.set_data(response.get_data().replace(b"</main>", TEAM.encode() + b"</main>"))


def _in_files(scene: Scene) -> None:
    for path in scene.snapshot.ready_files():
        content = path.read_bytes()
        mark = TEAM.encode("utf-16-be")
        path.write_bytes(content[:60] + mark + content[60 + len(mark) :])


def _identifier(scene: Scene) -> None:
    _in_pages(f"entry-{min(scene.sealed.secrets)}".encode())(scene)


def _replace(scene: Scene, mime: str, change: Callable[[bytes], bytes]) -> None:
    """Put other files in the place of those of a type, as a copy that was badly made would lie there."""
    stores, path = open_stores(scene.snapshot.settings), scene.snapshot.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = connection.execute("SELECT digest FROM jury_media WHERE mime = ?", (mime,)).fetchall()
        assert rows
        for (digest,) in set(rows):
            made = scene.snapshot.settings.data / "badly-made"
            made.write_bytes(change(scene.snapshot.ready(digest)))
            size = made.stat().st_size
            moved = (stores.ready.add(made), size, digest)
            connection.execute("UPDATE jury_media SET digest = ?, size = ? WHERE digest = ?", moved)


def _titled(content: bytes) -> bytes:
    """Return the document with a title, packed where its bytes do not show it."""
    with pikepdf.open(io.BytesIO(content)) as document:
        document.docinfo[pikepdf.Name.Title] = TEAM
        written = io.BytesIO()
        document.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    return written.getvalue()


def _signed_film(content: bytes) -> bytes:
    """Return the film with a box that names its author."""
    name = TEAM.encode()
    return content + struct.pack(">I4s", 8 + len(name), b"udta") + name


def _document_title(scene: Scene) -> None:
    _replace(scene, "application/pdf", _titled)


def _film_author(scene: Scene) -> None:
    _replace(scene, "video/mp4", _signed_film)


def _by_arrival(scene: Scene) -> None:
    """Have the list show works as they came; backwards where the draw happens to be that very order."""
    made, titles = works.own_queue, scene.snapshot.titles()

    def queue(reader: Reader) -> Queue:
        drawn = made(reader)
        came = sorted(drawn.order, key=lambda number: TITLES.index(titles[number]))
        return Queue(came[::-1] if came == drawn.order else came, drawn.standings)

    scene.patch.setattr(works, "own_queue", queue)


def _numbers_by_arrival(scene: Scene) -> None:
    scene.patch.setattr(operations, "_draw", lambda count, _taken: list(range(1, count + 1)))


def _title_in_mail(scene: Scene) -> None:
    """Have reminders say which work waits."""
    written = compose_mail

    def compose(template: str, **context: Any) -> Message:
        message = written(template, **context)
        return replace(message, text=f"{message.text}\nIl reste : {TITLES[0]}")

    scene.patch.setattr(reminders, "compose", compose)
    scene.snapshot.remind()


def _forbidden(scene: Scene) -> None:
    """Answer that a work is kept from a member, where another number is not found."""
    found = queries.find_work

    def find(reader: Reader, *, session_id: str, member_id: str, number: int) -> queries.WorkSeen:
        try:
            return found(reader, session_id=session_id, member_id=member_id, number=number)
        except NotFound:
            if number in scene.sealed.numbers:
                raise Forbidden("Cette œuvre ne vous est pas présentée.") from None
            raise

    scene.patch.setattr(queries, "find_work", find)


def _header_of_the_forbidden(scene: Scene) -> None:
    def change(response: Response) -> None:
        if response.status_code == 404 and (request.view_args or {}).get("number") in scene.sealed.numbers:
            response.headers["Cache-Control"] = "private"

    _after(change)(scene)


LEAKS: Mapping[str, Leak] = {
    "team in a summary": Leak(_sql("UPDATE jury_work SET summary = ? WHERE rowid = 2")),
    "team in captions": Leak(_sql("UPDATE jury_work SET captions = ? WHERE captions <> ''")),
    "team in a transcript": Leak(_sql("UPDATE jury_work SET transcript = ? WHERE rowid = 2")),
    "team beside a title, without its accents": Leak(
        _sql("UPDATE jury_work SET title = title || ? WHERE rowid = 1", " ZEPHYRINE")
    ),
    "team in the words of a page": Leak(_sql("UPDATE jury_media SET text = ? WHERE role = 'page'")),
    "day of arrival in a summary": Leak(
        _sql("UPDATE jury_work SET summary = ? WHERE rowid = 3", "Reçue le 07/02/2027"), "tells '07/02/2027'"
    ),
    "identifier of an entry in a page": Leak(_identifier, "tells "),
    "base64 in a page": Leak(_in_pages(base64.b64encode(TEAM.encode()))),
    "quoted-printable in a page": Leak(_in_pages(b"Z=C3=A9phyrine")),
    "entities in a page": Leak(_in_pages(b"Z&eacute;phyrine")),
    "team in error pages": Leak(_after(_in_error_pages), "(404) tells 'Zéphyrine'"),
    "file name of a download": Leak(
        _on_files("Content-Disposition", "inline; filename*=UTF-8''Z%C3%A9phyrine.mp4"), "/media/"
    ),
    "author in a header": Leak(_on_files("X-Author", TEAM), "/media/"),
    "age of a file": Leak(_on_files("Last-Modified", "Sat, 13 Mar 2027 19:00:00 GMT"), "says Last-Modified"),
    "digest of a file's version": Leak(_on_files("ETag", '"1"'), "says ETag"),
    "author in the cookie": Leak(_in_cookie),
    "author inside the files": Leak(_in_files, "/media/"),
    "title of a document": Leak(_document_title, "/media/document-1"),
    "author of a film": Leak(_film_author, "/media/video-1"),
    "order by arrival": Leak(_by_arrival, "works stand as", "order"),
    "numbers by arrival": Leak(_numbers_by_arrival, "numbers follow the arrival", "numbers"),
    "title in a mail": Leak(_title_in_mail, f"tells {TITLES[0]!r}", "mails"),
    "403 where another answers 404": Leak(_forbidden, "answers (403", "absences"),
    "a header of the 404 of what is hidden": Leak(_header_of_the_forbidden, "kept apart answers (404", "absences"),
}
