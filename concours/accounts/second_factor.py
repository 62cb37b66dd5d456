"""The second factor of an organiser: set up, asked for, lost. Nothing here commits.

A wrong code is returned rather than raised, so that the miss is kept.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, Code, CodeRequest, Login, Outbox, RecoveryCode, SecondFactor
from concours.accounts.operations import record
from concours.accounts.rules import (
    RECOVERY_CODES,
    accepted_step,
    new_recovery_code,
    new_secret,
    plain_recovery_code,
)
from concours.kernel import mail
from concours.kernel.codes import CodeBook, seal
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.sessions import end_logins
from concours.kernel.vault import Unreadable, Vault

_UNREADABLE = (
    "Ce second facteur ne peut plus être lu : la clé du service a changé. Demandez à une autre personne du secrétariat "
    "de le réinitialiser, ou à la personne qui administre le service. Rien d'autre n'est perdu."
)


@dataclass(frozen=True, slots=True)
class Safe:
    """What codes are kept with: the application's secret, from which each use draws its own key."""

    secret: str

    @property
    def vault(self) -> Vault:
        """What encrypts the secrets of telephones."""
        return Vault(self.secret, "second factor")

    @property
    def book(self) -> CodeBook:
        """What counts wrong codes."""
        return CodeBook(Code, CodeRequest, self.secret)

    def digest(self, account_id: str, code: str) -> str:
        """Return what is stored of a recovery code."""
        return seal(self.secret, "recovery", account_id, plain_recovery_code(code))


def is_set(session: Session, account_id: str) -> bool:
    """Tell whether signing in to this account asks for a code of a telephone."""
    query = select(SecondFactor.id).where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))
    return session.scalar(query) is not None


def recovery_codes_left(session: Session, account_id: str) -> int:
    """Return how many recovery codes were not used."""
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def prepare(session: Session, safe: Safe, *, account_id: str, now: datetime) -> str:
    """Return the secret that a telephone is to scan: the one that waits to be proved, made on first use.

    Raises NotFound for whoever organises nothing, Conflict once a telephone is proved.
    """
    account = session.get_one(Account, account_id, with_for_update=True)
    if not account.organiser:
        raise NotFound
    factor = _factor(session, account_id)
    if factor is None:
        secret = new_secret()
        session.add(SecondFactor(account_id=account_id, secret=safe.vault.lock(secret), created_at=now))
        return secret
    if factor.confirmed_at:
        raise Conflict("Un appareil est déjà associé à votre compte : retirez-le avant d'en associer un autre.")
    try:
        return safe.vault.unlock(factor.secret)
    except Unreadable:
        secret = new_secret()
        factor.secret = safe.vault.lock(secret)
        return secret


def confirm(session: Session, safe: Safe, *, account_id: str, code: str, token: str, now: datetime) -> list[str] | None:
    """Prove the telephone: end every session but that of `token`, and return the recovery codes; None for a wrong code.

    Raises Conflict where no telephone waits to be proved, TooManyTries.
    """
    factor = _factor(session, account_id)
    if factor is None or factor.confirmed_at:
        raise Conflict("Aucun appareil n'attend d'être associé : reprenez depuis la page « Mon compte ».")
    if not _accepts(session, safe, factor, code, now):
        return None
    factor.confirmed_at = now
    end_logins(session, Login, person_id=account_id, but_token=token)
    record(session, actor=account_id, action="second_factor_set", subject=account_id, now=now)
    return _replace_codes(session, safe, account_id)


def check(session: Session, safe: Safe, *, account_id: str, code: str, now: datetime) -> bool:
    """Tell whether this is a code of the telephone that did not serve yet. Raises TooManyTries."""
    factor = _factor(session, account_id)
    return factor is not None and factor.confirmed_at is not None and _accepts(session, safe, factor, code, now)


def recover(session: Session, safe: Safe, *, account_id: str, code: str, now: datetime) -> bool:
    """Use up a recovery code, and tell whether it was one. Raises TooManyTries."""
    if _factor(session, account_id) is None:
        return False
    safe.book.check_misses(session, subject=account_id, now=now)
    query = select(RecoveryCode).where(
        RecoveryCode.account_id == account_id,
        RecoveryCode.digest == safe.digest(account_id, code),
        RecoveryCode.used_at.is_(None),
    )
    found = session.scalars(query).first()
    if found is None:
        safe.book.note_miss(session, subject=account_id, now=now)
        return False
    found.used_at = now
    return True


def renew_codes(session: Session, safe: Safe, *, account_id: str, code: str, now: datetime) -> list[str] | None:
    """Return new recovery codes, the former ones void; None for a wrong code of the telephone."""
    if not check(session, safe, account_id=account_id, code=code, now=now):
        return None
    record(session, actor=account_id, action="recovery_codes_renewed", subject=account_id, now=now)
    return _replace_codes(session, safe, account_id)


def remove(session: Session, safe: Safe, *, account_id: str, code: str, now: datetime) -> bool:
    """Take the telephone off one's own account, on proof that one holds it; tell whether it was one of its codes."""
    if not check(session, safe, account_id=account_id, code=code, now=now):
        return False
    forget(session, account_id)
    record(session, actor=account_id, action="second_factor_removed", subject=account_id, now=now)
    return True


def reset(session: Session, *, account_id: str, actor: str, contact: str, now: datetime) -> None:
    """Take the telephone off somebody's account who has lost it, end their sessions, and tell them by mail.

    Raises NotFound without a telephone, Conflict for one's own: a recovery code, or somebody else, is the way.
    """
    if actor == account_id:
        raise Conflict(
            "Votre propre second facteur se retire depuis « Mon compte », avec un code. Si l'appareil est perdu, "
            "demandez à une autre personne du secrétariat."
        )
    if not is_set(session, account_id):
        raise NotFound
    forget(session, account_id)
    end_logins(session, Login, person_id=account_id)
    record(session, actor=actor, action="second_factor_reset", subject=account_id, now=now)
    email = session.get_one(Account, account_id).email
    message = mail.compose("accounts/mails/second_factor_reset.txt", to=email, contact=contact)
    mail.enqueue(session, Outbox, message, now=now)


def forget(session: Session, account_id: str) -> None:
    """Remove all that is kept of an account's second factor."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))


def _factor(session: Session, account_id: str) -> SecondFactor | None:
    """Return the account's second factor, locked: two answers at once follow one another."""
    query = select(SecondFactor).where(SecondFactor.account_id == account_id)
    return session.scalars(query.with_for_update()).first()


def _accepts(session: Session, safe: Safe, factor: SecondFactor, code: str, now: datetime) -> bool:
    safe.book.check_misses(session, subject=factor.account_id, now=now)
    try:
        secret = safe.vault.unlock(factor.secret)
    except Unreadable as error:
        raise DomainError(_UNREADABLE) from error
    step = accepted_step(secret, code, now=now, last_step=factor.last_step)
    if step is None:
        safe.book.note_miss(session, subject=factor.account_id, now=now)
        return False
    factor.last_step = step
    return True


def _replace_codes(session: Session, safe: Safe, account_id: str) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account_id, digest=safe.digest(account_id, code)) for code in codes)
    return codes
