#!/bin/sh
# timeout: 240
# Registered databases: hr db, a migration by name, and what the registry then says.
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small two=$DATA/lightrag-1.5.7-two-workspaces
registry=$HOME/.hybridrag/registry.yaml
field() { hr-registry get "$1" "$2"; }

# --- hr db -----------------------------------------------------------------------------

fresh_database names
exits 0 'a database is registered' hr db register Mem --path "$small" --connection-string "$URI" --workspace team \
    --embedding-model BAAI/bge-m3 --interval=60 --auto-watch --description 'a b'
is 'true 60 a b' "$(field mem auto_watch) $(field mem interval) $(field mem description)" 'with HybridRAG'"'"'s options'
exits 8 'twice it is refused' hr db register mem --path "$small"
exits 2 'a password in a field is refused' hr db update mem --postgres-password secret
exits 2 'an option without a value' hr db update mem --path
exits 2 'what is no field' hr db update mem --nonsense 1
exits 0 'an update' hr db update mem --auto-watch false --description ''
is 'false' "$(field mem auto_watch)$(field mem description)" 'changes and removes'
exits 0 'a password is dropped' hr db register pw --path "$small" --connection-string postgresql://me:geheim@h/d
matches 'dropped' "$(cat "$scratch/err")" 'and that is said'
exits 0 'or saved' hr db update pw --connection-string=postgresql://me:geheim@h/d --save-password
is h:5432:d:me:geheim "$(cat "$HOME/.pgpass")" 'where libpq finds it'
is 0 "$(grep -c geheim "$registry")" 'and not in the registry'
hr db list --json >list.json
valid registry list.json 'the list as JSON: as described'
hr db show mem --json >show.json
valid entry show.json 'an entry as JSON: as described'
exits 1 'what is not there' hr db show none --json
valid failure "$scratch/out" 'is told as JSON, too'
exits 0 'a database is forgotten' hr db unregister pw
exits 1 'once only' hr db unregister pw

# --- a migration by name ---------------------------------------------------------------

cp "$registry" before
exits 0 'a dry run by name' hr backend migrate mem --dry-run
matches '^Database:   mem$' "$(cat "$scratch/out")" 'says the name'
matches '^Workspace:  team$' "$(cat "$scratch/out")" 'and the workspace of the registry'
same before "$registry" 'and leaves the registry as it is'

exits 0 'a migration by name' hr backend migrate mem
matches "^Registry updated: 'mem' now uses PostgreSQL" "$(cat "$scratch/out")" 'the registry follows'
is "postgres team PGTableGraphStorage _baai_bge_m3_32d BAAI/bge-m3 true" \
    "$(for name in backend_type workspace graph_storage embedding_suffix embedding_model verified; do field mem $name; done | paste -sd ' ')" \
    'with all that LightRAG needs'
is "$(sql 'select job_id from hybridrag_migration_jobs')" "$(field mem job)" 'and the job'
is 79 "$(sql "select count(*) from lightrag_graph_nodes where workspace = 'team'")" 'where the rows are'
is "$PGHOST" "$(eval "$(hr db show mem --env)"; echo "$POSTGRES_HOST")" 'the environment leads there'
cp "$registry" after
exits 0 'once more, in capitals' hr backend migrate MEM --json
valid hr "$scratch/out" 'as JSON: as described'
is 'true completed' "$(jq -r '"\(.registry_follows) \(.status)"' "$scratch/out")" 'nothing was to do'
same after "$registry" 'and the registry is as it was'
state=$HOME/.local/state/hr/mem
hr-registry put mem <"$state/registry.json"
same before "$registry" 'the entry that was is kept, and can be put back'

# --- what does not count as success -----------------------------------------------------

exits 0 'without verification' hr backend migrate mem --workspace other --skip-verify
is 'false other' "$(field mem verified) $(field mem workspace)" 'the registry follows, and says so'
cp before "$registry"
fresh_database differs
exits 0 'loaded only' hr backend migrate mem --connection-string "$URI" --skip-verify
cp before "$registry"
sql 'delete from lightrag_llm_cache'
exits 1 'a verification that fails' hr backend migrate mem --connection-string "$URI"
same before "$registry" 'changes nothing in the registry'
job=$(sql 'select job_id from hybridrag_migration_jobs')
exits 8 'nor does the tool itself follow it' hr-registry follow mem --job "$job" "$URI"
exits 8 'nor a job that is not there' hr-registry follow mem --job 123456-abcdef "$URI"
exits 7 'nor where no server is' hr-registry follow mem --job "$job" postgresql://me@127.0.0.1:1/none
same before "$registry" 'nothing changed'

fresh_database rejects
cp -R "$small" rejects
chmod -R u+w rejects
jq '."chunk-x" = {"content": "a\u0000b", "tokens": 1}' "$small/kv_store_text_chunks.json" >rejects/kv_store_text_chunks.json
hr db register rejects --path rejects --connection-string "$URI"
exits 1 'a migration with rejects' hr backend migrate rejects
matches "^Registry unchanged: 'rejects'" "$(cat "$scratch/out")" 'leaves the registry as it is'
exits 1 'and it has no backend' hr-registry get rejects backend_type

# --- operands --------------------------------------------------------------------------

fresh_database operands
hr db register there --path "$small" --connection-string "$URI"
mkdir there
cp "$two"/alpha/* there
exits 0 './there is the directory' hr backend migrate ./there --to "$URI" --workspace directory --dry-run
matches "^Source:     $scratch/there" "$(cat "$scratch/out")" 'of that name'
exits 0 'there is the database' hr backend migrate there --dry-run
matches '^Source:     .*1.5.7-small$' "$(cat "$scratch/out")" 'in the registry'
exits 2 'all workspaces of a name' hr backend migrate there --all-workspaces
exits 5 'what is neither' hr backend migrate nowhere --to "$URI"
exits 0 'the workspace is the name by default' hr backend migrate there
is there "$(sql 'select distinct workspace from lightrag_doc_status')" 'as in the database'
printf 'databases: [' >"$registry"
exits 3 'a broken registry' hr backend migrate there
matches 'line 2, column 1.*' "$(cat "$scratch/err")" 'is told by line and column'
matches 'say ./there' "$(cat "$scratch/err")" 'with the way round it'
exits 3 'also by hr db' hr db update there --description x
is 'databases: [' "$(cat "$registry")" 'and stays as it is'
