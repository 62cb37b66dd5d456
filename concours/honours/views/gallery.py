"""The honours as everybody reads them: absent before the publication, as a page that does not exist."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from concours.editions.queries import to_edition
from concours.honours import gallery
from concours.kernel.errors import NotFound
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.media import serve_copy
from concours.kernel.web.state import instant, state
from jury import api as jury

blueprint = ClosedBlueprint("palmares", __name__, access=everyone, url_prefix="/palmares")


@blueprint.get("")
def latest() -> ResponseReturnValue:
    """Show the latest honours."""
    with state().database.read() as session:
        known = gallery.published(session, instant())
    if not known:
        raise NotFound
    return _page(known[0].key)


@blueprint.get("/<string:key>")
def edition(key: str) -> ResponseReturnValue:
    """Show the honours of one edition."""
    return _page(key)


@blueprint.get("/<string:key>/<int:number>/<any(video, small, poster, document, page):role>-<int:position>")
def media(key: str, number: int, role: str, position: int) -> ResponseReturnValue:
    """Send a file of a creation: the copy that we made, where its team agreed."""
    with state().database.read() as session:
        work = gallery.work_numbered(session, gallery.published_edition(session, key, instant()), number)
        found = gallery.file_of(work, role, position)
    name = f"creation-{number}.pdf" if role == "document" else None
    return serve_copy(found.digest, size=found.size, mime=found.mime, name=name)


@blueprint.get("/<string:key>/<int:number>/sous-titres.vtt")
def captions(key: str, number: int) -> ResponseReturnValue:
    """Send the captions of a film."""
    with state().database.read() as session:
        work = gallery.work_numbered(session, gallery.published_edition(session, key, instant()), number)
        text = work.captions
    if not text:
        raise NotFound
    return text, {"Content-Type": "text/vtt; charset=utf-8", "Cache-Control": "private, max-age=3600"}


def _page(key: str) -> str:
    with state().database.read() as session:
        record = gallery.published_edition(session, key, instant())
        works = gallery.works_of(session, record)
        return render_template(
            "honours/gallery.html",
            edition=to_edition(session, record),
            works=works,
            others=[other.key for other in gallery.published(session, instant()) if other.id != record.id],
            published_at=record.publish_at,
            light=request.args.get("video") == "legere",
            format_number=jury.format_number,
        )
