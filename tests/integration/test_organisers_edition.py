"""The edition as the console changes it, part by part."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from concours.editions.queries import current_edition
from concours.editions.rules import Edition, Method
from concours.kernel.clock import to_paris
from concours.organisers import operations
from tests.fakes.clock import FrozenClock
from tests.organisers_contest import CLOSED, OPEN, Console, decide, deposited


@pytest.fixture
def console(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Console:
    return Console(tmp_path, sqlite_url, clock)


def edition(console: Console) -> Edition:
    with console.database.read() as session:
        return current_edition(session)


def test_saving_what_is_shown_changes_nothing(console: Console) -> None:
    before = edition(console)
    for part in ("calendrier", "regles", "textes/faq"):
        saved = console.page(f"edition/{part}").form(f"edition/{part}").submit()
        assert "Aucun changement" in saved.text
    assert edition(console) == before


def test_dates_are_typed_and_kept_on_a_paris_clock(console: Console) -> None:
    form = console.page("edition/calendrier").form("calendrier")
    saved = form.submit(closes_at="2027-03-12T18:30")
    assert "vendredi 12 mars 2027 à 18 h 30 (heure de Paris)" in saved.text
    assert edition(console).closes_at == datetime(2027, 3, 12, 17, 30, tzinfo=UTC)


def test_a_weekend_date_warns_and_is_kept(console: Console) -> None:
    form = console.page("edition/calendrier").form("calendrier")
    saved = form.submit(
        closes_at="2027-03-14T20:00", event_starts_at="2027-03-19T09:30", event_ends_at="2027-03-19T16:30"
    )
    assert "une date tombe pendant un week-end (dimanche 14 mars 2027)" in saved.text
    assert edition(console).closes_at.day == 14


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"closes_at": "2026-01-01T20:00"}, "la clôture vient après l'ouverture."),
        ({"event_place": ""}, "complétez l'évènement, ou laissez ses cinq champs vides."),
        ({"event_starts_at": "2027-03-01T09:30"}, "l'évènement a lieu après la clôture des dépôts."),
        ({"event_ends_at": "2027-03-20T09:00"}, "la fin vient après le début."),
        ({"contest": ""}, "complétez ce champ"),
        ({"opens_at": "bientôt"}, "saisissez une date et une heure"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_field_by_field(
    console: Console, answers: dict[str, str], message: str
) -> None:
    before = edition(console)
    refused = console.page("edition/calendrier").form("calendrier").send(answers, status=422)
    assert any(message in error for error in refused.errors), refused.errors
    assert edition(console) == before


def test_an_edition_may_do_without_an_event(console: Console) -> None:
    empty = dict.fromkeys(("event_name", "event_starts_at", "event_ends_at", "event_place", "event_address"), "")
    saved = console.page("edition/calendrier").form("calendrier").send(empty)
    assert "Aucun" in saved.text
    assert edition(console).event is None


def test_criteria_are_renamed_removed_and_added(console: Console) -> None:
    form = console.page("edition/regles").form("regles")
    form.send({"label-0": "L'idée", "label-1": "", "description-1": "", "label-3": "L'élan, déjà", "weight-3": "2"})
    criteria = edition(console).criteria
    assert [(each.key, each.label, each.weight) for each in criteria] == [
        ("substance", "L'idée", 1),
        ("inspiration", "Le caractère inspirant", 1),
        ("l-elan-deja", "L'élan, déjà", 2),
    ]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"formats": None}, "cochez au moins une réponse"),
        ({"scale_low": "10"}, "la note la plus haute dépasse la plus basse."),
        ({"laureates_max": "0"}, "nombre attendu entre 1 et 100."),
        ({"label-0": "", "label-1": "", "label-2": ""}, "donnez un intitulé à ce critère, ou videz sa description."),
        ({"categories": " \n "}, "complétez ce champ"),
    ],
)
def test_rules_that_cannot_be_are_refused(console: Console, answers: dict[str, str | None], message: str) -> None:
    before = edition(console)
    refused = console.page("edition/regles").form("regles").send(answers, status=422)
    assert any(message in error for error in refused.errors), refused.errors
    assert edition(console) == before


def test_the_rule_of_the_ranking_and_the_anchors_are_chosen_with_the_rest(console: Console) -> None:
    form = console.page("edition/regles").form("regles")
    chosen = {"minimum_sheets": "3", "missing": "excludes", "recusals": "as_missing"}
    saved = form.send({**chosen, "tie_break-0": "criterion:form", "tie_break-1": "median", "anchor-1-1": "clair"})
    assert "La plus haute moyenne sur « La forme », puis la plus haute médiane des fiches." in saved.text
    assert "5 : clair" in saved.text
    kept = edition(console)
    assert kept.method == Method(
        minimum_sheets=3, missing="excludes", recusals="as_missing", tie_breaks=("criterion:form", "median")
    )
    assert kept.criteria[1].anchors[5] == "clair"
    refused = console.page("edition/regles").form("regles")
    gone = refused.send({"label-1": "", "description-1": ""}, status=422)
    assert any("porte sur un critère retiré" in error for error in gone.errors)
    twice = refused.send({"tie_break-0": "median"}, status=422)
    assert any("tous différents" in error for error in twice.errors)
    wider = refused.send({"scale_high": "20", "anchor-0-2": "", "tie_break-1": ""})
    assert "Modifications enregistrées." in wider.text
    assert set(edition(console).criteria[0].anchors) == {4, 10}, "the words follow the scale"


def test_a_text_is_looked_at_before_it_is_kept(console: Console) -> None:
    form = console.page("edition/textes/audience").form("audience")
    preview = form.submit(text="Pour **toutes** et <b>tous</b>", apercu="1")
    assert "Aperçu, pas encore enregistré" in preview.text
    assert [strong.text for strong in preview.one("section", class_="co-preview").iter("strong")] == ["toutes"]
    assert "toutes" not in edition(console).texts.audience
    preview.form("audience").submit()
    assert edition(console).texts.audience == "Pour **toutes** et <b>tous</b>"


def test_a_text_that_does_not_exist_is_not_found(console: Console) -> None:
    assert "n'existe pas" in console.page("edition/textes/secret", status=404).text


def test_two_organisers_do_not_overwrite_each_other(console: Console) -> None:
    stale = console.page("edition/textes/audience").form("audience")
    console.page("edition/textes/prizes").form("prizes").submit(text="Un trophée.")
    refused = stale.submit(status=409, text="Tout le monde.")
    assert any("modifiée entre-temps" in error for error in refused.errors)
    assert "Tout le monde." in refused.text
    assert edition(console).texts.prizes == "Un trophée."


def test_a_closing_already_past_shuts_nobody_out_without_a_confirmation(console: Console) -> None:
    now = console.clock()
    before = edition(console)
    form = console.page("edition/calendrier").form("calendrier")
    assert "close_now" not in form.held
    past = {"opens_at": _typed(now - timedelta(days=2)), "closes_at": _typed(now - timedelta(hours=1))}
    asked = form.send(past, status=422)
    assert any("les dépôts ferment dès l'enregistrement" in error for error in asked.errors)
    assert edition(console) == before
    later = asked.form("calendrier").send({"closes_at": _typed(now + timedelta(days=2))})
    assert "Modifications enregistrées." in later.text
    asked = console.page("edition/calendrier").form("calendrier").send(past, status=422)
    asked.form("calendrier").submit(close_now="y")
    assert edition(console).closes_at < now
    saved = console.page("edition/calendrier").form("calendrier").submit(closes_at=_typed(now - timedelta(hours=2)))
    assert "Modifications enregistrées." in saved.text, "closed already: nobody is shut out"


def test_once_handed_over_what_the_jury_uses_is_shown_as_facts(console: Console) -> None:
    stale = [(part, console.page(f"edition/{part}").form(part)) for part in ("calendrier", "regles")]
    _hand_over(console)
    before = edition(console)
    calendar, rules = console.page("edition/calendrier"), console.page("edition/regles")
    assert {"closes_at", "close_now"}.isdisjoint(calendar.form("calendrier").held)
    assert "samedi 13 mars 2027 à 20 h 00" in calendar.text
    editable = {"csrf_token", "version", "video_max_seconds", "max_megabytes", "categories"}
    assert set(rules.form("regles").held) == editable
    assert "Ce qui ne change plus" in rules.text
    assert "Le caractère inspirant" in rules.text
    for part, form in stale:
        refused = form.submit(status=422)
        assert any("pendant que ce formulaire était ouvert" in error for error in refused.errors), part
    assert edition(console) == before
    rules.form("regles").submit(max_megabytes="123")
    calendar.form("calendrier").send({"event_place": "Ailleurs", "version": "2"})
    after = edition(console)
    assert (after.max_bytes, after.criteria, after.closes_at) == (123_000_000, before.criteria, before.closes_at)


def _typed(instant: datetime) -> str:
    return f"{to_paris(instant):%Y-%m-%dT%H:%M}"


def _hand_over(console: Console) -> None:
    with console.database.write() as session:
        decide(session, deposited(session, "Le guichet", at=OPEN), actor=console.organiser_id)
        operations.hand_over(session, actor=console.organiser_id, now=CLOSED)
