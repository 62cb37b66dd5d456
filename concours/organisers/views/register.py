"""The register of deposits: every attempt, in time or not, and what became of it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.models import AuditEvent
from concours.entries.operations import LATE_ATTEMPT
from concours.kernel.queue import QUICK
from concours.kernel.web.state import state
from concours.organisers import leeway, queries
from concours.organisers.forms.leeway import AdmitForm
from concours.organisers.views.base import blueprint, carry_out, status_of
from concours.organisers.views.leeway import act

_OUTCOMES = {
    "entry_deposited": "Déposée",
    "deposit_incomplete": "Non déposée : dossier incomplet",
    LATE_ATTEMPT: "Hors délai",
    "late_admitted": "Hors délai, admise",
    "attempt_failed": "Non déposée : panne du service",
    "deposited_file_refused": "Fichier déposé refusé après vérification",
    "entry_withdrawn": "Retirée",
}
_WAYS = {"armed": "à la fin de l'envoi", "late": "admise hors délai", "behalf": "pour le compte du candidat"}
_ACTS = {
    "upload": "fin d'un envoi",
    "entries.deposit": "dépôt",
    "entries.creation": "envoi par le formulaire",
    "uploads.collection": "début d'un envoi",
    "phone_uploads.collection": "début d'un envoi",
    "entries.withdrawal": "retrait",
    "entries.part": "modification du dossier",
}
_PER_PAGE = 50
_LAST_PAGE = 100_000


@blueprint.get("/registre")
def register() -> ResponseReturnValue:
    """List the attempts, the latest first; those of one dossier (`?dossier`)."""
    number = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    entry_id = request.args.get("dossier") or None
    with state().database.read() as session:
        events = queries.register(
            session, frozenset(_OUTCOMES), entry_id=entry_id, offset=(number - 1) * _PER_PAGE, limit=_PER_PAGE + 1
        )
        titles = queries.titles(session, [event for event, _ in events])
        admitted = leeway.admitted(session)
    rows = [_row(event, email, titles, admitted) for event, email in events[:_PER_PAGE]]
    more = len(events) > _PER_PAGE
    return render_template("organisers/register.html", rows=rows, number=number, more=more, entry_id=entry_id)


@blueprint.route("/registre/<int:position>/admettre", methods=("GET", "POST"))
def admit(position: int) -> ResponseReturnValue:
    """Show a late attempt and what admitting it does, or admit it."""
    with state().database.read() as session:
        attempt = leeway.find_admissible(session, position)
        each, admitted = queries.find_examined(session, attempt.subject), position in leeway.admitted(session)
    form = AdmitForm()
    if form.validate_on_submit() and carry_out(
        form, lambda session, _: leeway.admit_late(session, position=position, act=act(form.reason.data))
    ):
        state().queues.announce(QUICK, "mail")
        flash(f"Dépôt tardif admis : « {each.title} ». Un accusé de réception part aussitôt.", "success")
        return redirect(url_for(".entry", entry_id=each.entry.id), HTTPStatus.SEE_OTHER)
    page = render_template(
        "organisers/admit.html",
        each=each,
        attempt=attempt,
        what=_ACTS.get(attempt.details["act"], ""),
        size=attempt.details.get("size"),
        admitted=admitted,
        form=form,
    )
    return page, status_of(form)


def _row(
    event: AuditEvent, email: str | None, titles: Mapping[int, str], admitted: frozenset[int]
) -> Mapping[str, Any]:
    details = event.details
    late = event.action == LATE_ATTEMPT
    said = [_WAYS.get(details.get("way", ""), ""), _ACTS.get(details.get("act", ""), "")]
    return {
        "at": event.at,
        "who": email or {"system": "Le service"}.get(event.actor, "Compte supprimé"),
        "outcome": _OUTCOMES[event.action],
        "said": ", ".join(word for word in said if word),
        "size": details.get("size"),
        "entry_id": event.subject if event.position in titles else None,
        "title": titles.get(event.position, ""),
        "position": event.position,
        "admissible": late and details["act"] in leeway.ADMISSIBLE_ACTS and event.position not in admitted,
        "admitted": late and event.position in admitted,
    }
