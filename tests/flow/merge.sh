#!/bin/sh
# timeout: 240
# Merging beside rows that are there: equal ones are skipped, others with the same key stay and are
# rejects; nothing that was there is changed, by whatever way the run comes to its end; what the job
# made, and nothing else, can be taken away again.
. "$(dirname "$0")/../lib.sh"

# --- sources -------------------------------------------------------------------------------

# graph DIR: the elements on standard input as a graph
graph() {
	{
		cat <<'END'
<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d1" for="node" attr.name="description" attr.type="string"/>
<key id="d7" for="edge" attr.name="weight" attr.type="double"/>
<graph edgedefault="undirected">
END
		cat
		echo '</graph></graphml>'
	} >"$1/graph_chunk_entity_relation.graphml"
}
# entity DIR VECTOR: one embedding, of two dimensions
entity() {
	cat >"$1/vdb_entities.json" <<END
{"embedding_dim": 2, "data": [{"__id__": "ent-1", "entity_name": "A", "content": "A", "source_id": "",
  "__created_at__": 1}], "matrix": "$2"}
END
}

# Once loaded, these are somebody else's rows.
mkdir old new
echo '{"a": {"content": "1"}, "d": {"content": "same"}, "t": {"content": "theirs"}}' >old/kv_store_full_docs.json
echo '{"c": {"content": "c", "tokens": 1}}' >old/kv_store_text_chunks.json
entity old AAAAAAAAgD8=
graph old <<'END'
<node id="A"><data key="d1">A</data></node><node id="B"/><node id="T"/>
<edge source="A" target="B"><data key="d7">1.0</data></edge><edge source="A" target="T"><data key="d7">1.0</data></edge>
END
cat >new/kv_store_full_docs.json <<'END'
{"a": {"content": "1"}, "b": {"content": "x"}, "a": {"content": "2"}, "a": {"content": "1"}, "c": {"content": "new"},
 "c": {"content": "newer"}, "d": {"content": "other"}, "d": {"content": "same"}, "e": {"content": "e"}}
END
echo '{"c": {"content": "c", "tokens": 1}}' >new/kv_store_text_chunks.json
entity new AAAAAAAAgD8=
graph new <<'END'
<node id="A"><data key="d1">A</data></node><node id="B"><data key="d1">another</data></node><node id="C"/>
<edge source="B" target="A"><data key="d7">1.0</data></edge><edge source="A" target="T"><data key="d7">2.0</data></edge>
<edge source="C" target="Z"><data key="d7">3.0</data></edge><edge source="Y" target="A"><data key="d7">4.0</data></edge>
<edge source="C" target="Z"><data key="d7">5.0</data></edge>
END
conflicts='graph_edges|2|T|conflict|another row is there, which stays; it differs in properties
graph_edges|5|Z|duplicate-key|superseded by seq 5
graph_nodes|2|B|conflict|another row is there, which stays; it differs in properties
kv_store_full_docs|3|a|conflict|another row is there, which stays; it differs in content
kv_store_full_docs|4|a|duplicate-key|superseded by seq 4
kv_store_full_docs|6|c|duplicate-key|superseded by seq 6
kv_store_full_docs|7|d|conflict|another row is there, which stays; it differs in content'

# load DIR WORKSPACE [OPTION...]: sets $status; leaves out and err
load() {
	hr-extract "$1" 2>rows.err | hr-transform --workspace "$2" >rows.in 2>>rows.err || not_ok "rows of $1" "$(cat rows.err)"
	shift 2
	status=0
	hr-load "$@" "$URI" <rows.in >out 2>err || status=$?
}
# theirs WORKSPACE: the rows of old, of which hr knows nothing
theirs() {
	load old "$1"
	is 0 $status "$1: their rows"
	sql "delete from hybridrag_migration_jobs where workspace = '$1'"
}
tables="lightrag_doc_full lightrag_doc_chunks lightrag_vdb_entity lightrag_graph_nodes lightrag_graph_edges"
# contents WORKSPACE, places WORKSPACE: all rows; where they are, too
contents() {
	for table in $tables; do
		sql "select '$table', (to_jsonb(t) - 'workspace')::text from $table t where workspace = '$1' order by 2"
	done
}
places() {
	for table in $tables; do
		sql "select '$table', ctid, xmin, md5(t::text) from $table t where workspace = '$1' order by ctid"
	done
}
# lost BEFORE AFTER: lines that are only in the first file
lost() {
	sort "$1" >lost.before
	sort "$2" >lost.after
	comm -23 lost.before lost.after
}
rejects() { sql "select store, seq, id, reason, detail from hr.rejects where job_id = '$1' order by 1, 2"; }
job_of() { sql "select job_id from hybridrag_migration_jobs where workspace = '$1' order by created_at desc limit 1"; }
# outcome WORKSPACE: all that a merge leaves
outcome() {
	job=$(job_of "$1")
	contents "$1"
	rejects "$job"
	sql "select table_name, made, count(*) from hr.merged where job_id = '$job' group by 1, 2 order by 1, 2" \
	    "select id from hr.inserted where job_id = '$job' order by 1" \
	    "select store, last_seq, rows, rejected from hr.progress where job_id = '$job' order by 1" \
	    "select phase, total_records, migrated_records, failed_records, merge from hybridrag_migration_jobs where job_id = '$job'"
}

