"""What is asked of the blind test, by the stage and by telephones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session, selectinload

from concours.editions.models import EditionRecord
from concours.entries.queries import deposited_entries
from concours.honours import gallery
from concours.honours.game.models import Game, GameGuess, GameRound
from concours.honours.game.rules import Playable, Tally, tally_of
from concours.kernel.errors import NotFound

_NO_GAME = "Ce jeu n'existe pas, ou il est terminé. Vérifiez le code affiché à l'écran de la salle."
# Of the tables' columns, which cost less than a class's: each telephone of a room asks these every two seconds.
_GAME, _ROUND, _GUESS = Game.__table__.c, GameRound.__table__.c, GameGuess.__table__.c
_VERSION = select(_GAME.version).where(_GAME.code == bindparam("code"))
_TABLE = (
    select(_GAME.version, *_ROUND, _GUESS.choice)
    .join(GameRound, _ROUND.game_id == _GAME.id)
    .outerjoin(GameGuess, (_GUESS.round_id == _ROUND.id) & (_GUESS.player == bindparam("player")))
    .where(_GAME.code == bindparam("code"))
)


@dataclass(frozen=True, slots=True)
class Told:
    """One round as a telephone sees it: the answer is there once it was revealed on stage."""

    round_id: str
    number: int
    title: str
    options: tuple[str, ...]
    open: bool
    choice: int | None
    answer: int | None

    @property
    def right(self) -> bool:
        """Whether this telephone guessed it."""
        return self.answer is not None and self.choice == self.answer


@dataclass(frozen=True, slots=True)
class Table:
    """The game as one telephone sees it, in plain values: telephones that chose the same are shown the same."""

    code: str
    version: int
    now: Told | None
    """The round that is open, or the last one that was."""
    score: int
    revealed: int


def version_of(session: Session, code: str) -> int:
    """Return the version of a game, in one light question. Raises NotFound."""
    version: int | None = session.scalar(_VERSION, {"code": code})
    if version is None:
        raise NotFound(_NO_GAME)
    return version


def game_by_code(session: Session, code: str) -> Game:
    """Return a game with its rounds. Raises NotFound."""
    game = session.scalars(select(Game).where(Game.code == code).options(selectinload(Game.rounds))).first()
    if game is None:
        raise NotFound(_NO_GAME)
    return game


def game_of(session: Session, edition_id: str) -> Game | None:
    """Return the game of an edition, if one is prepared."""
    query = select(Game).where(Game.edition_id == edition_id).options(selectinload(Game.rounds))
    return session.scalars(query).first()


def table_of(session: Session, code: str, player: str) -> Table:
    """Return the game as one telephone sees it, in one question. Raises NotFound."""
    rows = session.execute(_TABLE, {"code": code, "player": player}).all()
    if not rows:
        raise NotFound(_NO_GAME)
    last = max(
        (row for row in rows if row.opened_at), key=lambda row: (row.closed_at is None, row.opened_at), default=None
    )
    told = [_told(row) for row in rows if row.revealed_at]
    return Table(code, rows[0].version, _told(last) if last else None, sum(each.right for each in told), len(told))


def _told(row: Row[*tuple[Any, ...]]) -> Told:
    answer = row.answer if row.revealed_at else None
    return Told(row.id, row.work_number, row.title, tuple(row.options), row.closed_at is None, row.choice, answer)


def tally(session: Session, played: GameRound) -> Tally:
    """Return how many chose each option."""
    query = select(GameGuess.choice, func.count()).where(GameGuess.round_id == played.id).group_by(GameGuess.choice)
    return tally_of(session.execute(query).all(), len(played.options))


def players(session: Session, game: Game) -> int:
    """Return how many telephones have guessed at least once."""
    query = select(func.count(GameGuess.player.distinct())).join(GameRound, GameRound.id == GameGuess.round_id)
    return session.scalar(query.where(GameRound.game_id == game.id)) or 0


def scores(session: Session, game: Game) -> dict[int, int]:
    """Return how many telephones guessed how many of the revealed works, the most first."""
    right = (GameGuess.choice == GameRound.answer) & GameRound.revealed_at.is_not(None)
    each = (
        select(GameGuess.player, func.count().filter(right).label("score"))
        .join(GameRound, GameRound.id == GameGuess.round_id)
        .where(GameRound.game_id == game.id)
        .group_by(GameGuess.player)
        .subquery()
    )
    rows = session.execute(select(each.c.score, func.count()).group_by(each.c.score).order_by(each.c.score.desc()))
    return dict(rows.all())


def playable(session: Session, record: EditionRecord) -> list[Playable]:
    """Return the laureates to be guessed, in the order of the honours: those whose creation may be shown."""
    return [
        Playable(work.number, work.dossier.title, work.dossier.administration)
        for work in gallery.works_of(session, record)
        if work.consented
    ]


def administrations(session: Session, record: EditionRecord) -> Sequence[str]:
    """Return the administrations that may be proposed: of deposits whose team agreed to a publication."""
    deposits = (entry.deposit for entry in deposited_entries(session, record.id))
    found = {deposit.answers.administration for deposit in deposits if deposit and gallery.may_publish(deposit.answers)}
    return sorted(found, key=str.casefold)
