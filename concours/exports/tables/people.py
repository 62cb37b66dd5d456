"""The community, and the messages that were sent."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case

from concours.accounts.models import Outbox
from concours.editions.models import EditionRecord
from concours.exports.rules import ANYBODY, NAMED, NOBODY, Column, Form, Kind
from concours.exports.tables.source import Asked
from concours.kernel.mail import CALLED_OFF
from concours.organisers.mails import without_code
from concours.registrations.models import CommunityMember

_NATURES = (
    (("Votre code", "Changement d'adresse, code"), "Code de connexion"),
    (("Déposée : ", "Retirée : "), "Accusé de dépôt ou de retrait"),
    (("Votre candidature n'est PAS", "PAS déposée", "Pas déposée"), "Rappel avant la clôture"),
    (("Irrecevable : ", "Fichier refusé", "À corriger", "Délai accordé", "Clôture repoussée"), "Secrétariat"),
    (("Inscription confirmée", "Vous étiez déjà inscrit"), "Inscription à l'évènement"),
    (("Rejoindre la communauté", "Vous êtes déjà membre"), "Communauté"),
    (("Invitation à travailler", "Vous ne travaillez plus", "Vous êtes responsable"), "Équipe d'un dossier"),
)
"""How the subjects of our messages begin, and of what nature each is."""

_OTHER = "Autre message"


def _nature() -> ColumnElement[str]:
    starts = [(Outbox.subject.startswith(start), nature) for group, nature in _NATURES for start in group]
    return case(*starts, else_=_OTHER)


_STATE = case(
    (Outbox.sent_at.is_not(None), "Envoyé"),
    (Outbox.error == CALLED_OFF, "Annulé avant l'envoi"),
    (Outbox.due_at.is_(None), "Abandonné"),
    (and_(Outbox.attempts > 0, Outbox.error.is_not(None)), "En échec, sera retenté"),
    else_="En attente",
)

_MAIL: tuple[Column[Any], ...] = (
    Column("pseudonym", "Pseudonyme", Outbox.recipient, NOBODY, Form.PSEUDONYM, width=14),
    Column("recipient", "Destinataire", Outbox.recipient, NAMED, width=34),
    Column("subject", "Objet", Outbox.subject, NAMED, read=without_code, width=60),
    Column("nature", "Nature", _nature(), ANYBODY, width=30),
    Column("state", "État", _STATE, ANYBODY, width=24),
    Column("written_at", "Écrit le", Outbox.created_at, NAMED, Form.INSTANT),
    Column("sent_at", "Envoyé le", Outbox.sent_at, NAMED, Form.INSTANT),
    Column("attempts", "Essais", Outbox.attempts, ANYBODY, Form.WHOLE, width=10),
    Column("error", "Dernier échec", Outbox.error, NAMED, width=40),
)

_COMMUNITY: tuple[Column[Any], ...] = (
    Column("pseudonym", "Pseudonyme", CommunityMember.email, NOBODY, Form.PSEUDONYM, width=14),
    Column("email", "Courriel", CommunityMember.email, NAMED, width=34),
    Column("name", "Nom", CommunityMember.name, NAMED, width=30),
    Column("member_since", "Membre depuis le", CommunityMember.confirmed_at, NAMED, Form.INSTANT),
)


def _mail(query: Select[*tuple[Any, ...]], record: EditionRecord, kind: Kind) -> Select[*tuple[Any, ...]]:  # noqa: ARG001 -- as every narrowing
    return query.order_by(Outbox.id) if kind is Kind.ANONYMOUS else query.order_by(Outbox.created_at, Outbox.id)


def _community(query: Select[*tuple[Any, ...]], record: EditionRecord, kind: Kind) -> Select[*tuple[Any, ...]]:  # noqa: ARG001 -- as every narrowing
    confirmed = query.where(CommunityMember.confirmed_at.is_not(None), CommunityMember.left_at.is_(None))
    return confirmed.order_by(CommunityMember.id if kind is Kind.ANONYMOUS else CommunityMember.email)


MAIL = Asked(_MAIL, _mail)
COMMUNITY = Asked(_COMMUNITY, _community)
