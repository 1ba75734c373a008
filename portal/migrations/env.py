"""What Alembic runs: the migrations, on the application's engine, or inside somebody's transaction."""

from alembic import context

attributes = context.config.attributes


def migrate(connection):
    """Run what is missing."""
    context.configure(
        connection=connection,
        target_metadata=attributes["metadata"],
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate_patiently(connection):
    """Run what is missing; a step may take as long as its table is large, but waits for locks as long as everybody."""
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.commit()
    migrate(connection)
    if not is_sqlite:
        connection.exec_driver_sql("RESET statement_timeout")
    connection.commit()


if attributes["connection"] is not None:
    migrate(attributes["connection"])
else:
    with attributes["engine"].connect() as own:
        migrate_patiently(own)
