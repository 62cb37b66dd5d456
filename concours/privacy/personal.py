"""All that is held about one person, as plain values: their page and their download say the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AuditEvent, Login, Outbox, SecondFactor
from concours.accounts.rules import ROLE_NAMES
from concours.editions.models import EditionRecord
from concours.editions.queries import to_edition
from concours.entries.models import Deposit, Entry, EntryInvitation
from concours.entries.queries import deposits_of, entries_of
from concours.entries.rules import Dossier
from concours.intake.models import Creation
from concours.kernel.sessions import logins_of
from concours.organisers.journal_words import SENTENCES
from concours.registrations.models import Arrival, CommunityMember, Registration
from concours.registrations.rules import STATE_WORDS, SeatState

_ANSWERS = {
    "team": "équipe",
    "administration": "administration",
    "contact_name": "contact",
    "contact_email": "adresse du contact",
    "contact_phone": "téléphone du contact",
    "public_agent": "agent public",
    "title": "titre",
    "summary": "présentation",
    "category": "catégorie",
    "rules_accepted": "règlement accepté",
    "rights_granted": "cession de droits",
    "image_rights": "droit à l'image",
    "transcript": "transcription",
    "captions": "sous-titres",
    "text_alternative": "description de la création",
}
"""Each answer as people read it."""

Fact = dict[str, Any]
"""Names in French, values that JSON takes, instants apart."""


@dataclass(frozen=True)
class Held:
    """What is held about somebody, by what it is."""

    account: Fact = field(default_factory=dict)
    sessions: list[Fact] = field(default_factory=list)
    dossiers: list[Fact] = field(default_factory=list)
    invitations: list[Fact] = field(default_factory=list)
    registrations: list[Fact] = field(default_factory=list)
    community: list[Fact] = field(default_factory=list)
    messages: list[Fact] = field(default_factory=list)
    acts: list[Fact] = field(default_factory=list)

    def document(self) -> Mapping[str, Any]:
        """Return the whole, under the names that people read."""
        return {
            "compte": self.account,
            "sessions": self.sessions,
            "candidatures": self.dossiers,
            "invitations": self.invitations,
            "inscriptions": self.registrations,
            "communauté": self.community,
            "messages envoyés": self.messages,
            "actes": self.acts,
        }

    def files(self) -> list[tuple[str, str]]:
        """Return name and SHA-256 of each file that was sent."""
        files = [each["fichier"] for dossier in self.dossiers for each in (dossier, *dossier["dépôts"])]
        return sorted({(each["nom"], each["sha256"]) for each in files if each})


def of_account(session: Session, account_id: str, *, now: datetime) -> Held:
    """Return what is held about somebody who is signed in: what their address proves to be theirs included."""
    account = session.get_one(Account, account_id)
    rows = session.scalars(select(Registration).where(Registration.email == account.email)).all()
    subjects = [account.id, *(row.id for row in rows)]
    return Held(
        account=_account(session, account),
        sessions=[
            {"appareil": login.device, "ouverte le": login.created_at, "prend fin le": login.expires_at}
            for login in logins_of(session, Login, person_id=account.id, now=now)
        ],
        dossiers=[_dossier(session, entry) for entry in entries_of(session, account.id)],
        invitations=_invitations(session, account.email),
        registrations=_registrations(session, rows),
        community=_community(session, account.email),
        messages=_messages(session, account.email),
        acts=_acts(session, account.id, subjects),
    )


def of_registration(session: Session, row: Registration) -> Held:
    """Return what is held about somebody who only registered: their link proves this registration, nothing else."""
    return Held(registrations=_registrations(session, [row]), acts=_acts(session, row.id, [row.id]))


def _account(session: Session, account: Account) -> Fact:
    mine = {"adresse": account.email, "ouvert le": account.created_at}
    if not account.organiser:
        return mine
    since = select(SecondFactor.confirmed_at).where(SecondFactor.account_id == account.id)
    return {
        **mine,
        "rôle": ROLE_NAMES[account.role],
        "dernière connexion": account.last_sign_in_at,
        "second facteur depuis": session.scalar(since),
    }


def _dossier(session: Session, entry: Entry) -> Fact:
    return {
        "identifiant": entry.id,
        "état": entry.state_words,
        "commencée le": entry.created_at,
        "modifiée le": entry.updated_at,
        "réponses": _answers(entry.dossier),
        "fichier": _file(entry.creation),
        "dépôts": [_deposit(each) for each in deposits_of(session, entry.id)],
    }


def _deposit(deposit: Deposit) -> Fact:
    return {
        "accusé de réception": deposit.receipt_number,
        "le": deposit.at,
        "réponses": _answers(deposit.answers),
        "fichier": _file(deposit.creation),
    }


def _answers(dossier: Dossier) -> Fact:
    return {_ANSWERS.get(name, name): value for name, value in asdict(dossier).items()}


def _file(creation: Creation | None) -> Fact | None:
    if creation is None:
        return None
    return {"nom": creation.name, "octets": creation.size, "sha256": creation.sha256, "reçu le": creation.received_at}


def _invitations(session: Session, email: str) -> list[Fact]:
    rows = session.scalars(select(EntryInvitation).where(EntryInvitation.email == email))
    return [
        {"reçue le": row.created_at, "acceptée le": row.accepted_at, "valable jusqu'au": row.expires_at} for row in rows
    ]


def _registrations(session: Session, rows: Iterable[Registration]) -> list[Fact]:
    return [_registration(session, row) for row in rows]


def _registration(session: Session, row: Registration) -> Fact:
    record = session.get(EditionRecord, row.edition_id)
    event = to_edition(session, record).event if record else None
    return {
        "évènement": event.name if event else "",
        "prénom": row.first_name,
        "nom": row.last_name,
        "adresse": row.email,
        "administration": row.administration,
        "fonction": row.function,
        "membre de la communauté": row.member,
        "besoins d'accessibilité": row.accessibility_needs,
        "déjeuner": row.lunch,
        "besoins pour le repas": row.meal_needs,
        "état": STATE_WORDS[SeatState(row.state)],
        "demandée le": row.created_at,
        "place obtenue le": row.seated_at,
        "place proposée jusqu'au": row.offered_until,
        "annulée le": row.cancelled_at,
        "motif de l'annulation": row.cancel_reason,
        "numéro du billet": row.ticket_code,
        "rappel envoyé le": row.reminded_at,
        **_arrivals(session, row),
    }


def _arrivals(session: Session, row: Registration) -> Fact:
    """Return when somebody came, each time, undone ones included, and why where every seat was taken."""
    asked = select(Arrival).where(Arrival.registration_id == row.id).order_by(Arrival.at, Arrival.id)
    hours: Fact = {}
    for rank, each in enumerate(session.scalars(asked), start=1):
        hours[f"arrivée n° {rank}{' (annulée)' if each.undone_at else ''}"] = each.at
        if each.over_reason:
            hours[f"motif de l'accueil n° {rank}"] = each.over_reason
    return hours


def _community(session: Session, email: str) -> list[Fact]:
    rows = session.scalars(select(CommunityMember).where(CommunityMember.email == email))
    return [
        {
            "nom": row.name,
            "adresse": row.email,
            "demandée le": row.created_at,
            "confirmée le": row.confirmed_at,
            "partie le": row.left_at,
        }
        for row in rows
    ]


def _messages(session: Session, email: str) -> list[Fact]:
    query = select(Outbox).where(Outbox.recipient == email).order_by(Outbox.created_at.desc())
    return [
        {"objet": row.subject, "écrit le": row.created_at, "parti le": row.sent_at} for row in session.scalars(query)
    ]


def _acts(session: Session, actor: str, subjects: Sequence[str]) -> list[Fact]:
    """Return the acts of somebody, and those of others on their account or registration, in words; nobody is named."""
    mine = or_(AuditEvent.actor == actor, AuditEvent.subject.in_(subjects))
    events = session.scalars(select(AuditEvent).where(mine).order_by(AuditEvent.position.desc()))
    return [
        {
            "le": event.at,
            "qui": "vous" if event.actor in {actor, "visitor"} else "le concours",
            "acte": SENTENCES.get(event.action, event.action),
        }
        for event in events
    ]
