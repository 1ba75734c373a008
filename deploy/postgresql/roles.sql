-- Two roles and the database, once, as the superuser:
--   psql --set=owner_password=… --set=password=… --file=roles.sql
-- portal_owner owns the tables and runs `flask --app wsgi db upgrade`. portal is the role of the servers and
-- workers: it reads and writes rows, and changes no table.
\set ON_ERROR_STOP on
CREATE ROLE portal_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE portal LOGIN PASSWORD :'password' CONNECTION LIMIT 190;

-- The settings that the portal makes for its sessions, for sessions that a pooler lends.
ALTER ROLE portal SET timezone = 'UTC';
ALTER ROLE portal SET lock_timeout = '10s';
ALTER ROLE portal SET statement_timeout = '30s';

CREATE DATABASE portal OWNER portal_owner ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal;

\connect portal
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO portal_owner;
GRANT USAGE ON SCHEMA public TO portal;
-- Tables of later releases are granted to the application by this as well.
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO portal;
