"""What a file may be, why one is refused, and how that is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Literal

from concours.kernel.errors import DomainError

EIGHT_K = (7680, 4320)
"""Longest and shortest side of the largest picture that we decode."""

MAX_STREAMS = 16
"""A camera writes two or three streams; more is a file made to exhaust its reader."""

MAX_PAGE_POINTS = 14_400
"""Longest side of a page: 200 inches (5,08 m), the largest that Acrobat opens (ISO 32000-1, annex C.2)."""

MAX_IMAGE_PIXELS = 150_000_000
"""Of one picture in a document: an A0 poster scanned at 300 dots an inch has 139.5 million."""


NAME_LENGTH = 255
"""Characters kept of a file's name: its end."""


class Kind(StrEnum):
    """The three formats that an edition may accept."""

    AVI = "avi"
    MP4 = "mp4"
    PDF = "pdf"

    @property
    def mime(self) -> str:
        """The registered name, or for AVI the one in use."""
        return {Kind.AVI: "video/x-msvideo", Kind.MP4: "video/mp4", Kind.PDF: "application/pdf"}[self]


class Reason(StrEnum):
    """Why a file is refused: stable codes, stored and counted."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WRONG_FORMAT = "wrong_format"
    NOT_IN_EDITION = "not_in_edition"
    TRUNCATED = "truncated"
    AMBIGUOUS = "ambiguous"
    UNREADABLE = "unreadable"
    TIMEOUT = "timeout"
    TOO_HEAVY = "too_heavy"
    TOO_LONG = "too_long"
    NO_VIDEO = "no_video"
    COVER_ONLY = "cover_only"
    NO_FRAME = "no_frame"
    DIMENSIONS = "dimensions"
    STREAMS = "streams"
    ENCRYPTED = "encrypted"
    CODEC = "codec"
    PASSWORD = "password"  # noqa: S105 -- a refusal's code
    PAGES = "pages"
    NO_PAGE = "no_page"
    LAYERS = "layers"
    INFECTED = "infected"
    PAGE_SIZE = "page_size"
    EXTERNAL = "external"


class Refused(DomainError):
    """This file cannot take part. `detected` is the MIME name of what it really is."""

    def __init__(self, reason: Reason, message: str, detected: str = "application/octet-stream") -> None:
        super().__init__(message)
        self.reason: str = reason.value
        self.detected = detected


class RefusedTooLarge(Refused):
    """More bytes than the edition accepts: the one refusal with its own HTTP status."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one edition accepts."""

    kinds: frozenset[Kind]
    max_bytes: int
    max_seconds: int = 120
    tolerance_s: float = 0.5
    """A film of exactly 120 s with MP3 sound measures 120.10 s."""
    max_pages: int = 60


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is known of a file once it has been examined. Sizes are pixels, or points for the first page of a PDF."""

    accepted: bool
    kind: Kind | None
    reason: str | None
    message: str
    detected: str
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    sha256: str | None = None
    findings: tuple[str, ...] = ()
    """Codes of what was found in an accepted file and is told to the secretariat."""
    signature: str = ""
    """What the antivirus calls what it found; told to the secretariat alone."""


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """One file of the jury copy, made by us.

    `text` is what a screen reader says of a page, and of a document what it says beside its pages: it is read by the
    anonymity check, and stays on this side.
    """

    role: Literal["video", "small", "poster", "document", "page"]
    position: int
    path: Path
    mime: str
    width: int
    height: int
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class JuryCopy:
    """All that was made from a creation for the jury."""

    files: tuple[Artefact, ...]
    removed: tuple[str, ...]
    """Codes of what the original said beside its pictures, its sound and its pages, and that no copy has."""


TOO_HEAVY = (
    "Ce fichier demande trop de mémoire pour être ouvert : il est abîmé, ou démesuré. Exportez-le à nouveau depuis "
    "votre logiciel, en qualité ordinaire, puis envoyez-le."
)
TOO_SLOW = (
    "Ce fichier est trop long à ouvrir : il est abîmé, ou démesuré. Exportez-le à nouveau depuis votre logiciel, en "
    "qualité ordinaire, puis envoyez-le."
)
UNREADABLE = (
    "Ce fichier est illisible : il est abîmé. Vérifiez qu'il s'ouvre sur votre poste, exportez-le à nouveau depuis "
    "votre logiciel, puis envoyez-le."
)


INFECTED = (
    "L'antivirus a reconnu un programme malveillant dans ce fichier. Contrôlez votre poste, exportez la création à "
    "nouveau depuis votre logiciel, puis envoyez-la. Si vous pensez à une erreur, écrivez au secrétariat du concours."
)


def plain_name(name: str) -> str:
    """Return the end of a path as somebody's machine writes it, as long as a column holds."""
    return name.replace("\\", "/").rsplit("/", 1)[-1][-NAME_LENGTH:]


