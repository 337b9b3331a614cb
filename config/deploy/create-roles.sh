#!/bin/sh
# Makes the two roles and the database. Compose runs it when PostgreSQL starts on an empty volume; on a server of your
# own run it once as PostgreSQL's superuser:
#   ARTERIA_OWNER_PASSWORD=... ARTERIA_APP_PASSWORD=... sh create-roles.sh
# The owner migrates and owns every table. The application owns nothing, and cannot make a temporary table either: one
# named like one of ours would hide it from the protection triggers.
set -eu
: "${ARTERIA_OWNER_PASSWORD:?is not set}" "${ARTERIA_APP_PASSWORD:?is not set}"

# Passwords travel in the environment and psql's own variables, never as arguments that `ps` shows.
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv owner_password ARTERIA_OWNER_PASSWORD
\getenv app_password ARTERIA_APP_PASSWORD
SET password_encryption = 'scram-sha-256';
CREATE ROLE arteria_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'owner_password';
CREATE ROLE arteria_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'app_password';
CREATE DATABASE arteria OWNER arteria_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE arteria FROM PUBLIC;
GRANT CONNECT ON DATABASE arteria TO arteria_app;
SQL
