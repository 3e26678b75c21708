"""What the reconciliation says, computed from its rows. Pure."""

from __future__ import annotations

from decimal import Decimal

from app.reconciliation import SYSTEMS, Claim, Reconciliation
from app.signatures import Signature
from app.ui import format as f

FIGURE = {"arr": "ARR", "customers": "active customers"}
LABELS = {"arr": "ARR", "customers": "Active customers"}
COUNTED = ("no", "one", "two", "three", "four", "five")


def lead(found: Reconciliation) -> str:
    """How many claims there are, and how far apart."""
    known = found.known
    if not known:
        return "No department claims anything yet."
    several = len({claim.claimed for claim in known} | {found.certified})
    open_ones = [claim for claim in known if not claim.holds]
    said = (f"{COUNTED[len(known)].capitalize()} department{'' if len(known) == 1 else 's'}, {COUNTED[several]} "
            f"figure{'' if several == 1 else 's'}, one certified number.")  # fmt: skip
    if open_ones:
        return f"{said} Not all of it has a reason."
    return f"{said} Every {'dollar' if found.unit == 'usd' else 'customer'} between them has a reason and a record."


def missing(found: Reconciliation) -> list[str]:
    """What is not there, one sentence for each department without a claim."""
    return [
        f"{claim.department.capitalize()} claims nothing: nothing was loaded from {SYSTEMS[claim.system]} yet."
        for claim in found.claims
        if not claim.has_source
    ]


def finding(claim: Claim, found: Reconciliation) -> str:
    """Such as "Sales claims $135.2K more than is certified"."""
    name, difference = claim.department.capitalize(), claim.difference or Decimal(0)
    if not difference:
        return f"{name} claims what is certified"
    if found.unit == "usd":
        word = "more" if difference > 0 else "less"
        return f"{name} claims {f.money(abs(float(difference)))} {word} than is certified"
    count = f.number(abs(float(difference)))
    word = "more" if difference > 0 else "fewer"
    return f"{name} counts {count} customer{'' if count == '1' else 's'} {word} than are certified"


def exact(value: Decimal | None, unit: str, *, signed: bool = False) -> str:
    """An amount as tables show it: cents of money, whole customers."""
    if value is None:
        return f.MISSING
    decimals = 2 if unit == "usd" else 0
    return f.signed(float(value), decimals) if signed else f.number(float(value), decimals)


def reported(claim: Claim) -> str:
    """Where the claim comes from and of which day it is."""
    source = SYSTEMS[claim.system]
    return f"{source}, reported {f.short_date(claim.reported_on)}" if claim.reported_on else f"{source}, as it stands"


def signed_words(claim: Claim, signature: Signature | None, when: str, unit: str) -> str:
    """Who signed a line, and whether it still says what was signed."""
    if signature is None:
        return "not signed"
    said = f"{signature.name}, {signature.role.replace('_', ' ')}, {when}"
    if signature.holds_for(claim):
        return said
    then = f"{exact(signature.claimed, unit)} against {exact(signature.certified, unit)}"
    return f"{said}. The figures have changed since: signed for {then}"
