"""What no file of the project may hold, and what its documents must name."""

import re

from tests.guards.source import ROOT, code, name_of, strings, templates, tracked

REGISTRIES = tuple(
    f"{name}.{domain}"
    for name, domain in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb.debian", "org"),
        ("archive.ubuntu", "com"),
    )
)
MACHINE_PATH = re.compile(rf"{re.escape(str(ROOT))}\b|/(?:(?:home|Users)/[a-z]\w*|root)/")
CONTEST = re.compile(r"futurs publics|cousinade|ça se voit", re.IGNORECASE)
HAND_TYPED_SPACES = re.compile("[\u00a0\u202f]")
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\bsrc=)[^>]*>",
    re.IGNORECASE,
)


def lines_with(pattern: re.Pattern[str], files: list[tuple[str, str]]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in files
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def template_texts() -> list[tuple[str, str]]:
    return [(name_of(path), path.read_text(encoding="utf-8")) for path in templates()]


def markup_texts() -> list[tuple[str, str]]:
    """Return the templates without what the program fills in: a macro's parameter named style is not an attribute."""
    return [(name, JINJA.sub("", text)) for name, text in template_texts()]


def test_no_file_names_a_package_registry() -> None:
    assert sorted(lines_with(re.compile("|".join(map(re.escape, REGISTRIES))), list(tracked()))) == [], (
        "No file names a package registry: the machine's own configuration does."
    )


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert sorted(lines_with(MACHINE_PATH, list(tracked()))) == [], "No file holds a path of one machine."


def test_templates_hold_no_inline_style_script_or_handler() -> None:
    assert sorted(lines_with(INLINE, markup_texts())) == [], (
        "No inline style, script or handler: the security policy refuses them."
    )


def test_templates_hold_no_contest_name() -> None:
    assert sorted(lines_with(CONTEST, template_texts())) == [], "A template holds no contest name: the edition does."


def test_code_holds_no_contest_name() -> None:
    found = [
        f"{name_of(path)}:{line}"
        for path, tree in code()
        if not name_of(path).startswith("concours/demo")
        for line, text in strings(tree)
        if CONTEST.search(text)
    ]
    assert sorted(found) == [], "Code holds no contest name: the edition does."


def test_french_spaces_are_set_by_the_program() -> None:
    assert sorted(lines_with(HAND_TYPED_SPACES, template_texts())) == [], (
        "Type ordinary spaces: templates are set by concours.kernel.text.typographic."
    )
    sources = [(name_of(path), path.read_text(encoding="utf-8")) for path, _ in code()]
    assert sorted(lines_with(HAND_TYPED_SPACES, sources)) == [], (
        "Type ordinary spaces, or a \\u escape where the character itself is meant."
    )


def rooms() -> list[str]:
    packages = [*ROOT.glob("concours/*/__init__.py"), *ROOT.glob("jury/*/__init__.py"), *ROOT.glob("*/__init__.py")]
    return sorted({path.parent.name for path in packages} - {"tests"})


def test_the_architecture_page_names_every_room() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    missing = [room for room in rooms() if not re.search(rf"\b{room}\b", page)]
    assert sorted(missing) == [], "docs/architecture.md names every room."
