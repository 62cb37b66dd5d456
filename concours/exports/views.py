"""The organisers' page of exports."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id, organisers_only
from concours.editions.queries import records, to_edition
from concours.exports import operations
from concours.exports.formats.every import MIMES, chunks
from concours.exports.forms import SLUGS, ExportForm, export_form
from concours.exports.operations import READERS, Export
from concours.exports.rules import NAMES, REASONED, Kind, keep_until
from concours.kernel.db import Database
from concours.kernel.errors import DomainError
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state

blueprint = ClosedBlueprint("exports", __name__, access=organisers_only, url_prefix="/organisation/exports")

_KINDS = {
    "anonyme": Kind.ANONYMOUS,
    "presence": Kind.ATTENDANCE,
    "complet": Kind.FULL,
    "besoins": Kind.NEEDS,
}
_LABELS = {"anonyme": "Anonyme", "presence": "Présence", "complet": "Complet", "besoins": "Besoins d'accueil"}
_WORDS = {
    Kind.ANONYMOUS: (
        "Des nombres et des catégories : ni nom, ni adresse, ni date. Un pseudonyme tient lieu de nom : le même dans "
        "tout le fichier, un autre à l'export suivant."
    ),
    Kind.ATTENDANCE: "Qui est attendu à l'évènement : nom, administration et fonction.",
    Kind.FULL: "Tout ce que le secrétariat sait, adresses comprises, sauf les besoins d'accueil. Motif demandé.",
    Kind.NEEDS: "Les besoins signalés à l'inscription, et par qui. Motif demandé.",
}


@blueprint.route("", methods=("GET", "POST"))
def overview() -> ResponseReturnValue:
    """Say what each kind of export holds, for whom and until when; give the one that is asked for."""
    chosen = request.args.get("genre", "")
    chosen = chosen if chosen in _KINDS else next(iter(_KINDS))
    kind = _KINDS[chosen]
    key = request.args.get("edition", "")
    with state().database.read() as session:
        edition = to_edition(session, operations.record_of(session, key))
        offers, known = operations.offers(session, kind=kind, edition_key=key), [each.key for each in records(session)]
    form = export_form(offers, request.args.getlist("tableau"))
    if form.validate_on_submit() and (export := _recorded(form, kind, key)):
        return _file(export)
    with state().database.read() as session:
        rows = operations.counts(session, kind=kind, offered=offers, edition_key=key)
    page = render_template(
        "exports/overview.html",
        form=form,
        offers=offers,
        rows=rows,
        names=NAMES,
        kinds=_LABELS,
        chosen=chosen,
        edition=edition,
        known=known,
        asked=key,
        words=_WORDS[kind],
        readers=READERS[kind],
        until=keep_until(kind, edition),
        reasoned=kind in REASONED,
    )
    return page, HTTPStatus(g.get("refusal_status", HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK))


def _recorded(form: ExportForm, kind: Kind, edition_key: str) -> Export | None:
    """Put on record what leaves, before any of it does; a refusal goes into the form."""
    actor, now = current_account_id(), instant()
    try:
        with state().database.write() as session:
            return operations.take_out(session, wanted=form.wanted(kind, edition_key), actor=actor, now=now)
    except DomainError as refusal:
        form.refuse(refusal.message)
        g.refusal_status = refusal.status
        return None


def _file(export: Export) -> Response:
    """Answer with the file, whose first bytes are made here: what goes wrong in them is still a page."""
    content = _content(state().database, export)
    response = Response(chain([next(content)], content), mimetype=MIMES[export.wanted.format])
    topics = export.wanted.topics
    name = SLUGS[topics[0]] if len(topics) == 1 else "exports"
    file = f"{name}-{export.edition.key}.{export.wanted.format}"
    response.headers.set("Content-Disposition", "attachment", filename=file)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _content(database: Database, export: Export) -> Iterator[bytes]:
    with database.read() as session:
        yield from chunks(export.wanted.format, export.book, operations.tables(session, export=export))
