"""Brings a database to the schema of this release. It decides when; the steps themselves are in `migrations/`.

Several processes may start at once: on SQLite the write lock lets one through, the others then find nothing to do.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from fhirportal.storage.engine import reading, writing


def upgrade(engine: Engine, to: str = "head") -> None:
    """Runs the missing steps in one transaction. Raises Unavailable; anything else rolls all of it back."""
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7101112)")
        command.upgrade(_config(connection), to)


def downgrade(engine: Engine, to: str) -> None:
    """Runs steps backwards, for `base` all of them. Raises Unavailable."""
    with writing(engine) as connection:
        command.downgrade(_config(connection), to)


def current(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one. Raises Unavailable."""
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this release wants."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
