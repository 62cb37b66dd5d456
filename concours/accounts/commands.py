"""`concours organiser …` and `concours audit …`: what an operator does for organisers from the machine itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.accounts.operations import make_organiser, make_sign_in_link
from concours.kernel.audit import AuditMixin, broken_at
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


@click.group()
def audit() -> None:
    """Contrôle le journal des actes."""


@audit.command()
def verify() -> None:
    """Recalcule les deux chaînes du journal ; code de sortie 1 si l'une est rompue."""
    with _writing() as session:
        counts = {name: _verified(session, name, table) for name, table in _CHAINS.items()}
    for name, count in counts.items():
        click.echo(f"{name} : {count} actes, chaîne intacte")


def _verified(session: Session, name: str, table: type[AuditMixin]) -> int:
    """Return how many events the chain holds. Raises DomainError where it breaks."""
    events = session.scalars(select(table).order_by(table.position)).all()
    broken = broken_at(events)
    if broken is not None:
        raise DomainError(f"Le journal « {name} » est rompu à l'acte n° {broken} : comparez-le à une sauvegarde.")
    return len(events)


@contextmanager
def _writing() -> Iterator[Session]:
    with opened(read_settings().database_url) as database, database.write() as session:
        yield session
