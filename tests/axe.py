"""Runs axe-core in an open page. It finds a good third of what hinders people; it does not replace an audit."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

_SOURCE = Path(__file__).resolve().parent.parent / "node_modules" / "axe-core" / "axe.min.js"
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page) -> list[str]:
    """Return each violation as « rule: help (impact): elements ».

    The program goes in by `evaluate`, which the page's security policy does not see; a script tag would be refused.
    """
    page.evaluate(_SOURCE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", _RULES)
    return [_sentence(violation) for violation in found["violations"]]


def _sentence(violation: dict[str, Any]) -> str:
    where = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:5])
    return f"{violation['id']}: {violation['help']} ({violation['impact']}): {where}"


WIDTHS = (320, pytest.param(768, marks=pytest.mark.full), pytest.param(1280, marks=pytest.mark.full))
"""Of screens, in CSS pixels: the narrowest for each change, all of them among the heavier tests."""