_FAILURES = {
    "SandboxFailure": "le programme qui fabrique la copie s'est arrêté, ou n'a pas abouti dans le temps prévu.",
    "Damaged": "l'original conservé n'est plus tel qu'il a été reçu.",
    Reason.TIMEOUT: "la fabrication demande plus de calcul que ce qui lui est accordé.",
    Reason.TOO_HEAVY: "la fabrication demande plus de mémoire que ce qui lui est accordé.",
    Reason.UNREADABLE: "une partie du fichier ne se lit pas, bien qu'il ait été accepté.",
    Reason.NO_FRAME: "aucune image du fichier ne se lit, bien qu'il ait été accepté.",
}


def spoken_failure(code: str | None) -> str:
    """Say to the organisers why a jury copy could not be made."""
    return _FAILURES.get(code or "", "une erreur inattendue du service.")


def spoken_duration(seconds: float) -> str:
    """Say a duration to the tenth: 150.0 is « 2 min 30 s », 120.7 is « 2 min 0,7 s », 120 is « 2 min »."""
    minutes, tenths = divmod(round(seconds * 10), 600)
    rest = f"{tenths // 10},{tenths % 10}" if tenths % 10 else f"{tenths // 10}"
    parts = ([f"{minutes} min"] if minutes else []) + ([f"{rest} s"] if tenths or not minutes else [])
    return " ".join(parts)


def spoken_size(count: int) -> str:
    """Say a number of bytes in decimal units, as disks and operators do: 2_000_000_000 is « 2 Go »."""
    for unit, name in ((10**9, "Go"), (10**6, "Mo"), (10**3, "ko")):
        if count >= unit:
            return f"{count / unit:.1f}".removesuffix(".0").replace(".", ",") + f" {name}"
    return f"{count} octets"


def spoken_kinds(kinds: Iterable[Kind]) -> str:
    """List formats in a stable order: « AVI, MP4 ou PDF »."""
    names = [kind.name for kind in sorted(kinds)]
    return " ou ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def check_bytes(size: int, limits: Limits) -> None:
    """Refuse a file with more bytes than the edition accepts."""
    if size > limits.max_bytes:
        raise RefusedTooLarge(
            Reason.TOO_LARGE,
            f"Ce fichier pèse {spoken_size(size)} ; la limite est de {spoken_size(limits.max_bytes)}. "
            "Réduisez-le (une vidéo en 1080p suffit), puis envoyez-le à nouveau.",
        )


def check_duration(seconds: float, limits: Limits, kind: Kind) -> None:
    """Refuse a film that plays longer than the edition accepts, with the figure measured."""
    if seconds > limits.max_seconds + limits.tolerance_s:
        raise Refused(
            Reason.TOO_LONG,
            f"Cette vidéo dure {spoken_duration(seconds)} ; la limite est de {spoken_duration(limits.max_seconds)}. "
            "Raccourcissez-la, puis envoyez-la à nouveau.",
            kind.mime,
        )


def check_streams(count: int, kind: Kind) -> None:
    """Refuse a film with more streams than a camera or editing software writes."""
    if count > MAX_STREAMS:
        raise Refused(
            Reason.STREAMS,
            f"Ce fichier contient {count} pistes ; la limite est de {MAX_STREAMS}. Exportez à nouveau la vidéo avec "
            "une piste d'image et une piste de son, puis envoyez-la.",
            kind.mime,
        )


def check_pages(pages: int, limits: Limits) -> None:
    """Refuse a document without a page, or with more pages than the edition accepts."""
    if pages == 0:
        raise Refused(
            Reason.NO_PAGE,
            "Ce PDF ne contient aucune page. Exportez-le à nouveau depuis votre logiciel, ouvrez-le pour vérifier, "
            "puis envoyez-le.",
            Kind.PDF.mime,
        )
    if pages > limits.max_pages:
        raise Refused(
            Reason.PAGES,
            f"Ce PDF compte {pages} pages ; la limite est de {limits.max_pages}. "
            "Réduisez le nombre de pages, puis envoyez-le à nouveau.",
            Kind.PDF.mime,
        )


def accepted_message(kind: Kind, duration_s: float | None, pages: int | None) -> str:
    """Say what was recognised, so that the candidate can see that it is the right file."""
    if pages is not None:
        return f"Fichier accepté : PDF de {pages} page{'s' if pages > 1 else ''}."
    return f"Fichier accepté : vidéo {kind.name} de {spoken_duration(duration_s or 0)}."
