#!/bin/sh
# timeout: 300
# Tables with embeddings that are partitioned by workspace: the application notices nothing, a workspace is
# promoted and rolled back by exchanging its partition, whoever else is in the table, and nobody else's rows move.
. "$(dirname "$0")/../lib.sh"

# Backups are made beside them.
cp -r "$DATA/lightrag-1.5.7-two-workspaces/alpha" "$DATA/lightrag-1.5.7-two-workspaces/beta-2" .
alpha=$scratch/alpha beta=$scratch/beta-2
entities=lightrag_vdb_entity_m_16d

# load STATUS NAME DIR WORKSPACE [OPTION...]: sets job
load() {
	load_status=$1 load_name=$2
	hr-extract "$3" 2>rows.err | hr-transform --workspace "$4" --embedding-model m >rows 2>>rows.err ||
	    not_ok "rows of $3" "$(cat rows.err)"
	shift 4
	again "$load_status" "$load_name" "$@"
}
# again STATUS NAME [OPTION...]: the same rows
again() {
	wanted=$1 words=$2 got=0
	shift 2
	hr-load "$@" "$URI" <rows >out 2>err || got=$?
	if [ $got = "$wanted" ]; then ok "$words"; else not_ok "$words" "status $got: $(cat err)"; fi
	job=$(jq -r 'select(.kind == "begin").job' out)
}
on() { exits "$1" "$2" hr-load "$3" --job "$job" "$URI"; }
says() { matches "$1" "$(cat "$scratch/err")" "$2"; }
place() { echo "$URI&workspace=$1&embedding_model=m"; }
way() { sql "select way from hybridrag_migration_jobs where job_id = '$job'"; }
tables() { sql "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname ~ '^lightrag' order by 1"; }
# contents W, places W: all rows; where they are, too
contents() { for table in $(tables); do sql "select '$table', t::text from $table t where workspace = '$1' order by 2"; done; }
places() {
	for table in $(tables); do
		sql "select '$table', tableoid::regclass, ctid, xmin, md5(t::text) from $table t where workspace = '$1' order by tableoid::regclass::text, ctid"
	done
}
# What the application's own tables are called, and their keys and indexes.
names() {
	sql "select conrelid::regclass, conname, pg_get_constraintdef(oid) from pg_constraint where conrelid in (select oid from pg_class
	         where relnamespace = 'public'::regnamespace and relname ~ '^lightrag') order by conrelid::regclass::text, 2" \
	    "select replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') from pg_index join pg_class on pg_class.oid = indrelid
	         where relnamespace = 'public'::regnamespace and relname ~ '^lightrag' order by indexrelid::regclass::text"
}
# lies W: the schema that holds its entities
lies() { sql "select distinct regexp_replace(tableoid::regclass::text, '[.].*', '') from $entities where workspace = '$1'"; }
# digits W: those in the names of its partition's schemas
digits() {
	sql "select substr(nspname, 4, 12) from pg_namespace n join pg_class c on c.relnamespace = n.oid join pg_constraint k on k.conrelid = c.oid
	         where c.relname = '$entities' and nspname ~ '_part\$' and conname = 'hr_partition' and pg_get_constraintdef(k.oid) like '%''$1''%'"
}
leftovers() { sql "select count(*) from pg_constraint where conname ~ '^hr_not'"; }
kept() { sql "select count(*) from pg_namespace where nspname ~ '^hr_[0-9a-f]{12}(_old)?\$'"; }
# upsert W: as the application writes an entity
upsert() {
	for words in first second; do
		sql "insert into $entities (workspace, id, entity_name, content) values ('$1', 'ent-x', 'X', '$words')
		         on conflict (workspace, id) do update set content = excluded.content"
	done
	is second "$(sql "select content from $entities where workspace = '$1' and id = 'ent-x'")" "an upsert of workspace $1 works"
}

# --- the first of all ----------------------------------------------------------------------

fresh_database plain
load 0 'plain tables' "$alpha" w
names >plain.names
hr-load complete --job "$job" "$URI"
load 6 'partitions of what is there without' "$alpha" w2 --staging --partitioned
matches "lightrag_vdb_chunks_m_16d is there already, and not in hr's partitions" "$(cat err)" 'are refused'
is '' "$(sql "select nspname from pg_namespace where nspname ~ '^hr_'")" 'and nothing is made'
got=0
hr-load --dry-run --staging --partitioned "$URI" <rows >out 2>err || got=$?
is 6 $got 'a dry run'
matches '✗ partitions +.*is there already' "$(cat out)" 'says so'
exits 2 '--partitioned alone' hr-load --partitioned "$URI"

