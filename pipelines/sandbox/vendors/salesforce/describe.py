"""What Salesforce says of an object's fields: the standard ones by its object reference, the company's own custom
ones, and any other by its values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SYSTEM = {
    "Id": "id", "IsDeleted": "boolean", "CreatedDate": "datetime", "CreatedById": "reference",
    "LastModifiedDate": "datetime", "LastModifiedById": "reference", "SystemModstamp": "datetime",
}
STANDARD: Mapping[str, Mapping[str, str]] = {
    "Account": SYSTEM | {
        "Name": "string", "Type": "picklist", "Industry": "picklist", "NumberOfEmployees": "int",
        "AnnualRevenue": "currency", "BillingCountry": "string", "BillingCity": "string", "Website": "url",
        "BillingCountryCode": "picklist", "OwnerId": "reference", "ParentId": "reference", "AccountSource": "picklist",
        "Stripe_Customer_Id__c": "string",
    },
    "Lead": SYSTEM | {
        "FirstName": "string", "LastName": "string", "Name": "string", "Email": "email", "Company": "string",
        "Country": "string", "Industry": "picklist", "LeadSource": "picklist", "Status": "picklist",
        "NumberOfEmployees": "int", "AnnualRevenue": "currency", "Rating": "picklist", "OwnerId": "reference",
        "IsConverted": "boolean", "ConvertedDate": "date", "ConvertedAccountId": "reference",
        "ConvertedOpportunityId": "reference", "ConvertedContactId": "reference", "Title": "string",
    },
    "Opportunity": SYSTEM | {
        "Name": "string", "AccountId": "reference", "StageName": "picklist", "Amount": "currency",
        "CurrencyIsoCode": "picklist", "CloseDate": "date", "Probability": "percent", "Type": "picklist",
        "LeadSource": "picklist", "IsClosed": "boolean", "IsWon": "boolean", "OwnerId": "reference",
        "ForecastCategoryName": "picklist", "ForecastCategory": "picklist", "ExpectedRevenue": "currency",
        "NextStep": "string", "LastStageChangeDate": "datetime", "Contract_Start__c": "date",
        "Term_Months__c": "double", "Billing_Currency__c": "string", "Amount_Local__c": "double",
    },
    "OpportunityHistory": {
        "Id": "id", "OpportunityId": "reference", "CreatedById": "reference", "CreatedDate": "datetime",
        "StageName": "picklist", "Amount": "currency", "ExpectedRevenue": "currency", "CloseDate": "date",
        "Probability": "percent", "ForecastCategory": "picklist", "CurrencyIsoCode": "picklist",
        "SystemModstamp": "datetime", "IsDeleted": "boolean",
    },
    "Contact": SYSTEM | {
        "AccountId": "reference", "FirstName": "string", "LastName": "string", "Name": "string", "Email": "email",
        "Phone": "phone", "Title": "string", "Department": "string", "LeadSource": "picklist",
        "MailingCountry": "string", "HasOptedOutOfEmail": "boolean", "OwnerId": "reference",
        "ReportsToId": "reference", "MasterRecordId": "reference",
    },
    "OpportunityFieldHistory": {
        "Id": "id", "IsDeleted": "boolean", "OpportunityId": "reference", "CreatedById": "reference",
        "CreatedDate": "datetime", "Field": "picklist", "DataType": "picklist", "OldValue": "anyType",
        "NewValue": "anyType",
    },
    "OpportunitySplit": SYSTEM | {
        "OpportunityId": "reference", "SplitOwnerId": "reference", "SplitPercentage": "percent",
        "SplitAmount": "currency", "SplitNote": "string", "SplitTypeId": "reference",
    },
    "OpportunitySplitType": SYSTEM | {
        "DeveloperName": "string", "MasterLabel": "string", "SplitField": "picklist", "IsActive": "boolean",
        "IsTotalValidated": "boolean",
    },
    "ForecastingQuota": {key: kind for key, kind in SYSTEM.items() if key != "IsDeleted"} | {
        "QuotaOwnerId": "reference", "StartDate": "date", "QuotaAmount": "currency", "QuotaQuantity": "double",
        "IsAmount": "boolean", "IsQuantity": "boolean", "ProductFamily": "picklist", "PeriodId": "reference",
        "ForecastingTypeId": "reference",
    },
    "UserRole": {
        "Id": "id", "Name": "string", "DeveloperName": "string", "ParentRoleId": "reference",
        "LastModifiedDate": "datetime", "LastModifiedById": "reference", "SystemModstamp": "datetime",
    },
    "User": {key: kind for key, kind in SYSTEM.items() if key != "IsDeleted"} | {
        "Name": "string", "Alias": "string", "FirstName": "string", "LastName": "string", "Email": "email",
        "Username": "string",
        "IsActive": "boolean", "Title": "string", "Department": "string", "UserType": "picklist",
        "ManagerId": "reference", "UserRoleId": "reference", "Country": "string",
    },
}
UNFILTERED = ("anyType",)
"""Types of field that a query may give and sort by, but not filter."""
DATETIME = re.compile(r"^\d{4}-\d\d-\d\dT")
DATE = re.compile(r"^\d{4}-\d\d-\d\d$")


def fields_of(sobject: str, sample: Mapping[str, object]) -> Mapping[str, str]:
    """The fields of an object and their Salesforce types: the standard ones, then those only the sample has."""
    standard = STANDARD[sobject]
    own = {name: _type_of(value) for name, value in sample.items() if name not in standard and name != "attributes"}
    return {**standard, **own}


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "double"
    if isinstance(value, str) and DATETIME.match(value):
        return "datetime"
    if isinstance(value, str) and DATE.match(value):
        return "date"
    return "string"
