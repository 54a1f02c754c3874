#!/bin/sh
# timeout: 300
# Staged loads: nobody sees anything of them until they are promoted; what they replace comes back by
# a rollback, which can be undone, too; other workspaces' rows are not touched, by whatever way.
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small alpha=$DATA/lightrag-1.5.7-two-workspaces/alpha
model=BAAI/bge-m3

# --- what there is -------------------------------------------------------------------------

# load STATUS NAME DIR WORKSPACE [OPTION...]: sets job
load() {
	load_status=$1 load_name=$2
	hr-extract "$3" 2>rows.err | hr-transform --workspace "$4" --embedding-model $model >rows 2>>rows.err ||
	    not_ok "rows of $3" "$(cat rows.err)"
	shift 4
	hr_load() { hr-load "$@" <rows; }
	exits_load "$load_status" "$load_name" "$@"
	job=$(jq -r 'select(.kind == "begin").job' out)
}
# exits, but with the rows on standard input
exits_load() {
	wanted=$1 words=$2 got=0
	shift 2
	hr-load "$@" "$URI" <rows >out 2>err || got=$?
	if [ $got = "$wanted" ]; then ok "$words"; else not_ok "$words" "status $got: $(cat err)"; fi
}
on() { exits "$1" "$2" hr-load "$3" --job "$job" "$URI"; }
schema_of() { echo "hr_$(echo "$1" | tr -d -)"; }
place() { echo "$URI&workspace=$1&embedding_model=$model${2:+&pg_schema=$2}"; }
phase() { sql "select status || ' ' || phase from hybridrag_migration_jobs where job_id = '$job'"; }

# use NAME: a database that is there already
use() { URI=$(echo "$URI" | sed "s/${PGDATABASE}/${PGDATABASE%_*}_$1/") PGDATABASE=${PGDATABASE%_*}_$1; }

# catalog: everything of the application's own, to the last property
catalog() {
	sql "select c.relname, c.relkind, c.relowner::regrole, c.relacl, c.reloptions from pg_class c
	         where relnamespace = 'public'::regnamespace and relname !~ 'hybridrag|idx_migration' order by 1" \
	    "select conrelid::regclass, conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
	         and conrelid::regclass::text !~ 'hybridrag' order by conrelid::regclass::text, 2" \
	    "select indexrelid::regclass, pg_get_indexdef(indexrelid) from pg_index join pg_class on pg_class.oid = indrelid
	         where relnamespace = 'public'::regnamespace and relname !~ 'hybridrag' order by indexrelid::regclass::text" \
	    "select attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
	         from pg_attribute join pg_class on pg_class.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
	         where relnamespace = 'public'::regnamespace and relkind = 'r' and relname !~ 'hybridrag' and attnum > 0 order by relname, attname" \
	    "select viewname, definition from pg_views where schemaname = 'hybridrag' order by 1"
}
tables() { sql "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname ~ '^lightrag' order by 1"; }
# contents W, places W: all rows; where they are, too
contents() { for table in $(tables); do sql "select '$table', t::text from $table t where workspace = '$1' order by 2"; done; }
places() { for table in $(tables); do sql "select '$table', ctid, xmin, md5(t::text) from $table t where workspace = '$1' order by ctid"; done; }
schemas() { sql "select string_agg(nspname, ' ' order by 1) from pg_namespace where nspname ~ '^hr_'"; }
# Foreign keys are checked where the children lie.
orphans() { sql "select count(*) from lightrag_graph_edges e where not exists (select from lightrag_graph_nodes n
	where (n.workspace, n.namespace, n.id) = (e.workspace, e.namespace, e.src_id))"; }

# --- the first migration: no table is there ------------------------------------------------