fresh_database first
hr-extract "$alpha" | hr-transform --workspace w --embedding-model m | hr-load --dry-run --staging --partitioned "$URI" >out 2>err
is 0 $? 'a dry run'
matches '✓ partitions +the workspace has its own of 3 tables' "$(cat out)" 'says what is made'
is '' "$(tables)" 'and makes nothing'
load 0 'a staged load' "$alpha" w --staging --partitioned
is "lightrag_vdb_chunks_m_16d $entities lightrag_vdb_relation_m_16d" "$(tables | paste -sd ' ' -)" 'makes what is partitioned, at once'
is '' "$(contents w)" 'empty'
is partition "$(way)" 'and knows the way'
on 0 'verified' complete
on 0 'promoted' promote
says 'tables and partitions swapped, locked for at most [0-9]+ ms$' 'exchanges both'
exits 0 'and verified' hr-verify "$alpha" "$(place w)"
names >first.names
same plain.names first.names 'keys and indexes are those of plain tables'
is '3 p' "$(sql "select count(*), max(relkind) from pg_class where relnamespace = 'public'::regnamespace and relname ~ '^lightrag_vdb.*d\$'" | tr '|' ' ')" 'three tables are partitioned'
is 0 "$(sql "select count(*) from pg_index where not indisvalid")" 'every index is whole'
for workspace in w unknown; do upsert $workspace; done
matches '_rows$' "$(lies w)" 'one in the partition'
matches '_rest$' "$(lies unknown)" 'the other among the rest'
rest=$(lies unknown)
sql "delete from $entities where id = 'ent-x'"
exits 0 'similar ones, by the index' hr-query --json --index --similar-to "$(jq -r '.data[0].__id__' "$alpha/vdb_entities.json")" "$(place w)"
is 1 "$(jq .recall.value "$scratch/out")" 'of its own'
hr db register parted --path "$alpha" --connection-string "$URI" --backend-type postgres --workspace w --embedding-model m >out 2>err
exits 0 'its status' hr-status --json parted
is 'true true' "$(jq -r '.databases[0] | "\(.connected) \(.bytes > 100000)"' "$scratch/out")" 'counts the partitions'
exits 0 'the jobs' hr-load jobs --json "$URI"
valid hr-load-jobs "$scratch/out" 'as described'

# --- beside others -------------------------------------------------------------------------

places w >w.places
load 0 'another workspace, now without the option' "$beta" other --staging
on 0 'verified' complete
on 0 'promoted' promote
says 'partitions swapped, locked for .* rows of other tables copied' 'exchanges partitions'
exits 0 'and verified' hr-verify "$beta" "$(place other)"
places w >seen.places
same w.places seen.places "the first workspace's rows lie where they lay, of the same transactions"
if [ "$(lies w)" = "$(lies other)" ]; then not_ok 'each has its own partition'; else ok 'each has its own partition'; fi
upsert other
upsert unknown
sql "delete from $entities where id = 'ent-x'"
places other >other.places
contents w >old.rows
load 0 'the first one is replaced' "$beta" w --staging --overwrite
on 0 'verified' complete
contents w >seen.rows
same old.rows seen.rows 'not yet'
on 0 'promoted' promote
says 'partitions swapped, locked for .* rows of other tables copied' 'by its partitions'
is partition "$(way)" 'which the job knows'
exits 0 'and verified' hr-verify "$beta" "$(place w)"
exits 0 'what changed since' hr-load changed --job "$job" --json "$URI"
is 'true 0 0' "$(jq -r '"\(.known) \(.written) \(.gone)"' "$scratch/out")" 'is nothing'
upsert w
exits 0 'what changed since' hr-load changed --job "$job" --json "$URI"
is 'true 1 0' "$(jq -r '"\(.known) \(.written) \(.gone)"' "$scratch/out")" 'is counted'
on 0 'rolled back' rollback
contents w >seen.rows
same old.rows seen.rows 'brings back every row'
on 0 'and forth' promote
is second "$(sql "select content from $entities where workspace = 'w' and id = 'ent-x'")" 'brings back what was written since'
on 0 'and back' rollback
contents w >seen.rows
same old.rows seen.rows 'brings back every row'
places other >seen.places
same other.places seen.places "the other workspace's rows lie where they lay"
names >seen.names
same first.names seen.names 'keys and indexes are as they were'
exits 0 'cleaned up' hr-load cleanup "$URI"
is 0 "$(kept)" "no job's schema is left"
contents w >seen.rows
same old.rows seen.rows 'the rows are'

