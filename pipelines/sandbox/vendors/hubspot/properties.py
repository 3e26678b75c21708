"""The contact properties of the account, as `/crm/v3/properties/contacts` describes them."""

from __future__ import annotations

from collections.abc import Mapping

TEXT, DATE, CHOICE, FLAG, NUMBER = "string", "datetime", "enumeration", "bool", "number"
FIELD = {TEXT: "text", DATE: "date", CHOICE: "select", FLAG: "booleancheckbox", NUMBER: "number"}
STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")
SOURCES = ("ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING", "SOCIAL_MEDIA", "REFERRALS", "OTHER_CAMPAIGNS",
           "DIRECT_TRAFFIC", "OFFLINE", "PAID_SOCIAL")  # fmt: skip
STATUSES = ("NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "CONNECTED", "BAD_TIMING")
ALWAYS = ("createdate", "hs_object_id", "lastmodifieddate")
"""What every contact comes with, whichever properties were asked for."""
BY_DEFAULT = ("email", "firstname", "lastname", *ALWAYS)
"""What comes when none were asked for."""

CONTACT: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "email": ("Email", TEXT, ()), "firstname": ("First Name", TEXT, ()), "lastname": ("Last Name", TEXT, ()),
    "company": ("Company Name", TEXT, ()), "website": ("Website URL", TEXT, ()),
    "country": ("Country/Region", TEXT, ()), "phone": ("Phone Number", TEXT, ()),
    "jobtitle": ("Job Title", TEXT, ()),
    "lifecyclestage": ("Lifecycle Stage", CHOICE, STAGES), "hs_lead_status": ("Lead Status", CHOICE, STATUSES),
    "createdate": ("Create Date", DATE, ()), "lastmodifieddate": ("Last Modified Date", DATE, ()),
    "hs_object_id": ("Record ID", NUMBER, ()), "associatedcompanyid": ("Primary Associated Company ID", NUMBER, ()),
    "hs_analytics_source": ("Original Traffic Source", CHOICE, SOURCES),
    "hs_analytics_source_data_1": ("Original Traffic Source Drill-Down 1", TEXT, ()),
    "hs_analytics_source_data_2": ("Original Traffic Source Drill-Down 2", TEXT, ()),
    "hs_analytics_first_url": ("First Page Seen", TEXT, ()),
    "hs_email_optout": ("Unsubscribed from all email", FLAG, ()),
    "hs_email_hard_bounce_reason_enum": ("Email hard bounce reason", CHOICE, ("UNKNOWN_USER", "CONTENT", "OTHER")),
    "hs_marketable_status": ("Marketing contact status", CHOICE, ("true", "false")),
    "first_conversion_event_name": ("First Conversion", TEXT, ()),
    "first_conversion_date": ("First Conversion Date", DATE, ()),
    "recent_conversion_event_name": ("Recent Conversion", TEXT, ()),
    "recent_conversion_date": ("Recent Conversion Date", DATE, ()),
    "salesforceleadid": ("Salesforce Lead ID", TEXT, ()),
    **{f"hs_lifecyclestage_{stage}_date": (f"Became a {stage} date", DATE, ()) for stage in STAGES},
}


def described() -> list[dict[str, object]]:
    """Every property, as the properties API has it."""
    return [
        {
            "name": name, "label": label, "type": kind, "fieldType": FIELD[kind], "description": "",
            "groupName": "contactinformation", "displayOrder": -1, "hasUniqueValue": name == "email", "hidden": False,
            "calculated": False, "externalOptions": False, "hubspotDefined": True, "formField": kind != DATE,
            "options": [{"label": option, "value": option, "displayOrder": order, "hidden": False}
                        for order, option in enumerate(options)],
        }
        for name, (label, kind, options) in CONTACT.items()
    ]  # fmt: skip
