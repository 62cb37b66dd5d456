"""`concours demo`: the service on a folder of its own, filled with a believable contest."""

import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import click

from concours.accounts.models import Outbox
from concours.accounts.operations import make_sign_in_link
from concours.accounts.rules import OrganiserRole
from concours.honours.operations import unseal
from concours.kernel import mail
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.settings import ROOT, Settings, SettingsError, read_settings
from concours.kernel.signing import read_signing_key
from concours.migrations import upgrade
from concours.registrations.hall import Desk
from concours.serve import check_address, run_together
from concours.worker import make_worker
from demo import console, deliberation, honours, identity, panel
from demo.calendar import PHASES, shifted_edition
from demo.cast import Cast, load
from jury import api as jury

Links = dict[str, str | list[str]]
"""Addresses that sign in, by role."""

_ORGANISER, _CHECK_IN, _READER = "secretariat@demo.example", "accueil@demo.example", "lecture@demo.example"
_ASSISTANT = "secretariat.adjoint@demo.example"
_ORGANISERS = {
    _ORGANISER: OrganiserRole.SECRETARIAT,
    _ASSISTANT: OrganiserRole.SECRETARIAT,
    _CHECK_IN: OrganiserRole.CHECK_IN,
    _READER: OrganiserRole.READER,
}
_ROLES = {
    "organiser": "secrétariat du concours",
    "check_in": "accueil du jour",
    "reader": "lecture seule",
    "jurors": "jury",
    "candidates": "candidature",
    "secretary": "secrétaire du jury",
}
_LINK_LIFETIME = timedelta(days=30)
_SINCE_OPENING = timedelta(minutes=40)
"""How long the session of the jury has been held, where it is being held."""


def run() -> int:
    """Make the contest anew, then serve it; return the exit status."""
    phase = os.environ.get("PHASE") or "jury"
    if phase not in PHASES:
        raise SettingsError("PHASE", f"« {phase} » n'est pas accepté ; valeurs possibles : {', '.join(PHASES)}")
    os.environ.update(_environment())
    settings = read_settings()
    check_address(settings)
    shutil.rmtree(settings.data, ignore_errors=True)
    click.echo(f"Fabrication d'un concours de démonstration (phase : {phase})…")
    links = populate(settings, phase)
    return run_together(settings, announce=lambda: _announce(settings, phase, links))


def populate(settings: Settings, phase: str) -> Links:
    """Fill an empty folder with the contest in this phase, and return the links that sign in."""
    now, cast = system_clock(), load()
    upgrade(settings.database_url)
    worker, key = make_worker(settings), read_signing_key(settings)
    edition, welcome = shifted_edition(phase, now), Desk(settings.public_url, settings.contact_email)
    stage = identity.Stage(worker, settings.public_url, settings.jury_url, edition, now, key, welcome)
    identity.open_contest(stage, _ORGANISERS)
    identity.fill_in(stage, cast, still_open=phase == "open")
    early = len(cast.guests) // 2 if phase == "honours" else len(cast.guests)
    identity.register_guests(stage, cast.guests[:early], stage.edition.opens_at)
    identity.gather_community(stage, cast)
    identity.invite(stage, cast.jurors, _ORGANISER)
    desk = panel.Desk(_ORGANISER, f"{settings.public_url}/organisation")
    panel.answer(worker.database, cast.jurors, desk=desk, now=stage.edition.opens_at + timedelta(days=21))
    if phase == "open":
        console.examine(stage, asks=_ASSISTANT, writes=_ORGANISER)
    else:
        _play_on(stage, cast, phase, desk)
    _mark_mail_as_sent(worker.database, now)
    return _links(settings, worker.database, cast, now)


def _play_on(stage: identity.Stage, cast: Cast, phase: str, desk: panel.Desk) -> None:
    """Hand over, score, and go as far as the phase wants."""
    database, now = stage.worker.database, stage.now
    handed_over = identity.admit_and_hand_over(stage, _ORGANISER)
    panel.score(database, cast.jurors, since=handed_over, until=now, everybody=phase != "jury")
    if phase == "jury":
        panel.step_aside(database, cast.jurors, desk=desk, now=now)
        return
    closed = handed_over + timedelta(days=2)
    panel.close(database, cast.jurors, now=closed)
    if phase == "deliberation":
        deliberation.hold(database, cast.jurors, now=now - _SINCE_OPENING, ends=False)
    if phase == "honours":
        signed = closed + timedelta(days=1)
        deliberation.hold(database, cast.jurors, now=signed - timedelta(hours=2), ends=True)
        panel.decide_and_sign(database, cast.jurors, now=signed)
        identity.fill_hall(stage, cast.guests[len(cast.guests) // 2 :], _ORGANISER)
        with database.write() as session:
            unseal(session, actor="command", now=signed + timedelta(days=1))
        honours.announce(database, public_url=stage.public_url, now=now)
        identity.give_a_seat_back(stage)


def _mark_mail_as_sent(database: Database, now: datetime) -> None:
    """Keep the messages readable on /courrier without printing some hundred of them into the terminal."""
    for table in (Outbox, jury.Outbox):
        with database.write() as session:
            for mail_id in mail.due_ids(session, table, now=now, limit=10_000):
                mail.mark_sent(session, table, mail_id, now=now)


def _links(settings: Settings, database: Database, cast: Cast, now: datetime) -> Links:
    public, panel_url = f"{settings.public_url}/connexion/lien", f"{settings.jury_url}/connexion/lien"
    with database.write() as session:

        def here(email: str) -> str:
            return (
                f"{public}/{make_sign_in_link(session, email=email, now=now, lifetime=_LINK_LIFETIME, reusable=True)}"
            )

        def there(email: str) -> str:
            token = jury.make_sign_in_link(session, email=email, now=now, lifetime=_LINK_LIFETIME, reusable=True)
            return f"{panel_url}/{token}"

        scoring = [there(juror.email) for juror in cast.jurors if juror.scores]
        return {
            "organiser": here(_ORGANISER),
            "check_in": here(_CHECK_IN),
            "reader": here(_READER),
            "jurors": scoring,
            "secretary": there(next(juror.email for juror in cast.jurors if juror.role == "secretary")),
            "candidates": [here(work.email) for work in (cast.works[0], cast.works[1], cast.works[-1])],
        }


def _environment() -> dict[str, str]:
    """Return what sets the demonstration apart; it never sees a real database nor writes to anybody."""
    for name in ("DATABASE_URL", "JURY_DATABASE_URL", "SMTP_HOST", "APP_ENV", "EDITION", "RECEIPT_KEY"):
        os.environ.pop(name, None)
    folder = Path(os.environ.get("DATA") or ROOT / "var") / "demo"
    return {"DATA": str(folder), "UPLOADS": str(folder / "uploads"), "DEMO": "1", "CONTACT_EMAIL": _ORGANISER}


def _announce(settings: Settings, phase: str, links: Links) -> None:
    """Write demo.json and say where everything is."""
    description = {"address": settings.public_url, "phase": phase, **links}
    partial = settings.data / ".demo.json"
    partial.write_text(json.dumps(description, ensure_ascii=False, indent=2) + "\n")
    partial.replace(settings.data / "demo.json")
    click.echo(f"La démonstration est à l'adresse : {settings.public_url}/ (phase : {phase})")
    for role, words in _ROLES.items():
        found = links[role]
        for link in [found] if isinstance(found, str) else found:
            click.echo(f"  {words} : {link}")
    where = settings.data / "demo.json"
    click.echo(f"Ces liens servent autant de fois qu'on veut ; ils sont aussi dans {where}. Ctrl-C arrête tout.")
