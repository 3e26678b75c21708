"""The dimensions and metrics that the sandbox's property tells of, by their names in the Data API's schema.

Those that it has no values for answer as Google does where nothing was measured: a dimension `(not set)`, a metric 0.
"""

from __future__ import annotations

from google.analytics.data_v1beta.types import DimensionMetadata, Metadata, MetricMetadata

KEY_EVENTS = ("generate_lead", "sign_up")
DIMENSIONS: tuple[tuple[str, str, str], ...] = (
    ("browser", "Browser", "Platform / device"),
    ("campaignName", "Campaign", "Attribution"),
    ("city", "City", "Geography"),
    ("cohort", "Cohort", "Cohort"),
    ("country", "Country", "Geography"),
    ("countryId", "Country ID", "Geography"),
    ("date", "Date", "Time"),
    ("dayOfWeek", "Day of week", "Time"),
    ("defaultChannelGroup", "Default channel group", "Attribution"),
    ("deviceCategory", "Device category", "Platform / device"),
    ("eventName", "Event name", "Event"),
    ("firstUserDefaultChannelGroup", "First user default channel group", "Attribution"),
    ("isKeyEvent", "Is key event", "Event"),
    ("landingPage", "Landing page", "Page / screen"),
    ("month", "Month", "Time"),
    ("newVsReturning", "New / returning", "User"),
    ("pagePath", "Page path", "Page / screen"),
    ("platform", "Platform", "Platform / device"),
    ("sessionCampaignName", "Session campaign", "Traffic source"),
    ("sessionDefaultChannelGroup", "Session default channel group", "Traffic source"),
    ("sessionMedium", "Session medium", "Traffic source"),
    ("sessionSource", "Session source", "Traffic source"),
    ("sessionSourceMedium", "Session source / medium", "Traffic source"),
    ("source", "Source", "Attribution"),
    ("year", "Year", "Time"),
    ("yearMonth", "Year month", "Time"),
)
METRICS: tuple[tuple[str, str, str, str], ...] = (
    ("activeUsers", "Active users", "TYPE_INTEGER", "User"),
    ("averageSessionDuration", "Average session duration", "TYPE_SECONDS", "Session"),
    ("bounceRate", "Bounce rate", "TYPE_FLOAT", "Session"),
    ("cohortActiveUsers", "Cohort active users", "TYPE_INTEGER", "Cohort"),
    ("engagedSessions", "Engaged sessions", "TYPE_INTEGER", "Session"),
    ("engagementRate", "Engagement rate", "TYPE_FLOAT", "Session"),
    ("eventCount", "Event count", "TYPE_INTEGER", "Event"),
    ("eventCountPerUser", "Event count per user", "TYPE_FLOAT", "Event"),
    ("eventsPerSession", "Events per session", "TYPE_FLOAT", "Event"),
    ("keyEvents", "Key events", "TYPE_FLOAT", "Event"),
    *((f"keyEvents:{event}", f"Key events for {event}", "TYPE_FLOAT", "Event") for event in KEY_EVENTS),
    ("newUsers", "New users", "TYPE_INTEGER", "User"),
    ("screenPageViews", "Views", "TYPE_INTEGER", "Page / screen"),
    ("screenPageViewsPerSession", "Views per session", "TYPE_FLOAT", "Page / screen"),
    ("sessionKeyEventRate", "Session key event rate", "TYPE_FLOAT", "Session"),
    ("sessions", "Sessions", "TYPE_INTEGER", "Session"),
    ("sessionsPerUser", "Sessions per user", "TYPE_FLOAT", "Session"),
    ("totalRevenue", "Total revenue", "TYPE_CURRENCY", "Revenue"),
    ("totalUsers", "Total users", "TYPE_INTEGER", "User"),
    ("userEngagementDuration", "User engagement", "TYPE_SECONDS", "User"),
)
DIMENSION_NAMES = frozenset(name for name, _, _ in DIMENSIONS)
METRIC_TYPES = {name: kind for name, _, kind, _ in METRICS}
COHORT = frozenset({"cohort", "cohortActiveUsers"})


def metadata(property_name: str) -> Metadata:
    """What getMetadata answers for a property, `properties/1234`."""
    return Metadata(
        name=f"{property_name}/metadata",
        dimensions=[described_dimension(name) for name, _, _ in DIMENSIONS],
        metrics=[described_metric(name) for name, _, _, _ in METRICS],
    )


def described_dimension(name: str) -> DimensionMetadata:
    """One dimension as getMetadata and checkCompatibility describe it."""
    _, label, category = next(one for one in DIMENSIONS if one[0] == name)
    return DimensionMetadata(api_name=name, ui_name=label, description=f"{label}.", category=category)


def described_metric(name: str) -> MetricMetadata:
    """One metric as getMetadata and checkCompatibility describe it."""
    _, label, kind, category = next(one for one in METRICS if one[0] == name)
    return MetricMetadata(api_name=name, ui_name=label, description=f"{label}.", type_=kind, category=category)
