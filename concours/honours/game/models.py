"""Tables of the blind test. Nobody's name, address or device: a guess bears the digest of a random token alone."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from concours.entries.rules import NAME_LENGTH
from concours.kernel.db import Base, Id, Ref


class Game(Base):
    """The blind test of one edition. Erased, guesses included, after the event."""

    __tablename__ = "game"

    id: Mapped[Id]
    edition_id: Mapped[Ref] = mapped_column(ForeignKey("edition.id"), unique=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    """What stands in the address that telephones open."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Grows with each round that opens, closes or is revealed: telephones ask for it alone."""
    prepared_at: Mapped[datetime]

    rounds: Mapped[list["GameRound"]] = relationship(order_by="GameRound.opened_at, GameRound.work_number")


class GameRound(Base):
    """One laureate to be guessed."""

    __tablename__ = "game_round"
    __table_args__ = (UniqueConstraint("game_id", "work_number"),)

    id: Mapped[Id]
    game_id: Mapped[Ref] = mapped_column(ForeignKey("game.id"))
    work_number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(NAME_LENGTH))
    options: Mapped[list[Any]]
    """Administrations, in the order in which they are shown."""
    answer: Mapped[int] = mapped_column(Integer)
    """Which of them it is."""
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    revealed_at: Mapped[datetime | None]

    @property
    def open(self) -> bool:
        """Whether guesses count now."""
        return self.opened_at is not None and self.closed_at is None


class GameGuess(Base):
    """What one telephone says of one round; changed until the round closes."""

    __tablename__ = "game_guess"
    __table_args__ = (UniqueConstraint("round_id", "player"),)

    id: Mapped[Id]
    round_id: Mapped[Ref] = mapped_column(ForeignKey("game_round.id"))
    player: Mapped[str] = mapped_column(String(64), index=True)
    """The digest of the token in a telephone's cookie."""
    choice: Mapped[int] = mapped_column(Integer)
