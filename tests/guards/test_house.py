"""Rules of the house that linters do not know: each failing line names the file and the line to mend."""

import ast
import re
from pathlib import Path

from tests.guards.source import ROOT, code, functions, imported, name_of

LONGEST_FUNCTION = 40
LONGEST_FILE = 300
LONG_FILES: dict[str, str] = {}
"""Files that may be longer, each with its reason."""

SILENCED = re.compile(r"# ?noqa\b")
SILENCED_WITH_REASON = re.compile(r"# ?noqa: [A-Z0-9, ]+ -- \S")

THE_COMMITTER = "concours/kernel/db.py"
TRANSACTIONS = {"commit", "begin", "rollback"}
OPENERS = {"write", "read", "ask", "hold", "change"}
SESSION_TAKERS = {"operations", "queries", "models", "rules", "api", "ranking"}

WEB_LIBRARIES = {"flask", "flask_wtf", "wtforms", "werkzeug"}
WEB_MODULES = re.compile(r"(^wsgi|/app|/views|/access|/forms|^concours/kernel/(web|forms))(\.py$|/)")

EXACT = (
    *("jury/rules.py", "jury/ranking.py", "jury/ranking_rule.py", "jury/method.py"),
    *("jury/order.py", "jury/queue.py", "jury/pace.py", "jury/deliberation/rules.py", "jury/commitment/rules.py"),
    *("jury/robustness/missing.py", "jury/robustness/sheets.py", "jury/robustness/weights.py"),
)
INEXACT_MODULES = {"math", "statistics", "numpy", "decimal"}

PURE_MODULES = {"rules", "ranking", "ranking_rule", "method", "order", "pace", "calibration", "sniff"}
DISK = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes"),
    *("exists", "is_file", "is_dir", "stat", "iterdir", "glob", "rglob", "mkdir", "unlink", "rename", "resolve"),
}

THE_CLOCK = "concours/kernel/clock.py"
PRESENT = {"now", "utcnow", "today"}


def calls(tree: ast.Module) -> list[tuple[int, str]]:
    return [
        (node.lineno, node.func.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]


def test_only_the_database_module_commits() -> None:
    found = [
        f"{name_of(path)}:{line} .{method}()"
        for path, tree in code()
        for line, method in calls(tree)
        if method in TRANSACTIONS and name_of(path) != THE_COMMITTER
    ]
    assert sorted(found) == [], (
        "One place commits: concours/kernel/db.py, by what a view, a task or a command opens: write(), hold().change()."
    )


def test_no_operation_opens_a_transaction_of_its_own() -> None:
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path, tree in code()
        if path.stem in SESSION_TAKERS
        for node in ast.walk(tree)
        if isinstance(node, ast.withitem)
        for call in [node.context_expr]
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in OPENERS
    ]
    assert sorted(found) == [], (
        "An operation or a query is given its session; views, tasks and commands open transactions."
    )


def test_only_views_forms_and_applications_know_the_web_framework() -> None:
    found = [
        f"{name_of(path)}:{line} {module}"
        for path, tree in code()
        if not WEB_MODULES.search(name_of(path))
        for line, module in imported(tree)
        if module.partition(".")[0] in WEB_LIBRARIES
    ]
    assert sorted(found) == [], "Only views, access, forms, app, kernel.web and kernel.forms know Flask and WTForms."


def test_time_comes_from_the_clock() -> None:
    found = [
        f"{name_of(path)}:{line} .{method}()"
        for path, tree in code()
        if name_of(path) != THE_CLOCK
        for line, method in calls(tree)
        if method in PRESENT
    ]
    assert sorted(found) == [], (
        "Time comes from the clock argument: only concours/kernel/clock.py asks what time it is."
    )


def test_pure_modules_leave_the_disk_alone() -> None:
    found = [
        f"{name_of(path)}:{line} .{method}()"
        for path, tree in code()
        if path.stem in PURE_MODULES
        for line, method in calls(tree)
        if method in DISK
    ]
    assert sorted(found) == [], (
        "Rules, ranking, calibration and sniffing take values: a path may be named, never followed."
    )


def test_relationships_are_declared_on_both_sides() -> None:
    found = [
        f"{name_of(path)}:{node.value.lineno}"
        for path, tree in code()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "backref"
    ]
    found += [
        f"{name_of(path)}:{node.lineno}"
        for path, tree in code()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "backref" for alias in node.names)
    ]
    assert sorted(found) == [], "backref hides a relationship from its class: declare both sides with back_populates."


def is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def inexact(node: ast.AST) -> bool:
    """Whether a node brings a binary fraction in; a quotient is exact when one side says that it is a Fraction."""
    match node:
        case ast.Constant(value=float()) | ast.Name(id="float"):
            return True
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            return not any(is_name(part, "Fraction") for side in (left, right) for part in ast.walk(side))
    return False


def test_scores_stay_exact() -> None:
    for name in EXACT:
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        lines = [f"{name}:{node.lineno}" for node in ast.walk(tree) if isinstance(node, ast.expr) and inexact(node)]
        lines += [f"{name}:{line} {module}" for line, module in imported(tree) if module in INEXACT_MODULES]
        assert sorted(lines) == [], (
            "Scores are exact fractions: no float, no inexact module, no quotient but of a Fraction."
        )


def test_functions_stay_short() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} {node.name}: {length} lines"
        for path, tree in code()
        if "migrations/versions" not in name_of(path)
        for node in functions(tree)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert sorted(found) == [], "A function has 40 lines at most."


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_files_stay_short() -> None:
    found = {
        name_of(path)
        for path, _ in code()
        if "migrations/versions" not in name_of(path) and line_count(path) > LONGEST_FILE
    }
    assert sorted(found - set(LONG_FILES)) == [], "A file has 300 lines at most, unless LONG_FILES gives its reason."
    assert sorted(set(LONG_FILES) - found) == [], "No longer a long file: take it off LONG_FILES."


def test_every_silenced_warning_says_why() -> None:
    paths = [path for path, _ in code()] + list((ROOT / "tests").rglob("*.py")) + list((ROOT / "scripts").glob("*.py"))
    found = [
        f"{name_of(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if SILENCED.search(line) and not SILENCED_WITH_REASON.search(line)
    ]
    assert sorted(found) == [], "A silenced warning says why: `# noqa: CODE -- reason`."


def test_the_two_packages_open_onto_nothing() -> None:
    for package in ("concours", "jury"):
        assert (ROOT / package / "__init__.py").read_text(encoding="utf-8").strip() == ""
