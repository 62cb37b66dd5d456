"""`concours rank`: ranking, ties and calibration of the scores of a CSV file. No database is needed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from concours.kernel.errors import DomainError
from jury.calibration.rules import Calibration
from jury.calibration.words import chance, decimal, reading
from jury.score_file import Place, ScoreFile, rank_scores, read_scores, ties_of

_USAGE = 2


class _Refused(click.ClickException):
    """The sentence that says why nothing was calculated, on standard error."""

    exit_code = _USAGE

    def show(self, file: Any = None) -> None:
        """Print the sentence as it is."""
        click.echo(self.format_message(), file=file, err=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--scores", "path", required=True, type=click.Path(path_type=Path), metavar="FICHIER.csv", help="Notes.")
@click.option("--top", type=click.IntRange(min=1), default=5, metavar="N", help="Nombre de lauréats ; 5 par défaut.")
@click.option("--seed", type=click.IntRange(min=0), default=None, metavar="N", help="Graine des tirages.")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON.")
def rank(path: Path, top: int, seed: int | None, *, as_json: bool) -> None:
    """Classe des œuvres d'après des notes, et dit ce que valent les écarts.

    FICHIER.csv a pour colonnes juror, work, score et, si les notes vont par critère, criterion (tous de même poids).
    Code de sortie : 0, ou 2 si les notes ne peuvent être lues ou ne permettent aucun calcul.
    """
    # NumPy and SciPy take a while to load: only who calculates waits for them.
    from jury.calibration.estimate import SEED, calibrate  # noqa: PLC0415 -- as said above

    try:
        read = read_scores(_content(path))
        places = rank_scores(read.scores)
        found = calibrate(read.scores, top=top, seed=SEED if seed is None else seed)
    except DomainError as refusal:
        raise _Refused(refusal.message) from refusal
    _tell_incomplete(read)
    click.echo(_as_json(places, found) if as_json else _as_text(places, found))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise DomainError(f"Le fichier {path} ne peut pas être lu. Vérifiez son nom et vos droits sur lui.") from None


def _tell_incomplete(read: ScoreFile) -> None:
    for juror, work in read.incomplete:
        click.echo(f"Fiche incomplète, qui ne compte pas : {juror}, œuvre {work}.", err=True)


def _as_json(places: Sequence[Place], found: Calibration) -> str:
    variance, agreement = found.variance, found.agreement
    facts = {
        "ranking": [{"rank": place.rank, "work": place.work, "score": float(place.score)} for place in places],
        "ties": ties_of(places),
        "variance": {"work": variance.work, "juror": variance.juror, "residual": variance.residual},
        "jurors": found.jurors,
        "works": {
            work: {
                "mean": each.mean,
                "estimate": each.estimate,
                "low": each.low,
                "high": each.high,
                "p_top": each.p_top,
            }
            for work, each in found.works.items()
        },
        "icc": {"single": agreement.single, "average": agreement.average},
        "kendall_w": agreement.kendall_w,
        "top": found.top,
        "seed": found.seed,
    }
    return json.dumps(facts, ensure_ascii=False, allow_nan=False)


def _as_text(places: Sequence[Place], found: Calibration) -> str:
    head = ("Rang", "Œuvre", "Moyenne", "Estimation", "Intervalle à 95 %", f"Parmi les {found.top}")
    rows = [head, *(_row(place, found) for place in places)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    ties = [f"Ex æquo : {', '.join(group)}." for group in ties_of(places)]
    return "\n".join([*table, "", *ties, *reading(found)])


def _row(place: Place, found: Calibration) -> tuple[str, ...]:
    each = found.works[place.work]
    interval = f"{decimal(each.low)} à {decimal(each.high)}"
    return str(place.rank), place.work, decimal(place.score), decimal(each.estimate), interval, chance(each.p_top)
