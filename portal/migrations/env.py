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


if attributes["connection"] is not None:
    migrate(attributes["connection"])
else:
    with attributes["engine"].connect() as own:
        migrate(own)
        own.commit()
