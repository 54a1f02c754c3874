#!/bin/sh
# The second system: llmspell's SQLite file into the tables that its own migrations make, tenant by
# tenant, as a superuser and as the application's role, which row-level security binds.
# timeout: 400
. "$(dirname "$0")/../lib.sh"

file=$scratch/spell.db
sqlite3 "$file" <"$DATA/llmspell-sample.sql" >/dev/null
sha256sum "$file" >before
load() { hr-extract --source-workspace "$2" "llmspell:$file" | hr-transform | hr-load "$1" >commits 2>err; }
app() { echo "$URI" | sed 's/user=sandbox/user=llmspell_app/'; }
as_app() { psql -XAtq "$(app)" -c "set app.current_tenant_id = '$1'" -c "$2"; }

# --- the tables are the application's --------------------------------------------------

fresh_database target
exits 6 'without the schema' sh -c "hr-extract --source-workspace tenant-b llmspell:$file | hr-transform | hr-load '$URI'"
matches 'no schema llmspell: .*start it once' "$(cat err)$(cat "$scratch/err")" 'is said'
psql -Xq -v ON_ERROR_STOP=1 -f "$DATA/llmspell-postgres.sql" "$URI" 2>/dev/null || not_ok 'tables'
sql 'alter table llmspell.workflow_states rename to elsewhere'
load "$URI" tenant-b
is 6 $? 'without a table'
matches 'no table llmspell.workflow_states' "$(cat err)" 'which is named'
sql 'alter table llmspell.elsewhere rename to workflow_states' 'drop table llmspell.vector_embeddings_3072'
load "$URI" tenant-b
is 0 $? 'a table that nothing needs may be missing'

# --- every component -------------------------------------------------------------------

load "$URI" tenant-a
is 1 $? 'a reject makes status 1'
is 'sessions|2|user-123-20250115|wrong-type' "$(sql 'select store, seq, id, reason from hr.rejects')" 'the session without a UUID'
exits 0 'all of it is there' hr-verify --source-workspace tenant-a "llmspell:$file" "$URI&workspace=tenant-a"
load "$URI" default
load "$URI" system
is 0 $? 'state in keys'
for tenant in default system; do
	exits 0 "$tenant is there, too" hr-verify --source-workspace $tenant "llmspell:$file" "$URI&workspace=$tenant"
done
matches '1 rejected records' "$(hr-verify --source-workspace default "llmspell:$file" "$URI&workspace=default")" 'but for an entity without a UUID'

is 'migration_42|test|3
alice|unknown|1' "$(as_app tenant-a 'select agent_id, agent_type, data_version from llmspell.agent_states order by 1 desc')" 'agents by the key that finds them'
is '12345678901234567890|10000000000000000' "$(as_app tenant-a "select state_data #>> '{state,custom_data,big}',
    state_data #>> '{state,custom_data,f}' from llmspell.agent_states where agent_id = 'alice'")" 'numbers are exact'
is 't' "$(as_app tenant-a "select checksum = '84e51e33dff8a0803d01cd4afb5920d8723893cd1ea723cfc32436eb329bb203' and
    updated_at = to_timestamp(1762300000) from llmspell.agent_states where agent_id = 'alice'")" 'checksum and times are kept'
is 'bytea|1|1|3
large_object|0|1048576|2' "$(as_app tenant-a 'select storage_type, coalesce(length(data), 0),
    coalesce(length(lo_get(large_object_oid)), length(data)), reference_count from llmspell.artifact_content order by 1')" \
    'content by its size, and how often it is referred to'
is '{}
{"x, y","q\"z"}
null' "$(as_app tenant-a "select coalesce(tags::text, 'null') from llmspell.artifacts order by tags")" 'tags: null, none and with quotes'
is 'llmspell.event_log_2025_01|2025-01-15 10:30:00.123456+00' \
    "$(as_app tenant-a 'select tableoid::regclass, timestamp from llmspell.event_log')" 'an old event in a partition made for it'
