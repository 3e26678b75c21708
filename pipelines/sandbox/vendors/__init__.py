"""The vendors of the sandbox company, as the outside sees them, on loopback. One package each, with a `VENDOR`.

    tap ──HTTPS_PROXY──▶ proxy.py (CONNECT, TLS with our own authority) ──▶ server.py ──▶ stripe/, salesforce/, …
                         authority.py makes the certificates          h2 ──▶ calls.py ──▶ ga4/ (gRPC)
                                                                                          catalogue.py reads the store

The simulators are written from the vendors' public API documentation and from what the published taps ask. They
only filter, page and expand what the company's store (`home`/sandbox/vendors.db) already holds as finished JSON.
`faults.py` lets a test make a vendor fail. Each package has a README with the statements of the documentation that it
follows; each statement has a test in `tests/vendors/`.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from app.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.sandbox.vendors.vendor import Vendor


@lru_cache(maxsize=1)
def vendors() -> tuple[Vendor, ...]:
    """Every simulated vendor, by name.

    Raises:
        SettingsError: a package here declares no vendor, or one of another name.
    """
    return tuple(_read(module.name) for module in iter_modules(__path__) if module.ispkg)


def _read(name: str) -> Vendor:
    from pipelines.sandbox.vendors.vendor import Vendor

    vendor = getattr(import_module(f"{__name__}.{name}"), "VENDOR", None)
    if not isinstance(vendor, Vendor) or vendor.name != name:
        raise SettingsError(
            f"pipelines/sandbox/vendors/{name} does not declare its vendor. Found VENDOR = {vendor!r}; expected "
            f"VENDOR = Vendor(name={name!r}, …) in its __init__.py."
        )
    return vendor
