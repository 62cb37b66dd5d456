"""The blind test: prepared, played round by round from the stage, erased. Guesses are nobody's: none is on record."""

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from concours.accounts.operations import record as audit
from concours.editions.models import EditionRecord
from concours.editions.queries import to_edition
from concours.honours.game import queries
from concours.honours.game.models import Game, GameGuess, GameRound
from concours.honours.game.queries import Table
from concours.honours.game.rules import ERASED_AFTER, PLAYERS_MAX, draw
from concours.honours.publishing import lock_current
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound, TooManyTries
from concours.kernel.ids import new_id, new_reference

_dice = secrets.SystemRandom()
_APART = {"synchronize_session": False}
"""Rows that the session holds no object of."""


def prepare(session: Session, *, proposed: Collection[str], actor: str, now: datetime) -> Game:
    """Draw the options of each round among what an organiser ticked; again, as long as nothing was played.

    Raises Forbidden before the unsealing, Conflict once a round was opened, DomainError with too few to choose from.
    """
    record = lock_current(session)
    if record.unsealed_at is None:
        raise Forbidden("L'anonymat n'est pas levé : le jeu se prépare après. Rien n'a changé.")
    works = queries.playable(session, record)
    if not works:
        raise DomainError(
            "Aucune équipe lauréate n'a autorisé la publication de sa création : il n'y a rien à faire deviner."
        )
    allowed = set(queries.administrations(session, record)) & set(proposed)
    game = queries.game_of(session, record.id)
    if game and any(each.opened_at for each in game.rounds):
        raise Conflict("Le jeu a commencé : effacez-le d'abord pour en préparer un autre. Rien n'a changé.")
    if game is None:
        game = Game(edition_id=record.id, code=_new_code(), prepared_at=now)
        session.add(game)
    else:
        session.execute(delete(GameRound).where(GameRound.game_id == game.id))
        session.expire(game, ["rounds"])
    session.flush()
    for work in works:
        question = draw(work, allowed, _dice)
        facts = {"options": list(question.options), "answer": question.answer, "title": work.title}
        session.add(GameRound(game_id=game.id, work_number=work.number, **facts))
    session.flush()
    details = {"rounds": len(works)}
    audit(session, actor=actor, action="blind_test_prepared", subject=game.id, now=now, details=details)
    return game


def open_round(session: Session, *, number: int, actor: str, now: datetime) -> None:
    """Take guesses on a work, and on no other; a second press changes nothing. Raises Conflict once it was closed."""
    game, played = _round(session, number)
    if played.open:
        return
    if played.closed_at:
        raise Conflict("Cette manche est close : les réponses ne se reprennent pas.")
    for other in game.rounds:
        if other.open:
            other.closed_at = now
    played.opened_at = now
    _moved(session, game, played, "blind_test_opened", actor=actor, now=now)


def close_round(session: Session, *, number: int, actor: str, now: datetime) -> None:
    """Take no more guesses on a work; a second press changes nothing."""
    game, played = _round(session, number)
    if played.open:
        played.closed_at = now
        _moved(session, game, played, "blind_test_closed", actor=actor, now=now)


def reveal_round(session: Session, *, number: int, actor: str, now: datetime) -> None:
    """Tell telephones which it was: the stage has said it. Nothing for a round that was not played."""
    game, played = _round(session, number)
    if played.opened_at and not played.revealed_at:
        played.closed_at = played.closed_at or now
        played.revealed_at = now
        _moved(session, game, played, "blind_test_revealed", actor=actor, now=now)


def guess(session: Session, *, code: str, number: int, choice: int, player: str) -> Table:
    """Keep what a telephone says of the open round, in the place of what it said before; return the game as it sees it.

    Raises Conflict once the round is closed, DomainError for what was not proposed, TooManyTries beyond any room.
    """
    table = queries.table_of(session, code, player)
    played = table.now
    if played is None or not played.open or played.number != number:
        raise Conflict("Trop tard pour cette œuvre : les réponses sont closes. La suivante arrive.")
    if not 0 <= choice < len(played.options):
        raise DomainError("Choisissez l'une des réponses proposées.")
    if played.choice is None:
        _keep(session, played.round_id, player, choice)
    else:
        mine = GameGuess.round_id == played.round_id, GameGuess.player == player
        session.execute(update(GameGuess).where(*mine).values(choice=choice), execution_options=_APART)
    return replace(table, now=replace(played, choice=choice))


def _keep(session: Session, round_id: str, player: str, choice: int) -> None:
    """Keep the first guess of a telephone in a round."""
    count = session.scalar(select(func.count()).where(GameGuess.round_id == round_id)) or 0
    if count >= PLAYERS_MAX:
        raise TooManyTries("Trop de téléphones jouent déjà : regardez la suite à l'écran.")
    try:
        with session.begin_nested():
            session.execute(insert(GameGuess).values(id=new_id(), round_id=round_id, player=player, choice=choice))
    except IntegrityError as twice:  # two presses at once, or a game that was erased meanwhile
        raise Conflict("Votre réponse est déjà là. Pour la changer, choisissez-en une autre.") from twice


def erase(session: Session, *, actor: str, now: datetime) -> None:
    """Erase the game of the current edition with every guess. Raises NotFound without one."""
    record = lock_current(session)
    game = queries.game_of(session, record.id)
    if game is None:
        raise NotFound("Il n'y a pas de jeu à effacer.")
    _erase(session, game, actor, now)


def erase_old(session: Session, *, now: datetime) -> None:
    """Erase the games whose event is over since a day."""
    rows = session.execute(select(Game, EditionRecord).join(EditionRecord, EditionRecord.id == Game.edition_id))
    for game, record in rows.all():
        event = to_edition(session, record).event
        if event and event.ends_at + ERASED_AFTER <= now:
            _erase(session, game, "system", now)


def _erase(session: Session, game: Game, actor: str, now: datetime) -> None:
    rounds = select(GameRound.id).where(GameRound.game_id == game.id)
    for question in (
        delete(GameGuess).where(GameGuess.round_id.in_(rounds)),
        delete(GameRound).where(GameRound.game_id == game.id),
        delete(Game).where(Game.id == game.id),
    ):
        session.execute(question, execution_options=_APART)
    audit(session, actor=actor, action="blind_test_erased", subject=game.id, now=now)


def _round(session: Session, number: int) -> tuple[Game, GameRound]:
    """Return the current game, locked: acts from two screens follow one another."""
    record = lock_current(session)
    game = queries.game_of(session, record.id)
    played = next((each for each in game.rounds if each.work_number == number), None) if game else None
    if game is None or played is None:
        raise NotFound("Cette œuvre n'est pas au jeu.")
    return game, played


def _moved(session: Session, game: Game, played: GameRound, action: str, *, actor: str, now: datetime) -> None:
    game.version += 1
    details = {"number": played.work_number}
    audit(session, actor=actor, action=action, subject=game.id, now=now, details=details)


def _new_code() -> str:
    """Return a code that is read aloud without a mistake."""
    return new_reference("x").partition("-")[2].replace("-", "")[:6].lower()
