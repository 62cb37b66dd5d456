"""What a dossier lacks, the words for where it stands, and the bounds of its calendar."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.editions.document import parse
from concours.editions.operations import EMBEDDED
from concours.editions.rules import Edition
from concours.entries import consents
from concours.entries.rules import (
    PUBLICATION,
    Dossier,
    EntryState,
    Incomplete,
    Late,
    Missing,
    Part,
    limits_of,
    missing_answers,
    require_open,
    state_words,
)
from concours.intake.rules import Kind
from concours.kernel.errors import DomainError
from concours.kernel.text import capital

CATEGORIES = ("vidéo", "bande dessinée")
FULL = Dossier(
    team="Les Défricheurs",
    administration="Val d'Ombre",
    contact_name="Zéphyrine Quatremère",
    contact_email="z@val-ombre.example",
    public_agent=True,
    title="Le guichet qui vient à vous",
    summary="Un camion.",
    category="vidéo",
    rules_accepted=True,
)
NEEDED = (
    "team",
    "administration",
    "contact_name",
    "contact_email",
    "public_agent",
    "title",
    "category",
    "summary",
    "rules_accepted",
)
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture(scope="module")
def edition() -> Edition:
    opens = datetime(2027, 1, 28, 23, tzinfo=UTC)
    return replace(
        parse(EMBEDDED.read_text()), opens_at=opens, closes_at=datetime(2027, 3, 13, 19, tzinfo=UTC), event=None
    )


def test_a_full_dossier_lacks_nothing() -> None:
    assert missing_answers(FULL, CATEGORIES) == []


def test_an_empty_dossier_lacks_each_needed_answer_in_the_order_of_the_pages() -> None:
    found = missing_answers(Dossier(), CATEGORIES)
    assert [each.field for each in found] == list(NEEDED)
    assert [each.part for each in found] == sorted((each.part for each in found), key=list(Part).index)


@given(st.sets(st.sampled_from(NEEDED)))
def test_a_dossier_lacks_exactly_what_was_not_answered(left_out: set[str]) -> None:
    dossier = replace(FULL, **{name: type(getattr(FULL, name))() for name in left_out})
    assert {each.field for each in missing_answers(dossier, CATEGORIES)} == left_out


def test_what_only_a_publication_needs_never_stands_in_the_way_of_a_deposit() -> None:
    without = replace(FULL, rights_granted=False, image_rights=False, contact_phone="")
    assert missing_answers(without, CATEGORIES) == []
    assert set(PUBLICATION) <= set(consents.TEXTS)


def test_a_category_that_the_edition_dropped_is_asked_again() -> None:
    (only,) = missing_answers(replace(FULL, category="roman-photo"), CATEGORIES)
    assert (only.part, only.field) == (Part.INNOVATION, "category")
    assert "n'existe plus" in only.message


def test_nothing_is_ticked_beforehand() -> None:
    assert not any(getattr(Dossier(), field.name) for field in fields(Dossier))


def test_the_words_for_a_draft_and_for_a_deposit_cannot_be_confused() -> None:
    assert state_words(EntryState.DRAFT) == "Brouillon — pas encore déposée"
    assert state_words(EntryState.DEPOSITED) == "Déposée"
    assert state_words(EntryState.DEPOSITED, changed=True) == "Déposée, avec des modifications non déposées"
    assert state_words(EntryState.WITHDRAWN) == "Retirée"
    saying_so = [state for state in EntryState if state_words(state).startswith("Déposée")]
    assert saying_so == [EntryState.DEPOSITED]


def test_an_act_passes_from_opening_to_the_last_millisecond_before_closing(edition: Edition) -> None:
    require_open(edition, edition.opens_at, "Le dépôt")
    require_open(edition, edition.closes_at - MILLISECOND, "Le dépôt")
    with pytest.raises(DomainError, match="ouvr"):
        require_open(edition, edition.opens_at - MILLISECOND, "Le dépôt")


@pytest.mark.parametrize("after", [timedelta(0), MILLISECOND, timedelta(days=30)])
def test_an_act_at_closing_or_after_it_is_late_and_says_when_it_arrived(edition: Edition, after: timedelta) -> None:
    with pytest.raises(Late, match="Le dépôt n'est plus possible") as refusal:
        require_open(edition, edition.closes_at + after, "Le dépôt")
    assert "la clôture était le samedi 13 mars 2027 à 20 h 00 (heure de Paris)" in refusal.value.message
    assert "consignée" in refusal.value.message


def test_closing_itself_is_said_to_the_second(edition: Edition) -> None:
    with pytest.raises(Late, match="arrivée le samedi 13 mars 2027 à 20 h 00 min 00 s"):
        require_open(edition, edition.closes_at, "Le dépôt")


def test_an_act_before_opening_is_refused_and_is_not_late(edition: Edition) -> None:
    with pytest.raises(DomainError, match="Les dépôts ouvrent le vendredi 29 janvier 2027") as refusal:
        require_open(edition, edition.opens_at - MILLISECOND, "Le dépôt")
    assert not isinstance(refusal.value, Late)


def test_what_is_missing_is_counted_in_words() -> None:
    one = Missing(Part.TEAM, "team", "Indiquez le nom de l'équipe.")
    assert "il manque un élément" in Incomplete([one]).message
    assert "il manque 2 éléments" in Incomplete([one, one]).message


def test_the_edition_s_limits_are_those_of_its_files(edition: Edition) -> None:
    limits = limits_of(replace(edition, formats=("pdf",), max_bytes=5_000, video_max_seconds=90))
    assert (limits.kinds, limits.max_bytes, limits.max_seconds) == (frozenset({Kind.PDF}), 5_000, 90)


def test_each_version_of_the_consents_keeps_its_words() -> None:
    known = {1: "eba95b0d8fdf36321df9e946fbfb225897e4c6eaeab4019af9311145cd6c8b94"}
    assert known[consents.VERSION] == consents.digest(), "The texts changed: raise VERSION and add its digest here."


def test_a_label_begins_with_a_capital_and_keeps_its_other_letters() -> None:
    assert [capital(words) for words in ("bande dessinée", "BD", "")] == ["Bande dessinée", "BD", ""]
