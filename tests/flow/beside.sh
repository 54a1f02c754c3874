#!/bin/sh
# Loading beside others: their rows stay as they are, to the last physical detail; one run for a
# workspace at a time; a finished job is not done again; another's rows or job are refused.
. "$(dirname "$0")/../lib.sh"

two=$DATA/lightrag-1.5.7-two-workspaces
model=nomic-embed-text:latest

# rows DIR WORKSPACE
rows() { hr-extract "$1" | hr-transform --schema lightrag --workspace "$2" --embedding-model $model; }
# load DIR WORKSPACE [OPTION...]: sets $status; leaves out and err
load() {
	rows "$1" "$2" >rows.in || not_ok "rows of $1"
	shift 2
	status=0
	hr-load "$@" "$URI" <rows.in >out 2>err || status=$?
}
verify() { hr-verify "$1" "$URI&workspace=$2&schema=lightrag&embedding_model=$model"; }

# snapshot [WHERE]: place, transaction and content of all rows, and what the tables are
snapshot() {
	for table in $tables; do
		sql "select '$table', ctid, xmin, md5(t::text) from $table t where ${1:-true} order by ctid"
	done
	sql "select oid, relfilenode, relname from pg_class where relname like 'lightrag%' or relname like 'idx_%' order by 1"
}

# --- beside others ---------------------------------------------------------------------------------

