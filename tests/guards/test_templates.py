"""No template and no macro that nothing uses."""

import ast
import re
from collections.abc import Iterator

from jinja2 import Environment, meta, nodes

from tests.guards.source import ROOT, code, strings, templates

FOLDER = ROOT / "templates"


def parsed() -> dict[str, nodes.Template]:
    environment = Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    return {
        path.relative_to(FOLDER).as_posix(): environment.parse(path.read_text(encoding="utf-8")) for path in templates()
    }


def patterns_in_code() -> Iterator[re.Pattern[str]]:
    """Yield what Python may name: each string as it is, each f-string that begins with a folder with its holes open."""
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    for _, tree in code():
        for _, text in strings(tree):
            if "/" in text or "." in text:
                yield re.compile(re.escape(text))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                pieces = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[^/]+" for p in node.values]
                if pieces[0].partition("/")[0] in folders:
                    yield re.compile("".join(pieces))


def test_every_template_is_used() -> None:
    trees = parsed()
    by_templates = {name for tree in trees.values() for name in (*meta.find_referenced_templates(tree), *drawn(tree))}
    by_code = list(patterns_in_code())
    unused = [
        name
        for name in trees
        if name not in by_templates
        # A mail's two parts share one name without its suffix.
        and not any(p.fullmatch(name) or p.fullmatch(name.rpartition(".")[0]) for p in by_code)
    ]
    assert sorted(unused) == [], "A template that nothing uses."


def drawn(tree: nodes.Template) -> Iterator[str]:
    """Yield the files of the macros that a template has drawn once: `drawn("…")`, `form_piece("…")`."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"drawn", "form_piece"}:
            yield call.args[0].as_const()


def uses(tree: nodes.Template) -> Iterator[str]:
    """Yield the names that a template calls or passes on: `button(...)`, `forms.button(...)`, `drawn(…, "button")`."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"drawn", "form_piece", "chrome_piece"}:
            yield from (each.value for each in call.args if isinstance(each, nodes.Const))
    for node in tree.find_all((nodes.Name, nodes.Getattr)):
        if isinstance(node, nodes.Name) and node.ctx == "load":
            yield node.name
        elif isinstance(node, nodes.Getattr):
            yield node.attr


def test_every_macro_is_used() -> None:
    trees = parsed()
    used = {name for tree in trees.values() for name in uses(tree)}
    used |= {text for _, tree in code() for _, text in strings(tree)}
    used |= {node.attr for _, tree in code() for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    unused = [
        f"{name}: {macro.name}"
        for name, tree in trees.items()
        for macro in tree.find_all(nodes.Macro)
        if macro.name not in used
    ]
    assert sorted(unused) == [], "A macro that nothing uses."
