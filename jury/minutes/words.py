"""The minutes in French, section by section: page and paper say the same because both take it from here. Pure."""

from collections.abc import Iterator, Sequence

from concours.kernel.clock import format_day, format_instant
from concours.kernel.text import capital
from jury.minutes.document import Block, Digest, Document, Facts, Honours, Items, Paragraph, Section, Signatures, Table
from jury.minutes.rules import Minutes, PanelChange, Recusal, Separated, Tie
from jury.minutes.sitting_words import sitting_sections
from jury.rules import format_number

TITLE = "Procès-verbal de délibération du jury"
_FIXED_COLUMNS = ("Rang", "Numéro", "Titre", "Moyenne")
_COMMITTED = (
    "Empreinte (SHA-256) des fiches telles qu'elles étaient à la clôture, envoyée alors à chaque membre qui évalue :"
)
_BLIND = "Les œuvres ont été examinées sous un numéro tiré au sort. Le jury n'a pas eu connaissance de leurs auteurs."


def document_of(minutes: Minutes) -> Document:
    """Return the minutes in words."""
    sitting = sitting_sections(minutes.sitting) if minutes.sitting else ()
    sections = [
        *_evaluation(minutes),
        *_panel(minutes),
        *sitting,
        *_ranking(minutes),
        *_honours(minutes),
        _signatures(minutes),
    ]
    return Document(TITLE, f"« {capital(minutes.contest)} »", state_of(minutes), sections)


def state_of(minutes: Minutes) -> str:
    """Return what the document is worth."""
    if minutes.signature is not None:
        return f"Procès-verbal signé le {format_day(minutes.signature.signed_on)}."
    if minutes.recorded_at is None:
        return "Projet : le palmarès n'est pas encore enregistré."
    return "Projet : ce document vaut procès-verbal une fois signé par les membres du jury."


def _evaluation(minutes: Minutes) -> Iterator[Section]:
    facts = [
        ("Œuvres examinées", str(minutes.works)),
        ("Fiches terminées", f"{minutes.sheets_done} sur {minutes.sheets_expected} attendues"),
        ("Évaluation close", f"le {format_instant(minutes.closed_at)}"),
    ]
    yield Section("Évaluation", 2, [Facts(facts), Paragraph(_BLIND)])
    yield Section("Règle du classement", 3, _rule(minutes))
    if minutes.commitment is not None:
        yield Section("Engagement du jury sur ses fiches", 3, [Digest(_COMMITTED, minutes.commitment)])


def _rule(minutes: Minutes) -> list[Block]:
    scored = [
        ("Critères", ", ".join(minutes.criteria)),
        ("Notes", f"de {minutes.scale_low} à {minutes.scale_high}"),
    ]
    frozen = minutes.rule_frozen_at
    words = "Empreinte (SHA-256) de la règle :"
    if frozen is not None:
        words = f"Règle figée le {format_instant(frozen)}, avant la première note. Son empreinte (SHA-256) :"
    return [Facts([*scored, *minutes.rule]), Digest(words, minutes.rule_digest)]


def _panel(minutes: Minutes) -> Iterator[Section]:
    panel = minutes.panel
    members = [f"{each.name}{f', {each.function}' if each.function else ''} ({each.role})" for each in panel.signers]
    yield Section("Composition du jury", 2, [Items(members)])
    if panel.dual_roles:
        said = [
            f"{each.name}, aussi membre du secrétariat du concours, déclaré le {format_instant(each.at)} : "
            f"{each.reason}"
            for each in panel.dual_roles
        ]
        yield Section("Cumul de rôles déclaré", 3, [Items(said)])
    if panel.changes:
        yield Section("Changements de composition", 3, [Items([_change(each) for each in panel.changes])])
    yield Section("Déports", 3, _recusals(minutes))
    if panel.reports:
        told = [
            f"{format_number(each.number)} : {'retirée du concours' if each.withdrawn else 'rendue au jury'} par le "
            f"secrétariat du concours, le {format_instant(each.at)}."
            for each in panel.reports
        ]
        yield Section("Ruptures d'anonymat signalées", 3, [Items(told)])


