"""The sales region of each country that the company sells to."""

from __future__ import annotations

REGIONS = {
    "North America": ("US", "CA"),
    "Latin America": ("BR", "MX"),
    "Europe": ("GB", "DE", "FR", "NL", "ES", "IT", "DK", "FI", "IE", "SE", "NO", "AT", "CH", "BE", "PL", "PT", "UA"),
    "Middle East and Africa": ("AE", "ZA", "IL", "SA"),
    "Asia-Pacific": ("JP", "AU", "IN", "SG", "NZ"),
}
REGION_OF = {country: region for region, countries in REGIONS.items() for country in countries}


def region_of(country: str) -> str:
    """The region; what is no country of ours keeps its name."""
    return country if country in ("Unknown", "Not allocated") else REGION_OF[country]
