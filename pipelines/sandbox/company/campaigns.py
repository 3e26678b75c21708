"""The catalogue of marketing campaigns: one list that the ad platforms, the web analytics and the mailings all follow.

Pure data. `campaign_of` says which campaign brought a lead, so that every department tells the same story.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.sandbox.company.dice import share


@dataclass(frozen=True)
class Campaign:
    """A campaign as marketing planned it.

    Attributes:
        key: our own short name, never shown outside.
        name: as the platform's pages show it.
        platform: google_ads, facebook or hubspot: who carries it.
        utm_source, utm_medium, utm_campaign: what the links of its advertisements or mails carry.
        channel: GA4's default channel group of such a link.
        start, end: first and last day (None: it goes on).
        leads: Salesforce's LeadSource and the share of its leads of a day which this campaign brought.
        weight: its part of what its platform spends in a day, beside the others that run; 0 for mails.
    """

    key: str
    name: str
    platform: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    channel: str
    start: date
    end: date | None
    leads: tuple[tuple[str, float], ...]
    weight: float = 0.0

    def runs_on(self, day: date) -> bool:
        """Whether it is on the air that day."""
        return self.start <= day and (self.end is None or day <= self.end)


def _search(key: str, name: str, start: date, end: date | None, paid: float, weight: float) -> Campaign:
    utm = key.replace("-", "_")
    return Campaign(f"g-{key}", f"{name} | Search", "google_ads", "google", "cpc", utm, "Paid Search", start, end,
                    (("Paid Search", paid),), weight)  # fmt: skip


def _social(
    key: str, name: str, start: date, end: date | None, leads: tuple[tuple[str, float], ...], weight: float
) -> Campaign:
    return Campaign(f"f-{key}", name, "facebook", "facebook", "paid_social", key.replace("-", "_"), "Paid Social",
                    start, end, leads, weight)  # fmt: skip


def _mail(key: str, name: str, start: date, end: date | None, leads: tuple[tuple[str, float], ...]) -> Campaign:
    return Campaign(f"h-{key}", name, "hubspot", "hubspot", "email", key.replace("-", "_"), "Email", start, end, leads)


CAMPAIGNS: tuple[Campaign, ...] = (
    _search("brand-search", "Brand", date(2024, 1, 1), None, 0.26, 1.0),
    _search("workflow-search", "Workflow software", date(2024, 1, 1), None, 0.24, 3.1),
    _search("automate-search", "Automation", date(2024, 3, 4), None, 0.12, 1.6),
    _search("insights-search", "Reporting and insights", date(2024, 6, 3), None, 0.10, 1.4),
    _search("competitors-search-2024", "Competitors 2024", date(2024, 9, 2), date(2025, 8, 31), 0.08, 1.5),
    _search("competitors-search-2026", "Competitors 2026", date(2026, 1, 12), None, 0.08, 1.6),
    _search("dach-search", "DACH", date(2025, 2, 3), None, 0.06, 1.0),
    _search("year-end-search-2024", "Year-end planning 2024", date(2024, 11, 4), date(2024, 12, 20), 0.05, 1.2),
    _search("year-end-search-2025", "Year-end planning 2025", date(2025, 11, 3), date(2025, 12, 19), 0.05, 1.2),
    _search("year-end-search-2026", "Year-end planning 2026", date(2026, 11, 2), date(2026, 12, 18), 0.05, 1.2),
    Campaign("g-display-remarketing", "Remarketing | Display", "google_ads", "google", "display", "display_remarketing",
             "Display", date(2024, 2, 5), None, (("Web", 0.04), ("Content", 0.03)), 0.7),
    Campaign("g-pmax-trial", "Free trial | Performance Max", "google_ads", "google", "cpc", "pmax_trial",
             "Cross-network", date(2025, 4, 7), None, (("Web", 0.05), ("Paid Search", 0.06)), 1.3),
    Campaign("g-video-automate", "Automate in 90 seconds | Video", "google_ads", "google", "video", "video_automate",
             "Paid Video", date(2026, 2, 2), date(2026, 9, 27), (("Web", 0.02), ("Content", 0.03)), 0.6),
    # On Facebook the company has advertised since June 2025.
    _social("prospecting-operations", "Prospecting – Heads of Operations", date(2025, 6, 2), None,
            (("Web", 0.08),), 2.0),
    _social("retargeting-site", "Retargeting – site visitors 30 days", date(2025, 6, 2), None,
            (("Web", 0.05), ("Paid Search", 0.02)), 0.7),
    _social("ebook-automation-2025", "Lead ads – Automation handbook 2025", date(2025, 6, 16), date(2026, 6, 28),
            (("Content", 0.16),), 1.3),
    _social("ebook-automation-2026", "Lead ads – Automation handbook 2026", date(2026, 6, 29), None,
            (("Content", 0.18),), 1.4),
    _social("lookalike-customers", "Lookalike – best customers 1 %", date(2025, 8, 4), None, (("Web", 0.06),), 1.5),
    _social("webinar-social", "Webinar series – registrations", date(2025, 9, 8), None, (("Event", 0.12),), 0.6),
    _social("vault-launch-2025", "Vault launch 2025", date(2025, 9, 15), date(2025, 11, 16), (("Web", 0.04),), 1.1),
    _social("year-end-social-2026", "Year-end planning 2026", date(2026, 11, 2), date(2026, 12, 18),
            (("Web", 0.04),), 1.0),
    _mail("newsletter", "Monthly newsletter", date(2024, 1, 1), None, (("Content", 0.16), ("Web", 0.03))),
    _mail("nurture-trial", "Nurture – trial not started", date(2024, 2, 1), None, (("Web", 0.06),)),
    _mail("webinar-invitations", "Webinar series – invitations", date(2024, 9, 9), None, (("Event", 0.30),)),
    _mail("referral-programme", "Bring a colleague", date(2024, 7, 1), None, (("Referral", 0.22),)),
    _mail("partner-update", "Partner update", date(2025, 1, 13), None, (("Partner", 0.15),)),
    _mail("vault-launch-mail-2025", "Vault launch 2025 – announcement", date(2025, 9, 15), date(2025, 11, 16),
          (("Web", 0.03), ("Content", 0.04))),
    _mail("year-end-mail-2026", "Year-end planning 2026 – checklist", date(2026, 11, 2), date(2026, 12, 18),
          (("Content", 0.06), ("Web", 0.02))),
)  # fmt: skip


def running(day: date, platform: str = "") -> Iterator[Campaign]:
    """The campaigns on the air on a day, of one platform or of all, in the order of the catalogue."""
    return (one for one in CAMPAIGNS if one.runs_on(day) and platform in ("", one.platform))


def campaign_of(lead_key: str, lead_source: str, day: date) -> Campaign | None:
    """The campaign that brought a lead; None for one that no campaign brought.

    Args:
        lead_key: the prospect's key.
        lead_source: Salesforce's LeadSource of it.
        day: the UTC day on which it became a lead.
    """
    left = share(lead_key, "campaign")
    for one in running(day):
        left -= dict(one.leads).get(lead_source, 0.0)
        if left < 0:
            return one
    return None
