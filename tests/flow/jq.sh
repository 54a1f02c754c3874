#!/bin/sh
# The user's own jq program on the way: what it doesn't touch comes through to the byte, what it
# drops, rewrites or breaks is counted, an interrupted job goes on with the same program only, and
# the verification knows the program and still finds every fault.
# timeout: 300
# shellcheck disable=SC2016 # jq's variables
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small
fresh_database one
transform() { hr-transform --embedding-model m "$@" 2>err; }
cache='select(.store != "kv_store_llm_response_cache")'
mask='if .store == "kv_store_full_docs" then .value.content |= gsub("[0-9]"; "#") else . end'
program="$cache | $mask"
hr-extract "$small" >records
transform <records >rows
counts() { tail -n 1 "$1" | jq -r '[.stores[] | .in, .out + .dropped + .rejected, .dropped, .rejected] |
    [.[range(0; length; 4)]], [.[range(1; length; 4)]], [.[range(2; length; 4)]], [.[range(3; length; 4)]] | add'; }
word() { printf %s "$1" | tr '\n' ' '; }

# --- what the program doesn't touch ---------------------------------------------------------------

for data in "$DATA"/lightrag-1.5.6-tiny "$small" "$DATA"/lightrag-1.5.7-two-workspaces/*; do
	hr-extract "$data" >these
	transform <these | sed '1d;$d' >plain
	for untouched in . '.value |= map_values(.)' 'walk(.)' \
	    'reduce (tostream | select(length == 2)) as [$p, $v] (.; setpath($p; $v))'; do
		transform --jq "$untouched" <these | sed '1d;$d' >part
		case $untouched in reduce*) jq -Sc . plain >plain.sorted; jq -Sc . part >part.sorted
			same plain.sorted part.sorted "$(basename "$data"): $untouched" ;;
		*) same plain part "$(basename "$data"): $untouched" ;;
		esac
	done
	transform <these | hr-transform --reverse --schema lightrag --jq 'map_values(.)' 2>err | sed '1d;$d' >back
	transform <these | hr-transform --reverse --schema lightrag | sed '1d;$d' >plain
	same plain back "$(basename "$data"): --reverse --jq"
done

# --- counts ---------------------------------------------------------------------------------------

transform --jq "$program" <records >lean
is '692 692 90 0' "$(word "$(counts lean)")" 'in is out, dropped and rejected'
is 'hr-transform: the jq program dropped 90 of 692 records' "$(grep dropped err)" 'how many it dropped is said'
transform --jq 'if .seq % 2 == 0 then error("even") else . end' <records >half
is 1 $? 'a program that fails at some'
is 692 "$(($(grep -c '"kind":"row"' half) + $(grep -c '"reason":"jq-error"' half)))" 'each record is a row or a reject'
is "692 692 0 $(jq -r '.seq // empty | select(. % 2 == 0)' records | wc -l)" "$(word "$(counts half)")" 'rejects are counted'

# --- bounded memory -------------------------------------------------------------------------------

awk 'BEGIN {
	print "{\"kind\":\"begin\",\"version\":1,\"system\":\"lightrag\",\"source\":\"x\",\"fingerprint\":\"f\",\"workspace\":\"\",\"stores\":[{\"store\":\"graph_nodes\",\"shape\":\"node\",\"count\":60000}]}"
	for (i = 1; i <= 60000; i++)
		printf "{\"kind\":\"node\",\"store\":\"graph_nodes\",\"seq\":%d,\"id\":\"n%d\",\"value\":{\"a\":[1.0,2,{\"b\":\"%0500d\"}],\"n\":%d}}\n", i, i, i, i
	print "{\"kind\":\"end\",\"digest\":\"0:00000000000000000000000000000000\",\"stores\":[{\"store\":\"graph_nodes\",\"in\":60000,\"out\":60000,\"dropped\":0,\"rejected\":0,\"digest\":\"0:00000000000000000000000000000000\"}]}"
}' >many
case $HR_BIN in
*sanitize*) ;; # reserves more than anyone has
*)
	status=0
	# shellcheck disable=SC3045 # dash has it
	(ulimit -v 150000; exec hr-transform --accept-changed --jq '.value |= map_values(.) |
	    if .seq % 3 == 0 then error({a: .}) elif .seq % 3 == 1 then empty else . end') <many >out 2>err || status=$?
	is 1 "$status" '60000 records in bounded memory'
	is '60000 60000 20000 20000' "$(word "$(counts out)")" '60000 records in bounded memory: counts' ;;
esac

# --- a whole migration ----------------------------------------------------------------------------

migrate() { hr migrate --from "$small" --to "$URI" --state-dir state --embedding-model m "$@"; }
verify() { hr-verify "$@" "$small" "$URI&workspace=default&schema=lightrag&embedding_model=m"; }
exits 0 'the dry run' migrate --jq "$program" --dry-run
matches '^Program:  .*upper bound' "$(cat "$scratch/out")" 'the dry run says what its counts are'
is true "$(migrate --jq "$program" --dry-run --json 2>/dev/null | jq .upper_bound)" 'and as JSON'
is null "$(migrate --dry-run --json 2>/dev/null | jq .upper_bound)" 'without a program it is not said'
exits 0 'hr migrate --jq' migrate --jq "$program"
matches 'ALL CHECKS PASSED' "$(cat "$scratch/out")" 'it is verified'
matches '^note: the source is compared as the jq program makes it, which dropped 90 of its records$' \
    "$(cat "$scratch/out")" 'the report tells of the program'
matches 'completed successfully' "$(cat "$scratch/out")" 'it is completed'
is '0|0|24' "$(sql "select (select count(*) from lightrag_llm_cache), (select count(*) from lightrag_doc_full
	where content ~ '[0-9]'), (select count(*) from lightrag_doc_full)")" 'dropped and masked'
exits 0 'again' migrate --jq " $program
"
matches 'Nothing to do' "$(cat "$scratch/out")" 'the same program is the same job'
exits 0 'with --json' verify --json --jq "$program"
is '{"dropped":90}' "$(jq -c .program "$scratch/out")" 'the JSON report tells of the program'
for how in --counts '--sample 50' '--sample 100000'; do
	# shellcheck disable=SC2086
	exits 0 "hr-verify $how" verify $how --jq "$program"
done
hr-extract "$small" | hr-verify --jq "$program" - "$URI&workspace=default&schema=lightrag&embedding_model=m" >out
is 0 $? 'a pipe as the source'
exits 1 'without the program it differs' verify
matches '^note: job .* loaded another source, or with another jq program' "$(cat "$scratch/out")" 'and why is said'
matches '90 missing, 0 extra, 0 changed' "$(cat "$scratch/out")" 'what was dropped is missing then'
exits 1 'with half of the program it differs' verify --jq "$cache"
matches '^ *changed: kv_store_full_docs "doc-[0-9a-f]*": content$' "$(cat "$scratch/out")" 'and what is said'
exits 2 'a program that is none' verify --jq '['

fault() {
	sql "$2"
	exits 1 "$1" verify --jq "$program"
	matches "$3" "$(cat "$scratch/out")" "$1: which"
}
fault 'a masked field that was changed' "update lightrag_doc_full set content = content || '#' where id =
	(select min(id) from lightrag_doc_full)" '^ *changed: kv_store_full_docs "doc-.*": content'
fault 'a row that is missing' "delete from lightrag_graph_edges where ctid = (select min(ctid) from lightrag_graph_edges)" \
    '^ *missing: graph_edges '
fault 'a row that the program drops' "insert into lightrag_llm_cache (workspace, id, original_prompt, return_value,
	cache_type) values ('default', 'default:extract:1', 'p', 'r', 'extract')" '^ *extra: kv_store_llm_response_cache '

# --- programs from files, and wrong ones ------------------------------------------------------------

fresh_database two
echo "$program" >program
exits 0 'hr migrate --jq-file' migrate --jq-file program
exits 0 'the same program by --jq' migrate --jq "$program"
matches 'Nothing to do' "$(cat "$scratch/out")" 'the same program by --jq is the same job'
mkfifo pipe
cat program >pipe &
exits 0 'a program from a pipe' migrate --jq-file pipe --workspace pipe
matches 'dropped 90 of its records' "$(cat "$scratch/out")" 'a program from a pipe is read once, for both'
is '' "$(find state -name program)" 'nothing of it is left'
exits 2 'a wrong program' migrate --workspace wrong --jq '.value ['
matches '^hr-transform: --jq: .*line 1' "$(cat "$scratch/err")" 'a wrong program: where'
is 0 "$(sql "select count(*) from hybridrag_migration_jobs where workspace = 'wrong'")" 'a wrong program makes no job'
exits 2 'two programs' migrate --jq . --jq-file program
exits 2 'another form of numbers' migrate --jq . --jq-numbers float

# --- rejects ----------------------------------------------------------------------------------------

exits 1 'rejects are status 1' migrate --workspace rejects \
    --jq 'if .kind == "node" and .seq <= 3 then error("not this") elif .kind == "edge" then select(.seq > 5) else . end'
matches 'Migration completed, but records were rejected' "$(cat "$scratch/out")" 'rejects: said'
matches 'ALL CHECKS PASSED' "$(cat "$scratch/out")" 'rejects: the rest is verified'
is 'graph_nodes|1|jq-error|not this' "$(sql "select store, seq, reason, detail from hr.rejects join hybridrag_migration_jobs
	using (job_id) where workspace = 'rejects' order by seq limit 1")" 'rejects are kept, with reason and words'
is 3 "$(sql "select count(*) from hr.rejects")" 'rejects: how many'

# --- interrupted --------------------------------------------------------------------------------------

rows_of() { sql "select count(*) from lightrag_graph_nodes where workspace = '$1'"; }
thin='select(.seq % 3 != 1) | if .seq % 7 == 0 and .kind == "node" then error("seven") else . end'
transform --workspace torn --jq "$thin" <records | head -n 360 | hr-load --batch-size 20 "$URI" >commits 2>err
is 4 $? 'torn'
hr-load --batch-size 20 "$URI" <commits >/dev/null 2>&1
exits 8 'another program does not go on with it' migrate --workspace torn --jq 'select(.seq % 3 != 2)'
matches 'another jq program' "$(cat "$scratch/err")" 'another program: why'
exits 8 'no program does not either' migrate --workspace torn
exits 8 'nor the same with other numbers' migrate --workspace torn --jq "$thin" --jq-numbers double
exits 1 'the same program goes on' migrate --workspace torn --jq "$thin"
matches 'ALL CHECKS PASSED' "$(cat "$scratch/out")" 'gone on: verified'
is "1|completed" "$(sql "select count(*), min(phase) from hybridrag_migration_jobs where workspace = 'torn'")" 'one job'
transform --workspace whole --jq "$thin" <records | hr-load "$URI" >commits 2>err
is "$(rows_of whole)" "$(rows_of torn)" 'gone on: as many rows as in one go'
is "$(sql "select count(*) from hr.rejects join hybridrag_migration_jobs using (job_id) where workspace = 'whole'")" \
    "$(sql "select count(*) from hr.rejects join hybridrag_migration_jobs using (job_id) where workspace = 'torn'")" \
    'gone on: as many rejects'

# By the checkpoint: the reader itself leaves out what is durable.
transform --workspace saved --jq "$thin" <records | head -n 360 | hr-load --batch-size 20 "$URI" 2>err |
    hr-checkpoint record --quiet saved.checkpoint 2>/dev/null
hr-extract --resume saved.checkpoint "$small" >rest
is yes "$([ "$(wc -l <rest)" -lt 500 ] && echo yes)" 'the checkpoint leaves records out'
hr-transform --embedding-model m --workspace saved --jq "$thin" <rest 2>err | hr-load "$URI" >commits 2>err
is 1 $? 'by the checkpoint: done, with rejects'
is "$(rows_of whole)" "$(rows_of saved)" 'by the checkpoint: as many rows'
exits 0 'by the checkpoint: verified' hr-verify --jq "$thin" "$small" \
    "$URI&workspace=saved&schema=lightrag&embedding_model=m"

# --- from a database ----------------------------------------------------------------------------------

exits 0 'database to database' hr migrate --from "$URI&workspace=whole&schema=lightrag&embedding_model=m" --to "$URI" \
    --workspace copy --embedding-model m --state-dir state --jq 'select(.kind != "edge") | .value.new = null | del(.value.new)'
is "$(rows_of whole)|0" "$(rows_of copy)|$(sql "select count(*) from lightrag_graph_edges where workspace = 'copy'")" \
    'database to database: dropped'

# --- a program that loops -----------------------------------------------------------------------------

loop='if .kind == "node" and .seq == 3 then def f: f; f else . end'
status=0
began=$(date +%s)
timeout --preserve-status -s INT 2 hr-transform --jq "$loop" <records >out 2>err || status=$?
is 130 $status 'Ctrl-C ends a program that loops'
is yes "$([ $(($(date +%s) - began)) -lt 6 ] && echo yes)" 'at once'
is 0 "$(grep -c '"kind":"end"' out)" 'without an end'
status=0
hr-extract "$small" >these
timeout --preserve-status -s TERM 14 hr-verify --jq "$loop" "$small" these >out 2>err || status=$?
is 143 $status 'SIGTERM ends one in hr-verify'
is 'hr-verify: graph_nodes: seq 3 "Ingrid Ødegård": the jq program has been at this record for 10 s; if it never ends, interrupt it' \
    "$(cat err)" 'after ten seconds the record is named'
status=0
timeout --preserve-status -s TERM 3 hr migrate --from "$small" --to "$URI" --state-dir state --embedding-model m \
    --workspace loop --jq "$loop" >out 2>err || status=$?
is 143 $status 'SIGTERM ends hr with it'
sleep 1
is '' "$(pgrep -f -- '--workspace=loop' || :)" 'nothing is left running'