def _change(each: PanelChange) -> str:
    at = format_instant(each.at)
    if each.change == "added":
        return f"{each.name}, invité·e le {at}, l'évaluation étant commencée : {each.reason}"
    if each.change == "called":
        return f"{each.name}, suppléant·e, appelé·e à siéger le {at} : {each.reason}"
    plural = "s" if each.sheets > 1 else ""
    apart = f"{each.sheets} fiche{plural} gardée{plural} à part, hors classement."
    return f"{each.name} ({each.role}), retiré·e le {at}. {apart}{_motive(each.reason)}"


def _recusals(minutes: Minutes) -> list[Block]:
    panel = minutes.panel
    if panel.recusals:
        blocks: list[Block] = [Items([_recusal(each) for each in panel.recusals])]
    else:
        blocks = [Paragraph("Aucun membre du jury ne s'est déporté.")]
    if panel.kept_apart:
        plural = "s" if panel.kept_apart > 1 else ""
        apart = (
            f"Le secrétariat du concours a écarté, pour {panel.kept_apart} couple{plural} (membre, œuvre), une œuvre "
            "venue d'une administration que le membre avait déclarée comme sienne. Lesquels le diraient au jury : ils "
            "sont consignés hors de ce procès-verbal."
        )
        blocks.append(Paragraph(apart))
    return blocks


def _recusal(each: Recusal) -> str:
    what = "tout le jury, à cause de l'œuvre" if each.whole else "œuvre"
    motive = f".{_motive(each.reason)}" if each.reason else ""
    return f"{each.name}, le {format_instant(each.at)} : {what} {format_number(each.number)}{motive}"


def _motive(reason: str) -> str:
    return f" Motif : {reason}" if reason else ""


def _ranking(minutes: Minutes) -> Iterator[Section]:
    outcome, first = minutes.outcome, len(_FIXED_COLUMNS)
    rows = [
        [
            f"{place.rank}{' ex æquo' if place.tied else ''}",
            format_number(place.number),
            place.title,
            place.mean,
            *place.criterion_means,
        ]
        for place in outcome.places
    ]
    head = [*_FIXED_COLUMNS, *minutes.criteria]
    table = Table("Classement par la moyenne", head, rows, title=1, numeric=range(first - 1, len(head)))
    nothing = Paragraph("Aucune œuvre n'est classée.")
    yield Section("Classement", 2, [table if rows else nothing])
    if outcome.separations:
        yield Section("Ce qu'un départage a séparé", 3, [Items([_separated(each) for each in outcome.separations])])
    if outcome.apart:
        told = [Paragraph(f"{cause} : {_numbers(numbers)}.") for cause, numbers in outcome.apart]
        yield Section("Hors classement", 3, told)


def _separated(each: Separated) -> str:
    into = ", puis ".join(" et ".join(map(format_number, group)) for group in each.into)
    return f"{each.tie_break} : {into}."


def _honours(minutes: Minutes) -> Iterator[Section]:
    outcome = minutes.outcome
    if outcome.tie is not None:
        yield Section("Départage", 2, list(_tie(outcome.tie)))
    if outcome.laureates is None:
        return
    honours = [
        (f"Rang {each.rank} : {format_number(each.number)}", each.title, each.reason) for each in outcome.laureates
    ]
    none = Paragraph("Aucun lauréat. Le jury n'a distingué aucune œuvre.")
    yield Section("Palmarès", 2, [Honours(honours) if honours else none])
    if outcome.departure_reason:
        yield Section("Écart avec le classement", 3, [Paragraph(outcome.departure_reason)])


def _tie(tie: Tie) -> Iterator[Block]:
    kept = "Œuvres retenues" if len(tie.chosen) > 1 else "Œuvre retenue"
    chosen = _numbers(tie.chosen) or "aucune"
    yield Paragraph(f"Ex æquo à la dernière place : {_numbers(tie.tied)}. {kept} : {chosen}.")
    yield Paragraph(f"Motif : {tie.reason}")
    if tie.casting_vote:
        yield Paragraph("Les voix étant partagées, la voix prépondérante de la présidence a tranché.")


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(format_number, numbers))


def _signatures(minutes: Minutes) -> Section:
    signed = minutes.signature
    if signed is None:
        return Section("Signatures", 2, [Signatures([(each.name, each.role) for each in minutes.panel.signers])])
    words = f"Signé le {format_day(signed.signed_on)} par :"
    return Section("Signatures", 2, [Paragraph(words), Paragraph(signed.signed_by)])