fresh_database first
load 0 'a staged load' "$small" w --staging --backup 20260101_000000
staging=$(schema_of "$job")
is '' "$(tables)" 'makes no table of the application'
is 'in_progress staged' "$(phase)" 'its phase is staged'
is "$staging" "$(schemas)" 'it has a schema of its own'
is 20260101_000000 "$(sql 'select backup_id from hybridrag_migration_jobs')" 'its row names the backup'
on 8 'what is not verified' promote
matches 'is staged: it can.t be promoted' "$(cat err "$scratch/err")" "can't be promoted"
on 8 'nor be said to need no verification' unverified
exits 0 'verified where it lies' hr-verify "$small" "$(place w "$staging")"
matches 'ALL CHECKS PASSED' "$(cat "$scratch/out")" 'record by record'
exits 1 'where it will be' hr-verify "$small" "$(place w)"
exits 6 'a schema that is not there' hr-verify "$small" "$(place w hr_000000000000)"
matches 'there is no schema hr_000000000000' "$(cat "$scratch/err")" 'is said not to be'
exits 0 'hr-extract reads it, too' hr-extract "$(place w "$staging")"
on 0 'it is verified' complete
is 'in_progress verified' "$(phase)" 'and known as that'
on 0 'promoted' promote
matches 'tables swapped, locked for at most [0-9]+ ms' "$(cat "$scratch/err")" 'by tables that change schemas'
is 'completed promoted' "$(phase)" 'its phase is promoted'
exits 0 'verified where it is' hr-verify "$small" "$(place w)"
is 0 "$(sql "select count(*) from pg_class where relnamespace::regnamespace::text ~ '^hr_'")" 'nothing is left in its schemas'
on 0 'once more' promote
matches 'nothing to do' "$(cat "$scratch/err")" 'there is nothing to do'
load 0 'the load once more' "$small" w --staging
matches 'was loaded before: nothing to do' "$(cat err)" 'is done already, too'
catalog >staged.catalog
contents w >first.rows
fresh_database direct
load 0 'a direct load of the same' "$small" w
catalog >direct.catalog
same direct.catalog staged.catalog 'makes the same tables, keys, indexes and views'
contents w >direct.rows
same direct.rows first.rows 'with the same rows'

# --- overwriting ---------------------------------------------------------------------------

use first
job=$(sql 'select job_id from hybridrag_migration_jobs')
first=$job
load 6 'rows that are there' "$alpha" w --staging
matches 'already has rows .*--overwrite' "$(cat err)" 'are in the way'
load 0 'unless they are to be overwritten' "$small" w2 --staging
on 0 'another workspace, staged' complete
on 0 'is promoted' promote
matches 'copying [0-9]+ rows, about .* because other workspaces are in the same tables' "$(cat "$scratch/err")" \
    'by rows, which is said beforehand'
exits 0 'and verified' hr-verify "$small" "$(place w2)"
contents w >seen.rows
same first.rows seen.rows 'the first workspace is as it was'
places w2 >w2.places
catalog >before.catalog
hr-extract "$alpha" | hr-transform --workspace w --embedding-model $model | hr-load --dry-run --staging --overwrite "$URI" >out 2>err
is 0 $? 'a dry run of replacing the first'
matches '✓ rows there +[0-9]+: promoting replaces and keeps them' "$(cat out)" 'says what becomes of the rows there'
load 0 'a load that replaces the first' "$alpha" w --staging --overwrite
is 0 "$(sql "select count(*) from pg_index where indrelid::regclass::text ~ '$(schema_of "$job").*(node|edge|full)' and not indisprimary")" \
    'makes no index, since its rows will be copied'
contents w >seen.rows
same first.rows seen.rows 'changes nothing yet'
on 0 'it is verified' complete
on 0 'promoted' promote
exits 0 'the workspace is the new one' hr-verify "$alpha" "$(place w)"
places w2 >seen.places
same w2.places seen.places "the other workspace's rows lie where they lay, of the same transactions"
is 0 "$(orphans)" 'no edge lacks its end'
second=$job
job=$first
on 8 'what was overwritten' rollback
matches "job $second, which is promoted, is in workspace \"w\", too" "$(cat "$scratch/err")" "can't be rolled back before what overwrote it"
job=$second
exits 0 'nothing changed since' hr-load changed --job "$job" --json "$URI"
is 'true 0 0' "$(jq -r '"\(.known) \(.written) \(.gone)"' "$scratch/out")" 'is counted so'
sql "update lightrag_doc_full set content = 'x' where id in (select id from lightrag_doc_full where workspace = 'w' limit 1)" \
    "delete from lightrag_full_entities where id in (select id from lightrag_full_entities where workspace = 'w' limit 1)" \
    "insert into lightrag_full_entities (workspace, id, entity_names) values ('w', 'new', '[]')" || not_ok 'something to count'
