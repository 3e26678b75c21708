"""Runs the migrations on the connection that `pipelines.migrate` hands over."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="portal")
with context.begin_transaction():
    context.run_migrations()
