"""Receipts: what was shown, by what it was worked out and from which data, sealed; and whether that still holds."""