exits 0 'what changed since' hr-load changed --job "$job" --json "$URI"
is '2 2' "$(jq -r '"\(.written) \(.gone)"' "$scratch/out")" 'is counted: one new, one changed, one removed'
contents w >meddled.rows
on 0 'a rollback' rollback
is 'completed rolled_back' "$(phase)" 'is a phase'
contents w >seen.rows
same first.rows seen.rows 'brings back every row'
places w2 >seen.places
same w2.places seen.places 'the other workspace is untouched'
on 0 'once more' rollback
matches 'nothing to do' "$(cat "$scratch/err")" 'there is nothing to do'
on 0 'and back again' promote
contents w >seen.rows
same meddled.rows seen.rows 'with what was changed since'
on 0 'and back for good' rollback
contents w >seen.rows
same first.rows seen.rows 'brings back every row'
on 8 'what is kept can be discarded' discard
exits 0 'no, but cleaned up' hr-load cleanup --job "$job" --json "$URI"
matches '^[1-9]' "$(jq .freed_bytes "$scratch/out")" 'which frees bytes'
is '' "$(schemas | grep "$(schema_of "$job")")" 'and leaves no schema'
on 8 'then it' promote
matches 'was cleaned up' "$(cat "$scratch/err")" "can't be promoted"
load 0 'the same again' "$alpha" w --staging --overwrite
if [ "$job" = "$second" ]; then not_ok 'is another job'; else ok 'is another job'; fi
on 0 'it is not wanted' discard
is discarded "$(phase | cut -d ' ' -f 2)" 'and known as that'
is '' "$(schemas | grep "$(schema_of "$job")")" 'its schema is gone'
contents w >seen.rows
same first.rows seen.rows 'nothing else is'

# --- alone in the tables: they are swapped -------------------------------------------------

fresh_database alone
load 0 'a direct load' "$small" w
on 0 'which is verified' complete
sql 'drop role if exists staged_app' 'create role staged_app nologin' 'grant select, insert on lightrag_doc_full to staged_app' \
    'grant select on lightrag_graph_nodes to public' 2>err || not_ok 'grants' "$(cat err)"
catalog >before.catalog
contents w >before.rows
load 0 'the same, staged' "$small" w --staging --overwrite
on 0 'verified' complete
on 0 'promoted' promote
matches 'tables swapped' "$(cat "$scratch/err")" 'swaps the tables'
catalog >seen.catalog
same before.catalog seen.catalog 'with owners, grants, keys, indexes and views'
contents w >seen.rows
same before.rows seen.rows 'and the same rows'
is 79 "$(sql 'select count(*) from hybridrag.lightrag_entities')" 'the views show the new tables'
sql "update lightrag_doc_full set content = 'x' where id = (select min(id) from lightrag_doc_full)"
on 0 'a rollback' rollback
matches 'tables swapped' "$(cat "$scratch/err")" 'swaps them back'
catalog >seen.catalog
same before.catalog seen.catalog 'with all that they had'
contents w >seen.rows
same before.rows seen.rows 'and every row'
is 0 "$(sql "select count(*) from hybridrag.lightrag_kv_store where value->>'content' = 'x'")" 'the views show the old ones'
on 0 'and promoted again' promote
is x "$(sql 'select content from lightrag_doc_full order by id limit 1')" 'with what was changed since'
on 0 'cleaned up' cleanup
is '' "$(schemas)" 'no schema is left'
on 8 'what was cleaned up' rollback
matches 'what it replaced was cleaned up' "$(cat "$scratch/err")" "can't be rolled back"

# foreign NAME REASON STATEMENT UNDO: something of others hangs on a table, so its rows are copied
foreign() {
	sql "update lightrag_doc_full set content = '$1' where id = (select min(id) from lightrag_doc_full)" "$3" || not_ok "$1: made"
	contents w >changed.rows
	load 0 "$1: a staged load" "$small" w --staging --overwrite
	[ -z "${5:-}" ] || sql "$5"
	on 0 "$1: verified" complete
	on 0 "$1: promoted" promote
	matches "because .*$2" "$(cat "$scratch/err")" "$1: by rows"
	on 0 "$1: rolled back" rollback
	contents w >seen.rows
	same changed.rows seen.rows "$1: every row is back"
	sql "$4"
	on 0 "$1: cleaned up" cleanup
}
foreign view 'view theirs depends on lightrag_doc_full' 'create view theirs as select id from lightrag_doc_full' 'drop view theirs'
foreign trigger 'trigger theirs' "create function f() returns trigger language plpgsql as 'begin return new; end'" 'drop function f cascade' \
    'create trigger theirs before insert on lightrag_doc_full for each row execute function f()'
