"""Meridian Works, a company that lives only here."""
