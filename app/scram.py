"""The verifier by which Postgres knows a password: of few rounds, since our passwords are long and random.

A server that is told the password itself would make one of 4,096 rounds. They slow down whoever guesses at a stolen
verifier, and here nothing can be guessed: a secret of a home has 256 random bits. But they also take 7 of the 11 ms of
processor time that each connection costs, and a build makes some four hundred.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode

ROUNDS = 64


def verifier(password: str) -> str:
    """What `create role … password` stores as it is, so that the server's log may show it.

    By RFC 5803, in the form of Postgres: SCRAM-SHA-256$rounds:salt$stored key:server key.

    Args:
        password: plain ASCII, which SASLprep leaves as it is.
    """
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    told = (b64encode(part).decode() for part in (salt, stored, server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(ROUNDS, *told)
