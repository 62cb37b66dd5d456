"""The log of acts in words: « Claire a prononcé la recevabilité d'une candidature »."""

from collections.abc import Mapping
from typing import Any

from concours.accounts.rules import ROLE_NAMES
from concours.entries.operations import LATE_ATTEMPT
from concours.organisers.mails import MAIL_READ
from concours.organisers.messaging import AUDIENCE_LABELS
from concours.organisers.seen import DOSSIER_SEEN, ORIGINAL_TAKEN

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Ce qui a été vu ou sorti": {
        DOSSIER_SEEN: "a lu un dossier (noté une fois par jour)",
        ORIGINAL_TAKEN: "a téléchargé le fichier d'origine d'une candidature",
        MAIL_READ: "a lu le texte d'un courriel (noté une fois par jour)",
        "exported": "a téléchargé un export",
        "attendance_sheet_made": "a fait une feuille d'émargement",
    },
    "Décisions du secrétariat": {
        "admissibility_decided": "a prononcé la recevabilité d'une candidature",
        "admissibility_cleared": "a annulé la décision de recevabilité d'une candidature",
        "admissibility_restored": "a rétabli une candidature comme elle était avant un acte groupé",
        "bulk_done": "a agi sur plusieurs candidatures à la fois",
        "bulk_undone": "a annulé un acte sur plusieurs candidatures",
        "second_look_asked": "a demandé de revoir à deux une candidature",
        "second_look_opinion": "a donné son avis sur une candidature à revoir à deux",
        "second_look_unsaid": "a retiré son avis sur une candidature à revoir à deux",
        "second_look_withdrawn": "a annulé la revue à deux d'une candidature",
        "late_admitted": "a admis un dépôt tardif",
        "more_time": "a accordé un délai à un dossier",
        "problem_signalled": "a signalé un problème à l'équipe d'une candidature",
        "jury_copy_retried": "a relancé la copie destinée au jury",
        "body_match_decided": "a vérifié si un membre du jury vient de la même administration qu'une candidature",
        "breach_decided": "a tranché une rupture d'anonymat",
        "handed_over": "a transmis les œuvres au jury",
        "edition_changed": "a modifié l'édition",
        "next_edition_begun": "a commencé l'édition suivante",
        "next_edition_undone": "est revenu à l'édition précédente",
        "closing_extended": "a repoussé la clôture pour tout le monde",
        "anonymity_lifted": "a levé l'anonymat",
        "purged": "a effacé les données dont la durée de conservation est passée",
        "laureates_told": "a prévenu les équipes lauréates, sous embargo",
        "honours_published": "a décidé de la publication du palmarès",
        "honours_put_back": "a annulé la publication programmée du palmarès",
        "honours_letters_approved": "a approuvé les messages de résultat",
        "candidates_told": "a envoyé les messages de résultat",
        "blind_test_prepared": "a préparé le blind test",
        "blind_test_opened": "a ouvert une manche du blind test",
        "blind_test_closed": "a fermé une manche du blind test",
        "blind_test_revealed": "a révélé une manche du blind test",
        "blind_test_erased": "a effacé le blind test et ses réponses",
    },
    "Messages et courriels": {
        "message_written": "a préparé un message à plusieurs personnes",
        "message_deleted": "a supprimé le brouillon d'un message",
        "message_sent": "a envoyé un message à plusieurs personnes",
        "message_stopped": "a annulé les courriels d'un message qui attendaient encore",
        "mail_template_saved": "a modifié un modèle de message",
        "mail_resent": "a renvoyé un courriel",
    },
    "Jury et organisateurs": {
        "member_invited": "a invité un membre du jury",
        "member_removed": "a retiré un membre du jury",
        "substitute_called": "a appelé un membre suppléant du jury à siéger",
        "dual_role_declared": "a déclaré le cumul du secrétariat et du jury",
        "organiser_added": "a invité une personne à organiser",
        "organiser_invited_again": "a renvoyé son lien à une personne qui organise",
        "organiser_role_changed": "a changé le rôle d'une personne qui organise",
        "organiser_removed": "a retiré une personne de l'organisation",
        "second_factor_reset": "a réinitialisé le second facteur d'une personne",
    },
    "Archives et sauvegardes": {
        "archive_begun": "a demandé l'archive d'une édition",
        "archived": "a fait l'archive d'une édition",
        "backed_up": "a fait une sauvegarde",
        "restored": "a remis une sauvegarde en place",
    },
    "Comptes": {
        "second_factor_set": "a associé un téléphone à son compte",
        "second_factor_removed": "a retiré le téléphone associé à son compte",
        "recovery_codes_renewed": "a fait de nouveaux codes de secours",
        "session_ended": "a fermé l'une de ses sessions à distance",
        "sessions_ended": "s'est déconnecté partout",
        "address_changed": "a changé l'adresse de son compte",
        "account_erased": "a effacé son compte",
        "erasure_asked": "a demandé l'effacement de ses données",
    },
    "Dossiers et dépôts": {
        "entry_started": "a commencé une candidature",
        "dossier_saved": "a enregistré un brouillon",
        "creation_attached": "a envoyé un fichier",
        "entry_deposited": "a déposé une candidature",
        "entry_withdrawn": "a retiré une candidature",
        "deposit_armed": "a demandé le dépôt à la fin de l'envoi",
        "deposit_disarmed": "a annulé le dépôt à la fin de l'envoi",
        "deposit_incomplete": "a demandé le dépôt d'un dossier incomplet",
        "deposit_confirmed": "a confirmé les accords de l'équipe",
        "deposited_file_refused": "a refusé un fichier déposé, après vérification",
        "infected_file": "a refusé un fichier à cause de l'antivirus",
        LATE_ATTEMPT: "a tenté d'agir hors délai",
        "attempt_failed": "a été empêché d'agir par une panne",
        "reminded": "a envoyé le rappel d'une candidature pas encore déposée",
        "reminders_refused": "a refusé les rappels",
        "reminders_wanted": "a demandé de nouveau les rappels",
    },
    "Personnes d'un dossier": {
        "person_invited": "a invité une personne sur un dossier",
        "invitation_withdrawn": "a retiré une invitation sur un dossier",
        "invitation_accepted": "a accepté une invitation sur un dossier",
        "invitation_misdirected": "a ouvert, sans effet, une invitation destinée à une autre adresse",
        "person_removed": "a retiré une personne d'un dossier",
        "person_left": "a quitté un dossier",
        "entry_handed_on": "a confié un dossier à un autre responsable",
    },
    "Places à l'évènement": {
        "seat_asked": "a demandé une place à l'évènement",
        "seat_offered": "a proposé une place à la liste d'attente",
        "seat_accepted": "a accepté la place proposée",
        "seat_offer_expired": "a laissé passer la place proposée",
        "seat_given_back": "a rendu sa place",
        "seat_cancelled": "a annulé une inscription",
        "seats_held": "a gardé des places pour des équipes",
        "held_seat_taken": "a pris une place gardée",
        "registration_erased": "a effacé son inscription",
        "held_seat_released": "a rendu une place gardée pour son équipe",
        "arrival_recorded": "a accueilli une personne à l'évènement",
        "arrival_undone": "a annulé l'arrivée d'une personne",
        "walk_in_seated": "a donné une place à une personne venue sans inscription",
    },
}
"""What each act reads after the name of whoever did it, by group. Each action that is recorded stands here."""

