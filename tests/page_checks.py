"""What every page owes its readers, as far as a program can see it; axe and people see the rest."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

_REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details", "aria-errormessage")
_HEADING = re.compile(r"h[1-6]")
_UNLABELLED = frozenset({"hidden", "submit", "button", "image", "reset"})


def find_problems(root: Element) -> list[str]:
    """Return each broken rule as a sentence."""
    return [problem for check in _CHECKS for problem in check(root)]


def _elements(root: Element, *tags: str) -> Iterator[Element]:
    return (element for element in root.iter() if is_element(element.tag) and (not tags or element.tag in tags))


def is_element(tag: object) -> bool:
    """Tell an element's tag from a comment's, which is a function."""
    return isinstance(tag, str)


def _ids(root: Element) -> Counter[str]:
    return Counter(element.get("id", "") for element in _elements(root) if element.get("id") is not None)


def _said(element: Element) -> str:
    """Return what an element says, images by their text, however it looks."""
    images = "".join(image.get("alt", "") for image in element.iter("img"))
    return ("".join(element.itertext()) + images).strip()


def _show(element: Element) -> str:
    attributes = " ".join(f'{name}="{value[:40]}"' for name, value in list(element.attrib.items())[:4])
    return f"<{element.tag} {attributes}>"


def _document(root: Element) -> Iterator[str]:
    if root.get("lang") != "fr":
        yield "The page does not say that it is in French (lang)"
    titles = [_said(title) for title in _elements(root, "title")]
    if len(titles) != 1 or not titles[0]:
        yield f"One title, with words in it, not {titles}"
    if len(list(_elements(root, "main"))) != 1:
        yield "One <main>"
    if not any(meta.get("name") == "viewport" for meta in _elements(root, "meta")):
        yield "No viewport: a phone shows the page tiny"


def _headings(root: Element) -> Iterator[str]:
    headings = [element for element in _elements(root) if _HEADING.fullmatch(element.tag)]
    if sum(heading.tag == "h1" for heading in headings) != 1:
        yield f"One <h1>, not {[_said(heading) for heading in headings if heading.tag == 'h1']}"
    before = 0
    for heading in headings:
        level = int(heading.tag[1])
        if level > before + 1:
            yield f"« {_said(heading)} » jumps from level {before} to {level}"
        if not _said(heading):
            yield f"An empty {_show(heading)}"
        before = level


def _identifiers(root: Element) -> Iterator[str]:
    ids = _ids(root)
    yield from (f"The id {name!r} stands {count} times" for name, count in ids.items() if count > 1 or not name)
    for element in _elements(root):
        for attribute in _REFERENCES:
            for name in element.get(attribute, "").split():
                if name not in ids:
                    yield f"{_show(element)}: {attribute} leads to no {name!r}"
        target = element.get("href", "") if element.tag == "a" else ""
        if target.startswith("#") and target[1:] not in ids:
            yield f"The link « {_said(element)} » leads to no {target!r} of this page"


def _labels(root: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in _elements(root, "label") if _said(label)}
    inside = {field for label in _elements(root, "label") if _said(label) for field in label.iter()}
    for field in _elements(root, "input", "select", "textarea"):
        named = field.get("aria-label") or field.get("aria-labelledby")
        if field.get("type") in _UNLABELLED or named or field in inside:
            continue
        if field.get("id") not in labelled:
            yield f"{_show(field)} has no label"
    for label in _elements(root, "label"):
        if label.get("for") and label.get("for") not in _ids(root):
            yield f"The label « {_said(label)} » is for no field"
    for group in _elements(root, "fieldset"):
        if not any(_said(legend) for legend in group.findall("legend")):
            yield f"{_show(group)} has no legend"


def _names(root: Element) -> Iterator[str]:
    for element in _elements(root, "a", "button", "summary"):
        if not _said(element) and not element.get("aria-label"):
            yield f"{_show(element)} says nothing"
        if element.tag == "a" and not element.get("href"):
            yield f"The link « {_said(element)} » leads nowhere"
    yield from (f"{_show(image)} has no alt" for image in _elements(root, "img") if image.get("alt") is None)
    for frame in _elements(root, "video", "audio", "iframe", "progress", "nav"):
        if frame.tag != "progress" and not (
            frame.get("aria-label") or frame.get("aria-labelledby") or frame.get("title")
        ):
            yield f"{_show(frame)} has no name"


def _inline(root: Element) -> Iterator[str]:
    for element in _elements(root):
        handlers = [name for name in element.attrib if name.lower().startswith("on") or name == "style"]
        yield from (f"{_show(element)}: {name} is inline" for name in handlers)
        if element.get("href", "").lower().startswith("javascript:"):
            yield f"{_show(element)}: a script in a link"
        lost = [name for name, value in element.attrib.items() if value in {"None", "Undefined"}]
        yield from (f"{_show(element)}: {name} shows a Python value" for name in lost)
    yield from ("A <style> in the page" for _ in _elements(root, "style"))
    yield from ("A <script> in the page" for script in _elements(root, "script") if not script.get("src"))


def _forms(root: Element) -> Iterator[str]:
    for form in _elements(root, "form"):
        posts = form.get("method", "get").lower() == "post"
        if posts and not any(field.get("name") == "csrf_token" and field.get("value") for field in form.iter("input")):
            yield f"{_show(form)} has no token"
        if not any(button.get("type", "submit") == "submit" for button in _elements(form, "button")):
            yield f"{_show(form)} has no button"
        files = any(field.get("type") == "file" for field in form.iter("input"))
        if files and form.get("enctype") != "multipart/form-data":
            yield f"{_show(form)} would lose its file (enctype)"


def _refusals(root: Element) -> Iterator[str]:
    summaries = [element for element in _elements(root) if element.get("id") == "erreurs"]
    invalid = [element for element in _elements(root) if element.get("aria-invalid") == "true"]
    messages = [element for element in _elements(root) if "fr-message--error" in element.get("class", "").split()]
    in_error = "".join(_said(title) for title in _elements(root, "title")).startswith("Erreur")
    if in_error != bool(summaries):
        yield "« Erreur : » opens the title exactly when there is an error summary"
    if (invalid or messages) and not summaries:
        yield "Fields are in error and no summary says so"
    linked = {link.get("href", "")[1:] for summary in summaries for link in summary.iter("a")}
    yield from (f"The summary does not lead to {_show(field)}" for field in invalid if field.get("id") not in linked)


_CHECKS: tuple[Callable[[Element], Iterator[str]], ...] = (
    _document,
    _headings,
    _identifiers,
    _labels,
    _names,
    _inline,
    _forms,
    _refusals,
)
