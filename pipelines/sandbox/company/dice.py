"""Chance and names of objects, both fixed by the seed and by what they are for.

Every entity and every day has its own generator, so what happens to one never moves the dice of another and a
longer life has the shorter one as its prefix.
"""

from __future__ import annotations

import hashlib

import numpy as np

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # in the order of ASCII


def number_of(*parts: object) -> int:
    """A 128-bit number that depends on nothing but the parts."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")


def dice(*parts: object) -> np.random.Generator:
    """The generator of one entity or one day."""
    return np.random.Generator(np.random.PCG64(number_of(*parts)))


def share(*parts: object) -> float:
    """One fixed number in [0, 1) for a yes-or-no that must not move other dice."""
    return number_of(*parts) / 2**128


_LETTERS = bytes(ord(ALPHABET[byte % 62]) for byte in range(256))


def letters(width: int, *parts: object) -> str:
    """So many letters and digits that depend on nothing but the parts."""
    text = "\x1f".join(map(str, parts)).encode()
    return hashlib.blake2b(text, digest_size=width).digest().translate(_LETTERS).decode()


def base62(number: int, width: int) -> str:
    """Exactly `width` characters, low digits kept; sorts as the number does."""
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def token(prefix: str, width: int, *parts: object) -> str:
    """An id that looks like the vendor's."""
    return prefix + letters(width, prefix, *parts)
