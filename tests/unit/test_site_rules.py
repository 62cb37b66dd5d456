"""Organisers' Markdown becomes a page: nothing of theirs runs, headings keep their order."""

import re

from hypothesis import given
from hypothesis import strategies as st

from concours.kernel.markdown import to_html
from concours.site.rules import questions


def levels(html: str) -> list[int]:
    return [int(level) for level in re.findall(r"<h([1-6])>", html)]


def test_html_scripts_and_pictures_from_elsewhere_stay_text() -> None:
    html = to_html("<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://ailleurs.example/z.png)", top=2)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_headings_begin_where_the_page_asks() -> None:
    assert levels(to_html("# A\n\n#### B\n\n### C\n\n# D", top=3)) == [3, 4, 4, 3]


@given(st.lists(st.integers(1, 6)), st.integers(1, 6))
def test_no_heading_level_is_ever_skipped(asked: list[int], top: int) -> None:
    found = levels(to_html("\n\n".join(f"{'#' * level} Titre" for level in asked), top=top))
    assert len(found) == len(asked)
    for before, after in zip([top - 1, *found], found, strict=False):
        assert top <= after <= before + 1


@given(st.text())
def test_any_text_at_all_becomes_a_page(text: str) -> None:
    assert "<script" not in to_html(text, top=2)


def test_each_heading_of_the_faq_is_a_question() -> None:
    first, second = questions("Avant.\n\n### Un ?\n\nOui : **un**.\n\n#### Détail\n\n### Deux ?\n\nNon.", top=3)
    assert (first.title, second.title) == ("Un ?", "Deux ?")
    assert "<strong>un</strong>" in first.answer
    assert "<h4>Détail</h4>" in first.answer
    assert second.answer.strip() == "<p>Non.</p>"


def test_an_empty_faq_asks_nothing() -> None:
    assert questions("", top=3) == ()
