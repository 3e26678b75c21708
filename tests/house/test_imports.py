"""Who may import whom, held by import-linter (tests/house/imports.ini), and what only few rooms may use."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from app.settings import ROOT

from .tree import PROGRAM, listed, parse, under

CLOCK_CALLS = {("date", "today"), ("datetime", "today"), ("datetime", "now"), ("datetime", "utcnow")}
MAY_DRAW = ("app/portal.py", "app/ui/", "pages/", "app/serve.py", "app/gate.py", "app/packed.py",
            "pipelines/visitor.py")  # fmt: skip
"""And who serves or visits what is drawn."""


def test_imports_go_downwards_only() -> None:
    config = Path(__file__).with_name("imports.ini")
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", program, str(config)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_only_the_clock_reads_the_clock() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name in under(*PROGRAM, end=".py")
        if name != "app/clock.py"
        for node in ast.walk(parse(name))
        if isinstance(node, ast.Call) and _called(node) in CLOCK_CALLS
    ]
    assert not found, listed(found, "Take `as_of` as an argument, or wall() of app/clock.py in a program.")


def test_only_the_halls_draw() -> None:
    found = [
        f"{name}: imports streamlit"
        for name in under(*PROGRAM, end=".py")
        if not name.startswith(MAY_DRAW) and "streamlit" in _imported(name)
    ]
    assert not found, listed(found, "Move what draws to app/ui/; app/portal.py and pages/ may draw, too.")


def test_no_error_is_swallowed() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name in under(*PROGRAM, "tests/", end=".py")
        for node in ast.walk(parse(name))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(step, ast.Pass) for step in node.body)
    ]
    assert not found, listed(found, "Say what the error means: raise one of app/errors.py, log it, or name the case.")


def _called(call: ast.Call) -> tuple[str, str] | None:
    """('datetime', 'now') for datetime.now(…) and for datetime.datetime.now(…)."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return None
    owner = function.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return name, function.attr


def _imported(name: str) -> set[str]:
    """The outermost packages that a module imports."""
    packages: set[str] = set()
    for node in ast.walk(parse(name)):
        if isinstance(node, ast.Import):
            packages |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            packages.add(node.module.partition(".")[0])
    return packages
