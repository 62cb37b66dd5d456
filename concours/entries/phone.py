"""Links that let another device send the file of one dossier, without signing in there."""

from datetime import datetime, timedelta
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeSerializer

from concours.kernel.errors import NotFound

LIFETIME = timedelta(hours=4)
"""Long enough for a large film over a slow network; the page offers another link at any time."""

_SALT = "send from a phone"
_GONE = (
    "Ce lien ne sert plus : il vaut quatre heures. Sur votre ordinateur, rechargez la page de la création pour en "
    "obtenir un autre. Ce qui est arrivé est gardé."
)


class Errand(NamedTuple):
    """What a link lets its bearer do: send the file of this dossier, in this person's name."""

    entry_id: str
    account_id: str


def make_token(secret: str, errand: Errand, *, now: datetime) -> str:
    """Return what stands in the link's address: signed, and worth nothing after its lifetime."""
    return str(_signer(secret).dumps([*errand, int((now + LIFETIME).timestamp())]))


def read_token(secret: str, token: str, *, now: datetime) -> Errand:
    """Return what the link is for. Raises NotFound for a forged and for an old one: the two look the same."""
    try:
        entry_id, account_id, until = _signer(secret).loads(token)
        over = now.timestamp() >= until
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound(_GONE) from error
    if over:
        raise NotFound(_GONE)
    return Errand(entry_id, account_id)


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_SALT)
