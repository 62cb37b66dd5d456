"""`concours purge`: erases personal data whose time is over, or says what it would erase."""

import click

from concours.kernel.clock import format_instant, system_clock
from concours.kernel.db import opened
from concours.kernel.settings import read_settings
from concours.kernel.storage import open_stores
from concours.privacy import turn
from concours.privacy.rules import Report


@click.command()
@click.option("--dry-run", is_flag=True, help="Dit ce qui serait effacé, sans rien effacer.")
def purge(*, dry_run: bool) -> None:
    """Efface les données personnelles dont la durée de conservation est passée."""
    settings, now = read_settings(), system_clock()
    with opened(settings.database_url) as database:
        if dry_run:
            report = turn.rehearse(database, now=now)
        else:
            report = turn.purge(database, open_stores(settings), settings.data, actor="command", now=now)
    _say(report, f"{'Serait effacé' if dry_run else 'Effacé'} le {format_instant(now)} :")


def _say(report: Report, heading: str) -> None:
    if not report.lines():
        click.echo("Rien à effacer : aucune durée de conservation n'est passée.")
        return
    click.echo(heading)
    for words, count in report.lines():
        click.echo(f"    {words} : {count}")
    for entry_id in report.entries:
        click.echo(f"    candidature {entry_id}")
