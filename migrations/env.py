"""Alembic's environment: online only, on the owner's connection that ``helsekort migrate`` hands over."""

from alembic import context

from app.store import landscape_tables, subscription_tables, token_tables, worklist_tables  # noqa: F401 (their tables are part of the metadata)
from app.store.tables import metadata

connection = context.config.attributes["connection"]


def _ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    foreign = ("procrastinate", "audit_2", "audit_rest", "alembic")
    return not (kind == "table" and (name or "").startswith(foreign))


context.configure(connection=connection, target_metadata=metadata, include_object=_ours)
with context.begin_transaction():
    context.run_migrations()
