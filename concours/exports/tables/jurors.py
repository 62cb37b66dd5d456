"""How far the members of the jury are, in counts; the ranking by number, once the jury's own rules let it out."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from concours.editions.models import EditionRecord
from concours.editions.queries import to_edition
from concours.exports.rules import ANYBODY, NAMED, NOBODY, Cell, Column, Form
from concours.exports.tables.source import Listed
from jury import api as jury

_ROLES = {"juror": "Juré·e", "president": "Présidence", "substitute": "Suppléant·e"}
_ANSWERS = {"accepted": "A accepté", "declined": "A décliné", "removed": "Retiré·e"}
_APART = {"no_sheet": "Aucune fiche", "too_few": "Trop peu de fiches", "incomplete": "Fiches manquantes"}

_Progress = Column[Callable[[jury.MemberProgress], Cell]]
_Ranked = Column[Callable[[jury.Place | jury.Apart], Cell]]


def _progress_columns(session: Session, record: EditionRecord) -> Sequence[_Progress]:  # noqa: ARG001 -- as every list
    return [
        Column("pseudonym", "Pseudonyme", lambda each: each.member_id, NOBODY, Form.PSEUDONYM, width=14),
        Column("name", "Nom", lambda each: each.name, NAMED, width=30),
        Column("function", "Fonction", lambda each: each.function, NAMED, width=30),
        Column("role", "Rôle", lambda each: _ROLES.get(each.role, ""), NAMED, width=16),
        Column("answer", "Réponse", lambda each: _ANSWERS.get(each.standing, "Pas de réponse"), NAMED, width=16),
        Column("done", "Fiches complètes", lambda each: each.done, ANYBODY, Form.WHOLE, width=12),
        Column("incomplete", "Fiches commencées", lambda each: each.incomplete, ANYBODY, Form.WHOLE, width=12),
        Column("missing", "Fiches restantes", lambda each: each.missing, ANYBODY, Form.WHOLE, width=12),
        Column("finished_at", "Terminé le", lambda each: each.finished_at, NAMED, Form.INSTANT),
    ]


def _members(session: Session, record: EditionRecord) -> Sequence[jury.MemberProgress]:
    if not jury.has_session(session, edition_key=record.key):
        return []
    members = jury.list_members(session, edition_key=record.key)
    return [member for member in members if member.role is not jury.Role.SECRETARY]


def _ranking_columns(session: Session, record: EditionRecord) -> Sequence[_Ranked]:
    return [
        Column("rank", "Rang", lambda each: _of(each, "rank"), ANYBODY, Form.WHOLE, width=8),
        Column("number", "Numéro", lambda each: each.number, ANYBODY, Form.WHOLE, width=10),
        Column("sheets", "Fiches", lambda each: each.sheets, ANYBODY, Form.WHOLE, width=10),
        Column("mean", "Moyenne", _mean, ANYBODY, Form.DECIMAL, width=12),
        *(_criterion(each.key, each.label) for each in to_edition(session, record).criteria),
        Column("apart", "Hors classement", lambda each: _APART.get(str(_of(each, "cause")), ""), ANYBODY, width=22),
    ]


def _criterion(key: str, label: str) -> _Ranked:
    def mean(each: jury.Place | jury.Apart) -> Cell:
        means = each.criterion_means if isinstance(each, jury.Place) else {}
        return float(means[key]) if key in means else None

    return Column(f"mean_{key}", f"Moyenne : {label}", mean, ANYBODY, Form.DECIMAL, width=16)


def _mean(each: jury.Place | jury.Apart) -> Cell:
    return float(each.mean) if isinstance(each, jury.Place) else None


def _of(each: jury.Place | jury.Apart, name: str) -> Cell:
    found: Cell = getattr(each, name, None)
    return found


def _ranked(session: Session, record: EditionRecord) -> Sequence[jury.Place | jury.Apart]:
    ranking = jury.ranking_by_number(session, edition_key=record.key)
    return [*ranking.places, *ranking.apart]


def _works(session: Session, record: EditionRecord) -> int:
    return jury.count_works(session, edition_key=record.key)


PROGRESS = Listed(_progress_columns, _members)
RANKING = Listed(_ranking_columns, _ranked, _works)
