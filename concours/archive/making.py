"""Making the archive of an edition: on record before its first byte, and once it is whole."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from concours.accounts.operations import record as audit
from concours.archive import rules, site
from concours.archive.folder import Writing, check_free, new_archive
from concours.archive.queries import Contents, archivable, contents_of
from concours.exports.formats.comma import csv_chunks
from concours.exports.formats.jsons import json_chunks
from concours.exports.rules import ANYBODY, Book, Column, Form, Kind, Table, Topic
from concours.honours.gallery import ShownWork
from concours.kernel.db import Database
from concours.kernel.settings import ROOT
from concours.kernel.storage import ReadyStore
from concours.site.pdf import reglement_pdf
from jury import api as jury

_NOBODY_ELSE = "Public avec le palmarès : équipes et administrations lauréates, aucune adresse."
_COLUMNS: tuple[Column[Any], ...] = (
    Column("rank", "Rang", lambda work: work.laureate.rank, ANYBODY, Form.WHOLE),
    Column("tied", "Ex æquo", lambda work: "oui" if work.tied else "non", ANYBODY),
    Column("number", "Numéro", lambda work: work.number, ANYBODY, Form.WHOLE),
    Column("title", "Titre", lambda work: work.dossier.title, ANYBODY),
    Column("category", "Catégorie", lambda work: work.dossier.category, ANYBODY),
    Column("team", "Équipe", lambda work: work.dossier.team, ANYBODY),
    Column("administration", "Administration", lambda work: work.dossier.administration, ANYBODY),
    Column("reason", "Ce que le jury en dit", lambda work: work.laureate.reason, ANYBODY),
    Column("summary", "L'innovation", lambda work: work.dossier.summary, ANYBODY),
    Column("published", "Création publiée", lambda work: "oui" if work.consented else "non", ANYBODY),
)


@dataclass(frozen=True)
class Archived:
    """An archive that is whole."""

    folder: Path
    files: int
    digest: str
    """SHA-256 of its summary, which the audit chain keeps."""


def make_archive(
    database: Database, ready: ReadyStore, *, key: str, folder: Path, contact: str, actor: str, now: datetime
) -> Archived:
    """Write the archive of an edition into a folder that is not there yet.

    Raises NotFound, Forbidden, Conflict or DomainError, which say why not; then nothing is written.
    """
    check_free(folder)
    with database.write() as session:
        record = archivable(session, key, now)
        papers = jury.take_papers(session, edition_key=key, actor=actor, now=now)
        audit(session, actor=actor, action="archive_begun", subject=record.id, now=now)
    with database.read() as session:
        contents = contents_of(session, archivable(session, key, now))
    told = _told(contents, papers, contact, now)
    with new_archive(folder) as writing:
        _fill(writing, contents, papers, ready, told)
        digest = writing.seal()
        with database.write() as session:
            audit(session, actor=actor, action="archived", subject=record.id, now=now, details={"digest": digest})
    return Archived(folder, len(writing.digests), digest)


def _fill(
    writing: Writing, contents: Contents, papers: jury.SessionPapers, ready: ReadyStore, told: rules.Told
) -> None:
    for name, text in site.pages(contents.works, told).items():
        writing.add(f"{rules.SITE}/{name}", text)
    for style in site.STYLES:
        writing.add(f"{rules.SITE}/{style}", (ROOT / "static" / "css" / style).read_bytes())
    writing.add(f"{rules.SITE}/mark.svg", (ROOT / "static" / "img" / "mark.svg").read_bytes())
    for work in contents.works:
        _copy_creation(writing, ready, work)
    for name, content in zip(told.rules, _reglement(contents), strict=True):
        writing.add(name, content)
    for name, blocks in _laureates(contents, told).items():
        writing.add(name, b"".join(blocks))
    _keep_papers(writing, papers, ready)
    writing.add(rules.FACTS, json.dumps(asdict(told), ensure_ascii=False, indent=1, default=_iso) + "\n")
    writing.add(rules.README, rules.readme(told))


def _told(contents: Contents, papers: jury.SessionPapers, contact: str, now: datetime) -> rules.Told:
    edition = contents.edition
    published_at = edition.milestones.publish_at
    assert published_at is not None  # noqa: S101 -- `archivable` has seen to it
    return rules.Told(
        edition=edition.key,
        contest=edition.contest,
        title=edition.title,
        organiser=edition.organiser,
        contact=contact,
        made_at=now,
        published_at=published_at,
        signed_at=papers.signed_at,
        shown_until=contents.shown_until,
        rules=[rules.reglement_name(each.number, "md") for each in contents.rules]
        + [rules.reglement_name(contents.rules[-1].number, "pdf")],
        has_minutes=papers.minutes is not None,
        has_signed_copy=papers.signed_copy is not None,
        chains=contents.chains,
    )


def _copy_creation(writing: Writing, ready: ReadyStore, work: ShownWork) -> None:
    """Copy what the team agreed to show; `files` is empty where it did not."""
    for file in work.files:
        place = f"{rules.SITE}/{site.address(work.number, file)}"
        what = f"{rules.file_name(file.role, file.position, file.mime)} de l'œuvre n° {work.number}"
        writing.copy(place, ready, file.digest, file.size, what)
    if work.captions:
        writing.add(f"{rules.SITE}/{site.captions_address(work.number)}", work.captions)


def _keep_papers(writing: Writing, papers: jury.SessionPapers, ready: ReadyStore) -> None:
    if papers.minutes is not None:
        writing.add(rules.MINUTES, papers.minutes)
    if papers.signed_copy is not None:
        digest, size = papers.signed_copy
        writing.copy(rules.SIGNED, ready, digest, size, "la copie signée du procès-verbal")
    writing.add(rules.RECORD, papers.record)


def _reglement(contents: Contents) -> Iterator[bytes]:
    """Yield each version of the règlement as text, then the last as a PDF."""
    edition, last = contents.edition, contents.rules[-1]
    for version in contents.rules:
        yield version.text.encode()
    yield reglement_pdf(
        text=last.text,
        digest=last.digest,
        number=last.number,
        published_at=last.published_at,
        title=f"Règlement : {edition.contest}, édition {edition.key}",
        author=edition.organiser,
    )


def _laureates(contents: Contents, told: rules.Told) -> dict[str, Iterator[bytes]]:
    book = Book(
        title=f"{told.contest} : palmarès {told.edition}",
        author=told.organiser,
        words=_NOBODY_ELSE,
        kind=Kind.FULL,
        at=told.made_at,
    )
    rows = [[column.source(work) for column in _COLUMNS] for work in contents.works]
    table = Table(Topic.LAUREATES, _COLUMNS, rows)
    return {f"{rules.LAUREATES}.csv": csv_chunks(table), f"{rules.LAUREATES}.json": json_chunks(book, [table])}


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
