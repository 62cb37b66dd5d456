"""Who and what the demonstration shows, read from `cast.toml`."""

import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Work:
    """A creation and those who made it."""

    title: str
    kind: str
    """`clip-mp4`, `clip-avi`, `comic` or `infographic`."""
    category: str
    team: str
    administration: str
    contact: str
    summary: str
    beats: tuple[str, ...]
    """The four short lines that it tells."""

    @property
    def email(self) -> str:
        """Address of the contact."""
        return address(self.contact)

    @property
    def file_name(self) -> str:
        """What its authors called the file."""
        return f"{'-'.join(_plain_words(self.title))}.{self.suffix}"

    @property
    def suffix(self) -> str:
        """Extension of the file."""
        return {"clip-mp4": "mp4", "clip-avi": "avi"}.get(self.kind, "pdf")


@dataclass(frozen=True)
class Juror:
    """A member of the panel."""

    name: str
    function: str
    role: str
    severity: int
    """Points added to what a work deserves."""
    bodies: tuple[str, ...] = ()
    """Administrations declared on accepting."""
    answer: str = "accepted"
    """Or `declined`, or `none`."""

    @property
    def scores(self) -> bool:
        """Whether they fill in sheets."""
        return self.role in {"president", "juror"} and self.answer == "accepted"

    @property
    def email(self) -> str:
        """Their address."""
        return address(self.name)


@dataclass(frozen=True)
class Guest:
    """Somebody who comes to the event."""

    first_name: str
    last_name: str
    administration: str
    function: str
    needs: str

    @property
    def email(self) -> str:
        """Their address."""
        return address(f"{self.first_name} {self.last_name}")


@dataclass(frozen=True)
class Friend:
    """Somebody who joins the community."""

    name: str

    @property
    def email(self) -> str:
        """Their address."""
        return address(self.name)


@dataclass(frozen=True)
class Cast:
    """Everybody and everything."""

    works: tuple[Work, ...]
    jurors: tuple[Juror, ...]
    guests: tuple[Guest, ...]
    friends: tuple[Friend, ...]


def load() -> Cast:
    """Return the cast, its words with the apostrophes that a word processor gives them."""
    table = tomllib.loads(Path(__file__).with_name("cast.toml").read_text().replace("'", "’"))
    return Cast(
        works=tuple(_work(each) for each in table["works"]),
        jurors=tuple(_juror(each) for each in table["jurors"]),
        guests=tuple(Guest(**each) for each in table["registrations"]),
        friends=tuple(Friend(**each) for each in table["community"]),
    )


def address(name: str) -> str:
    """Return an address at a domain that cannot exist (RFC 2606)."""
    return f"{'.'.join(_plain_words(name))}@demo.example"


def _plain_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.replace("’", " ")).encode("ascii", "ignore").decode().lower()
    return "".join(c if c.isalnum() else " " for c in plain).split()


def _juror(table: dict[str, Any]) -> Juror:
    return Juror(**{**table, "bodies": tuple(table.get("bodies", ()))})


def _work(table: dict[str, Any]) -> Work:
    return Work(**{**table, "beats": tuple(table["beats"])})
