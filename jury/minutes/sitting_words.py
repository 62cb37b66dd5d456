"""What the minutes say of the session of the jury: presence, quorum, votes, changed scores. Pure."""

from collections.abc import Iterable, Iterator

from concours.kernel.clock import format_instant
from jury.minutes.document import Items, Paragraph, Section
from jury.minutes.rules import ChangedScore, Motion, Presence, Sitting, Vote
from jury.rules import format_number


def sitting_sections(sitting: Sitting) -> Iterator[Section]:
    """Yield the sections of the session."""
    until = f", close le {format_instant(sitting.closed_at)}" if sitting.closed_at else ", encore ouverte"
    opened = f"Séance ouverte le {format_instant(sitting.opened_at)}{until}."
    plural = "s" if sitting.quorum > 1 else ""
    quorum = f"Quorum, figé à l'ouverture : {sitting.quorum} membre{plural} sur {sitting.entitled} ayant droit de vote."
    yield Section("Séance", 2, [Paragraph(opened), Paragraph(quorum)])
    yield _list("Présences", map(_presence, sitting.presences), "Aucune présence n'est consignée.")
    yield _list("Motions et votes", map(_motion, sitting.motions), "Aucune motion n'a été proposée.")
    unchanged = "Aucune note n'a changé : les fiches sont celles de la clôture de l'évaluation."
    yield _list("Notes changées en séance", map(_change, sitting.changes), unchanged)


def _list(title: str, items: Iterable[str], nothing: str) -> Section:
    found = list(items)
    return Section(title, 3, [Items(found) if found else Paragraph(nothing)])


def _presence(each: Presence) -> str:
    said = f", selon {each.marked_by}" if each.marked_by != each.name else ""
    return f"{each.name}, {'présent·e' if each.present else 'parti·e'} le {format_instant(each.at)}{said}."


def _motion(each: Motion) -> str:
    about = f" ({', '.join(map(format_number, each.numbers))})" if each.numbers else ""
    text = each.text if about else each.text.rstrip(".")
    return f"{text}{about}. Proposée par {each.proposed_by}. {_vote(each.vote)}"


def _vote(vote: Vote | None) -> str:
    if vote is None:
        return "Non mise aux voix."
    abstained = f"{vote.abstained} abstention{'s' if vote.abstained > 1 else ''}"
    cast = ", la voix prépondérante de la présidence ayant tranché" if vote.casting_vote else ""
    hands = f"{vote.in_favour} pour, {vote.against} contre, {abstained}{cast}"
    return f"{'Adoptée' if vote.adopted else 'Non adoptée'} : {hands}, le {format_instant(vote.at)}."


def _change(each: ChangedScore) -> str:
    return (
        f"{format_number(each.number)}, {each.criterion} : {each.before} devient {each.after}, par {each.name}, le "
        f"{format_instant(each.at)}. Motif : {each.reason}"
    )
