"""The seal of a receipt: an HMAC-SHA256 over all it says, by a key that only this home has."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.errors import SealKeyMissing
from app.receipts.form import Receipt, Stored, canonical
from app.secrets import get_secret, secret_names
from app.settings import Settings

NAME = re.compile(r"receipt_seal_([1-9][0-9]*)")
FIRST = "1"
SIGNED = 16
SHORT = 8
"""Hexadecimal digits of the seal of one column, which only tells where to look."""


@dataclass(frozen=True)
class Sealer:
    """Seals with the home's newest key and knows all it ever had.

    The keys are the entries `receipt_seal_1`, `receipt_seal_2`, … of `home`/secrets.json, the first made when it is
    needed. A new key is a new entry with the next number; an old one stays, for the receipts that it sealed.

    Attributes:
        keys: by their numbers.
        current: the number of the one that seals.
    """

    keys: Mapping[str, bytes]
    current: str

    def seal(self, receipt: Receipt) -> Stored:
        """The receipt with its seal and the marks of its columns."""
        key, said = self.keys[self.current], _said(receipt, self.current)
        marks = {name: _mark(key, name, value) for name, value in said.items()}
        return Stored(receipt, self.current, marks, _digest(key, said))

    def altered(self, stored: Stored) -> tuple[str, ...]:
        """The columns that do not fit their seal; empty where every byte is as it was sealed.

        Raises:
            SealKeyMissing: no key that this home knows has sealed it.
        """
        found = self._against(stored.key_id, stored) if stored.key_id in self.keys else None
        if found is not None and "key_id" not in found and len(found) < len(stored.marks):
            return found
        for key_id in self.keys:
            with_it = self._against(key_id, stored)
            if not with_it:  # all fits the key of another number: the number was altered
                return ("key_id",)
        if found is not None:
            return found
        raise SealKeyMissing(
            f"The receipt {stored.receipt.receipt_id} names the key {stored.key_id!r}, which this home does not have. "
            f"Found the keys {', '.join(sorted(self.keys))}; expected an entry receipt_seal_{stored.key_id} in the "
            "home's secrets.json. Restore it from a backup: without it no one can say whether the receipt was altered."
        )

    def sign(self, said: Any) -> str:
        """A seal of anything that has a canonical form: the key's number, then 16 hexadecimal digits."""
        return f"{self.current}-{_digest(self.keys[self.current], said)[:SIGNED]}"

    def is_signed(self, said: Any, signed: str) -> bool:
        """Whether a key of this home signed this."""
        key = self.keys.get(signed.partition("-")[0])
        return key is not None and _same(_digest(key, said)[:SIGNED], signed.partition("-")[2])

    def _against(self, key_id: str, stored: Stored) -> tuple[str, ...]:
        """What does not fit the key of that number."""
        key, said = self.keys[key_id], _said(stored.receipt, key_id)
        columns = [name for name, value in said.items() if not _same(_mark(key, name, value), stored.marks.get(name))]
        is_sealed = _same(_digest(key, said), stored.seal)
        if is_sealed:
            return ("marks",) if columns or set(stored.marks) != set(said) else ()
        return tuple(columns) or ("seal",)


def sealer(settings: Settings) -> Sealer:
    """The keys of this home; its first is made where it has none."""
    numbers = [found[1] for name in secret_names(settings) if (found := NAME.fullmatch(name))] or [FIRST]
    keys = {number: get_secret(settings, f"receipt_seal_{number}").encode() for number in numbers}
    return Sealer(keys, max(numbers, key=int))


def _said(receipt: Receipt, key_id: str) -> dict[str, Any]:
    return {each.name: getattr(receipt, each.name) for each in fields(receipt)} | {"key_id": key_id}


def _digest(key: bytes, said: Any) -> str:
    return hmac.new(key, canonical(said).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _mark(key: bytes, name: str, value: Any) -> str:
    return _digest(key, {"column": name, "value": value})[:SHORT]


def _same(expected: str, found: object) -> bool:
    return hmac.compare_digest(expected.encode(), str(found).encode())