foreign key 'constraint theirs' "create table t (w text, id text, constraint theirs foreign key (w, id) references lightrag_doc_full deferrable)" 'drop table t'
foreign publication 'publication theirs' 'create publication theirs for table lightrag_doc_full' 'drop publication theirs'
foreign column 'has other columns' 'alter table lightrag_doc_full add theirs int default 7' 'alter table lightrag_doc_full drop theirs'
foreign index 'has an index' 'create index theirs on lightrag_doc_full (length(content))' 'drop index theirs'
foreign check 'has a constraint' "alter table lightrag_doc_full add constraint theirs check (id <> 'x')" 'alter table lightrag_doc_full drop constraint theirs'
foreign statistics 'statistics object theirs' 'create statistics theirs on id, doc_name from lightrag_doc_full' 'drop statistics theirs'
foreign child 'table theirs' 'create table theirs () inherits (lightrag_doc_full)' 'drop table theirs'
foreign policy 'policy theirs' 'create policy theirs on lightrag_doc_full using (true)' 'drop policy theirs on lightrag_doc_full'
foreign privileges 'privileges on columns' 'grant select (src_id) on lightrag_graph_edges to staged_app' 'revoke select (src_id) on lightrag_graph_edges from staged_app'
foreign options 'has properties' 'alter table lightrag_doc_full set (fillfactor = 90)' 'alter table lightrag_doc_full reset (fillfactor)'
sql 'drop owned by staged_app' 'drop role staged_app'

# --- direct runs can be rolled back, too ---------------------------------------------------

fresh_database undone
load 0 'a direct load' "$small" w
on 0 'verified' complete
load 0 'beside another' "$alpha" other
places other >other.places
job=$(sql "select job_id from hybridrag_migration_jobs where workspace = 'w'")
contents w >before.rows
on 0 'rolled back' rollback
is '' "$(contents w)" 'its rows are gone'
places other >seen.places
same other.places seen.places "the other's are not"
load 0 'the same may be loaded again' "$small" w
on 0 'and discarded' discard
job=$(sql "select job_id from hybridrag_migration_jobs where phase = 'rolled_back'")
on 0 'the rollback can be undone' promote
contents w >seen.rows
same before.rows seen.rows 'with every row'
is 'completed unverified' "$(phase)" 'it wants to be verified again'
on 0 'which it can' complete

