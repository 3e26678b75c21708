"""How the tables of the schemas `portal`, `workshop` and `raw_stripe_webhook` came to be, step by step (Alembic)."""
