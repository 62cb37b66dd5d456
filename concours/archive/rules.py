"""What an archive holds, under which names, and what it says of itself. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from concours.editions.retention import months_after
from concours.kernel.clock import format_day, format_instant, to_paris

README, SUMS, FACTS = "LISEZMOI.txt", "SHA256SUMS", "archive.json"
SITE, DOCUMENTS, INTERNAL = "palmares", "documents", "interne"
INDEX, NOTICE = f"{SITE}/index.html", f"{SITE}/mentions.html"
LAUREATES = f"{DOCUMENTS}/laureats"
MINUTES, SIGNED = f"{INTERNAL}/proces-verbal.pdf", f"{INTERNAL}/proces-verbal-copie-signee.pdf"
RECORD = f"{INTERNAL}/releve-jury.zip"
EXPECTED = (README, FACTS, INDEX, NOTICE, f"{LAUREATES}.csv", f"{LAUREATES}.json", RECORD)
"""What no archive goes without."""

_CLOSED_FOR = 50 * 12
"""Months: article L. 213-2, 3° of the code du patrimoine."""
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_NAMES = {"video": "film", "small": "film-leger", "poster": "affiche", "document": "document"}
_EXTENSIONS = {
    "video/mp4": "mp4",
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the archive says of itself."""

    edition: str
    contest: str
    title: str
    organiser: str
    contact: str
    made_at: datetime
    published_at: datetime
    signed_at: datetime
    """When the signature of the minutes was recorded."""
    shown_until: datetime | None
    """Until when the teams agreed to a publication; None where no creation is shown."""
    rules: Sequence[str]
    """Files of the règlement."""
    has_minutes: bool
    has_signed_copy: bool
    chains: Mapping[str, tuple[int, str]]
    """By name: position and digest of the last event."""

    @property
    def anchors(self) -> list[str]:
        """The chains' ends as `concours audit verify --anchor` takes them."""
        return [f"{name}:{position}:{digest}" for name, (position, digest) in self.chains.items()]

    @property
    def closed_until(self) -> datetime:
        """Until when the jury's own papers are closed to the public."""
        return months_after(self.signed_at, _CLOSED_FOR)


def file_name(role: str, position: int, mime: str) -> str:
    """Return what a file of a creation is called: « film.mp4 », « page-02.png »."""
    name = _NAMES.get(role) or f"{role}-{position:02}"
    return f"{name}.{_EXTENSIONS.get(mime, 'bin')}"


def reglement_name(number: int, extension: str) -> str:
    """Return what a version of the règlement is called."""
    return f"{DOCUMENTS}/reglement-version-{number}.{extension}"


def folder_of(number: int) -> str:
    """Return the folder of a creation, from the pages."""
    return f"creations/{number}"


def sums_text(digests: Mapping[str, str]) -> str:
    """Return the summary that `sha256sum -c` verifies."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))


def read_sums(text: str) -> dict[str, str] | None:
    """Return the digests by path; None where a line is none of ours or leads outside."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None or not _is_inside(match[2]) or match[2] in found:
            return None
        found[match[2]] = match[1]
    return found


def _is_inside(path: str) -> bool:
    return not path.startswith("/") and all(part not in {"", ".", ".."} for part in path.split("/"))


def readme(told: Told) -> str:
    """Return what whoever opens the folder reads first."""
    parts = (_head(told), _public(told), _internal(told), _checking(told))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _head(told: Told) -> str:
    return f"""
{told.contest}, édition {told.edition} : « {told.title} »
Archive faite le {format_instant(told.made_at)}, par {told.organiser}.

Ce dossier se lit sans le service qui l'a produit : un navigateur suffit, sans réseau.
Contact : {told.contact}"""


def _public(told: Told) -> str:
    rules = "".join(f"\n  {name}" for name in told.rules)
    limit = (
        f"Les créations ne se montrent que jusqu'au {_day(told.shown_until)} : les équipes ont accordé leurs droits "
        "pour cinq ans à compter de leur dépôt.\nPassé cette date, retirez palmares/creations/, ou demandez un nouvel "
        "accord."
        if told.shown_until
        else "Aucune équipe n'a autorisé la publication de sa création : les pages donnent le palmarès seul."
    )
    return f"""
CE QUI EST PUBLIC
-----------------
Le palmarès est public depuis le {format_instant(told.published_at)}.

  palmares/          Le palmarès en pages web. Ouvrez palmares/index.html, ou copiez ce seul dossier chez
                     n'importe quel hébergeur de pages statiques : ni script, ni traceur, ni adresse extérieure.
  documents/         Lauréats (CSV, JSON), règlement tel qu'il était : {rules}

{limit}
Une équipe peut retirer son accord : supprimez alors son dossier de palmares/creations/, ou refaites l'archive."""


def _internal(told: Told) -> str:
    papers = (
        "Le procès-verbal tel qu'il a été scellé, par numéro" if told.has_minutes else "Pas de procès-verbal scellé"
    )
    copy = "sa copie signée" if told.has_signed_copy else "pas de copie signée : le service n'en a reçu aucune"
    return f"""
CE QUI NE L'EST PAS
-------------------
  interne/           {papers} ; {copy} ;
                     le relevé de la session du jury (toutes les fiches, journal du jury).

À verser aux archives publiques, à ne jamais mettre en ligne : le secret des délibérations couvre les fiches des jurés.
- Procès-verbal : se communique à qui le demande, signatures occultées (code des relations entre le public et
  l'administration, articles L. 311-1 et L. 311-6).
- Relevé de la session : il porte une appréciation sur le travail de personnes que le palmarès désigne. Il ne se
  communique pas avant le {_day(told.closed_until)}, cinquante ans après la signature (code du patrimoine, article
  L. 213-2, 3°). Votre service d'archives confirme ces délais."""


def _checking(told: Told) -> str:
    anchors = "".join(f"\n  {anchor}" for anchor in told.anchors)
    return f"""
CONTRÔLER
---------
  sha256sum -c SHA256SUMS          rien n'a changé (tout poste sous Linux)
  concours archive --check .       de plus : rien ne manque, rien n'est en trop, tous les liens mènent quelque part
  concours verify {RECORD}
                                   le classement se recalcule des fiches

Derniers actes du journal à la date de l'archive, pour « concours audit verify --anchor » :{anchors}"""


def _day(instant: datetime) -> str:
    return format_day(to_paris(instant).date())
