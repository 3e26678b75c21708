"""SQL and Jinja as text, of which comments, white space and where rows are put say nothing about a meaning."""

from __future__ import annotations

import ast
import re

PIECE = re.compile(
    r"(?P<jinja>\{#.*?#\})|(?P<said>'(?:[^']|'')*'|\"[^\"]*\")|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<space>\s+)|(?P<rest>.)",
    re.DOTALL,
)
"""One thing at a time: a quote within a comment opens no text, and two dashes within a text no comment."""
CONTROL = re.compile(r"(?<=\{[%{])-|-(?=[%}]\})")
"""Jinja's own white space control."""
CONFIG = re.compile(r"\{\{-?\s*config\(.*?\)\s*-?\}\}", re.DOTALL)
"""How a model is kept, and not what it says, where it names no more than KEPT."""
KEPT = {"materialized", "meta", "indexes"}
KEY = re.compile(r"(\w+)\s*=(?!=)")
ONLY_DATES = re.compile(r"[\"']only_dates[\"']\s*:\s*true")
"""What a calendar says of itself: it is laid from the oldest row of every source, which means nothing."""
REF = re.compile(r"\bref\(\s*[\"'](\w+)[\"']\s*\)")
CONSTANT = re.compile(r"\bvar\(\s*[\"'](\w+)[\"']")
CALL = re.compile(r"\b(\w+)\(")
MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\s*(\(.*?)\{%-?\s*endmacro", re.DOTALL)


def plain(sql: str) -> str:
    """The text without comments, without the config of its model, and with a blank only where two words meet."""
    pieces: list[str] = []
    for found in PIECE.finditer(CONFIG.sub(_what_it_does, CONTROL.sub("", sql))):
        kind, piece = found.lastgroup, found.group()
        if kind in ("jinja", "comment", "space"):
            piece = " "
        if piece == " " and (not pieces or pieces[-1] == " "):
            continue
        pieces.append(piece)
    return re.sub(r"(?<=\W) | (?=\W)", "", _kept_apart(pieces)).replace("\0", " ")


def _what_it_does(config: re.Match[str]) -> str:
    """A config that does more than say how the model is kept, such as a hook or an alias, stands in its text."""
    return "" if set(KEY.findall(config.group())) <= KEPT else config.group()


def _kept_apart(pieces: list[str]) -> str:
    """Put together again, the blanks within quoted texts made ones that are not taken for white space."""
    return "".join(piece.replace(" ", "\0") if len(piece) > 1 else piece for piece in pieces).strip()


def models_read(sql: str) -> frozenset[str]:
    """The models that a text names in `ref`."""
    return frozenset(REF.findall(sql))


def constants_read(sql: str) -> frozenset[str]:
    """The constants that a text names in `var`."""
    return frozenset(CONSTANT.findall(sql))


def calls(sql: str) -> frozenset[str]:
    """Every name that is called, macros and functions of Postgres alike."""
    return frozenset(CALL.findall(sql))


def macros_in(source: str) -> dict[str, str]:
    """The macros of a file: name → its arguments and body."""
    return dict(MACRO.findall(re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)))


def plain_code(source: str) -> str:
    """What Python does, as its tree: without comments, white space and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [each for each in body if not _is_told(each)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_told(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