SENTENCES: Mapping[str, str] = {action: words for group in GROUPS.values() for action, words in group.items()}

ACTORS: Mapping[str, str] = {
    "system": "Le service",
    "command": "La ligne de commande",
    "visitor": "Une personne inscrite",
}
GONE = "Un compte supprimé"

_WORDS = {
    **ROLE_NAMES,
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
    "laureates": "palmarès",
    "entries": "candidatures",
    "progress": "avancement du jury",
    "ranking": "classement par numéro",
    "registrations": "inscriptions",
    "attendance": "présences",
    "needs": "besoins d'accueil",
    "community": "communauté",
    "mail": "courriels",
    "True": "oui",
    "False": "non",
    "bulk admit": "déclarer recevables",
    "bulk refuse": "déclarer irrecevables",
    "bulk clear": "reprendre la décision",
    "bulk retry": "relancer la copie",
    **{f"audience {audience}": label for audience, label in AUDIENCE_LABELS.items()},
    "kind anonymous": "anonyme",
    "kind attendance": "présence",
    "kind full": "complet",
    "kind needs": "besoins d'accueil",
}
"""What values mean; with the detail's name before it, a value that means something else in another."""
_DETAILS = {
    "decision": "décision",
    "bulk": "acte",
    "done": "faites",
    "left": "laissées",
    "audience": "destinataires",
    "corrected": "adresse corrigée",
    "opinion": "avis",
    "confirmed": "même administration",
    "from": "avant",
    "role": "rôle",
    "reminder": "rappel",
    "admitted": "recevables",
    "refused": "irrecevables",
    "laureates": "lauréats",
    "rows": "lignes",
    "sessions": "sessions",
    "signature": "signature",
    "number": "n°",
    "seats": "places",
    "messages": "messages",
    "rounds": "manches",
    "cause": "cause",
    "kind": "genre",
    "format": "format",
    "purpose": "motif",
    "edition": "édition",
    "abandoned": "édition abandonnée, motif",
}
"""Details that mean something to a reader; the others stay in the record."""


def export_name(subject: str) -> str:
    """Return the name of an exported table, which is what that act was on."""
    return _WORDS.get(subject, subject)


def describe(action: str, details: Mapping[str, Any]) -> str:
    """Return the details that people can read: « décision : recevable »."""
    # The instants of a closing put off are no roles: they stand in the calendar's own page.
    names = [name for name in _DETAILS if name in details and not (action == "closing_extended" and name == "from")]
    return ", ".join(f"{_DETAILS[name]} : {_word(name, details[name])}" for name in names)


def _word(name: str, value: object) -> object:
    return _WORDS.get(f"{name} {value}", _WORDS.get(str(value), value))
