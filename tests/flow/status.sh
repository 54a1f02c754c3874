#!/bin/sh
# timeout: 180
# hr backend status: files and tables, counts, thresholds, jobs, and what can't be told.
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small tiny=$DATA/lightrag-1.5.6-tiny

# status ARGUMENT...: as JSON, valid, of the first database
status() {
	hr backend status --json "$@" >"$scratch/json" 2>"$scratch/err"
	valid status "$scratch/json" "status $*: as described" >&3
	jq -c '.databases[0]' "$scratch/json"
}
# member EXPRESSION: of the last status
member() { jq -r ".databases[0] | $1" "$scratch/json"; }
counts='"\(.counts.entities) \(.counts.relations) \(.counts.chunks) \(.counts.documents)"'
exec 3>&1

# --- files -----------------------------------------------------------------------------

mkdir files
cp "$small"/* files
chmod -R u+w files
echo hidden >files/.hidden
exits 0 'a directory' hr backend status files --verbose
matches '^  Entities +79$' "$(cat "$scratch/out")" 'its records are counted'
matches '^  Size: +1.2 MB in 12 files$' "$(cat "$scratch/out")" 'its files are, too'
is 12 "$(grep -cE '^    [a-z_]+\.(json|graphml) +[0-9.]+ KB$' "$scratch/out")" 'each with its size'
status ./files >/dev/null
is '79 70 31 24' "$(member "$counts")" 'the numbers are those of the records'
is "$(cat files/* | wc -c)" "$(member '[.files[].bytes] | add')" 'and the sizes those of the files'
is 'healthy null' "$(member '"\(.health) \(.next)"')" 'all is well'

exits 0 'registered' hr db register notes --path files
head -c 2097152 /dev/zero | tr '\0' ' ' >>files/kv_store_full_docs.json
exits 0 'thresholds' hr db update notes --file-size-warning-mb 2 --total-size-warning-mb 3
exits 0 'a file above its threshold' hr backend status notes
matches 'kv_store_full_docs.json has 2.0 MB, more than 2 MB$' "$(cat "$scratch/out")" 'is named'
matches 'all files have 3.2 MB, more than 3 MB$' "$(cat "$scratch/out")" 'and so is the total'
matches 'Next: +hr backend migrate notes --dry-run$' "$(cat "$scratch/out")" 'with the command to run'
fresh_database files
exits 0 'which runs' sh -c "PGDATABASE=$PGDATABASE $(hr backend status notes | sed -n 's/^  Next: *//p')"
hr db update notes --file-size-warning-mb 3 --total-size-warning-mb 4
status notes >/dev/null
is 'healthy 0' "$(member '"\(.health) \(.warnings | length)"')" 'below the thresholds there is none'

# --- PostgreSQL ------------------------------------------------------------------------

fresh_database server
hr db register mem --path "$small" --connection-string "$URI" --workspace team --embedding-model BAAI/bge-m3
hr migrate --from "$tiny" --to "$URI&workspace=other" --embedding-model BAAI/bge-m3 --skip-verify >/dev/null 2>&1
hr backend migrate mem >/dev/null 2>&1
exits 0 'what was migrated' hr backend status mem -v
matches '^  Connection: +reachable in [0-9.]+ ms, PostgreSQL [0-9.]+.*, pgvector [0-9.]+$' "$(cat "$scratch/out")" 'its server answers'
matches "^  Job: +$(hr-registry get mem job), completed, 692 of 692 records$" "$(cat "$scratch/out")" 'the job is told'
is 13 "$(grep -cE '^    lightrag_.* [KM]?B, indexes ' "$scratch/out")" 'and each table'
status mem >/dev/null
is '79 70 31 24' "$(member "$counts")" 'the numbers are those of the workspace'
is "$(sql "select sum(pg_table_size(name::regclass) + pg_indexes_size(name::regclass)) from unnest('{$(member '[.tables[].name] | join(",")')}'::text[]) name")" \
    "$(member .bytes)" 'the size is that of these tables'
is healthy "$(member .health)" 'all is well'
sql "create table lightrag_vdb_chunks_another_32d (workspace text); insert into lightrag_vdb_chunks_another_32d values ('team')"
status mem >/dev/null
is 31 "$(member .counts.chunks)" "another model's table doesn't count"

psql -Xq -c "select pg_advisory_lock(hashtextextended('hr/public/team', 0))" -c 'select pg_sleep(20)' >/dev/null 2>&1 &
holder=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	status mem >/dev/null 2>&1 3>/dev/null
	[ "$(member .job.running)" = false ] || break
	sleep 0.2
done
is true "$(member .job.running)" 'somebody at work is seen'
sql "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(20)' and pid <> pg_backend_pid()" >/dev/null
wait $holder 2>/dev/null
sql "update hybridrag_migration_jobs set phase = 'interrupted', status = 'paused' where workspace = 'team'"
exits 0 'an interrupted job' hr backend status mem
matches 'is in phase interrupted$' "$(cat "$scratch/out")" 'is a warning'
matches 'Next: +hr backend migrate mem$' "$(cat "$scratch/out")" 'with the command that goes on'
hr db update mem --workspace nobody
status mem >/dev/null
is 'degraded 0 0 0 0' "$(member "\"\\(.health) \" + $counts")" 'a workspace without rows is told'

# --- several, and failures -------------------------------------------------------------

hr db register away --path "$small" --backend postgres --postgres-host 127.0.0.1 --postgres-port 1
hr db register gone --path "$scratch/gone"
hr db register odd --path "$small" --backend mongodb
exits 7 'all of them, one unreachable' hr backend status
is 'mem away gone odd' "$(hr backend status | sed -n 's/^Database: //p' | grep -v notes | paste -sd ' ')" 'each is told of'
matches "❌ .*refused" "$(cat "$scratch/out")" 'and why it is not'
status away gone odd >/dev/null
is '7 5 2' "$(jq -r '[.databases[].exit_status] | join(" ")' "$scratch/json")" 'each with its status'
exits 1 'what is not registered' hr backend status nowhere
exits 5 'no such directory' hr backend status ./nowhere
cp -R "$small" broken
chmod -R u+w broken
printf '{' >broken/vdb_chunks.json
exits 3 'a broken file' hr backend status broken
matches '❌ .*vdb_chunks.json' "$(cat "$scratch/out")" 'is named'
matches 'in 12 files' "$(cat "$scratch/out")" 'and the sizes are told all the same'
echo '[' >"$HOME/.hybridrag/registry.yaml"
exits 3 'a broken registry' hr backend status --json
valid failure "$scratch/out" 'is told as JSON, too'
exits 0 'but is not needed for a directory' hr backend status ./files
