"""How things look at Salesforce: REST records with 18-character ids."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.dice import letters
from pipelines.sandbox.company.times import stamp

PREFIX = {"User": "005", "UserRole": "00E", "Account": "001", "Contact": "003", "Lead": "00Q", "Opportunity": "006",
          "OpportunityHistory": "008", "OpportunityFieldHistory": "017", "OpportunitySplit": "0Sp", "Period": "026",
          "OpportunitySplitType": "0St", "ForecastingQuota": "0J9", "ForecastingType": "0Db"}  # fmt: skip
STAGES = (("Prospecting", 10), ("Qualification", 25), ("Proposal", 50), ("Negotiation", 75))
ODDS = {"Closed Won": 100, "Closed Lost": 0, **dict(STAGES)}
FORECASTS = {"Prospecting": ("Pipeline", "Pipeline"), "Qualification": ("Pipeline", "Pipeline"),
             "Proposal": ("BestCase", "Best Case"), "Negotiation": ("Forecast", "Commit"),
             "Closed Won": ("Closed", "Closed"), "Closed Lost": ("Omitted", "Omitted")}  # fmt: skip
"""Of each stage the forecast category: its name in the API, and the label that people read."""
NAMES = {"US": "United States", "GB": "United Kingdom", "DE": "Germany", "FR": "France", "NL": "Netherlands",
         "ES": "Spain", "JP": "Japan", "CA": "Canada", "AU": "Australia", "IN": "India", "BR": "Brazil",
         "SG": "Singapore", "MX": "Mexico", "AE": "United Arab Emirates"}  # fmt: skip


@lru_cache(maxsize=65536)
def sf_id(kind: str, *parts: object) -> str:
    """15 characters by chance and the 3 that Salesforce adds to tell upper from lower case."""
    short = PREFIX[kind] + "Hs" + letters(10, "sf", kind, *parts)
    return short + _checked(short[0:5]) + _checked(short[5:10]) + _checked(short[10:15])


def _checked(chunk: str) -> str:
    """One letter that says which of five characters are capitals."""
    bits = 0
    for place, letter in enumerate(chunk):
        if "A" <= letter <= "Z":
            bits |= 1 << place
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]


def moment(instant: int) -> str:
    """`2026-11-20T15:04:05.000+0000`."""
    return stamp(instant)[:-1] + ".000+0000"


def stamped(body: Body, created: int, updated: int) -> Body:
    """The four fields every record has."""
    body.update(CreatedDate=moment(created), LastModifiedDate=moment(updated), SystemModstamp=moment(updated),
                IsDeleted=False)  # fmt: skip
    return body


def user_body(user: str, given: str, family: str, title: str, role: str | None, created: int) -> Body:
    mail = f"{given}.{family}@meridian.example".lower().replace("'", "")
    return stamped({
        "Id": user, "Name": f"{given} {family}", "FirstName": given, "LastName": family, "Email": mail,
        "Username": mail, "Alias": (given[0] + family)[:8].lower(), "IsActive": True, "Title": title,
        "Department": "Sales", "UserType": "Standard", "UserRoleId": role}, created, created)  # fmt: skip


def account_body(account: str, name: str, kind: str, country: str, owner: str, **more: Any) -> Body:
    """`more`: Industry, NumberOfEmployees, Website, Stripe_Customer_Id__c."""
    employees = more.get("NumberOfEmployees")
    return {
        "Id": account, "Name": name, "Type": kind, "Industry": more.get("Industry"), "NumberOfEmployees": employees,
        "AnnualRevenue": float(employees * 142_000) if employees else None, "BillingCountry": NAMES[country],
        "BillingCountryCode": country, "OwnerId": owner, "Website": more.get("Website"),
        "Stripe_Customer_Id__c": more.get("Stripe_Customer_Id__c"),
    }  # fmt: skip


def opportunity_body(
    opportunity: str, name: str, account: str, owner: str, stage: str, amount: float, close: date, kind: str,
    source: str | None, start: date | None, months: int | None,
) -> Body:  # fmt: skip
    """An opportunity in its present stage; the rest follows from the stage."""
    forecast, label = FORECASTS[stage]
    return {
        "Id": opportunity, "Name": name, "AccountId": account, "OwnerId": owner, "StageName": stage, "Amount": amount,
        "Probability": float(ODDS[stage]), "IsClosed": stage.startswith("Closed"), "IsWon": stage == "Closed Won",
        "CloseDate": close.isoformat(), "Type": kind, "LeadSource": source, "ForecastCategoryName": label,
        "ForecastCategory": forecast, "Contract_Start__c": start.isoformat() if start else None,
        "Term_Months__c": float(months) if months else None,
    }  # fmt: skip


def history_body(opportunity: str, step: int, stage: str, amount: float, close: date, now: int, by: str) -> Body:
    odds = ODDS[stage]
    return {
        "Id": sf_id("OpportunityHistory", opportunity, step), "OpportunityId": opportunity, "StageName": stage,
        "Amount": amount, "Probability": float(odds), "CloseDate": close.isoformat(), "CreatedDate": moment(now),
        "CreatedById": by, "SystemModstamp": moment(now), "IsDeleted": False, "ForecastCategory": FORECASTS[stage][0],
        "ExpectedRevenue": amount * odds / 100,
    }  # fmt: skip
