"""The tables that the migrations make are the tables that the code knows."""

import importlib
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app import store
from app.store.migrate import engine
from app.store.tables import metadata
from tests.fixtures.database import TestDatabase

FOREIGN = ("procrastinate", "audit_2", "audit_rest", "alembic")


def test_the_migrations_make_the_tables_of_the_code(database: TestDatabase) -> None:
    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return not (kind == "table" and (name or "").startswith(FOREIGN))

    for file in Path(store.__path__[0]).glob("*table*.py"):  # each adds its tables to the metadata
        importlib.import_module(f"app.store.{file.stem}")
    with engine(database.url("helsekort_owner")).connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, metadata) == []
