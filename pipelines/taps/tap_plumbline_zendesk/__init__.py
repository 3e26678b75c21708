"""Singer tap for Zendesk Support: tickets with all that is said, measured and rated, and who wrote them."""
