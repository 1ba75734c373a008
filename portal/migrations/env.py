"""What Alembic runs: the migrations, on the application's engine, or inside somebody's transaction."""

from alembic import context

from portal.migrations.gently import HURRIED

# Whoever waits for a lock keeps those who come after waiting too, and a step that holds one table and waits for
# another can lock up with a booking. PostgreSQL looks for that after a second, and ends whom it likes: a step gives
# up before, and state.upgrade tries again.
BEFORE = (HURRIED, "SET statement_timeout = 0")
AFTER = ("RESET lock_timeout", "RESET statement_timeout")

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


def _tell(connection, statements):
    if connection.dialect.name == "postgresql":
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


if attributes["connection"] is not None:
    migrate(attributes["connection"])
else:
    with attributes["engine"].connect() as own:
        _tell(own, BEFORE)
        migrate(own)
        own.commit()
        _tell(own, AFTER)
