"""How much one telephone, and one network address, may ask of the game: a room shares one address."""

from collections import Counter
from datetime import datetime, timedelta

from concours.kernel.errors import TooManyTries

_WINDOW = timedelta(seconds=10)
_SLOWER = "Ce téléphone demande trop souvent. Attendez quelques secondes : votre réponse enregistrée le reste."


class Pace:
    """Counts requests of the last seconds, by telephone and by address; nothing outlives these seconds."""

    def __init__(self, *, by_player: int = 40, by_address: int = 8000) -> None:
        self._by_player, self._by_address = by_player, by_address
        self._since: datetime | None = None
        self._seen: Counter[str] = Counter()

    def count(self, player: str, address: str, now: datetime) -> None:
        """Count one request; of telephones without a token yet, their address alone. Raises TooManyTries."""
        if self._since is None or now - self._since >= _WINDOW:
            self._since, self._seen = now, Counter()
        seen = self._seen
        seen.update((player, address) if player else (address,))
        if seen[player] > self._by_player or seen[address] > self._by_address:
            raise TooManyTries(_SLOWER)
