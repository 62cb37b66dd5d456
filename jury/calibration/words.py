"""What the figures mean, in plain French: for the page and for the command."""

from fractions import Fraction

from jury.calibration.rules import Calibration, Components

_SURE = 0.9
_RUNNING = 0.05
_FINEST = 0.01
_STRONG, _FAIR, _WEAK = 0.75, 0.5, 0.25
_POOR_SHARE = 0.15
"""Share of the works in the variance below which the intervals hold the truth less often than they say."""

NO_SEPARATION = "Le jury ne sépare pas les œuvres"


def decimal(value: float | Fraction) -> str:
    """Return « 8,43 »."""
    return f"{float(value):.2f}".replace("-0.00", "0.00").replace(".", ",")


def chance(probability: float) -> str:
    """Return « 42 % »; a probability that was drawn never reads as impossible or certain."""
    if probability < _FINEST:
        return "moins de 1 %"
    return "plus de 99 %" if probability > 1 - _FINEST else f"{100 * probability:.0f} %"


def shares(variance: Components) -> tuple[int, int, int]:
    """Return how many hundredths of the differences between scores tie to works, jurors and the rest: 100 in all."""
    exact = [100 * part / variance.total for part in (variance.work, variance.juror, variance.residual)]
    whole = [int(part) for part in exact]
    for place in sorted(range(3), key=lambda at: whole[at] - exact[at])[: 100 - sum(whole)]:
        whole[place] += 1
    return whole[0], whole[1], whole[2]


def is_doubtful(found: Calibration) -> bool:
    """Tell whether works weigh so little in the scores that the intervals are narrower than they should be."""
    return found.separates and found.agreement.single < _POOR_SHARE


def sureness(found: Calibration) -> str:
    """Say how many of the first places are sure."""
    if not found.separates:
        return (
            f"{NO_SEPARATION} : les écarts entre leurs moyennes ne dépassent pas ce que le hasard des notes produit. "
            "Aucune œuvre n'est plus probable qu'une autre parmi les premières."
        )
    likely = [each.p_top for each in found.works.values()]
    sure, running = sum(p >= _SURE for p in likely), sum(_RUNNING <= p < _SURE for p in likely)
    if sure >= found.top:
        if found.top == 1:
            return "La première place est sûre : 9 chances sur 10 ou plus."
        return f"Les {found.top} premières places sont sûres : leurs œuvres y ont 9 chances sur 10 ou plus."
    places = f"{found.top} places" if found.top > 1 else "1 place"
    return (
        f"Sur {places}, {sure or 'aucune'} {'sont sûres' if sure > 1 else 'est sûre'} (9 chances sur 10 ou plus) ; "
        f"pour le reste, {running} œuvre{'s' if running > 1 else ''} en lice (1 chance sur 20 ou plus)."
    )


def order_words(found: Calibration) -> str:
    """Say whether the estimates may stand in another order than the means."""
    if found.complete:
        return (
            "Tous les jurés ont noté toutes les œuvres : la sévérité de chacun pèse sur toutes de la même façon. "
            "L'estimation ne peut donc pas changer l'ordre des moyennes."
        )
    return (
        "Toutes les œuvres n'ont pas été notées par les mêmes jurés : l'estimation tient compte de leur sévérité et du "
        "nombre de fiches. Son ordre peut donc différer de celui des moyennes, qui reste seul officiel."
    )


def variance_words(variance: Components) -> str:
    """Say where the differences between scores come from."""
    work, juror, rest = shares(variance)
    return (
        f"Les écarts entre les notes tiennent pour {work} % aux œuvres, pour {juror} % à la sévérité des "
        f"jurés et pour {rest} % au reste : goûts de chacun, hasard."
    )


def agreement_words(found: Calibration) -> str:
    """Say what the correlations and W mean."""
    single, average, w = found.agreement.single, found.agreement.average, found.agreement.kendall_w
    sentence = (
        f"Fiabilité, de 0 (hasard) à 1 (parfaite) : {decimal(single)} pour la note d'un seul juré (ICC(2,1)), "
        f"{decimal(average)} pour la moyenne du jury (ICC(2,k)), ce qui est une mesure {_level(average)}."
    )
    if w is None:
        return (
            f"{sentence} Le W de Kendall ne se calcule que si chaque juré a noté chaque œuvre, avec des notes diverses."
        )
    return (
        f"{sentence} Les jurés rangent les œuvres dans un ordre {_likeness(w)} (W de Kendall = {decimal(w)}, "
        "de 0, aucun accord, à 1, accord parfait)."
    )


def doubt_words(found: Calibration) -> str:
    """Warn that the intervals are too narrow; empty when they are not."""
    if not is_doubtful(found):
        return ""
    return (
        "Les œuvres pèsent peu dans les écarts entre les notes : dans ce cas les intervalles « à 95 % » contiennent la "
        "vraie valeur moins souvent qu'annoncé, parfois 9 fois sur 10 seulement. Ne lisez pas les petits écarts."
    )


def reading(found: Calibration) -> list[str]:
    """Return the sentences, in the order in which they are read."""
    sentences = [sureness(found), variance_words(found.variance), agreement_words(found)]
    return [*sentences, order_words(found), *filter(None, [doubt_words(found)])]


def severity_words(effect: float | None) -> str:
    """Tell one juror how they score beside the panel."""
    if effect is None:
        return "Vos fiches terminées ne permettent pas d'estimer votre sévérité."
    gap = decimal(abs(effect))
    if gap == "0,00":
        return "Vous notez au niveau du jury, ni plus sévèrement ni plus généreusement."
    unit = "points" if abs(effect) >= 2 else "point"  # noqa: PLR2004 -- French plural begins at two
    return f"Vous notez en moyenne {gap} {unit} {'au-dessus' if effect > 0 else 'au-dessous'} du niveau du jury."


def _level(average: float) -> str:
    if average >= _STRONG:
        return "solide"
    return "moyenne" if average >= _FAIR else "fragile"


def _likeness(w: float) -> str:
    if w >= _STRONG:
        return "très semblable"
    if w >= _FAIR:
        return "assez semblable"
    return "peu semblable" if w >= _WEAK else "presque sans rapport"
