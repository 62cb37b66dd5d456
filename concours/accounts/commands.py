"""`concours organiser …` and `concours audit …`: what an operator does for organisers from the machine itself."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts import second_factor
from concours.accounts.models import AuditEvent
from concours.accounts.operations import make_organiser, make_sign_in_link
from concours.accounts.queries import by_email
from concours.kernel.audit import AuditMixin
from concours.kernel.chain_check import find_break
from concours.kernel.clock import system_clock
from concours.kernel.db import opened
from concours.kernel.errors import DomainError
from concours.kernel.settings import read_settings
from jury import api as jury

_CHAINS: dict[str, type[AuditMixin]] = {"concours": AuditEvent, "jury": jury.AuditEvent}


@click.group()
def organiser() -> None:
    """Ouvre l'espace d'organisation à quelqu'un."""


@organiser.command()
@click.argument("email", metavar="ADRESSE")
def link(email: str) -> None:
    """Donne les droits du secrétariat à une adresse, et un lien de connexion à usage unique."""
    now = system_clock()
    with _writing() as session:
        make_organiser(session, email=email, actor="command", now=now)
        token = make_sign_in_link(session, email=email, now=now)
    click.echo(f"{read_settings().public_url}/connexion/lien/{token}")


@organiser.command()
@click.argument("email", metavar="ADRESSE")
def reset(email: str) -> None:
    """Retire le second facteur d'une adresse dont le téléphone est perdu, et ferme ses sessions."""
    with _writing() as session:
        account, contact = by_email(session, email), read_settings().contact_email
        if account is None or not second_factor.is_set(session, account.id):
            raise DomainError("Aucun second facteur n'est associé à cette adresse : il n'y a rien à réinitialiser.")
        second_factor.reset(session, account_id=account.id, actor="command", contact=contact, now=system_clock())
    click.echo("Le second facteur est retiré : à la prochaine connexion, cette personne associera un autre téléphone.")


@click.group()
def audit() -> None:
    """Contrôle le journal des actes."""


@audit.command()
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="JOURNAL:N:EMPREINTE",
    help="Un repère noté lors d'un contrôle passé : l'acte n° N doit être encore là, avec cette empreinte.",
)
def verify(anchors: tuple[str, ...]) -> None:
    """Recalcule les deux chaînes du journal ; code de sortie 1 si l'une est rompue, ou si un repère n'y est plus."""
    with _reading() as session:
        chains = {
            name: session.scalars(select(table).order_by(table.position)).all() for name, table in _CHAINS.items()
        }
    faults = [fault for name, events in chains.items() if (fault := _fault(name, events))]
    faults += [fault for anchor in anchors if (fault := _lost(anchor, chains))]
    for name, events in chains.items():
        if not any(fault.startswith(name) for fault in faults):
            click.echo(_intact(name, events))
    if faults:
        raise DomainError("\n".join(faults))


def _intact(name: str, events: Sequence[AuditMixin]) -> str:
    head = f", repère {name}:{events[-1].position}:{events[-1].digest}" if events else ""
    return f"{name} : {len(events)} actes, chaîne intacte{head}"


def _fault(name: str, events: Sequence[AuditMixin]) -> str:
    """Return a sentence on the first act of the chain that does not hold; empty when all do."""
    found = find_break(events)
    if found is None:
        return ""
    return (
        f"{name} : chaîne rompue, l'acte n° {found.position} a été {found.tampering.value}. Les actes d'avant "
        "tiennent ; comparez ceux d'après à une sauvegarde."
    )


def _lost(anchor: str, chains: Mapping[str, Sequence[AuditMixin]]) -> str:
    """Return a sentence when an act that was noted is no longer there as it was. Raises DomainError for no anchor."""
    name, _, rest = anchor.partition(":")
    position, _, digest = rest.partition(":")
    if name not in chains or not position.isdecimal() or not digest:
        raise DomainError(f"« {anchor} » n'est pas un repère : attendu, par exemple, concours:120:4f3c…")
    if any(event.position == int(position) and event.digest == digest for event in chains[name]):
        return ""
    return f"{name} : l'acte n° {position} du repère n'y est plus ; la fin du journal a été retirée ou refaite."


@contextmanager
def _reading() -> Iterator[Session]:
    with opened(read_settings().database_url) as database, database.read() as session:
        yield session


@contextmanager
def _writing() -> Iterator[Session]:
    with opened(read_settings().database_url) as database, database.write() as session:
        yield session
