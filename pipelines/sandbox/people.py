"""Whom one can sign in as in the sandbox: one person per role. The identity provider and the portal both use it."""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    email: str
    name: str
    roles: tuple[str, ...]


PEOPLE: tuple[Person, ...] = (
    Person("eva.executive@northwind-sandbox.example", "Eva Lindqvist", ("executive",)),
    Person("femi.finance@northwind-sandbox.example", "Femi Adeyemi", ("finance",)),
    Person("sofia.sales@northwind-sandbox.example", "Sofía Núñez", ("sales",)),
    Person("petra.product@northwind-sandbox.example", "Petra Novák", ("product",)),
    Person("marco.marketing@northwind-sandbox.example", "Marco D'Angelo", ("marketing",)),
    Person("chloe.success@northwind-sandbox.example", "Chloé Martin", ("customer_success",)),
    Person("arjun.analyst@northwind-sandbox.example", "Arjun Rao", ("analyst",)),
    Person("ines.engineer@northwind-sandbox.example", "Inês Carvalho", ("engineer",)),
)
