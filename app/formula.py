"""The formula of a derived metric: names of other metrics, numbers, + - * / and parentheses, and nothing else.

Python's own parser reads it; whatever is not on the short list is refused, so that a formula can neither call nor reach
anything.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

LONGEST = 500
SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
NUMBER = re.compile(r"\d+(\.\d+)?")
ALLOWED = "names of metrics, numbers, + - * / and parentheses, such as `(new_mrr + expansion_mrr) / lost_mrr`"


@dataclass(frozen=True)
class Part:
    """The value of another metric."""

    name: str


@dataclass(frozen=True)
class Number:
    """A constant, exact."""

    value: Decimal


@dataclass(frozen=True)
class Operation:
    """Two nodes and one of + - * / between them."""

    sign: str
    left: Node
    right: Node


Node = Part | Number | Operation


@lru_cache(maxsize=256)
def parse(text: str) -> Node:
    """The formula as a tree.

    Raises:
        ValueError: it is none; the text says what was found and what is allowed.
    """
    if len(text) > LONGEST:
        raise ValueError(f"at most {LONGEST} characters; split it into metrics of their own")
    try:
        read = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        raise ValueError(f"a formula of {ALLOWED}") from None
    node = _node(read, text.strip())
    if not parts_of(node):
        raise ValueError("at least one metric's name in it: a constant measures nothing")
    return node


def parts_of(node: Node) -> tuple[str, ...]:
    """The metrics in a formula, each once, in their order."""
    if isinstance(node, Part):
        return (node.name,)
    if isinstance(node, Number):
        return ()
    return tuple(dict.fromkeys((*parts_of(node.left), *parts_of(node.right))))


def is_linear(node: Node) -> bool:
    """Whether it is a sum of metrics, each times or divided by constants, without a constant of its own.

    Only then is the formula of sums the sum of the formula.
    """
    if not isinstance(node, Operation):
        return isinstance(node, Part)
    if node.sign in "+-":
        return is_linear(node.left) and is_linear(node.right)
    if node.sign == "*":
        return (is_linear(node.left) and not parts_of(node.right)) or (
            is_linear(node.right) and not parts_of(node.left)
        )
    return is_linear(node.left) and not parts_of(node.right)


def divisors_of(node: Node) -> tuple[Node, ...]:
    """What is divided by, wherever it stands in the formula, if it is no constant."""
    if not isinstance(node, Operation):
        return ()
    inner = (*divisors_of(node.left), *divisors_of(node.right))
    return (*inner, node.right) if node.sign == "/" and parts_of(node.right) else inner


def written(node: Node) -> str:
    """The formula in words again, with every pair of parentheses that it needs."""
    if isinstance(node, Part):
        return node.name
    if isinstance(node, Number):
        return str(node.value)
    return f"({written(node.left)} {node.sign} {written(node.right)})"


def _node(read: ast.expr, text: str) -> Node:
    if isinstance(read, ast.Name):
        return Part(read.id)
    if isinstance(read, ast.Constant):
        found = ast.get_source_segment(text, read) or ""
        if not NUMBER.fullmatch(found):
            raise ValueError(f"numbers written as 12 or 0.5, not {found}")
        return Number(Decimal(found))
    if isinstance(read, ast.UnaryOp) and isinstance(read.op, ast.USub):
        return Operation("*", Number(Decimal(-1)), _node(read.operand, text))
    if isinstance(read, ast.BinOp) and type(read.op) in SIGNS:
        left, right = _node(read.left, text), _node(read.right, text)
        if isinstance(read.op, ast.Div) and not parts_of(right) and not _worth(right):
            raise ValueError("no division by 0")
        return Operation(SIGNS[type(read.op)], left, right)
    raise ValueError(f"{ALLOWED}; not {ast.get_source_segment(text, read) or type(read).__name__}")


def _worth(node: Node) -> Decimal:
    """The value of a constant node, whose own divisions were checked before."""
    if not isinstance(node, Operation):
        return node.value if isinstance(node, Number) else Decimal(0)
    left, right = _worth(node.left), _worth(node.right)
    worth = {"+": left + right, "-": left - right, "*": left * right}
    return worth[node.sign] if node.sign in worth else left / right
