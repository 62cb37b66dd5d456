"""Organisers' Markdown in a service of many threads."""

import pytest
from markdown_it.ruler import Ruler

from concours.kernel.markdown import to_html

EVERYTHING = """# Titre

Un *mot*, un [lien](https://exemple.fr).

- un
- deux

| a | b |
|---|---|
| 1 | 2 |

> cité
"""


def test_the_parser_has_gathered_its_rules_before_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    gathered: list[Ruler[object]] = []
    monkeypatch.setattr(Ruler, "__compile__", gathered.append)
    assert "<table>" in to_html(EVERYTHING, top=2)
    assert gathered == []
