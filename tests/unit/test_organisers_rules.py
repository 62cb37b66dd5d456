"""What the secretariat may decide, and what it has to do when."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.editions.rules import Phase
from concours.kernel.errors import DomainError
from concours.organisers.rules import (
    READY_REASONS,
    REASON_MAX_LENGTH,
    Decision,
    Examined,
    Situation,
    Standing,
    check_decision,
    compose_reason,
    criterion_key,
    lacking_roles,
    listed,
    obstacles,
    split_reason,
    standing,
    todo,
)

CLOSES = datetime(2027, 3, 13, 19, tzinfo=UTC)
words = st.text(alphabet=st.characters(categories=["L", "N", "P"]), max_size=60)


@given(st.sampled_from([*READY_REASONS, "other"]), words)
def test_a_reason_comes_back_into_the_form_as_it_was_given(ready: str, said: str) -> None:
    reason = compose_reason(ready, said)
    assert compose_reason(*split_reason(reason)) == reason


@pytest.mark.parametrize(
    ("state", "decided_on", "decision", "expected"),
    [
        ("draft", None, None, Standing.DRAFT),
        ("withdrawn", "d1", "admitted", Standing.WITHDRAWN),
        ("deposited", None, None, Standing.PENDING),
        ("deposited", "d1", "admitted", Standing.STALE),
        ("deposited", "d2", "admitted", Standing.ADMITTED),
        ("deposited", "d2", "refused", Standing.REFUSED),
    ],
)
def test_a_decision_holds_for_the_deposit_it_was_made_on(
    state: str, decided_on: str | None, decision: str | None, expected: Standing
) -> None:
    assert standing(state, deposit_id="d2", decided_on=decided_on, decision=decision) is expected


def test_an_admission_needs_no_reason_and_a_refusal_does() -> None:
    check_decision(Decision.ADMITTED, "")
    check_decision(Decision.REFUSED, "Hors sujet.")
    for reason in ("", "  ", "x" * (REASON_MAX_LENGTH + 1)):
        with pytest.raises(DomainError):
            check_decision(Decision.REFUSED, reason)


def test_works_may_go_at_the_very_instant_of_closing() -> None:
    ready = [Examined("Un", Standing.ADMITTED, copy_ready=True), Examined("Deux", Standing.REFUSED, copy_ready=False)]
    assert obstacles(ready, closes_at=CLOSES, now=CLOSES) == []
    assert len(obstacles(ready, closes_at=CLOSES, now=CLOSES.replace(hour=18))) == 1


def test_drafts_and_withdrawn_entries_hold_nothing_up() -> None:
    entries = [
        Examined("Un", Standing.ADMITTED, copy_ready=True),
        Examined("Deux", Standing.DRAFT, copy_ready=False),
        Examined("Trois", Standing.WITHDRAWN, copy_ready=False),
    ]
    assert obstacles(entries, closes_at=CLOSES, now=CLOSES) == []


def test_a_long_list_names_five_and_counts_the_others() -> None:
    assert listed(["B", "A"]) == "« A », « B »"
    assert listed("ABCDEF") == "« A », « B », « C », « D », « E » et 1 autre"
    assert listed("ABCDEFG").endswith("et 2 autres")


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=8))
def test_new_criteria_have_short_plain_and_distinct_names(label: str, others: list[str]) -> None:
    taken: list[str] = []
    for each in (*others, label):
        taken.append(criterion_key(each, taken))
    assert len(set(taken)) == len(taken)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,19}", key) for key in taken)


def situation(phase: Phase, **facts: object) -> Situation:
    known = {"to_examine": 0, "to_admit": 0, "obstacles": 0, "lacking": (), "minutes_signed": False} | facts
    return Situation(phase=phase, **known)  # type: ignore[arg-type]  # facts of a test, by name


@pytest.mark.parametrize(
    ("phase", "facts", "pages"),
    [
        (Phase.UPCOMING, {"lacking": ("la présidence",)}, ["edition", "jury"]),
        (Phase.OPEN, {}, []),
        (Phase.OPEN, {"to_examine": 2}, ["candidatures?etat=a-examiner"]),
        (Phase.EXAMINATION, {"to_admit": 1}, ["registre", "transmission"]),
        (Phase.JURY, {"to_admit": 1}, ["avancement"]),
        (Phase.EXAMINATION, {"obstacles": 1}, ["transmission"]),
        (Phase.EXAMINATION, {}, ["transmission"]),
        (Phase.JURY, {"lacking": ("la présidence",)}, ["jury", "avancement"]),
        (Phase.DELIBERATION, {}, ["palmares"]),
        (Phase.DELIBERATION, {"minutes_signed": True}, ["palmares"]),
        (Phase.HONOURS, {}, ["exports"]),
    ],
)
def test_each_phase_has_its_own_tasks(phase: Phase, facts: dict[str, object], pages: list[str]) -> None:
    assert [task.page for task in todo(situation(phase, **facts))] == pages


def test_the_panel_lacks_what_nobody_is() -> None:
    assert lacking_roles([]) == ["la présidence", "le secrétariat du jury", "au moins un·e juré·e"]
    assert lacking_roles(["president", "secretary", "juror"]) == []
