-- After each `flask --app wsgi db upgrade`, as portal_owner, in the database portal: what the application may not do.
\set ON_ERROR_STOP on
-- Entries of the journal are never changed (R6), and the tables' release is the owner's.
REVOKE UPDATE, DELETE ON journal_entry FROM portal;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM portal;
