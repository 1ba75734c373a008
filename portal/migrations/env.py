"""What Alembic runs: the migrations, on the application's engine."""

from alembic import context

attributes = context.config.attributes
with attributes["engine"].connect() as connection:
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        # A step may take as long as its table is large; it still waits for locks only as long as everybody.
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=attributes["metadata"],
        render_as_batch=sqlite,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if not sqlite:
        connection.exec_driver_sql("RESET statement_timeout")
    connection.commit()
