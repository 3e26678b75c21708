"""Writes the part of docs/sources/files.md that app/files/catalogue.py says: `python -m tests.house.file_tables`."""

from __future__ import annotations

from pathlib import Path

from app.files.catalogue import FILES
from app.files.schema import FileSchema
from app.settings import ROOT

PAGE = "docs/sources/files.md"
BEGIN = "<!-- What follows is written by `python -m tests.house.file_tables`. -->\n"


def tables() -> str:
    """A heading and a table per file, as Markdown."""
    return "\n".join(_table(schema) for schema in FILES)


def whole_page(text: str) -> str:
    """The page with the tables as they must be; what stands before them is left as it is."""
    return text.partition(BEGIN)[0] + BEGIN + "\n" + tables()


def _table(schema: FileSchema) -> str:
    own = f"; all but finance change only rows of their own {schema.own_rows}" if schema.own_rows else ""
    lines = [
        f"### {schema.name}",
        f"{schema.says} Put in place by {', '.join(schema.writers)}{own}.",
        "",
        "| column | a value is | such as | may be empty |",
        "|---|---|---|---|",
    ]
    for column in schema.columns:
        name = f"**`{column.name}`**" if column.name in schema.key else f"`{column.name}`"
        lines.append(f"| {name} | {column.allowed} | {column.example} | {'yes' if column.may_be_empty else 'no'} |")
    for order in schema.orders:
        lines += ["", f"In each row `{order.later}` is after `{order.earlier}`."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    page = Path(ROOT / PAGE)
    page.write_text(whole_page(page.read_text(encoding="utf-8")), encoding="utf-8")
