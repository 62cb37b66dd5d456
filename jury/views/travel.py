"""Works for a train: what a device takes along, and the worker that serves it there and nothing else."""

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.questions import reader_of
from concours.kernel.settings import ROOT
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import state
from jury import queries
from jury.views.access import seat, sitting
from jury.views.works import own_queue

travel = ClosedBlueprint("travel", __name__, access=sitting)

_TAKEN = 20
_SMALL = frozenset({"small", "poster", "page"})
_SCRIPT = ROOT / "static" / "js" / "travel-worker.js"


@travel.get("/emporter")
def manifest() -> ResponseReturnValue:
    """List the next works to score, with the files to keep of each and their sizes; none once scoring is over."""
    with state().database.read() as session:
        numbers = own_queue(reader_of(session)).coming(_TAKEN) if seat().writes else []
        files = queries.files_of(session, seat().jury, numbers=numbers, roles=_SMALL)
        captions = queries.captions_sizes(session, seat().jury, numbers=numbers)
    works = [
        {
            "number": number,
            "page": url_for("works.show", number=number),
            "files": [_file(number, *file) for file in files.get(number, ())] + _captions(number, captions.get(number)),
        }
        for number in numbers
    ]
    return jsonify(works=works, home=url_for("works.home"))


def _file(number: int, role: str, position: int, size: int) -> dict[str, str | int]:
    return {"url": url_for("works.media", number=number, role=role, position=position), "size": size}


def _captions(number: int, size: int | None) -> list[dict[str, str | int]]:
    return [{"url": url_for("works.captions", number=number), "size": size}] if size else []


@travel.get("/service-worker.js")
def worker() -> ResponseReturnValue:
    """Send the script from where its reach is the jury's pages."""
    return _SCRIPT.read_text(encoding="utf-8"), {"Content-Type": "text/javascript; charset=utf-8"}
