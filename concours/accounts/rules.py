"""What a try to prove two addresses comes to; the roles of organisers; one-time passwords."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto

import pyotp

INVITATION_LIFETIME = timedelta(days=7)
"""How long the link of an invitation to organise opens; inviting again sends another."""

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are read one for the other."""
_GROUPS, _GROUP_LENGTH = 2, 6
_STEP_S = 30
_DRIFT = 1
"""Steps by which the clock of a telephone may be early or late."""


class OrganiserRole(StrEnum):
    """What an organiser may do."""

    SECRETARIAT = "secretariat"
    """All of the console."""
    CHECK_IN = "check_in"
    """The pages of the day itself and the list of registrations, nothing else."""
    READER = "reader"
    """Sees the console, changes nothing."""


ROLE_NAMES: Mapping[str, str] = {
    OrganiserRole.SECRETARIAT: "Secrétariat",
    OrganiserRole.CHECK_IN: "Accueil",
    OrganiserRole.READER: "Lecture seule",
}
ROLE_POWERS: Mapping[str, str] = {
    OrganiserRole.SECRETARIAT: "toute la console",
    OrganiserRole.CHECK_IN: "les pages du jour et la liste des inscriptions, rien d'autre",
    OrganiserRole.READER: "voit toute la console, n'y change rien et n'en exporte rien",
}


class Proof(Enum):
    """What became of the two codes of a change of address."""

    DONE = auto()
    WRONG_OLD = auto()
    WRONG_NEW = auto()
    WRONG_BOTH = auto()
    SPENT = auto()
    """Too late, too many tries, used already, or another change has taken its place."""
    TAKEN = auto()
    """Both addresses are proved, and the new one has got an account meanwhile."""


def proof(*, old_holds: bool, new_holds: bool) -> Proof:
    """Return what two codes come to."""
    if old_holds:
        return Proof.DONE if new_holds else Proof.WRONG_NEW
    return Proof.WRONG_OLD if new_holds else Proof.WRONG_BOTH


def step_at(now: datetime) -> int:
    """Return the half-minute that an instant falls in."""
    return int(now.timestamp()) // _STEP_S


def accepted_step(secret: str, code: str, *, now: datetime, last_step: int) -> int | None:
    """Return the half-minute whose code this is, if it is near enough and later than the last that was accepted."""
    totp, here = pyotp.TOTP(secret, interval=_STEP_S), step_at(now)
    near = range(max(here - _DRIFT, last_step + 1), here + _DRIFT + 1)
    return next((step for step in near if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())), None)


def new_secret() -> str:
    """Return a secret for a telephone, in base 32."""
    return pyotp.random_base32()


def enrolment_address(secret: str, *, account: str, issuer: str) -> str:
    """Return what the QR code says to the telephone."""
    return pyotp.TOTP(secret, interval=_STEP_S).provisioning_uri(name=account, issuer_name=issuer)


def new_recovery_code() -> str:
    """Return a code that nobody can guess, easy to copy by hand: « k7qf3m-9tbw2x »."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def plain_recovery_code(typed: str) -> str:
    """Return a recovery code as it was given, whatever spaces, hyphens and capitals somebody typed."""
    return "".join(letter for letter in typed.lower() if letter in _LETTERS)