# --- what comes out ------------------------------------------------------------------------

fresh_database outcome
theirs plain
contents plain >before
places plain >before.places
load new plain
is 6 $status 'without --merge their rows are in the way'
matches 'come beside them \(--merge\)' "$(cat err)" 'and the way is told'
load new plain --merge --dry-run
is 0 $status 'a dry run with --merge'
matches '^  ✓ rows there +10: they stay as they are; only the run finds' "$(cat out)" 'says how many are there'
load new plain --merge
is 1 $status 'a merge with conflicts'
matches '^hr-load: 6 rows were there already, the same' "$(cat err)" 'says how many rows were there already'
matches '^hr-load: 7 records rejected' "$(cat err)" 'and how many were rejected'
is "$conflicts" "$(rejects "$(job_of plain)")" 'the conflicts, with the columns that differ'
is 'a|1
b|x
c|newer
d|same
e|e
t|theirs' "$(sql "select id, content from lightrag_doc_full where workspace = 'plain' order by id")" 'their rows and the new ones'
contents plain >after
is '' "$(lost before after)" 'all of their rows are still there'
places plain >after.places
is '' "$(lost before.places after.places)" 'and were not even touched'
is 'Y
Z' "$(sql 'select id from hr.inserted order by 1')" 'missing ends of edges are made'
outcome plain | sed 's/|plain|/|W|/' >whole
exits 0 'all but the rejects is in the target' hr-verify --subset new "$URI&workspace=plain"
matches '^note: 7 rejected records of job' "$(cat "$scratch/out")" 'rejects are not compared'
matches '^note: [0-9]+ records of the target are not in the source' "$(cat "$scratch/out")" 'what else is there is counted'
exits 1 'it is not the same' hr-verify new "$URI&workspace=plain"
exits 0 'the source of their rows is in it, too' hr-verify --subset old "$URI&workspace=plain"
matches 'job .* loaded another source' "$(cat "$scratch/out")" 'which is another than the job had'
load new plain --merge
is 1 $status 'once more: the rejects are not forgotten'
matches 'nothing to do' "$(cat err)" 'there is nothing to do'
outcome plain >again
same whole again 'and nothing was done'

load new alone --merge
is 1 $status 'a merge where nothing is there'
load new alone2
is 1 $status 'and the plain load'
contents alone >merged
contents alone2 >plain
same plain merged 'are the same'
rejects "$(job_of alone)" >merged
rejects "$(job_of alone2)" >plain
same plain merged 'in their rejects, too'

for batch in 1 2 3 7; do
	theirs "batch$batch"
	load new "batch$batch" --merge --batch-size $batch
	outcome "batch$batch" >found
	same whole found "batches of $batch: the same comes out"
done

# Cut off behind each row in turn, and gone on with in larger batches.
lines=$(wc -l <rows.in) from=$(grep -n '"kind":"row"' rows.in | head -n 1 | cut -d : -f 1)
differing=''
sql "delete from hybridrag_migration_jobs where workspace <> 'plain'"
for cut in $(seq "$from" $((lines - 1))); do
	theirs "cut$cut" >theirs.out
	hr-extract new | hr-transform --workspace "cut$cut" >rows.in 2>rows.err
	head -n "$cut" rows.in | hr-load --merge --batch-size 1 "$URI" >out 2>&1 && not_ok 'a stream without its end' "$(cat out)"
	hr-load --merge --batch-size 2 "$URI" <rows.in >out 2>&1
	outcome "cut$cut" >found
	cmp -s whole found || differing="$differing $cut: $(diff whole found | head -n 5)"
