#!/bin/bash
# Gives each service, and operations' desk, a role of its own with its password; the server's image runs this once, on an empty volume.
# Schemas, tables and grants come from `onestop migrate`.
set -euo pipefail
for service in identity referral settlement fund_ledger operations desk; do
  variable="${service^^}_DATABASE_PASSWORD"
  # psql quotes both, so that a password may hold any character.
  psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set role="$service" --set password="${!variable:?has no value}" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
SQL
done
