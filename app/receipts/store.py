"""Receipts as rows of portal.receipt: written once, read whole, never changed."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, text

from app.receipts.form import Receipt, Stored, canonical

COLUMNS = tuple(each.name for each in fields(Receipt))
JSON = frozenset({"question", "build", "sources", "promises", "answer", "marks"})
SEALED = (*COLUMNS, "key_id", "marks", "seal")
_PLACES = ", ".join(f"cast(:{name} as jsonb)" if name in JSON else f":{name}" for name in SEALED)
INSERT = text(
    f"insert into portal.receipt ({', '.join(SEALED)}) values ({_PLACES}) on conflict (receipt_id) do nothing"
)
FIND = text(
    f"select {', '.join(SEALED)}, exists(select 1 from portal.board_figure as frozen "
    "where frozen.receipt_id = receipt.receipt_id) as is_kept from portal.receipt where receipt_id = :receipt_id"
)


def put(connection: Connection, stored: Stored) -> None:
    """Writes a receipt; one that is there stays as it was first shown."""
    receipt = stored.receipt
    row: dict[str, Any] = {name: getattr(receipt, name) for name in COLUMNS}
    row |= {"marts": list(receipt.marts), "key_id": stored.key_id, "marks": stored.marks, "seal": stored.seal}
    connection.execute(INSERT, row | {name: canonical(row[name]) for name in JSON})


def find(connection: Connection, receipt_id: str) -> Stored | None:
    """The receipt of that id, as it lies there."""
    row = connection.execute(FIND, {"receipt_id": receipt_id}).mappings().one_or_none()
    if row is None:
        return None
    said = {name: row[name] for name in COLUMNS} | {"marts": tuple(row["marts"])}
    return Stored(Receipt(**said), row["key_id"], row["marks"], row["seal"], row["is_kept"])
