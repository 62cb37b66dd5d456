"""What a receipt is: facts in canonical JSON, their Ed25519 signature, and the file that holds both.

What is signed is `signed_bytes(facts)`: keys in order, no space, ASCII alone. The file is the same on several lines,
with the signature; it must be exactly the file that these facts and this signature make, byte for byte.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from concours.entries.rules import rules_label
from concours.kernel.clock import format_instant
from concours.kernel.errors import DomainError
from concours.kernel.signing import PublicKey
from concours.kernel.text import grouped

FORMAT = "concours-receipt-1"
"""Stands among the signed facts: a reader of another format takes nothing for granted."""

MAX_BYTES = 16_384
"""No receipt of ours comes near it."""

_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_DIGEST = r"[0-9a-f]{64}"
_TEXTS = {
    "number": r"[\w-]{1,40}",
    "entry": r"[a-z2-7]{26}",
    "key": r"[0-9a-f]{16}",
    "edition": r".{1,200}",
    "contest": r".{1,1000}",
    "check": r"https?://\S{1,1000}",
}
_PARTS = {"file": ("sha256", "size"), "rules": ("digest", "version"), "consents": ("digest", "version")}

_WAYS = {
    "self": "Par le candidat",
    "armed": "Par le candidat, de lui-même au dernier octet du fichier",
    "late": "Par le candidat, hors délai, admis par le secrétariat du concours",
    "behalf": "Par le secrétariat du concours, pour le compte du candidat",
}

Facts = Mapping[str, Any]
"""What a receipt says; see `receipts.operations.facts_of`."""


class NoReceipt(DomainError):
    """What was given is no valid receipt: the sentence says why."""


@dataclass(frozen=True)
class Receipt:
    """Facts and their signature."""

    facts: Facts
    signature: str
    """128 hexadecimal digits."""

    @property
    def number(self) -> str:
        """The receipt's number."""
        return str(self.facts["number"])

    @property
    def key_id(self) -> str:
        """Which key signed."""
        return str(self.facts["key"])

    @property
    def at(self) -> datetime:
        """The instant of the deposit."""
        return datetime.fromisoformat(self.facts["at"]["utc"])

    @property
    def check_url(self) -> str:
        """Where this receipt may be checked, its number and the digest of its file filled in."""
        return f"{self.facts['check']}?numero={self.number}&empreinte={self.facts['file']['sha256']}"


def signed_bytes(facts: Facts) -> bytes:
    """Return what is signed: canonical JSON, as `jq --ascii-output --compact-output --sort-keys .receipt` writes it."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def file_of(receipt: Receipt) -> bytes:
    """Return the receipt's file: the only one that these facts and this signature make."""
    document = {"receipt": receipt.facts, "signature": receipt.signature}
    return json.dumps(document, sort_keys=True, indent=2, allow_nan=False).encode("ascii") + b"\n"


def read_file(content: bytes, *, exact: bool = True) -> Receipt:
    """Return the receipt that a file holds, its signature not checked yet.

    `exact`: any other byte is refused; otherwise spaces and line ends between values are forgiven. Raises NoReceipt.
    """
    receipt = _receipt(_document(content))
    if exact and file_of(receipt) != content:
        raise NoReceipt(
            "Ce fichier n'est plus, à l'octet près, celui qui a été remis : il a été modifié ou réenregistré. "
            "Reprenez la pièce jointe d'origine."
        )
    return receipt


def check(receipt: Receipt, keys: Mapping[str, PublicKey]) -> None:
    """Let a receipt pass whose signature is that of one of the keys. Raises NoReceipt."""
    key = keys.get(receipt.key_id)
    if key is None:
        raise NoReceipt(
            f"Cet accusé de réception est signé par une autre clé ({receipt.key_id}) : rien ne prouve d'où il vient."
        )
    if not key.has_signed(signed_bytes(receipt.facts), bytes.fromhex(receipt.signature)):
        raise NoReceipt(
            "La signature ne correspond pas à ce que dit l'accusé de réception : l'un ou l'autre a été modifié."
        )