# A merge takes only its own rows, and of these none that another's row refers to.
fresh_database merged
load 0 'rows that are there' "$alpha" w
on 0 'verified' complete
contents w >theirs.rows
sql 'select id from lightrag_graph_nodes order by id collate "C"' >theirs.nodes
load 0 'a merge beside them' "$small" w --merge
on 0 'verified' complete
mine=$(sql "select id from lightrag_graph_nodes order by id collate \"C\"" | comm -13 theirs.nodes - | head -n 1)
column=$(sql "select string_agg(quote_ident(attname), ', ') from pg_attribute where attrelid = 'lightrag_graph_edges'::regclass and attnum > 0
	and attname not in ('src_id', 'tgt_id')")
sql "insert into lightrag_graph_edges ($column, src_id, tgt_id) select $column, '$mine', '$mine' from lightrag_graph_edges limit 1" ||
    not_ok 'an edge of somebody'
contents w >before.rows
on 0 'rolled back' rollback
contents w >seen.rows
is '' "$(sort theirs.rows >a; sort seen.rows >b; comm -23 a b)" 'all of theirs is there'
is 2 "$(comm -13 a b | wc -l)" 'and the edge of somebody, with its end'
on 0 'undone' promote
contents w >seen.rows
same before.rows seen.rows 'all is there again'

# --- rejects -------------------------------------------------------------------------------

fresh_database rejects
mkdir odd
echo '{"a": {"content": "1"}, "b": {"content": "\u0000"}}' >odd/kv_store_full_docs.json
load 1 'a staged load with rejects' odd w --staging
on 0 'verified' complete
on 1 'promoted' promote
matches 'has 1 rejects: nothing was changed; --accept-rejects' "$(cat "$scratch/err")" 'it is not, unless that is accepted'
is 'in_progress verified' "$(phase)" 'and stays as it was'
is '' "$(tables)" 'in its schema'
exits 0 'if it is' hr-load promote --job "$job" --accept-rejects "$URI"
is 1 "$(sql 'select count(*) from lightrag_doc_full')" 'the rest is there'
load 1 'once more' odd w --staging

# --- interrupted, failed, refused ----------------------------------------------------------

fresh_database interrupted
hr-extract "$small" | hr-transform --workspace w --embedding-model $model >rows
head -n -40 rows >half
hr-load --staging --batch-size 10 "$URI" <half >out 2>err
is 4 $? 'a staged load of half a stream'
is '' "$(tables)" 'shows nothing'
on_half=$(jq -r 'select(.kind == "begin").job' out)
load 8 'going on without --staging' "$small" w
matches 'was begun with --staging' "$(cat err)" 'is refused'
load 0 'going on' "$small" w --staging
is "$on_half" "$job" 'is the same job'
exits 0 'verified' hr-verify "$small" "$(place w "$(schema_of "$job")")"
sql "update $(schema_of "$job").lightrag_doc_full set content = 'x' where id = (select min(id) from $(schema_of "$job").lightrag_doc_full)"
exits 1 'a difference' hr-verify "$small" "$(place w "$(schema_of "$job")")"
on 0 'is told' fail
is 'failed verification_failed' "$(phase)" 'and known'
on 8 'it' promote
is '' "$(tables)" "can't be promoted"
load 0 'the same command' "$small" w --staging
is 'failed verification_failed' "$(phase)" "doesn't change that"
on 0 'discarded' discard
load 0 'a staged load' "$small" w --staging
on 0 'verified' complete
sql "insert into $(schema_of "$job").lightrag_graph_nodes select * from $(schema_of "$job").lightrag_graph_nodes limit 0" \
    "drop table $(schema_of "$job").lightrag_full_entities"
on 8 'of which a table was taken away' promote
matches 'there is no table lightrag_full_entities' "$(cat "$scratch/err")" 'is refused'
is '' "$(tables)" 'whole'
on 0 'discarded' discard
load 0 'a staged load' "$small" w --staging
on 0 'verified' complete
staged_job=$job
load 0 'somebody loads into the workspace meanwhile' "$alpha" w
job=$staged_job
on 6 'which the staged job' promote
matches 'has rows since job' "$(cat "$scratch/err")" "doesn't replace unasked"
exits 2 '--merge and --staging' hr-load --merge --staging "$URI"
exits 2 '--overwrite alone' hr-load --overwrite "$URI"
exits 2 '--accept-rejects alone' hr-load --accept-rejects "$URI"
exits 2 'promote without a job' hr-load promote "$URI"
exits 2 'jobs with a job' hr-load jobs --job x "$URI"
exits 8 'no such job' hr-load promote --job 000000-000000 "$URI"

# --- rights --------------------------------------------------------------------------------

fresh_database rights
load 0 'an owner loads' "$small" mine
sql 'create role staged_limited login' || not_ok 'a role'
sql 'grant all on schema public, hr to staged_limited' 'grant all on all tables in schema public, hr to staged_limited' \
    'alter table hybridrag_migration_jobs owner to staged_limited'
hr-extract "$small" | hr-transform --workspace w --embedding-model $model >rows
exits 6 'a dry run by a role that may make no schema' sh -c "PGUSER=staged_limited hr-load --dry-run --staging '${URI%user=*}user=staged_limited' <rows"
matches '✗ staging +this role may not create schemas' "$(cat "$scratch/out")" 'says so'
exits 6 'a role that may make no schema' sh -c "PGUSER=staged_limited hr-load --staging '${URI%user=*}user=staged_limited' <rows"
matches 'GRANT CREATE ON DATABASE .* TO "staged_limited";' "$(cat "$scratch/err")" 'is told what an owner has to run'
sql 'drop owned by staged_limited; drop role staged_limited'

# --- the list of jobs ----------------------------------------------------------------------

fresh_database jobs
exits 0 'no jobs' hr-load jobs "$URI"
is 'No jobs' "$(cat "$scratch/out")" 'are said to be none'
exits 0 'as JSON' hr-load jobs --json "$URI"
valid hr-load-jobs "$scratch/out" 'none: as described'
load 0 'a staged load' "$small" w --staging
hr-extract "$small" | hr-transform --workspace half --embedding-model $model | head -n -40 | hr-load "$URI" >out 2>err
exits 0 'two jobs' hr-load jobs --json "$URI"
valid hr-load-jobs "$scratch/out" 'two: as described'
is 'half interrupted true,w staged true' "$(jq -r '[.jobs[] | "\(.workspace) \(.phase) \(.resumable)"] | join(",")' "$scratch/out")" 'the newest first'
is true "$(jq '.jobs | .[0].progress < 100 and .[0].progress > 0 and .[0].last_error != null and .[1].progress == 100' "$scratch/out")" \
    'with progress and the last error'
exits 0 'for people' hr-load jobs "$URI"
matches '^[0-9a-f-]{13} +paused +interrupted +[0-9.]+% .* half +the same command goes on \(.*\)$' "$(cat "$scratch/out")" 'a line each'