is 7 "$(sql 'select count(*) from llmspell.kv_store')" 'seven keys'
is 'empty|0
bin:all|7' "$(as_app tenant-a "select key, length(value) from llmspell.kv_store where key not like 'session%' order by 2")" 'with their bytes'
is 'Rust|infinity|infinity' "$(as_app default "select name, valid_time_end, transaction_time_end from llmspell.entities
    where valid_time_end = 'infinity'")" 'what has no end is infinite'
is 'global|-0.25' "$(as_app default "select scope, (embedding::real[])[2] from llmspell.vector_embeddings_384")" 'an embedding and its scope'
is 0 "$(as_app nobody 'select count(*) from llmspell.kv_store')" 'others see nothing of it'
is 'nothing to do' "$(load "$URI" system; grep -o 'nothing to do' err)" 'once more: nothing to do'
exits 0 'the source is as it was' sha256sum -c before

# --- a change is found, whatever it is -------------------------------------------------

# changed TENANT MEMBER STATEMENT: within a copy of the database
changed() {
	psql -Xq -d postgres -c "create database ${PGDATABASE}_c template $PGDATABASE" || not_ok "$2: copy"
	copy=$(echo "$URI" | sed "s/$PGDATABASE/${PGDATABASE}_c/")
	psql -Xq "$copy" -c 'set session_replication_role = replica' -c "$3" || not_ok "$2: $3"
	hr-verify --source-workspace "$1" "llmspell:$file" "$copy&workspace=$1" >report 2>&1
	is 1 $? "a change of $2"
	matches "$2" "$(sed -n 's/^    changed: //p; s/^    missing: //p; s/^    extra: //p' report)" "it is named: $2"
	psql -Xq -d postgres -c "drop database ${PGDATABASE}_c"
}
changed tenant-a 'agent_states .*state_data' "update llmspell.agent_states set state_data = state_data || '{\"x\": 1}'"
changed tenant-a 'agent_states ' "update llmspell.agent_states set agent_type = 'other'"
changed tenant-a 'kv_store .*value' "update llmspell.kv_store set value = value || '\\x00'"
changed tenant-a 'sessions .*expires_at' 'update llmspell.sessions set expires_at = null'
changed tenant-a 'artifact_content .*data' "select lo_put(large_object_oid, 77, '\\x01') from llmspell.artifact_content"
changed tenant-a 'artifact_content .*column storage_type' "alter table llmspell.artifact_content drop constraint artifact_content_check; update llmspell.artifact_content set storage_type = 'large_object'"
changed tenant-a 'event_log .*timestamp' "update llmspell.event_log set timestamp = timestamp + interval '1 ms'"
changed tenant-a 'hook_history .*tags' "update llmspell.hook_history set tags = '{a}'"
changed default 'entities .*valid_time_end' "update llmspell.entities set valid_time_end = to_timestamp(9999999999) where valid_time_end = 'infinity'"
changed default 'vector_embeddings_384 .*scope' "update llmspell.vector_embeddings_384 set scope = '__global__'"
changed default 'vector_embeddings_384 .*vector' "update llmspell.vector_embeddings_384 set embedding = embedding + embedding"

# --- as the application's role ---------------------------------------------------------

fresh_database app
psql -Xq -v ON_ERROR_STOP=1 -f "$DATA/llmspell-postgres.sql" "$URI" 2>/dev/null || not_ok 'tables'
load "$(app)" tenant-a
is 6 $? 'without rights for hr itself'
matches 'CREATE SCHEMA IF NOT EXISTS hr' "$(cat err)" 'the SQL that gives them is shown'
grep -v '^hr-load' err | psql -Xq -v ON_ERROR_STOP=1 "$URI" 2>/dev/null || not_ok 'which runs'
load "$(app)" tenant-a
is 1 $? 'then it loads'
exits 0 'the same records' hr-verify --source-workspace tenant-a "llmspell:$file" "$(app)&workspace=tenant-a"
is 'llmspell_app|1048576' "$(as_app tenant-a "select lomowner::regrole, length(lo_get(large_object_oid)) from llmspell.artifact_content,
    pg_largeobject_metadata m where m.oid = large_object_oid")" 'the large object is its own'
