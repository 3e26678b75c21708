"""Those who sell: users with their roles, types of split, and each rep's quota, as the files room has it too."""

from __future__ import annotations

from datetime import date

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.crm_bodies import moment, sf_id, stamped, user_body
from pipelines.sandbox.company.market import OWNERS
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import DAY, START, midnight

REPS = (("Ada", "O'Neill"), ("Bruno", "Keller"), ("Chidi", "Okafor"), ("Dana", "Whitfield"), ("Elif", "Demir"),
        ("Farid", "Haddad"), ("Greta", "Lindqvist"), ("Hiro", "Tanaka"), ("Inés", "Moreno"), ("Jonas", "Weber"),
        ("Kavya", "Iyer"), ("Leo", "Martin"), ("Mina", "Park"), ("Nils", "Berg"), ("Plumb", "Integration"))  # fmt: skip
HIRED = START - 90 * DAY
ROLES = (("Chief Revenue Officer", None), ("VP Sales Americas", "Chief Revenue Officer"),
         ("VP Sales International", "Chief Revenue Officer"), ("Account Executive Americas", "VP Sales Americas"),
         ("Account Executive International", "VP Sales International"),
         ("Sales Operations", "Chief Revenue Officer"))  # fmt: skip
AMERICAS = 8  # the first so many reps


def write_staff(company: Company) -> None:
    """Users, roles and types of split: all there since before the company's first day."""
    for name, above in ROLES:
        role = {
            "Id": _role(company, name), "Name": name, "DeveloperName": name.replace(" ", "_"),
            "ParentRoleId": _role(company, above) if above else None, "LastModifiedDate": moment(HIRED),
            "SystemModstamp": moment(HIRED),
        }  # fmt: skip
        company.book.put("salesforce", "UserRole", role, HIRED, HIRED, "Id")
    for number, (given, family) in enumerate(REPS):
        title = "Account Executive" if number < OWNERS else "Integration"
        place = "Americas" if number < AMERICAS else "International"
        role_id = _role(company, f"Account Executive {place}" if number < OWNERS else "Sales Operations")
        body = user_body(sf_id("User", company.seed, number), given, family, title, role_id, HIRED)
        company.book.put("salesforce", "User", body, HIRED, HIRED, "Id")
    for name, is_whole in (("Revenue", True), ("Overlay", False)):
        kind: Body = {"Id": sf_id("OpportunitySplitType", company.seed, name), "MasterLabel": name,
                      "DeveloperName": name, "SplitField": "Amount", "IsActive": True,
                      "IsTotalValidated": is_whole}  # fmt: skip
        company.book.put("salesforce", "OpportunitySplitType", stamped(kind, HIRED, HIRED), HIRED, HIRED, "Id")


def _role(company: Company, name: str) -> str:
    return sf_id("UserRole", company.seed, name)


def write_quotas(company: Company) -> None:
    """The quotas of the files room, entered on the first day of each year for all of its quarters."""
    for row in company.files["quotas"]:
        start: date = row["period_start"]
        entered = max(START, midnight(date(start.year, 1, 1)))
        quota: Body = {
            "Id": sf_id("ForecastingQuota", row["rep_id"], start), "QuotaOwnerId": row["rep_id"],
            "StartDate": start.isoformat(), "QuotaAmount": float(row["amount"]), "QuotaQuantity": None,
            "IsAmount": True, "IsQuantity": False, "ProductFamily": None,
            "PeriodId": sf_id("Period", company.seed, start),
            "ForecastingTypeId": sf_id("ForecastingType", company.seed, "OpportunityRevenue"),
            "CreatedDate": moment(entered), "LastModifiedDate": moment(entered), "SystemModstamp": moment(entered),
        }  # fmt: skip
        company.book.put("salesforce", "ForecastingQuota", quota, entered, entered, "Id")
