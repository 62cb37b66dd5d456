"""`concours attempt …`: looks a proof of attempt up, for the secretariat."""

import click

from concours.entries.attempts import ACTS, find_attempt, read_statement, who_attempted
from concours.kernel.clock import format_instant
from concours.kernel.db import opened
from concours.kernel.settings import read_secret, read_settings

_NUMBER = "T-"
_GONE = "compte inconnu : la session a été fermée ou oubliée depuis"


@click.group()
def attempt() -> None:
    """Contrôle une preuve de tentative."""


@attempt.command()
@click.argument("proof", metavar="PREUVE")
def verify(proof: str) -> None:
    """Dit ce que vaut une preuve : son numéro (T-…), ou la déclaration signée ; code de sortie 1 si elle est fausse."""
    settings = read_settings()
    with opened(settings.database_url) as database, database.read() as session:
        if proof.startswith(_NUMBER):
            event = find_attempt(session, proof.strip())
            at, act, entry_id, who = event.at, event.details["act"], event.subject, event.actor
        else:
            at, act, entry_id, _ = statement = read_statement(read_secret(settings, "SECRET_KEY"), proof)
            who = who_attempted(session, statement) or _GONE
    click.echo(f"Preuve authentique : {ACTS.get(act, act)}, le {format_instant(at, seconds=True)}")
    click.echo(f"Dossier : {entry_id}")
    click.echo(f"Compte : {who}")
