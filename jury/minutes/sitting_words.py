"""What the minutes say of the session of the jury: presence, quorum, votes, changed scores. Pure."""

from collections.abc import Iterator

from concours.kernel.clock import format_instant
from jury.minutes.document import Block, Facts, Items, Section
from jury.minutes.rules import ChangedScore, Motion, Presence, Sitting
from jury.rules import format_number


def sitting_sections(sitting: Sitting) -> Iterator[Section]:
    """Yield the sections of the session."""
    yield Section("Séance du jury", 2, _facts(sitting))
    if sitting.motions:
        yield Section("Votes", 3, [Items([_motion(each) for each in sitting.motions])])
    if sitting.changes:
        yield Section("Notes changées en séance", 3, [Items([_change(each) for each in sitting.changes])])


def _facts(sitting: Sitting) -> list[Block]:
    members = len(sitting.presences)
    reached = "atteint" if sitting.present >= sitting.quorum else "non atteint"
    until = f"le {format_instant(sitting.closed_at)}" if sitting.closed_at else "pas encore"
    rows = [
        ("Ouverte", f"le {format_instant(sitting.opened_at)}"),
        ("Levée", until),
        ("Quorum", f"{sitting.quorum} membres : {reached}"),
        ("Présence", f"{sitting.present} sur {members}"),
    ]
    return [Facts(rows), Items([_presence(each) for each in sitting.presences])]


def _presence(each: Presence) -> str:
    said = f"{each.name} : {'présent·e' if each.present else 'absent·e'}"
    return f"{said}, {each.words}" if each.words else said


def _motion(each: Motion) -> str:
    about = f" ({', '.join(map(format_number, each.numbers))})" if each.numbers else ""
    cast = ", la voix prépondérante de la présidence ayant tranché" if each.casting_vote else ""
    votes = f"{each.votes_for} pour, {each.votes_against} contre, {_abstentions(each.abstentions)}"
    return f"{each.text}{about} : {votes}. {'Adoptée' if each.adopted else 'Rejetée'}{cast}."


def _abstentions(count: int) -> str:
    return f"{count} abstention{'s' if count > 1 else ''}"


def _change(each: ChangedScore) -> str:
    return (
        f"{each.name}, œuvre {format_number(each.number)}, « {each.criterion} » : {each.before} devient {each.after}, "
        f"le {format_instant(each.at)}. Motif : {each.reason}"
    )
