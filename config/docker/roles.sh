#!/bin/sh
# Make the three database roles when the server is first set up (the PostgreSQL image runs this once, as superuser).
# The same as config/embedded.py does for the local server; rights on tables come from `manage.py grant_roles`.
set -eu

owner=$(cat /run/secrets/owner_password)
app=$(cat /run/secrets/app_password)
sealer=$(cat /run/secrets/sealer_password)

psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" \
    --set owner="$owner" --set app="$app" --set sealer="$sealer" --set database="$POSTGRES_DB" <<'SQL'
CREATE ROLE veintrace_owner LOGIN PASSWORD :'owner';
CREATE ROLE veintrace_app LOGIN PASSWORD :'app';
CREATE ROLE veintrace_sealer LOGIN PASSWORD :'sealer';
ALTER DATABASE :"database" OWNER TO veintrace_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO veintrace_owner, veintrace_app, veintrace_sealer;
SQL
