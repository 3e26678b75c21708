"""Singer tap for Google Ads: the account, its campaigns and ad groups, and what each campaign did day by day."""