done
is '' "$differing" "cut off behind each of $((lines - from)) lines: the same comes out"

# --- what is equal -------------------------------------------------------------------------

# unlike NAME STATEMENT COLUMN: after the statement their row is another one, in that column
unlike() {
	theirs "unlike-$1"
	sql "$2"
	load new "unlike-$1" --merge
	matches "differs in $3\$" "$(rejects "$(job_of "unlike-$1")")" "$1 is another row"
}
unlike number "update lightrag_graph_edges set properties = '{\"weight\": 1}' where workspace = 'unlike-number' and tgt_id = 'B'" properties
unlike zero "update lightrag_vdb_entity set content_vector = '[-0,1]' where workspace = 'unlike-zero'" content_vector
unlike null "update lightrag_doc_full set content_hash = '' where workspace = 'unlike-null'" content_hash
unlike times "update lightrag_doc_chunks set create_time = '2020-01-01', update_time = '2020-01-01' where workspace = 'unlike-times'" \
    'create_time, update_time'
is 't' "$(sql "select create_time = '2020-01-01' from lightrag_doc_chunks where workspace = 'unlike-times'")" 'and stays'

# --- modes and jobs ------------------------------------------------------------------------

hr-extract new | hr-transform --workspace mode >rows.in
head -n $((from + 1)) rows.in | hr-load --merge "$URI" >out 2>&1
load new mode
is 8 $status 'an unfinished merge does not go on as a plain load'
matches "job $(job_of mode) was begun with --merge: go on so, or remove what it wrote with: hr-load discard" "$(cat err)" 'and says so'
load new mode --job "$(job_of mode)"
is 8 $status 'nor by its name'
load new mode --merge
is 1 $status 'as a merge it does'
hr-extract new | hr-transform --workspace mode2 >rows.in
head -n $((from + 1)) rows.in | hr-load "$URI" >out 2>&1
load new mode2 --merge
is 8 $status 'nor does a plain load go on as a merge'
load new mode2
is 1 $status 'as a plain load it does'
load new mode2 --merge
is 1 $status 'a merge of what a plain load brought'
is 2 "$(sql "select count(*) from hybridrag_migration_jobs where workspace = 'mode2'")" 'is another job'
is 0 "$(sql "select count(*) from hr.merged where made and job_id = '$(job_of mode2)'")" 'that made nothing'
load new mode2
is 6 $status 'a plain load behind it finds rows in the way'
exits 8 'the plain job can not be discarded now' hr-load discard --job "$(sql "select job_id from hybridrag_migration_jobs
	where workspace = 'mode2' and not merge")" "$URI"
matches 'behind job .* which therefore' "$(cat "$scratch/err")" 'since another came behind it'

# --- discard -------------------------------------------------------------------------------

theirs away
places away >before
load new away --merge
sql "insert into lightrag_graph_edges (workspace, src_id, tgt_id, properties) values ('away', 'B', 'C', '{}')" \
    "insert into lightrag_doc_full (workspace, id, content) values ('away', 'later', 'x')"
exits 0 'discard' hr-load discard --job "$(job_of away)" "$URI"
matches "^hr-load: 1 of the job's rows stay: others' rows refer to them" "$(cat "$scratch/err")" 'says what stays'
places away >after
is '' "$(lost before after)" 'none of their rows is touched'
is 'a
d
later
t
A
B
C
T
A B
A T
B C' "$(sql "select id from lightrag_doc_full where workspace = 'away' order by 1" \
    "select id from lightrag_graph_nodes where workspace = 'away' order by 1" \
    "select src_id || ' ' || tgt_id from lightrag_graph_edges where workspace = 'away' order by 1")" \
    'theirs is left, and what came later, with the node that it needs'
is 0 "$(sql "select count(*) from hr.merged where job_id = '$(job_of away)'")" 'the list is gone'
load new away --merge
is 1 $status 'and it can be merged anew'

# --- rights, and what an earlier version made -------------------------------------------------

sql "create role merger login" "grant all on schema public, hr to merger" "grant all on all tables in schema public, hr to merger" \
    "revoke temporary on database $PGDATABASE from public"
