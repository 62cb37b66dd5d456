"""The log of acts, in words: who did what, when; and whether the chain holds."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from concours.entries.operations import LATE_ATTEMPT
from concours.kernel.web.state import state
from concours.organisers import queries
from concours.organisers.views.base import blueprint

_ACTIONS = {
    "organiser_added": "Personne ajoutée au secrétariat",
    "session_ended": "Session fermée à distance",
    "sessions_ended": "Déconnexion partout",
    "address_changed": "Adresse de compte changée",
    "entry_started": "Candidature commencée",
    "dossier_saved": "Brouillon enregistré",
    "creation_attached": "Fichier reçu",
    "entry_deposited": "Candidature déposée",
    "entry_withdrawn": "Candidature retirée",
    "person_invited": "Personne invitée sur un dossier",
    "invitation_withdrawn": "Invitation sur un dossier retirée",
    "invitation_accepted": "Invitation sur un dossier acceptée",
    "invitation_misdirected": "Invitation sur un dossier ouverte par un autre compte, sans effet",
    "person_removed": "Personne retirée d'un dossier",
    "person_left": "Départ d'un dossier",
    "entry_handed_on": "Dossier confié à un autre responsable",
    "reminded": "Rappel envoyé : candidature pas encore déposée",
    "reminders_refused": "Rappels refusés",
    "reminders_wanted": "Rappels demandés de nouveau",
    LATE_ATTEMPT: "Tentative hors délai",
    "late_admitted": "Dépôt tardif admis",
    "deposit_armed": "Dépôt demandé à la fin de l'envoi",
    "deposit_disarmed": "Dépôt à la fin de l'envoi annulé",
    "deposit_incomplete": "Dépôt demandé, dossier incomplet",
    "deposited_file_refused": "Fichier déposé refusé après vérification",
    "deposit_confirmed": "Accords confirmés par l'équipe",
    "more_time": "Délai accordé",
    "problem_signalled": "Problème signalé à l'équipe",
    "attempt_failed": "Tentative empêchée par une panne",
    "infected_file": "Fichier refusé par l'antivirus",
    "admissibility_decided": "Recevabilité prononcée",
    "admissibility_cleared": "Décision de recevabilité annulée",
    "jury_copy_retried": "Copie destinée au jury relancée",
    "member_invited": "Membre du jury invité",
    "member_removed": "Membre du jury retiré",
    "substitute_called": "Suppléant·e du jury appelé·e à siéger",
    "dual_role_declared": "Cumul du secrétariat et du jury déclaré",
    "body_match_decided": "Appartenance d'un membre du jury vérifiée",
    "breach_decided": "Rupture d'anonymat tranchée",
    "handed_over": "Œuvres transmises au jury",
    "edition_changed": "Édition modifiée",
    "closing_extended": "Clôture repoussée pour tout le monde",
    "anonymity_lifted": "Anonymat levé",
    "exported": "Export téléchargé",
    "seat_asked": "Place demandée à l'évènement",
    "seat_offered": "Place proposée à la liste d'attente",
    "seat_accepted": "Place proposée acceptée",
    "seat_offer_expired": "Place proposée et non prise",
    "seat_given_back": "Place rendue",
    "seat_cancelled": "Inscription annulée par le secrétariat",
    "seats_held": "Places gardées pour des équipes",
    "held_seat_taken": "Place gardée prise",
    "held_seat_released": "Place gardée rendue par l'équipe",
}
_WORDS = {
    "admitted": "recevable",
    "refused": "irrecevable",
    "juror": "juré·e",
    "president": "président·e",
    "secretary": "secrétaire du jury",
    "substitute": "suppléant·e",
    "resumed": "œuvre rendue au jury",
    "withdrawn": "œuvre retirée du concours",
    "week": "7 jours avant la clôture",
    "two_days": "48 heures avant la clôture",
    "last": "3 heures avant la clôture",
    "confirmed": "confirmée",
    "waiting": "liste d'attente",
    "full": "plus de place",
    "down": "stockage injoignable",
}
_DETAILS = {
    "decision": "décision",
    "role": "rôle",
    "reminder": "rappel",
    "admitted": "recevables",
    "refused": "irrecevables",
    "laureates": "lauréats",
    "rows": "lignes",
    "sessions": "sessions",
    "signature": "signature",
    "number": "n°",
    "cause": "cause",
    "seats": "places",
}
"""Details that mean something to a reader; the others stay in the record."""

_ACTORS = {"system": "Le service", "command": "Ligne de commande", "visitor": "Une personne inscrite"}
_PER_PAGE = 50
_LAST_PAGE = 100_000


@blueprint.get("/journal")
def journal() -> ResponseReturnValue:
    """Show the acts, the latest first, and whether both chains hold."""
    number = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    with state().database.read() as session:
        events = queries.audit_events(session, offset=(number - 1) * _PER_PAGE, limit=_PER_PAGE + 1)
        titles = queries.titles(session, [event for event, _ in events])
        breaks = queries.chain_breaks(session)
    rows = [
        {
            "at": event.at,
            "who": email or _ACTORS.get(event.actor, "Compte supprimé"),
            "what": _ACTIONS.get(event.action, event.action),
            "details": _describe(event.details),
            "entry_id": event.subject if event.position in titles else None,
            "title": titles.get(event.position, ""),
        }
        for event, email in events[:_PER_PAGE]
    ]
    return render_template(
        "organisers/journal.html", rows=rows, breaks=breaks, number=number, more=len(events) > _PER_PAGE
    )


def _describe(details: Mapping[str, Any]) -> str:
    """Return the details that people can read: « décision : recevable »."""
    known = ((_DETAILS[name], details[name]) for name in _DETAILS if name in details)
    return ", ".join(f"{label} : {_WORDS.get(str(value), value)}" for label, value in known)