job=$(jq -r 'select(.kind == "begin").job' commits)
exits 0 'and it takes all of it away' hr-load discard --job "$job" "$(app)"
is '0|0' "$(sql 'select (select count(*) from llmspell.artifact_content), (select count(*) from pg_largeobject_metadata)')" 'the object, too'

# --- by the driver ---------------------------------------------------------------------

fresh_database driver
psql -Xq -v ON_ERROR_STOP=1 -f "$DATA/llmspell-postgres.sql" "$URI" 2>/dev/null || not_ok 'tables'
exits 1 'all tenants' hr migrate --from "llmspell:$file" --all-workspaces --to "$URI"
is 'default,system,tenant-a,tenant-b' "$(sql "select string_agg(workspace, ',' order by workspace) from llmspell.hybridrag_migration_jobs
    where phase = 'completed'")" 'a job each'
exits 0 'an independent judge, as the application, finds no difference' "$TESTS/llmspell_judge.py" "$file" "$(app)"
sql "update llmspell.hook_history set tags = '{z}'"
exits 1 'and would find one' "$TESTS/llmspell_judge.py" "$file" "$(app)"
matches '^4 tenants, 1 differences$' "$(cat "$scratch/out")" 'just that one'
matches 'promoted' "$(hr migrate --from "llmspell:$file" --source-workspace tenant-b --to "$URI" --overwrite 2>&1)" 'in one moment, replacing'
is '1|2' "$(sql 'select (select count(*) from llmspell.workflow_states where tenant_id = '"'tenant-b'"'),
    (select count(*) from llmspell.workflow_states where tenant_id <> '"'tenant-b'"')')" 'only the rows of that tenant'

# --- staged: old or new ----------------------------------------------------------------

fresh_database staged
psql -Xq -v ON_ERROR_STOP=1 -f "$DATA/llmspell-postgres.sql" "$URI" 2>/dev/null || not_ok 'tables'
exits 1 'a staged migration without its reject' hr migrate --from "llmspell:$file" --source-workspace tenant-a --to "$URI" --staged --accept-rejects
is '2|3|1|1' "$(sql 'select (select count(*) from llmspell.agent_states), (select count(*) from llmspell.artifacts),
    (select count(*) from llmspell.sessions), (select count(*) from pg_largeobject_metadata)')" 'brings all of it'
is 'bytea|3,large_object|2' "$(sql "select string_agg(storage_type || '|' || reference_count, ',' order by 1) from llmspell.artifact_content")" 'references counted once'
sql "update llmspell.agent_states set state_data = '{}'" "delete from llmspell.event_log"
exits 1 'replaced again' hr migrate --from "llmspell:$file" --source-workspace tenant-a --to "$URI" --overwrite --accept-rejects
exits 0 'as in the source' hr-verify --source-workspace tenant-a "llmspell:$file" "$URI&workspace=tenant-a"
job=$(sql "select job_id from llmspell.hybridrag_migration_jobs order by created_at desc limit 1")
exits 0 'rolled back' hr-load rollback --job "$job" "$URI"
is '{}|{}|0' "$(sql "select string_agg(state_data::text, '|'), (select count(*) from llmspell.event_log) from llmspell.agent_states")" 'what was there is back'
is t "$(sql 'select relforcerowsecurity from pg_class where oid = '"'llmspell.agent_states'::regclass")" 'the tables are those of the application'
exits 0 'what was kept is freed' hr-load cleanup --job "$job" "$URI"
is 1 "$(sql 'select count(*) from pg_largeobject_metadata')" 'large objects of it, too'

# --- some stores only ------------------------------------------------------------------

hr-extract --store sessions --store kv_store --source-workspace system "llmspell:$file" | hr-transform >rows
is 'kv_store,sessions' "$(jq -r 'select(.kind == "table").table' rows | sort | paste -sd ,)" 'describe no other tables'
hr-load "$URI" <rows >/dev/null 2>&1
exits 0 'and are verified alone' hr-verify --store kv_store --source-workspace system "llmspell:$file" "$URI&workspace=system"
