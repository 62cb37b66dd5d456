"""The reveal on stage: one page that takes everything with it, then needs no network.

The page is an empty frame. Its script fetches what is to be shown and each file into its own memory, and puts into the
document nothing but the present step: an administration is nowhere in it before it is said.
"""

from typing import Any

from flask import jsonify, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from concours.editions.queries import to_edition
from concours.honours import gallery
from concours.honours.gallery import ShownWork
from concours.honours.game import queries as game_queries
from concours.honours.views.base import blueprint, unsealed_record
from concours.intake.models import JuryFile
from concours.kernel.web.media import serve
from concours.kernel.web.security import content_security_policy
from concours.kernel.web.state import state
from jury import api as jury

_SHOWN = ("video", "poster", "page")


@blueprint.get("/scene")
def stage() -> ResponseReturnValue:
    """Show the frame of the reveal."""
    with state().database.read() as session:
        record = unsealed_record(session)
        game = game_queries.game_of(session, record.id)
        edition = to_edition(session, record)
    page = make_response(
        render_template(
            "honours/stage.html",
            edition=edition,
            game=game,
            address=f"{state().settings.public_url}/jeu/{game.code}" if game else "",
        )
    )
    page.headers["Content-Security-Policy"] = content_security_policy("blob:")
    return page


@blueprint.get("/scene/contenu")
def stage_content() -> ResponseReturnValue:
    """Return what is to be shown, the first laureate first, with the addresses of the files."""
    with state().database.read() as session:
        record = unsealed_record(session)
        game = game_queries.game_of(session, record.id)
        played = {each.work_number for each in game.rounds} if game else set[int]()
        works = [_told(work, played) for work in gallery.works_of(session, record)]
    answer = jsonify(works=works)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/scene/<int:number>/<any(video, poster, page):role>-<int:position>")
def stage_media(number: int, role: str, position: int) -> ResponseReturnValue:
    """Send a file to the page's script: from here, whatever the storage."""
    with state().database.read() as session:
        found = gallery.file_of(gallery.work_numbered(session, unsealed_record(session), number), role, position)
    return serve(state().stores.ready.read, found.digest, size=found.size, mime=found.mime)


def _told(work: ShownWork, played: set[int]) -> dict[str, Any]:
    laureate, dossier = work.laureate, work.dossier
    return {
        "number": work.number,
        "name": jury.format_number(work.number),
        "rank": laureate.rank,
        "tied": work.tied,
        "title": dossier.title,
        "category": dossier.category_label,
        "consented": work.consented,
        "captions": work.captions,
        "files": [_file(work, file) for file in work.files if file.role in _SHOWN],
        "played": work.number in played,
        "team": dossier.team,
        "administration": dossier.administration,
        "reason": laureate.reason,
    }


def _file(work: ShownWork, file: JuryFile) -> dict[str, Any]:
    where = url_for("honours.stage_media", number=work.number, role=file.role, position=file.position)
    return {"role": file.role, "url": where, "size": file.size, "text": file.text if file.role == "page" else ""}