def file_name(number: str) -> str:
    """Return what a receipt's files are called, less what follows the point."""
    return f"accuse-de-reception-{number}"


def iso(instant: datetime) -> str:
    """Return an instant to the microsecond, as facts hold it in UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def told(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return the facts as people read them: names and values."""
    file, rules, way = facts["file"], facts["rules"], str(facts.get("way"))
    deposit = deposit_told(
        number=facts["number"],
        at=datetime.fromisoformat(facts["at"]["utc"]),
        size=file["size"],
        sha256=file["sha256"],
        rules_version=rules["version"],
        rules_digest=rules["digest"],
        way=way,
    )
    contest = ("Concours", f"{facts['contest']}, édition {facts['edition']}")
    return (
        contest,
        *deposit,
        ("Dépôt", _WAYS.get(way, _WAYS["self"])),
        ("Identifiant de la candidature", facts["entry"]),
        ("Clé de signature", facts["key"]),
    )


def deposit_told(
    *, number: str, at: datetime, size: int, sha256: str, rules_version: int, rules_digest: str, way: str
) -> tuple[tuple[str, str], ...]:
    """Return what a receipt proves of a deposit, as people read it: names and values."""
    return (
        ("Numéro", number),
        ("Déposée le", format_instant(at, seconds=True)),
        ("Instant du dépôt (UTC)", iso(at)),
        ("Taille du fichier", f"{grouped(size)} octets"),
        ("Empreinte du fichier (SHA-256)", sha256),
        (rules_label(way), f"Version {rules_version}"),
        ("Empreinte du règlement (SHA-256)", rules_digest),
    )


def _document(content: bytes) -> Any:
    if content.startswith(b"%PDF-"):
        raise NoReceipt(
            "Ceci est un PDF, fait pour être lu ou imprimé : c'est le fichier signé qui se vérifie. "
            "Choisissez le fichier .json joint au même courriel."
        )
    if len(content) > MAX_BYTES:
        raise NoReceipt("Ce fichier est bien trop gros pour être un accusé de réception.")
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NoReceipt(
            "Ceci n'est pas le fichier d'un accusé de réception : ce n'est pas du JSON que nous aurions écrit. "
            "Choisissez le fichier .json joint au courriel."
        ) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that comes twice: two readers could take two values for it."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _no_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities: they are no JSON."""
    raise ValueError(name)


def _receipt(document: Any) -> Receipt:
    """Return the receipt, each fact that we rely on of its type; those that we do not know are signed all the same."""
    match document:
        case {"receipt": dict(facts), "signature": str(signature), **rest} if not rest:
            if facts.get("format") != FORMAT:
                raise NoReceipt("Ce fichier n'est pas un accusé de réception d'une version connue de ce programme.")
            if _SIGNATURE.fullmatch(signature) and _sound(facts):
                return Receipt(facts, signature)
    raise NoReceipt("Ce JSON n'est pas un accusé de réception : il n'a pas ce qu'un accusé de réception contient.")


def _sound(facts: Facts) -> bool:
    return (
        all(_is_text(facts.get(name), pattern) for name, pattern in _TEXTS.items())
        and all(_is_part(facts.get(name), *keys) for name, keys in _PARTS.items())
        and _is_instant(facts.get("at"))
    )


def _is_text(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is_part(value: object, digest: str, number: str) -> bool:
    if not isinstance(value, dict) or not _is_text(value.get(digest), _DIGEST):
        return False
    found = value.get(number)
    return type(found) is int and 0 <= found < 1 << 63


def _is_instant(value: object) -> bool:
    """Tell whether an instant is given as we write it."""
    utc = value.get("utc") if isinstance(value, dict) else None
    if not isinstance(utc, str):
        return False
    try:
        return iso(datetime.fromisoformat(utc)) == utc
    except (ValueError, OverflowError):
        return False
