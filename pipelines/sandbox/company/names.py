"""Invented names of companies and people, many of them hard for a careless program."""

from __future__ import annotations

import numpy as np

_FIRST = (
    "Acorn", "Alder", "Amber", "Anchor", "Arbor", "Argo", "Aspen", "Atlas", "Aurora", "Basalt", "Beacon",
    "Birch", "Blue", "Bright", "Brook", "Cedar", "Cinder", "Clover", "Cobalt", "Copper", "Coral",
    "Crest", "Dawn", "Delta", "Dune", "Ember", "Fable", "Falcon", "Fern", "Fjord", "Flint", "Garnet",
    "Glen", "Granite", "Harbor", "Hazel", "Heron", "Indigo", "Iron", "Ivy", "Jasper", "Juniper",
    "Kestrel", "Lark", "Linden", "Lumen", "Maple", "Marble", "Meadow", "Mistral", "Nimbus", "North",
    "Oak", "Onyx", "Orchard", "Osprey", "Pine", "Poppy", "Prairie", "Quartz", "Raven", "Ridge", "River",
    "Rowan", "Saffron", "Sage", "Silver", "Slate", "Solstice", "Spruce", "Stone", "Summit", "Tern",
    "Thistle", "Timber", "Topaz", "Umber", "Vale", "Violet", "Walnut", "Willow", "Winter", "Wren",
    "Zephyr",
)  # fmt: skip
_SECOND = (
    "Analytics", "Apparel", "Architects", "Bakery", "Bikes", "Biotech", "Books", "Brewing", "Builders",
    "Capital", "Care", "Clinics", "Coffee", "Consulting", "Dental", "Design", "Dynamics", "Energy",
    "Farms", "Fitness", "Foods", "Freight", "Games", "Health", "Hotels", "Insurance", "Interiors",
    "Kitchens", "Labs", "Legal", "Logistics", "Media", "Motors", "Networks", "Optics", "Partners",
    "Pharma", "Print", "Records", "Robotics", "School", "Security", "Software", "Solar", "Sports",
    "Studios", "Supply", "Systems", "Textiles", "Tours", "Trading", "Travel", "Water", "Works",
)  # fmt: skip
_END = {"US": ("Inc.", "LLC", "Co."), "GB": ("Ltd", "plc"), "DE": ("GmbH", "AG", "& Söhne KG"), "FR": ("SARL", "SAS"),
        "JP": ("株式会社", "K.K."), "NL": ("B.V.",), "CA": ("Ltée", "Inc."), "BR": ("Ltda.",), "IN": ("Pvt. Ltd.",),
        "AU": ("Pty Ltd",), "ES": ("S.L.",), "SG": ("Pte. Ltd.",)}  # fmt: skip
_GIVEN = {
    "": ("Ada", "Ben", "Chloe", "Daniel", "Erin", "Frank", "Grace", "Hugh", "Isla", "Jack", "Kate", "Liam", "Maya",
         "Noah", "Olivia", "Paul", "Ruth", "Sam", "Tess", "Will", "D'Arcy", "Siân", "Zoë"),
    "DE": ("Jürgen", "Käthe", "Björn", "Anna", "Lukas", "Sophie"), "FR": ("Zoé", "Benoît", "Chloé", "Hélène", "Luc"),
    "JP": ("翔太", "さくら", "健", "Yuki", "Haruto"), "ES": ("Íñigo", "Lucía", "José"), "BR": ("João", "Conceição"),
    "IN": ("Priya", "Arjun", "Ananya"),
}  # fmt: skip
_FAMILY = {
    "": ("Adams", "Baker", "Clarke", "Diaz", "Evans", "Fisher", "Gray", "Hughes", "Ingram", "Jones", "King", "Lopez",
         "Morgan", "Nguyen", "O'Brien", "Patel", "Quinn", "Reed", "Stone", "Turner", "Vance", "Walsh", "Young"),
    "DE": ("Müller", "Weiß", "Schröder", "Groß"), "FR": ("Lefèvre", "D'Aubigné", "Gérard"),
    "JP": ("田中", "鈴木", "Sato"), "ES": ("Muñoz", "Peña"), "BR": ("Gonçalves", "Araújo"), "IN": ("Sharma", "Rao"),
}  # fmt: skip


def company_name(dice: np.random.Generator, country: str) -> str:
    """Such as `Juniper Freight GmbH`."""
    first, second = _FIRST[dice.integers(len(_FIRST))], _SECOND[dice.integers(len(_SECOND))]
    ends = _END.get(country, ("",))
    end = ends[dice.integers(len(ends))]
    joined = f"{first}'s {second}" if dice.random() < 0.03 else f"{first} {second}"
    return f"{joined}, {end}" if dice.random() < 0.08 else f"{joined} {end}".strip()


def person_name(dice: np.random.Generator, country: str) -> tuple[str, str]:
    """Given and family name."""
    given, family = _GIVEN.get(country, _GIVEN[""]), _FAMILY.get(country, _FAMILY[""])
    return given[dice.integers(len(given))], family[dice.integers(len(family))]


def domain(name: str, number: int) -> str:
    """A mail domain that no one can own."""
    plain = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())[:16] or "company"
    return f"{plain}{number % 9973}.example"
