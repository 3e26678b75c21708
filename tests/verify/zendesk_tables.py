"""Fills Zendesk's raw tables with what our own tap tells of the sandbox's vendor, without Meltano and the loader."""

from __future__ import annotations

from psycopg2.extensions import connection
from tap_plumbline_zendesk.tap import TapPlumblineZendesk

from app.settings import Settings
from pipelines.sandbox.company.zendesk_bodies import SUBDOMAIN
from pipelines.sandbox.times import BIRTH
from pipelines.sandbox.vendors.server import open_catalogue
from pipelines.sandbox.vendors.zendesk import credentials
from pipelines.sandbox.vendors.zendesk.api import Zendesk
from tests.taps.reading import read
from tests.taps.serving import serve
from tests.verify.sendgrid_tables import fill_told


def fill_zendesk(database: connection, settings: Settings) -> None:
    """One table for each stream, its columns in the types of the stream's schema."""
    catalogue, known = open_catalogue(settings), credentials(settings)
    with serve("zendesk", lambda url: Zendesk(catalogue, known)) as served:
        config = {
            "subdomain": SUBDOMAIN, "email": known.email, "api_token": known.api_token, "api_url": served.url,
            "start_date": BIRTH,
        }  # fmt: skip
        found = read(TapPlumblineZendesk, config)
    catalogue.close()
    fill_told(database, "raw_zendesk", TapPlumblineZendesk(config=config), found)
