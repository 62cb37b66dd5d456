"""The `concours` command: imports stand inside the commands, so that `concours --help` answers at once."""

import os
import sys
from importlib import import_module
from typing import Any

import click


class _Refusal(click.ClickException):
    """One French line on standard error, exit status 1."""

    def show(self, file: Any = None) -> None:
        """Print the sentence as it is."""
        click.echo(self.format_message(), file=file, err=True)


class _Commands(click.Group):
    """Commands whose refusals are sentences, not tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the rules or the settings refuse becomes one line."""
        from concours.kernel.errors import DomainError
        from concours.kernel.settings import SettingsError

        try:
            return super().invoke(ctx)
        except (DomainError, SettingsError) as refusal:
            raise _Refusal(str(refusal)) from refusal


class _Command(click.Command):
    """A command that lives in its room, imported when it is asked for."""

    def __init__(self, name: str, module: str, help: str) -> None:  # noqa: A002 -- click's own word
        super().__init__(name, help=help)
        self._module = module

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the arguments as the room's own command does, which then runs."""
        command: click.Command = getattr(import_module(self._module), str(self.name))
        return command.make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the room's own command."""
        return ctx.command.invoke(ctx)


class _Room(click.Group):
    """Commands that live in their room, imported when one of them is asked for."""

    def __init__(self, name: str, module: str, help: str) -> None:  # noqa: A002 -- click's own word
        super().__init__(name, help=help)
        self._module = module

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the room's commands."""
        return self._group().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one of the room's commands."""
        return self._group().get_command(ctx, cmd_name)

    def _group(self) -> click.Group:
        group: click.Group = getattr(import_module(self._module), str(self.name))
        return group


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Concours de créations anonymes : du dépôt au palmarès."""


@main.command()
def serve() -> None:
    """Démarre le site et ses tâches de fond ; Ctrl-C arrête tout."""
    from concours.kernel.settings import read_settings
    from concours.serve import serve as run

    sys.exit(run(read_settings()))


@main.command()
def demo() -> None:
    """Démarre un concours de démonstration ; PHASE=open, jury, deliberation ou honours."""
    from demo.command import run

    sys.exit(run())


@main.command()
def web() -> None:
    """Démarre le site seul."""
    from concours.kernel.settings import read_settings
    from concours.serve import check_secrets, web_command

    settings = read_settings()
    check_secrets(settings)
    command = web_command(settings)
    os.execv(command[0], command)  # noqa: S606 -- our own interpreter; this process becomes the server


@main.command()
@click.option("--files", "duty", flag_value="files", help="Examen et copies des fichiers seulement : sans réseau.")
@click.option("--mail", "duty", flag_value="mail", help="Courriels seulement : sans fichier.")
def worker(duty: str | None) -> None:
    """Démarre les tâches de fond seules : courriels, examen et copies des fichiers."""
    from concours.run_worker import run
    from concours.worker import DUTIES

    run(frozenset({duty}) if duty else DUTIES)


@main.command()
def migrate() -> None:
    """Met la base de données au niveau du programme."""
    from concours.kernel.settings import read_settings
    from concours.migrations import upgrade

    upgrade(read_settings().database_url)


main.add_command(_Command("archive", "concours.archive.commands", "Écrit l'archive d'une édition, ou en contrôle une."))
main.add_command(_Room("attempt", "concours.entries.commands", "Contrôle une preuve de tentative."))
main.add_command(_Room("audit", "concours.accounts.commands", "Contrôle le journal des actes."))
main.add_command(_Command("backup", "concours.safekeeping.commands", "Sauvegarde base, fichiers et clés."))
main.add_command(_Command("doctor", "concours.safekeeping.commands", "Contrôle tout ce qui peut se gâter sans bruit."))
main.add_command(_Command("export", "concours.exports.commands", "Écrit des tableaux (CSV, XLSX, ODS, JSON)."))
main.add_command(_Command("inspect", "concours.intake.inspect_command", "Dit si des fichiers peuvent participer."))
main.add_command(_Room("organiser", "concours.accounts.commands", "Ouvre l'espace d'organisation à quelqu'un."))
main.add_command(_Command("purge", "concours.privacy.commands", "Efface les données dont la durée est passée."))
main.add_command(_Command("rank", "jury.rank_command", "Classe des œuvres, et dit ce que valent les écarts."))
main.add_command(_Room("receipt", "concours.entries.receipts.command", "Vérifie un accusé de réception, hors ligne."))
main.add_command(_Command("restore", "concours.safekeeping.commands", "Remet en place une sauvegarde."))
main.add_command(_Command("verify", "jury.bundle.command", "Contrôle le relevé d'une session du jury."))
main.add_command(_Command("scrub", "concours.intake.scrub_command", "Fabrique la copie jury d'un fichier."))

if __name__ == "__main__":
    main(prog_name="concours")
