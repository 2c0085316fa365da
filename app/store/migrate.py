"""Migrations: bring the owner's database to the newest revision (Alembic, https://alembic.sqlalchemy.org)."""

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, NullPool, create_engine, make_url

from app.store.event_retention import adopt


def engine(url: str) -> Engine:
    """A synchronous engine (psycopg) on ``url``, for commands; serving uses asyncpg."""
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)


def migrate(owner_url: str, revision: str = "head") -> None:
    """Upgrade the schema to ``revision``, one migrator at a time."""
    with as_file(files("migrations")) as folder, engine(owner_url).begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('helsekort migrate'))")
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        adopt(connection)
