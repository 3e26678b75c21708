"""Dimensions as they are called in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Where = tuple[tuple[str, str], ...]
"""(dimension, value) pairs; several values of one dimension are alternatives."""


def noun(dimension: str) -> str:
    """A dimension in a sentence: company_size → company size."""
    return dimension.replace("_", " ")


def plural(dimension: str) -> str:
    """Several of it: country → countries, company_size → company sizes."""
    said = noun(dimension)
    return said[:-1] + "ies" if said.endswith("y") else said + "s"


def left_whole(dimensions: Sequence[str]) -> str:
    """That a figure is not narrowed by some filters: "All products, all regions"; nothing where it is."""
    return ", ".join(f"all {plural(name)}" for name in dimensions).capitalize()


def heeded(where: Where, known: Sequence[str]) -> tuple[Mapping[str, list[str]], tuple[str, ...]]:
    """The filters that rows with these columns heed (column → values), and the dimensions of those that they cannot."""
    found: dict[str, list[str]] = {}
    for dimension, value in where:
        if dimension in known:
            found.setdefault(dimension, []).append(value)
    return found, tuple(dict.fromkeys(dimension for dimension, _ in where if dimension not in known))
