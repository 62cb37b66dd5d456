"""The entries: the list, one of them with its files, the decision."""

from http import HTTPStatus
from math import ceil

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.editions.queries import current_record, to_edition
from concours.entries.models import Deposit
from concours.entries.rules import Way
from concours.intake.rules import Kind
from concours.kernel.clock import format_instant
from concours.kernel.errors import NotFound
from concours.kernel.queue import SLOW
from concours.kernel.storage import human_size
from concours.kernel.text import capital, grouped
from concours.kernel.web.media import serve, serve_copy
from concours.kernel.web.state import instant, state
from concours.organisers import bulk, examiners, listing, narrowing, operations, queries, seen
from concours.organisers.views.base import blueprint, note_seen

_LAST_PAGE = 100_000


@blueprint.get("/candidatures")
def entries() -> ResponseReturnValue:
    """List the entries, narrowed and sorted as the address says."""
    number = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    with state().database.read() as session:
        record = current_record(session)
        categories = to_edition(session, record).categories
        wanted = narrowing.read(request.args, categories)
        shown, total = listing.list_entries(session, record.id, wanted, page=number)
        counts = listing.standings(session, record.id)
        present = examiners.others(
            session, [each.entry_id for each in shown], reader=current_account_id(), now=instant()
        )
    states = narrowing.STATES.items()
    return render_template(
        "organisers/entries.html",
        entries=shown,
        present=present,
        total=total,
        everything=counts.total(),
        page=number,
        last=ceil(total / listing.PER_PAGE),
        tabs=[(key, label, sum(counts[each] for each in kinds)) for key, (label, kinds) in states],
        wanted=wanted,
        choices=_choices(categories),
        flags=narrowing.FLAG_LABELS,
        sorts=narrowing.SORT_LABELS,
        acts=bulk.ACT_LABELS,
    )


def _choices(categories: tuple[str, ...]) -> list[tuple[str, str, dict[str, str]]]:
    """Return each list that narrows: its name in the address, its label, its choices."""
    return [
        ("categorie", "Catégorie", {name: capital(name) for name in categories}),
        ("type", "Type de fichier", dict(narrowing.KIND_LABELS)),
        ("copie", "Copie pour le jury", dict(narrowing.COPY_LABELS)),
    ]


@blueprint.post("/candidatures/<string:entry_id>/relancer-la-copie")
def retry(entry_id: str) -> ResponseReturnValue:
    """Have the jury copy made again."""
    now = instant()
    with state().database.write() as session:
        creation_id = operations.retry_jury_copy(session, entry_id=entry_id, actor=current_account_id(), now=now)
    state().queues.announce(SLOW, "render", creation_id)
    flash("La fabrication de la copie est relancée.", "success")
    return redirect(url_for(".entry", entry_id=entry_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/candidatures/<string:entry_id>/copie/<string:file_id>")
def jury_file(entry_id: str, file_id: str) -> ResponseReturnValue:
    """Serve a file of the jury copy of what was deposited."""
    creation = _deposit(entry_id).creation
    file = next((file for file in creation.jury_files if file.id == file_id), None)
    if file is None:
        raise NotFound
    return serve_copy(file.digest, size=file.size, mime=file.mime)


@blueprint.get("/candidatures/<string:entry_id>/original")
def original(entry_id: str) -> ResponseReturnValue:
    """Serve the deposited file as it came, to be saved: a browser never opens it here."""
    deposit = _deposit(entry_id)
    creation = deposit.creation
    if creation.kind is None:
        raise NotFound
    note_seen(seen.ORIGINAL_TAKEN, entry_id)
    name = f"creation-{deposit.receipt_number.lower()}.{creation.kind}"
    read, mime = state().stores.quarantine.read, Kind(creation.kind).mime
    return serve(read, creation.quarantine_key, size=creation.size, mime=mime, attachment=name)


def _deposit(entry_id: str) -> Deposit:
    """Return the deposit that counts. Raises NotFound for a draft and for a withdrawn entry."""
    with state().database.read() as session:
        deposit = queries.find_examined(session, entry_id).entry.deposit
    if deposit is None:
        raise NotFound
    return deposit


def facts_of(deposit: Deposit) -> list[tuple[str, str]]:
    """Return what is known of the deposit and of its file, names and values."""
    creation = deposit.creation
    facts = [
        ("Accusé de réception", f"n° {deposit.receipt_number}"),
        ("Déposée le", format_instant(deposit.at, seconds=True)),
        *_way_facts(deposit),
        ("Nom du fichier d'origine", creation.name),
        ("Format", f".{creation.kind}" if creation.kind else "Pas encore connu"),
        ("Taille", f"{human_size(creation.size)} ({grouped(creation.size)} octets)"),
    ]
    if creation.duration_s is not None:
        facts.append(("Durée mesurée", f"{creation.duration_s:.1f} secondes".replace(".", ",")))
    if creation.pages is not None:
        facts.append(("Pages", str(creation.pages)))
    return [*facts, ("Empreinte du fichier (SHA-256)", creation.sha256)]


def _way_facts(deposit: Deposit) -> list[tuple[str, str]]:
    """Return how the deposit came about, where it was not a candidate's own plain act."""
    if deposit.way == Way.ARMED:
        return [("Dépôt", "Fait de lui-même au dernier octet du fichier, à la demande de l'équipe")]
    if deposit.way == Way.LATE:
        return [("Dépôt", "Hors délai, admis"), ("Motif", deposit.reason)]
    if deposit.way == Way.BEHALF and deposit.came_at:
        received = format_instant(deposit.came_at)
        return [
            ("Dépôt", "Par le secrétariat, pour le compte de l'équipe"),
            ("Reçue le", received),
            ("Motif", deposit.reason),
        ]
    return []
