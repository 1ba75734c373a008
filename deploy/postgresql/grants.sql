-- After each `flask --app wsgi db upgrade`, as portal_owner, in the database portal: revokes the application's excess rights.
\set ON_ERROR_STOP on
-- Entries of the journal are never changed (R6), and the table of revisions belongs to the owner.
REVOKE UPDATE, DELETE ON journal_entry FROM portal;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM portal;
