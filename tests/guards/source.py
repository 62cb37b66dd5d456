"""What the guards read: the project's own files and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def name_of(path: Path) -> str:
    """Return the path as people write it, from the project's root."""
    return path.relative_to(ROOT).as_posix()


@cache
def code() -> tuple[tuple[Path, ast.Module], ...]:
    """Return the program's modules with their trees: both applications, not the tests."""
    paths = [*ROOT.glob("*.py"), *ROOT.glob("concours/**/*.py"), *ROOT.glob("jury/**/*.py")]
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(paths))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of every imported module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def docstrings(tree: ast.Module) -> set[int]:
    """Return the ids of the constants that stand alone as statements: docstrings, not text for visitors."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every string that is not a docstring, pieces of f-strings included."""
    apart = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.lineno, node.value


def templates() -> list[Path]:
    """Return every template, mails included."""
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())


@cache
def tracked() -> tuple[tuple[str, str], ...]:
    """Return the name and the text of every text file under version control."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: the list of the project's files is not known")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    found = []
    for name in filter(None, listing.split("\0")):
        try:
            found.append((name, (ROOT / name).read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return tuple(found)
