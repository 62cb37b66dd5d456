import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from concours.kernel.text import (
    Typographic,
    capital,
    clean_line,
    clean_text,
    fold,
    grouped,
    typo,
    typographic,
    typographic_source,
)

FRENCH = st.text(alphabet=" :;?!«»'’aéœZ0\n\u00a0<>{}%#\"=/", max_size=60)


def test_a_capital_comes_first_and_the_other_letters_stay() -> None:
    assert [capital(text) for text in ("bande dessinée", "étude BD", "")] == ["Bande dessinée", "Étude BD", ""]


@pytest.fixture
def environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, extensions=[Typographic])


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Attention : trop tard !", "Attention\u00a0: trop tard\u00a0!"),
        ("Quoi ? Oui ; non.", "Quoi\u00a0? Oui\u00a0; non."),
        ("« Cousinade »", "«\u00a0Cousinade\u00a0»"),
        ("L'œuvre n'est qu'un « rêve »", "L’œuvre n’est qu’un «\u00a0rêve\u00a0»"),
        ("l'« idée »", "l’«\u00a0idée\u00a0»"),
        ("20:00 https://exemple.fr/?a=1", "20:00 https://exemple.fr/?a=1"),
        ("5'30", "5'30"),
        ("à 18 h 47 min 31 s", "à 18\u00a0h\u00a047\u00a0min\u00a031\u00a0s"),
        ("en 3 min 20 films", "en 3\u00a0min 20 films"),
        ("à 20 h 00 (heure de Paris)", "à 20\u00a0h\u00a000 (heure\u00a0de\u00a0Paris)"),
        ("85 % des fiches", "85\u00a0% des fiches"),
    ],
)
def test_french_spaces_and_apostrophes_are_set(typed: str, printed: str) -> None:
    assert typographic(typed) == printed


@given(FRENCH)
def test_setting_twice_is_setting_once(text: str) -> None:
    assert typographic(typographic(text)) == typographic(text)
    assert typographic_source(typographic_source(text)) == typographic_source(text)


@given(FRENCH)
def test_setting_only_changes_spaces_and_apostrophes(text: str) -> None:
    assert typographic_source(text).replace("\u00a0", " ").replace("’", "'") == text.replace("\u00a0", " ").replace(
        "’", "'"
    )


@pytest.mark.parametrize(
    "fixed",
    [
        "{{ 'l\\'un : l\\'autre' if a != b else \"x ! }} y\" }}",
        "{% if a > b and c != 'd : e' %}",
        "{# rien : à voir ! #}",
        "{% raw %}a : b{% endraw %}",
        '<a href="/chercher?q=a : b" title="l\'une">',
        "<p {% if a > 1 %}class='c : d'{% endif %} id=\"{{ \"x\" ~ 'y > z' }}\">",
        "<!-- l'un : l'autre -->",
        "<code>l'un : l'autre</code>",
        "<textarea>l'un : l'autre</textarea>",
    ],
)
def test_jinja_and_tags_are_left_alone(fixed: str) -> None:
    assert typographic_source(fixed) == fixed
    assert typographic_source(f"Oui : {fixed} oui !") == f"Oui\u00a0: {fixed} oui\u00a0!"


def test_an_elision_reaches_over_a_tag_or_an_expression() -> None:
    assert typographic_source("l'<em>œuvre</em> de l'{{ event }}") == "l’<em>œuvre</em> de l’{{ event }}"


def test_a_template_is_set_when_it_is_compiled(environment: Environment) -> None:
    template = environment.from_string("<p title='a : b'>« {{ name }} » : l'essai{{ ' !' if name != 'x' }}</p>")
    assert template.render(name="l'<b>") == "<p title='a : b'>«\u00a0l&#39;&lt;b&gt;\u00a0»\u00a0: l’essai !</p>"


def test_the_filter_sets_text_and_keeps_markup_safe(environment: Environment) -> None:
    shown = environment.from_string("{{ text | typo }} {{ markup | typo }}")
    assert shown.render(text="<b> : l'un", markup=Markup("<b title='l : u'>l'un !</b>")) == (
        "&lt;b&gt;\u00a0: l’un <b title='l : u'>l’un\u00a0!</b>"
    )
    assert not isinstance(typo("a : b"), Markup)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  e\u0301cole  ", "école"),
        ("un\tdeux\r\ntrois", "un deux trois"),
        ("a\x00b\x07c\u202ed\u200be\ufeff", "abcde"),
        ("\u200b \x00", ""),
        ("Zoé\u00a0: 👩‍🎨", "Zoé\u00a0: 👩‍🎨"),
    ],
)
def test_a_line_is_cleaned(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


def test_names_are_sorted_as_a_person_looks_them_up() -> None:
    assert sorted(["Zola", "Çelik", "Éluard", "abitbol", "Céline"], key=fold) == [
        "abitbol",
        "Çelik",
        "Céline",
        "Éluard",
        "Zola",
    ]


def test_thousands_stand_apart() -> None:
    assert [grouped(number) for number in (999, 1000, 33_180)] == ["999", "1\u00a0000", "33\u00a0180"]


def test_a_text_keeps_its_lines() -> None:
    assert clean_text("\r\nun  \r\n\rdeux\x00\n") == "un\n\ndeux"


def test_what_a_word_processor_pastes_becomes_plain_text() -> None:
    pasted = "L’es\u00adsai\u00a0: «\u00a0oui\u00a0»\v\uf0b7 un\u2028\uf0b7 deux\u2029fin \x07\ufeff"
    assert clean_text(pasted) == "L’essai\u00a0: «\u00a0oui\u00a0»\n• un\n• deux\nfin"


def test_emoji_and_right_to_left_words_are_kept() -> None:
    typed = "👩\u200d💻 שלום مرحبا می\u200cخواهم"
    assert clean_text(typed) == typed


@given(st.text())
def test_cleaning_is_done_once_and_for_all(text: str) -> None:
    for clean in (clean_line, clean_text):
        cleaned = clean(text)
        assert clean(cleaned) == cleaned
        assert cleaned == cleaned.strip()
        assert unicodedata.is_normalized("NFC", cleaned)
        assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in cleaned if c not in "\n\t")
    assert "\n" not in clean_line(text)
