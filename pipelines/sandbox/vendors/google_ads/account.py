"""What the company was given for Google Ads beside its OAuth client: a developer token, and two accounts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """What is accepted; the secrets are never shown."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    developer_token: str = field(repr=False)
    customer_id: str = ""
    manager_id: str = ""
