"""`concours doctor`: looks at everything that can go wrong in silence, and says what mends it. Changes nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta

from sqlalchemy import ScalarResult, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.kernel.audit import AuditMixin, broken_at
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.settings import Settings, SettingsError
from concours.migrations import revision_of, revisions
from concours.safekeeping import machine, tables
from concours.safekeeping.blobs import digest_in, open_blobs, standing
from concours.safekeeping.reading import reading
from concours.safekeeping.rules import Check, Finding, Named
from jury import api as jury

_CHAINS: Mapping[str, type[AuditMixin]] = {"concours": AuditEvent, "jury": jury.AuditEvent}
_SETTLED = timedelta(hours=1)
"""A file that nobody names yet may be on its way to its row."""
_BATCH = 1000
_TOLD = 20
"""Files told one by one; of more, how many."""


def examine(settings: Settings, *, now: datetime, only: Collection[str] = ()) -> Iterator[Check]:
    """Look at one thing after the other; what cannot be looked at is told, and the rest is looked at all the same."""
    for key, (name, look) in LOOKS.items():
        if only and key not in only:
            continue
        try:
            yield look(settings, now)
        except (OSError, SQLAlchemyError, DomainError, SettingsError) as failure:
            said = str(failure) if isinstance(failure, (DomainError, SettingsError)) else f"{type(failure).__name__}"
            yield Check(key, name, "Contrôle impossible.", failure=said)


def _revision(settings: Settings, _now: datetime) -> Check:
    with reading(settings) as session:
        found, known = revision_of(session), revisions()
    findings = []
    if found != known[0]:
        newer = found not in known and found is not None
        findings.append(
            Finding(
                "revision",
                f"La base est à la révision {found or 'zéro'}, le programme à la révision {known[0]}.",
                "Mettez le programme à jour." if newer else "Sauvegardez, puis « concours migrate ».",
            )
        )
    return Check("revision", "Base de données", f"Révision {found or 'zéro'}.", findings)


def _files(settings: Settings, _now: datetime) -> Check:
    blobs, named = open_blobs(settings), _named(settings)
    wrong = {}
    for each in named.values():
        try:
            if digest_in(blobs, each.key) != (each.size, each.sha256):
                wrong[each.key] = _damaged(each)
        except NotFound:
            wrong[each.key] = _missing(each)
    if wrong:  # a row may have gone with its file while the others were read
        still = _named(settings)
        wrong = {key: finding for key, finding in wrong.items() if key in still}
    sentence = f"Relus et comparés à leur empreinte : {len(named)}."
    return Check("files", "Fichiers", sentence, _shortened(wrong.values()))


def _damaged(named: Named) -> Finding:
    return Finding(
        "damaged", f"Le fichier {named.key} a changé : ce n'est plus celui qui a été reçu ou fabriqué.", _mend()
    )


def _missing(named: Named) -> Finding:
    return Finding("missing", f"Le fichier {named.key} ({named.size} octets) n'est plus là.", _mend())


def _mend() -> str:
    return (
        "Reprenez-le du dossier files/ d'une sauvegarde (même nom), puis relancez « concours doctor » ; contrôlez "
        "le disque."
    )


def _orphans(settings: Settings, now: datetime) -> Check:
    found = [each for each in standing(settings) if each.changed_at < now - _SETTLED]
    with reading(settings) as session:
        reflected = tables.reflect(session.connection(), tables.NAMING)
        named = {*tables.named_files(session, reflected), *tables.coming_keys(session, reflected)}
        named |= tables.leaving_keys(session, reflected)
    findings = [
        Finding(
            "orphan",
            f"Rien ne nomme le fichier {each.key}.",
            "Il ne gêne pas. Gardez-le de côté jusqu'à la fin du concours, puis effacez-le à la main.",
        )
        for each in found
        if each.key not in named
    ]
    sentence = f"Fichiers contrôlés dans le stockage : {len(found)}."
    return Check("orphans", "Fichiers orphelins", sentence, _shortened(findings))


def _chains(settings: Settings, _now: datetime) -> Check:
    findings, counts = [], []
    for name, table in _CHAINS.items():
        with reading(settings) as session:
            with closing(_events(session, table)) as events:
                broken = broken_at(events)
            counts.append(f"{name} : {session.scalar(select(func.count(table.position))) or 0} actes")
        if broken is not None:
            findings.append(
                Finding(
                    "chain",
                    f"Le journal « {name} » est rompu à l'acte n° {broken}.",
                    "Comparez-le à une sauvegarde : restaurez-la sur une autre machine, et relevez ce qui a changé. "
                    "N'écrivez rien dans le journal.",
                )
            )
    return Check("chains", "Journal des actes", f"{' ; '.join(counts)}.", findings)


def _events(session: Session, table: type[AuditMixin]) -> ScalarResult[AuditMixin]:
    """Yield a chain without holding all of it."""
    return session.scalars(select(table).order_by(table.position), execution_options={"yield_per": _BATCH})


def _named(settings: Settings) -> dict[str, Named]:
    with reading(settings) as session:
        return tables.named_files(session, tables.reflect(session.connection(), tables.NAMING))


def _shortened(findings: Iterable[Finding]) -> list[Finding]:
    """Return the first findings, and how many others there are."""
    found = sorted(findings, key=lambda finding: finding.sentence)
    rest = len(found) - _TOLD
    if rest <= 0:
        return found
    last = Finding(
        found[0].code, f"Et {rest} autres.", "Commencez par les premiers, puis relancez « concours doctor »."
    )
    return [*found[:_TOLD], last]


LOOKS: Mapping[str, tuple[str, Callable[[Settings, datetime], Check]]] = {
    "revision": ("Base de données", _revision),
    "files": ("Fichiers", _files),
    "orphans": ("Fichiers orphelins", _orphans),
    "chains": ("Journal des actes", _chains),
    "clock": ("Horloge", machine.clock),
    "versions": ("Versions", machine.versions),
    "sandbox": ("Bac à sable", machine.sandbox),
    "disk": ("Place sur le disque", machine.disk),
    "keys": ("Clés", machine.keys),
}
"""What is looked at, in order."""
