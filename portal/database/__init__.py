"""The database: engines for SQLite and PostgreSQL, transactions, column types, bulk inserts, key rotation."""
