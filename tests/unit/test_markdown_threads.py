"""Organisers' Markdown in a service of many threads."""

import pytest
from markdown_it.ruler import Ruler

from concours.kernel.markdown import to_html

EVERYTHING = "# Titre\n\nUn *mot*, un [lien](https://exemple.fr).\n\n- un\n- deux\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> cité\n"


def test_the_parser_has_gathered_its_rules_before_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    gathered: list[Ruler[object]] = []
    monkeypatch.setattr(Ruler, "__compile__", gathered.append)
    assert "<table>" in to_html(EVERYTHING, top=2)
    assert gathered == []
