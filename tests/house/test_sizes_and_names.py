"""What a reader can hold: names that say something, files and functions that end in time."""

from __future__ import annotations

import ast
import re

from .tree import PROGRAM, line_count, listed, parse, read, stem, under

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
LIMITS = (("pages/", ".py", 60), ("models/", ".sql", 140), ("tests/", ".py", 400), ("", ".py", 300))
LONGEST_FUNCTION = 60
UNDONE = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|NotImplemented" + r"Error)\b")


def test_names_say_what_is_inside() -> None:
    found = [name for name in under("") if stem(name) in EMPTY_NAMES or EMPTY_NAMES & set(name.split("/")[:-1])]
    assert not found, listed(found, "Name the module by what it does; split it where it does two things.")


def test_files_end_before_the_reader_is_lost() -> None:
    found = []
    for name in under("", end=".py") + under("models/", end=".sql"):
        limit = next(most for start, end, most in LIMITS if name.startswith(start) and name.endswith(end))
        if line_count(name) > limit:
            found.append(f"{name}: {line_count(name)} lines, at most {limit}")
    assert not found, listed(found, "Split the file where its subject changes.")


def test_functions_end_before_the_reader_is_lost() -> None:
    found = [
        f"{name}:{node.lineno} {node.name}: {node.end_lineno - node.lineno} lines, at most {LONGEST_FUNCTION}"
        for name in under(*PROGRAM, "tests/", end=".py")
        for node in ast.walk(parse(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno > LONGEST_FUNCTION
    ]
    assert not found, listed(found, "Give each step a function with a name.")


def test_nothing_is_left_for_later() -> None:
    kinds = (".py", ".sql", ".yml", ".toml", ".css", ".js", ".html", ".j2")
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name in under("")
        if name.endswith(kinds)
        for number, line in enumerate(read(name).splitlines(), 1)
        if UNDONE.search(line)
    ]
    assert not found, listed(found, "Do it now, or take the line out and write an issue.")


def test_every_module_says_what_it_is_for() -> None:
    found = [
        name
        for name in under(*PROGRAM, end=".py")
        if not ast.get_docstring(parse(name)) and (stem(name) != "__init__" or read(name).strip())
    ]
    assert not found, listed(found, "Begin the module with one sentence that says what it is for.")
