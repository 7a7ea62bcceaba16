#!/bin/sh
# Runs once, when the database volume of docker-compose.yml is empty.
# Two logins: suanji_owner migrates and owns the tables, suanji_app runs the service and has no
# right to change the books. Neither is a superuser.
set -eu

psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set=owner_password="$POSTGRES_OWNER_PASSWORD" --set=app_password="$POSTGRES_APP_PASSWORD" <<'SQL'
CREATE ROLE suanji_app LOGIN PASSWORD :'app_password';
CREATE ROLE suanji_owner LOGIN PASSWORD :'owner_password';
GRANT suanji_app TO suanji_owner;
CREATE DATABASE suanji OWNER suanji_owner;
REVOKE ALL ON DATABASE suanji FROM PUBLIC;
GRANT CONNECT ON DATABASE suanji TO suanji_app;
SQL