fresh_database beside
load "$two/alpha" alpha
is 0 $status 'load alpha'
tables=$(sql "select table_name from information_schema.tables where table_schema = 'public' and
	table_name like 'lightrag%' order by 1")
is 13 "$(echo "$tables" | wc -l)" 'thirteen tables'
# Another application's rows, with the very keys of beta-2 among them; nodes come before edges.
load "$two/beta-2" by-hand
for table in lightrag_graph_nodes $tables; do
	columns=$(sql "select string_agg(column_name, ', ') from information_schema.columns where table_schema = 'public' and
		table_name = '$table' and column_name <> 'workspace'")
	sql "insert into $table (workspace, $columns) select 'other', $columns from $table
		where workspace = 'by-hand' on conflict do nothing"
done
is 13 "$(for table in $tables; do sql "select 1 from $table where workspace = 'other' limit 1"; done | wc -l)" \
    'another workspace has rows in every table'

snapshot >before
# Others have rights on the views and build upon them.
sql 'grant select on hybridrag.lightrag_relations to public' \
    'create view upon as select count(*) from hybridrag.lightrag_relations' || not_ok 'grant'
load "$two/beta-2" beta-2
is 0 $status 'load beta-2 beside them'
is t "$(sql "select has_table_privilege('pg_monitor', 'hybridrag.lightrag_relations', 'select')")" \
    'rights on the views stay'
is 40 "$(sql 'select * from upon')" 'and what was built upon them'
snapshot "workspace <> 'beta-2'" >after
same before after "ctid, xmin and content of the others' rows, and the tables, are as before"
is 'f' "$(sql "select count(*) = 0 from lightrag_graph_nodes where workspace = 'beta-2'")" 'beta-2 has come'
for workspace in alpha beta-2; do
	exits 0 "verify $workspace" verify "$two/$workspace" $workspace
done
exits 1 'a workspace is not taken for another' verify "$two/alpha" beta-2

# --- the same again --------------------------------------------------------------------------------

snapshot >before
load "$two/alpha" alpha
is 0 $status 'the same job again: status'
matches '^hr-load: job [0-9a-f]{6}-[0-9a-f]{6} was loaded before: nothing to do' "$(cat err)" 'the same job again: nothing to do'
snapshot >after
same before after 'the same job again: nothing changed'
is 1 "$(sql "select count(*) from hybridrag_migration_jobs where workspace = 'alpha'")" 'the same job again: no other job'
job=$(sql "select job_id from hybridrag_migration_jobs where workspace = 'alpha'")
exits 0 'complete it' hr-load complete --job "$job" "$URI"
load "$two/alpha" alpha
is 0 $status 'a completed job again'
matches 'nothing to do' "$(cat err)" 'a completed job again: nothing to do'
cp -r "$two/alpha" copy
chmod -R u+w copy
load copy alpha
is 0 $status 'the same content elsewhere'
matches 'nothing to do' "$(cat err)" 'the same content elsewhere: nothing to do'

# Vectors of another dimension: the views show them all.
load "$DATA/lightrag-1.5.6-tiny" tiny
is 0 $status 'another dimension'
is 2 "$(sql "select count(distinct vector_dims(embedding)) from hybridrag.lightrag_vdb_entities")" \
    'views over vectors of two dimensions'
is '' "$(grep 'without the views' out)" 'views without trouble'

mkdir rejects
echo '{"a": {"content": "\u0000"}, "b": {"content": "good"}}' >rejects/kv_store_full_docs.json
load rejects rejects
is 1 $status 'a job with rejects'
load rejects rejects
is 1 $status 'a job with rejects again: still 1'
matches 'nothing to do' "$(cat err)" 'a job with rejects again: nothing to do'
matches '^hr-load: 1 record rejected' "$(cat err)" 'a job with rejects again: they are not forgotten'

# --- rows of another -------------------------------------------------------------------------------

sql "insert into lightrag_full_entities (workspace, id) values ('mine', 'theirs')"
snapshot >before
load "$two/alpha" mine
is 6 $status 'rows that another made: status'
matches 'workspace "mine" already has rows .* in lightrag_full_entities \(1\); choose another workspace' "$(cat err)" \
    'rows that another made: message'
snapshot >after
same before after 'rows that another made: nothing changed'
is 0 "$(sql "select count(*) from hybridrag_migration_jobs where workspace = 'mine'")" 'rows that another made: no job'
load "$two/beta-2" alpha
is 6 $status "rows of a finished job of another source"

# --- two at once -----------------------------------------------------------------------------------

# begin DIR WORKSPACE: a run that has loaded something and waits for more
begin() {
	rows "$1" "$2" >whole
	mkfifo pipe
	hr-load --batch-size 1 "$URI" <pipe >first.out 2>first.err &
	first=$!
	exec 3>pipe
	rm pipe
	head -n 40 whole >&3
	tries=0
	until [ "$(grep -c '"kind":"commit"' first.out)" -gt 5 ] || [ $tries = 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
}
# end [LINES]: the rest of it, and wait for its end; sets $status
end() {
	[ $# = 0 ] || tail -n +41 whole >&3
	exec 3>&-
	status=0
	wait $first || status=$?
}

begin "$two/alpha" twice
load "$two/alpha" twice
is 8 $status 'two at once: the second is refused'
matches 'another run is at work on workspace "twice"; wait for it to end' "$(cat err)" 'two at once: message'
load "$two/beta-2" meanwhile
is 0 $status 'two at once: another workspace is no obstacle'
job=$(sql "select job_id from hybridrag_migration_jobs where workspace = 'twice'")
end all
is 0 $status 'two at once: the first ends well'
exits 0 'two at once: and is verified' verify "$two/alpha" twice
is 1 "$(sql "select count(*) from hybridrag_migration_jobs where workspace = 'twice'")" 'two at once: one job'

# --- an unfinished job -------------------------------------------------------------------------------

begin "$two/alpha" half
end
is 4 $status 'cut off in the middle: status'
is 'interrupted paused' "$(sql "select phase || ' ' || status from hybridrag_migration_jobs where workspace = 'half'")" \
    'cut off in the middle: the job is paused'
job=$(sql "select job_id from hybridrag_migration_jobs where workspace = 'half'")
snapshot >before
load "$two/beta-2" half
is 8 $status 'another source meanwhile: status'
matches "job $job of another source \\($two/alpha, .* is unfinished .*hr-load discard --job $job" "$(cat err)" \
    'another source meanwhile: message'
load "$two/beta-2" half --job "$job"
is 8 $status 'another source, naming the job'
load "$two/alpha" quarter --job "$job"
is 8 $status 'another workspace, naming the job'
load "$two/alpha" half --job 000000-000000
is 8 $status 'a job that does not exist'
matches 'there is no job 000000-000000 in this database' "$(cat err)" 'a job that does not exist: message'
snapshot >after
same before after 'each time nothing changed'

load "$two/alpha" half
is 0 $status 'the same source goes on'
exits 0 'and is verified' verify "$two/alpha" half
is "$job" "$(sql "select job_id from hybridrag_migration_jobs where workspace = 'half'")" 'as the same job'
exits 0 'a finished job is completed' hr-load complete --job "$job" "$URI"
exits 8 'a completed job is not discarded' hr-load discard --job "$job" "$URI"
is 5 "$(sql "select count(*) from lightrag_doc_full where workspace = 'half'")" 'its rows are still there'

begin "$two/alpha" raced
end whole
job=$(sql "select job_id from hybridrag_migration_jobs where workspace = 'raced'")
sql "select pg_advisory_lock(hashtextextended('hr/public/raced', 0)), pg_sleep(3)" >/dev/null &
sleep 0.5
hr-load discard --job "$job" "$URI" 2>err &
discarding=$!
sleep 0.5
exits 0 'a job is completed while discarding it waits' hr-load complete --job "$job" "$URI"
status=0
wait $discarding || status=$?
is 8 $status 'it is not discarded then'
is 5 "$(sql "select count(*) from lightrag_doc_full where workspace = 'raced'")" 'its rows are there, too'

begin "$two/alpha" away
end
job=$(sql "select job_id from hybridrag_migration_jobs where workspace = 'away'")
snapshot "workspace <> 'away'" >before
exits 0 'discard what was loaded' hr-load discard --job "$job" "$URI"
snapshot >after
same before after 'nothing else is discarded'
is 'discarded' "$(sql "select phase from hybridrag_migration_jobs where job_id = '$job'")" 'the job is discarded'
exits 8 'it is not discarded twice' hr-load discard --job "$job" "$URI"
load "$two/alpha" away --job "$job"
is 8 $status 'it does not go on'
matches "job $job was discarded" "$(cat err)" 'message'
load "$two/beta-2" away
is 0 $status 'now another source may come'
exits 0 'and is verified too' verify "$two/beta-2" away
