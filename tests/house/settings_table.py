"""Makes docs/settings.md from the fields of app/settings.py: `python -m tests.house.settings_table` prints it."""

from __future__ import annotations

from types import NoneType
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.settings import Settings

HEAD = """# Settings

Every value that differs between machines is an environment variable, read once by `app/settings.py`. This page is
made from the fields of that class and a test holds it true; after a change run
`python -m tests.house.settings_table > docs/settings.md`.

Passwords that Plumbline needs for itself (its database logins, cookie and webhook secrets) are not settings: it
makes them on first use and keeps them in `secrets.json` of its home folder, readable by its owner only.

| variable | what it is | default | allowed |
|---|---|---|---|
"""


def settings_table() -> str:
    """The whole page, ending with one line feed."""
    rows = [
        f"| `PLUMBLINE_{name.upper()}` | {_cell(field.description or '')} | {_default(field)} | {_allowed(field)} |"
        for name, field in Settings.model_fields.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    return "none" if field.default is None else f"`{field.default}`"


def _allowed(field: FieldInfo) -> str:
    """The type, its bounds and choices, in words."""
    kinds = [kind for kind in (get_args(field.annotation) or (field.annotation,)) if kind is not NoneType]
    if all(isinstance(kind, str) for kind in kinds):
        return ", ".join(f"`{kind}`" for kind in kinds)
    bounds = [f"at least {m.ge}" for m in field.metadata if hasattr(m, "ge")]
    bounds += [f"at most {m.le}" for m in field.metadata if hasattr(m, "le")]
    return ", ".join([*(_named(kind) for kind in kinds), *bounds])


def _named(kind: Any) -> str:
    words = {"str": "text", "int": "whole number", "bool": "`true` or `false`", "Path": "path", "float": "number"}
    return "text, kept secret" if kind is SecretStr else words.get(getattr(kind, "__name__", ""), str(kind))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(settings_table(), end="")
