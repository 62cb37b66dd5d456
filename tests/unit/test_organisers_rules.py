"""What the secretariat may decide, and what it has to do when."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.editions.document import parse
from concours.editions.operations import EMBEDDED
from concours.editions.rules import Phase
from concours.kernel.errors import DomainError
from concours.organisers.rules import (
    READY_REASONS,
    REASON_MAX_LENGTH,
    Decision,
    Examined,
    Standing,
    agreement,
    check_decision,
    check_note,
    compose_reason,
    criterion_key,
    lacking_roles,
    listed,
    obstacles,
    split_reason,
    standing,
)
from concours.organisers.todo import Situation, lasting, next_words, todo

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
    return Situation(phase=phase, now=CLOSES, **known)  # type: ignore[arg-type]  # facts of a test, by name


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
        (Phase.OPEN, {"together": 1, "theirs": 2}, ["candidatures?etat=a-deux", "candidatures?etat=a-deux"]),
        (Phase.JURY, {"together": 1, "unanswered": 1}, ["jury", "avancement"]),
        (
            Phase.OPEN,
            {"to_examine": 1, "mails_failed": 1, "copies_failed": 1, "copy_failed": "x", "reports": 1},
            ["signalements", "courriers?etat=echec", "candidatures/x", "candidatures?etat=a-examiner"],
        ),
        (Phase.OPEN, {"offers": 1, "offers_until": CLOSES}, ["inscriptions"]),
    ],
)
def test_each_phase_has_its_own_tasks(phase: Phase, facts: dict[str, object], pages: list[str]) -> None:
    assert [task.page for task in todo(situation(phase, **facts))] == pages


def test_each_task_says_how_many_and_since_when() -> None:
    found = todo(situation(Phase.OPEN, to_examine=12, oldest=CLOSES - timedelta(days=3, hours=5)))[0]
    assert (found.sentence, found.why) == (
        "12 candidatures déposées à examiner.",
        "La plus ancienne attend depuis 3 jours.",
    )
    mails = todo(situation(Phase.OPEN, mails_failed=2, jury_mails_failed=1))[0]
    assert (mails.sentence, "dont 1 à des membres du jury" in mails.why) == ("2 courriels ne sont pas arrivés.", True)
    late = todo(situation(Phase.JURY, late=1))[0]
    assert late.sentence == "1 personne du jury en retard sur les autres."


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=1, hours=23), "1 jour"),
        (timedelta(hours=23, minutes=59), "23 heures"),
        (timedelta(minutes=59), "moins d'une heure"),
    ],
)
def test_what_is_left_is_rounded_down(span: timedelta, words: str) -> None:
    assert lasting(span) == words


def test_the_next_date_of_the_calendar_is_the_nearest_to_come() -> None:
    edition = parse(EMBEDDED.read_text(encoding="utf-8"))
    before = edition.closes_at - timedelta(hours=2)
    assert next_words(edition, before).startswith("Clôture des dépôts dans 2 heures : mardi 13 mars 2018 à 20 h 00")
    assert not next_words(edition, before).count("Ouverture")
    assert next_words(edition, edition.closes_at + timedelta(days=900)) == ""


def test_two_who_look_agree_or_say_why_they_differ() -> None:
    admitted, refused = Decision.ADMITTED, Decision.REFUSED
    assert agreement(admitted, {"a": refused, "b": admitted}) == "b"
    assert agreement(admitted, {"a": refused}) == ""
    check_note(admitted, "", [admitted])
    check_note(admitted, "Le logo est flou.", [refused])
    with pytest.raises(DomainError, match="dites-lui pourquoi"):
        check_note(admitted, " ", [refused])


def test_what_two_look_at_stands_apart_until_they_agree_and_holds_the_handing_over() -> None:
    def stands(decided_on: str | None) -> Standing:
        decision = "admitted" if decided_on else None
        return standing("deposited", deposit_id="d2", decided_on=decided_on, decision=decision, together=True)

    assert [stands(on) for on in (None, "d1", "d2")] == [Standing.TOGETHER, Standing.TOGETHER, Standing.ADMITTED]
    entries = [Examined("Un", Standing.ADMITTED, copy_ready=True), Examined("Deux", Standing.TOGETHER, copy_ready=True)]
    assert obstacles(entries, closes_at=CLOSES, now=CLOSES) == ["Revue à deux, sans accord pour l'instant : « Deux »."]


def test_the_panel_lacks_what_nobody_is() -> None:
    assert lacking_roles([]) == ["la présidence", "le secrétariat du jury", "au moins un·e juré·e"]
    assert lacking_roles(["president", "secretary", "juror"]) == []
