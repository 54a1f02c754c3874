#!/bin/sh
# The sandbox: made on demand, found again, stopped, removed; nothing but its own tree.
. "$(dirname "$0")/../lib.sh"

unset PGHOST PGPORT PGUSER PGDATABASE
PGPORT=1 # of some other server; must not matter
export PGPORT
HR_SANDBOX=$scratch/own
HR_SANDBOX_OPTIONS='-c fsync=off'
export HR_SANDBOX HR_SANDBOX_OPTIONS
own_postgres=$HR_SANDBOX

exits 1 'status of none' "$sandbox" status
exits 1 'uri of none' "$sandbox" uri
is '' "$(find "$HR_SANDBOX" 2>/dev/null)" 'asking makes nothing'

exits 0 'start' "$sandbox" start
uri=$(cat "$scratch/out")
matches '^postgresql:///hr\?host=/.*&user=sandbox$' "$uri" 'start prints the URI'
is 'sandbox hr UTF8 C.UTF-8' "$(psql -XAtq -F ' ' "$uri" -c "select current_user, datname,
	pg_encoding_to_char(encoding), datcollate from pg_database where datname = current_database()")" \
    'database, user, encoding, collation'
is 1 "$(psql -XAtq "$uri" -c "select count(*) from pg_extension where extname = 'vector'")" 'extension vector'
is '' "$(psql -XAtq "$uri" -c 'show listen_addresses')" 'listens nowhere but at its socket'
exits 0 'start again' "$sandbox" start
is "$uri" "$(cat "$scratch/out")" 'the same URI again'
exits 0 'uri' "$sandbox" uri
is "$uri" "$(cat "$scratch/out")" 'uri prints what start prints'
exits 0 'status' "$sandbox" status
psql -Xq "$uri" -c 'create table kept as select 42 as answer'

exits 0 'stop' "$sandbox" stop
exits 1 'status when stopped' "$sandbox" status
matches 'not running' "$(cat "$scratch/out")" 'status says so'
exits 0 'stop again' "$sandbox" stop
exits 0 'psql starts it' "$sandbox" psql -XAtc 'select answer from kept'
is 42 "$(cat "$scratch/out")" 'the data stayed'

exits 2 'destroy asks, and nobody answers' "$sandbox" destroy
exits 0 'still running' "$sandbox" status
echo theirs >"$HR_SANDBOX/theirs"
exits 0 'destroy -y' "$sandbox" destroy -y
is theirs "$(ls "$HR_SANDBOX")" 'destroy removes only its own tree'

for n in 1 2 3; do "$sandbox" start >"$scratch/start.$n" 2>/dev/null & done
wait
is "$uri" "$(sort -u "$scratch"/start.?)" 'three starts at once make one server'
"$sandbox" stop 2>/dev/null

version=$scratch/own/cluster/data/PG_VERSION
cp "$version" "$scratch/version"
echo 9 >"$version"
exits 6 'a cluster of another major version' "$sandbox" start
matches 'made by PostgreSQL 9' "$(cat "$scratch/err")" 'is refused with words'
cat "$scratch/version" >"$version"

deep=$scratch/$(printf 'deep%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25)
HR_SANDBOX=$deep exits 0 'a path too long for a socket' "$sandbox" psql -XAtc 'select 1'
HR_SANDBOX=$deep exits 0 'is removed as well' "$sandbox" destroy -y
HR_SANDBOX_SERVER=/nonexistent exits 2 'no server there' "$sandbox" server
exits 2 'an unknown word' "$sandbox" begin
