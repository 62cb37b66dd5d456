"""The facts of the minutes, as the database holds them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy.orm import Session

from concours.kernel.errors import Conflict
from jury.deliberation.models import JuryTieDecision
from jury.deliberation.queries import laureates_of, standing_of
from jury.method import method_words, tie_break_choices
from jury.minutes.models import JuryMinutes, JurySignedCopy
from jury.minutes.rules import (
    ChangedScore,
    DualRole,
    Honoured,
    Minutes,
    Motion,
    Outcome,
    Panel,
    PanelChange,
    Presence,
    RankedWork,
    Recusal,
    Report,
    Separated,
    Signature,
    Signer,
    Sitting,
    Tie,
    Vote,
)
from jury.models import JurySession
from jury.panel_facts import Annex, annex_of
from jury.progress import MemberProgress, progress_of
from jury.ranking import Apart, Cause, Ranking, decimals_to_separate, format_mean
from jury.room.queries import record_of
from jury.room.record import MotionRecord
from jury.room.rules import Outcome as Voted
from jury.rules import ROLE_NAMES
from jury.tallies import WorkName, names_of

_CAUSES = {
    Cause.NO_SHEET: "Sans aucune fiche terminée",
    Cause.TOO_FEW: "Moins de fiches terminées que le minimum",
    Cause.INCOMPLETE: "Une fiche attendue manque",
}


def minutes_of(session: Session, jury: JurySession) -> Minutes:
    """Return the facts of the minutes as they stand. Raises Conflict before scoring is closed."""
    if jury.scoring_closed_at is None:
        raise Conflict("L'évaluation est encore ouverte : le procès-verbal se dresse quand elle est close.")
    works = names_of(session, jury)
    seated = [member for member in progress_of(session, jury) if member.sits]
    return Minutes(
        contest=jury.title,
        works=len(works),
        sheets_done=sum(member.done for member in seated),
        sheets_expected=sum(member.expected for member in seated),
        closed_at=jury.scoring_closed_at,
        criteria=[criterion.label for criterion in jury.criteria_list],
        scale_low=jury.scale_low,
        scale_high=jury.scale_high,
        rule=method_words(jury.rule.method, jury.rule.labels),
        rule_digest=jury.rule_digest or jury.rule.digest,
        rule_frozen_at=jury.rule_frozen_at,
        commitment=jury.commitment,
        panel=_panel(seated, annex_of(session, jury)),
        outcome=_outcome(session, jury, works),
        recorded_at=jury.laureates_recorded_at,
        signature=_signature(jury),
        sitting=_sitting(session, jury),
    )


def sealed_minutes(session: Session, jury: JurySession) -> JuryMinutes | None:
    """Return the paper as it was sealed at signature; None before, or for a session signed before papers were kept."""
    return session.get(JuryMinutes, jury.id)


def signed_copy(session: Session, jury: JurySession) -> JurySignedCopy | None:
    """Return the scan of the signed minutes, None where there is none."""
    return session.get(JurySignedCopy, jury.id)


def minutes_facts(session: Session, jury: JurySession) -> dict[str, str | None]:
    """Return the digests that name the sealed minutes and their signed copy; None for what is not there."""
    sealed, copy = sealed_minutes(session, jury), signed_copy(session, jury)
    return {"paper": sealed.digest if sealed else None, "signed_copy": copy.digest if copy else None}


def _sitting(session: Session, jury: JurySession) -> Sitting | None:
    """Return what the minutes say of the session of the jury, where one was held on the service."""
    record = record_of(session, jury)
    if record is None:
        return None
    return Sitting(
        record.opened_at,
        record.closed_at,
        record.entitled,
        record.quorum,
        presences=[Presence(each.name, each.present, each.at, each.marked_by) for each in record.presences],
        motions=[Motion(each.text, each.numbers, each.proposed_by, _vote(each)) for each in record.motions],
        changes=[
            ChangedScore(each.name, each.number, each.label, each.former, each.points, each.reason, each.at)
            for each in record.changes
        ],
    )


def _vote(motion: MotionRecord) -> Vote | None:
    if motion.hands is None or motion.counted_at is None:
        return None
    hands, adopted = motion.hands, motion.outcome is Voted.ADOPTED
    return Vote(
        hands.in_favour, hands.against, hands.abstained, adopted, motion.casting_vote is not None, motion.counted_at
    )


def _signature(jury: JurySession) -> Signature | None:
    if jury.minutes_signed_at is None or jury.minutes_signed_on is None:
        return None
    return Signature(jury.minutes_signed_by, jury.minutes_signed_on, jury.minutes_signed_at)


def _panel(seated: Sequence[MemberProgress], annex: Annex) -> Panel:
    return Panel(
        signers=[Signer(each.name, each.function, ROLE_NAMES[each.role]) for each in seated],
        dual_roles=[DualRole(m.name, m.dual_role_at, m.dual_role_reason) for m in annex.dual_roles if m.dual_role_at],
        changes=list(_changes(annex)),
        recusals=[Recusal(each.name, each.number, each.whole, each.reason, each.at) for each in annex.recusals],
        kept_apart=annex.kept_apart,
        reports=[Report(each.number, each.withdrawn, each.at) for each in annex.reports],
    )


def _changes(annex: Annex) -> Iterator[PanelChange]:
    for each in annex.added:
        yield PanelChange(each.name, ROLE_NAMES[each.duty], "added", each.invited_at, each.added_reason)
    for each in annex.called:
        if each.called_at is not None:
            yield PanelChange(each.name, ROLE_NAMES[each.duty], "called", each.called_at, each.call_reason)
    for gone in annex.removed:
        member = gone.member
        if member.removed_at is not None:
            reason, role = member.removal_reason, ROLE_NAMES[member.duty]
            yield PanelChange(member.name, role, "removed", member.removed_at, reason, gone.sheets)


def _outcome(session: Session, jury: JurySession, works: dict[int, WorkName]) -> Outcome:
    standing = standing_of(session, jury)
    words = dict(tie_break_choices(jury.rule.labels))
    laureates = [
        Honoured(laureate.rank, work.number, work.title, laureate.reason)
        for laureate, work in laureates_of(session, jury)
    ]
    return Outcome(
        places=_places(standing.ranking, jury, works),
        separations=[Separated(words[each.tie_break], each.into) for each in standing.ranking.separations],
        apart=_apart(standing.ranking.apart),
        tie=_tie(standing.decision),
        laureates=laureates if jury.laureates_recorded_at is not None else None,
        departure_reason=jury.departure_reason,
    )


def _places(ranking: Ranking, jury: JurySession, works: dict[int, WorkName]) -> list[RankedWork]:
    decimals = decimals_to_separate(place.mean for place in ranking.places)
    keys = [criterion.key for criterion in jury.criteria_list]
    return [
        RankedWork(
            rank=place.rank,
            tied=place.tied,
            number=place.number,
            title=works[place.number].title,
            mean=format_mean(place.mean, decimals),
            criterion_means=[format_mean(place.criterion_means[key]) for key in keys],
        )
        for place in ranking.places
    ]


def _apart(apart: Sequence[Apart]) -> list[tuple[str, list[int]]]:
    by_cause = groupby(sorted(apart, key=lambda each: (each.cause, each.number)), key=lambda each: each.cause)
    return [(_CAUSES[cause], [each.number for each in group]) for cause, group in by_cause]


def _tie(decision: JuryTieDecision | None) -> Tie | None:
    if decision is None:
        return None
    return Tie(decision.tied, decision.chosen, decision.reason, decision.casting_vote)
