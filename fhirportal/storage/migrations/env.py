"""What Alembic runs: our metadata over the connection `migrate` handed in. It opens no database of its own."""

from alembic import context

from fhirportal.storage.schema import metadata


def _run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise RuntimeError("run migrations through fhirportal.storage.migrate")
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
    context.run_migrations()


_run()