# --- what can't be exchanged ---------------------------------------------------------------

sql "create index theirs on $entities (length(content))" || not_ok 'an index'
load 0 'a staged load' "$beta" w --staging --overwrite
on 0 'verified' complete
on 0 'promoted, with an index of somebody' promote
says "copying .* rows, .* because other workspaces are in the same tables, and $entities has an index that the staged table has not" 'by rows, and says why'
is insert "$(way)" 'which the job knows'
exits 0 'and verified' hr-verify "$beta" "$(place w)"
on 0 'rolled back' rollback
contents w >seen.rows
same old.rows seen.rows 'with every row'
sql 'drop index theirs'
hr-load cleanup "$URI" >out

upsert mixed
load 0 'a workspace that has rows among the rest' "$beta" mixed --staging --overwrite
matches 'rows of workspace "mixed" lie in the partition of all others, so the rows will be copied' "$(cat err)" 'is told so'
on 0 'verified' complete
on 0 'promoted' promote
says 'copying .* rows' 'by rows'
exits 0 'and verified' hr-verify "$beta" "$(place mixed)"
on 0 'rolled back' rollback
is second "$(sql "select content from $entities where workspace = 'mixed'")" 'with its row'
places other >seen.places
same other.places seen.places "nobody else's rows moved"

# --- interrupted ---------------------------------------------------------------------------

hr-extract "$alpha" | hr-transform --workspace half --embedding-model m >rows
head -n 30 rows | hr-load --staging --partitioned --batch-size 5 "$URI" >out 2>err
is 4 $? 'half of a stream'
again 0 'the rest, without the option' --staging
on 0 'verified' complete
on 0 'promoted' promote
says 'partitions swapped' 'by partitions all the same'
exits 0 'and verified' hr-verify "$alpha" "$(place half)"
# Killed behind the first step of making the partition: nothing of the workspace may come among the rest.
load 0 'a staged load' "$alpha" cut --staging
cut=$(digits cut)
on 0 'discarded' discard
sql 'set client_min_messages = error' "drop schema hr_${cut}_part, hr_${cut}_rows cascade" \
    "alter table $rest.$entities add constraint hr_not_$cut check (workspace <> 'cut') not valid" 2>err || not_ok 'as if killed' "$(cat err)"
load 0 'the same again' "$alpha" cut --staging
is 0 "$(leftovers)" 'leaves no constraint'
on 0 'verified' complete
on 0 'promoted' promote
says 'partitions swapped' 'by partitions'
exits 0 'and verified' hr-verify "$alpha" "$(place cut)"
load 0 'a staged load' "$alpha" gone --staging
gone=$(digits gone)
sql "alter table $rest.$entities add constraint hr_not_$gone check (workspace <> 'gone') not valid" || not_ok 'as if killed'
on 0 'discarded' discard
is 0 "$(leftovers)" 'takes the constraint away, too'
upsert gone
load 0 'staged' "$alpha" orphan --staging
on 0 'verified' complete
sql "drop table $entities cascade"
on 8 'whose table is gone' promote
says "the partitioned table $entities is gone: discard job" "isn't made a plain one"
is '' "$(sql "select to_regclass('public.$entities')")" 'nothing is made'

# --- the driver ----------------------------------------------------------------------------

fresh_database driver
migrate() { hr backend migrate "$@" --connection-string "$URI" --embedding-model m --workspace w; }
exits 2 'without --staged' migrate "$alpha" --partitioned
exits 0 'a migration' migrate "$alpha" --staged --partitioned
matches 'STAGED MIGRATION COMPLETED SUCCESSFULLY' "$(cat "$scratch/out")" 'is complete'
exits 0 'another over it' migrate "$beta" --overwrite --json
valid hr "$scratch/out" 'as described'
matches 'partitions swapped' "$(cat "$scratch/err")" 'by partitions'
exits 0 'back' migrate "$beta" --rollback "$(sql 'select job_id from hybridrag_migration_jobs order by created_at desc limit 1')" --yes
exits 0 'to what was there' hr-verify "$alpha" "$(place w)"