merger="$(echo "$URI" | sed 's/user=sandbox/user=merger/')"
hr-extract new | hr-transform --workspace rights >rows.in
exits 6 'a role without temporary tables' sh -c "hr-load --merge '$merger' <rows.in"
matches 'permission denied to create temporary tables' "$(cat "$scratch/err")" 'is refused'
exits 6 'beforehand, too' sh -c "hr-load --merge --dry-run '$merger' <rows.in"
matches '✗ temporary tables +this role may not make any' "$(cat "$scratch/out")" 'with words'
is '' "$(job_of rights)" 'nothing is made'
exits 1 'without --merge it loads' sh -c "hr-load '$merger' <rows.in"
sql 'drop table hr.merged' 'alter table hybridrag_migration_jobs drop column merge' "grant temporary on database $PGDATABASE to public"
load new rights --dry-run
is 0 $status "a dry run on an earlier version's tables"
exits 0 'verification there' hr-verify new "$URI&workspace=rights"
theirs older
load new older --merge
is 1 $status 'a merge there'
outcome older >found
same whole found 'is like any other'

# --- a whole workspace, killed again and again ------------------------------------------------

small=$DATA/lightrag-1.5.7-small model=BAAI/bge-m3
tables="$(hr-extract --count "$small" | hr-transform --embedding-model $model | sed -n 's/^{"kind":"table","table":"\([^"]*\)".*/\1/p')"
fresh_database theirs
exits 0 'their rows, whole' hr migrate --from "$small" --to "$URI" --embedding-model $model
# LightRAG has written half of them, changed some, and has others besides.
for table in $tables; do
	case $table in
	*graph_edges) sql "delete from $table where hashtext(src_id || tgt_id) % 2 = 0"
		sql "update $table set properties = properties || '{\"weight\": 7}' where hashtext(src_id || tgt_id) % 5 = 1" ;;
	*) sql "delete from $table where hashtext(id) % 2 = 0" ;;
	esac
done
sql "update lightrag_doc_full set content = content || ' ' where id < 'doc-8'" \
    "update lightrag_vdb_chunks_baai_bge_m3_32d set tokens = null" \
    "insert into lightrag_llm_cache (workspace, id, return_value) values ('default', 'theirs', 'x')" \
    'drop schema hr cascade' 'drop table hybridrag_migration_jobs'
template=$PGDATABASE
places default >theirs.places
is 13 "$(cut -d '|' -f 1 theirs.places | sort -u | wc -l)" 'thirteen tables, with rows of theirs in each'
again() {
	fresh_database "$1"
	psql -Xq -d postgres -c 'set client_min_messages = warning' -c "drop database $PGDATABASE" -c "create database $PGDATABASE template $template"
}
merge() { hr migrate --from "$small" --to "$URI" --embedding-model $model --merge --batch-size "$1"; }

again undisturbed
began=$(date +%s%3N)
exits 1 'a merge' merge 1000
duration=$(($(date +%s%3N) - began))
matches '⚠  Migration completed, but records were rejected' "$(cat "$scratch/out")" 'with conflicts'
matches 'ALL CHECKS PASSED' "$(cat "$scratch/out")" 'is verified'
matches '[0-9]+ rows were there already, the same' "$(cat "$scratch/err")" 'and says what was there'
is 'graph_edges|conflict|t
kv_store_full_docs|conflict|t' "$(sql 'select store, reason, count(*) > 1 from hr.rejects group by 1, 2 order by 1')" 'rejects are the conflicts'
is t "$(sql 'select count(tokens) between 1 and count(*) - 1 from lightrag_vdb_chunks_baai_bge_m3_32d')" 'what the job made is filled, theirs is not'
places default >after
is '' "$(lost theirs.places after)" 'none of their rows is touched'
outcome default >whole
merge 1000 >"$scratch/out" 2>&1
matches 'nothing to do' "$(cat "$scratch/out")" 'once more there is nothing to do'

kills=0
for batch in 1 7 1000; do
	again "killed$batch"
	for turn in 1 2 3 4 5 6; do
		setsid hr migrate --from "$small" --to "$URI" --embedding-model $model --merge --batch-size $batch >out 2>err &
		run=$!
		sleep "$(awk -v seed="$batch$turn" -v longest="$duration" 'BEGIN { srand(seed); printf "%.3f", rand() * longest / 1500 }')"
		! kill -s KILL -- "-$run" 2>kill.err || kills=$((kills + 1))
		wait $run
	done
	merge $batch >out 2>&1
	outcome default >found
	same whole found "killed and run again, batches of $batch: the same comes out"
	places default >after
	is '' "$(lost theirs.places after)" "batches of $batch: none of their rows is touched"
done
if [ $kills -ge 9 ]; then ok "$kills kills"; else not_ok 'enough kills' "$kills"; fi
