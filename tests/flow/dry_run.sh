#!/bin/sh
# The dry run against what really comes: disk against pg_total_relation_size, the rejects of
# --full against those of the load, and nothing is written.
# timeout: 240
. "$(dirname "$0")/../lib.sh"

generate=$HR_BIN/../tests/bench/generate
[ -x "$generate" ] || { not_ok 'generate is built'; exit 1; }

rows() { hr-extract "$@" 2>/dev/null | hr-transform --schema lightrag --embedding-model m 2>/dev/null; }
preview() { hr-load --dry-run --json "$@"; }

# --- disk --------------------------------------------------------------------------------------

# within PERCENT ESTIMATE MEASURED NAME
within() {
	if [ "$(($2 * 100))" -ge "$(($3 * (100 - $1)))" ] && [ "$(($2 * 100))" -le "$(($3 * (100 + $1)))" ]; then
		ok "$4"
		echo "# estimate $2, measured $3: $((($2 - $3) * 1000 / $3)) per mille"
	else
		not_ok "$4" "estimate $2, measured $3"
	fi
}

measured() {
	sql "select sum(pg_total_relation_size(oid)) from pg_class
		where relkind = 'r' and relname like 'lightrag%' and relnamespace = 'public'::regnamespace"
}

# measure DIRECTORY: three estimates, then the load
measure() {
	fresh_database "$2"
	rows --sample "$1" | preview "$URI" >sample.json || not_ok "$2: dry run"
	rows --sample "$1" | preview --offline >offline.json || not_ok "$2: dry run, offline"
	rows "$1" | preview --full "$URI" >full.json || not_ok "$2: dry run of all"
	is "" "$(sql "select relname from pg_class where relname like 'lightrag%' or relname like 'hybridrag%'")" \
	    "$2: nothing was made"
	rows "$1" | hr-load "$URI" >commits || not_ok "$2: load"
	whole=$(measured)
	within 20 "$(jq .disk.bytes sample.json)" "$whole" "$2: disk, from a sample"
	within 20 "$(jq .disk.bytes offline.json)" "$whole" "$2: disk, from a sample, without the target"
	within 20 "$(jq .disk.bytes full.json)" "$whole" "$2: disk, from all rows"
	is true "$(jq '.disk.bytes == ([.disk.tables[].bytes] | add) and (.disk.tables | length) == 13 and
		all(.disk.tables[]; .bytes == .heap_bytes + .toast_bytes + .key_bytes + .index_bytes + .vector_index_bytes)' sample.json)" \
	    "$2: the parts are the whole"
	is "$(sql "select sum(n) from (select count(*) n from lightrag_graph_nodes union all
		select count(*) from lightrag_vdb_chunks_m_$3d) t")" \
	    "$(jq '[.disk.tables[] | select(.table | test("graph_nodes|vdb_chunks")).rows] | add' full.json)" "$2: rows"
}

small=$DATA/lightrag-1.5.7-small
measure "$small" small 32
is lz4 "$(sql 'select distinct pg_column_compression(content) from lightrag_doc_full
	where pg_column_compression(content) is not null')" 'long values are compressed with lz4'
# What somebody configured stays.
PGOPTIONS='-c default_toast_compression=pglz'
export PGOPTIONS
measure "$small" small_pglz 32
is pglz "$(sql 'select distinct pg_column_compression(content) from lightrag_doc_full
	where pg_column_compression(content) is not null')" 'or with pglz, where that is configured'
unset PGOPTIONS
for made in '150 1536' '300 384'; do
	# shellcheck disable=SC2086
	"$generate" $made "${made% *}" >generated.json || not_ok "generate $made"
	measure "${made% *}" "made_${made% *}" "${made#* }"
	rm -r "${made% *}"
done
fresh_database inline
"$generate" 60 1536 inline >generated.json
hr-extract inline | hr-transform --embedding-model m 2>/dev/null | hr-load "$URI" >commits
vectors=$(sql "select relname from pg_class where relname like 'lightrag_vdb_entity%' and relkind = 'r'")
is 0 "$(sql "select pg_relation_size(reltoastrelid) from pg_class where relname = '$vectors'")" 'embeddings of 1536 dimensions stay in their rows'
is '' "$(sql "select relname from pg_class where relname like 'lightrag%' and relkind = 'r' and reloptions is not null")" 'but no table remembers that'
sql "alter table $vectors set (toast_tuple_target = 4000)" "delete from $vectors"
hr-extract inline | hr-transform --embedding-model m --workspace again 2>/dev/null | hr-load "$URI" >commits
is '{toast_tuple_target=4000}' "$(sql "select reloptions from pg_class where relname = '$vectors'")" 'what somebody set stays'
rm -r inline

# The sample: no record that the whole stream hasn't, just as it is there.
"$generate" 600 8 600 >generated.json
hr-extract 600 | grep -v '^{"kind":"\(begin\|end\)"' | LC_ALL=C sort >all
hr-extract --sample 600 | grep -v '^{"kind":"\(begin\|end\)"' | LC_ALL=C sort >some
is 0 "$(LC_ALL=C comm -13 all some | wc -l)" 'a sample is a part of all records'
is true "$([ "$(wc -l <some)" -gt 2000 ] && [ "$(wc -l <some)" -lt "$(wc -l <all)" ] && echo true)" 'a part that is not all, nor little'
is "$(hr-extract --count 600 | jq -c 'select(.kind == "begin") | del(.kind)')" \
    "$(hr-extract --sample 600 | jq -c 'select(.kind == "begin") | del(.kind)')" 'counts and fingerprint are the same'
hr-extract --sample 600 | hr-transform 2>/dev/null >sample.rows
exits 2 'a sample is for a dry run only' sh -c "hr-load '$URI' <sample.rows"
matches 'a sample .*: only a dry run takes it' "$(cat err)" 'a sample is for a dry run only: message'
exits 2 'nor can --full take it' sh -c "hr-load --dry-run --full '$URI' <sample.rows"
matches 'only a sample of the records; --full wants all' "$(cat err)" 'nor can --full take it: message'
fresh_database empty
hr-extract --count "$small" | hr-transform 2>/dev/null >count.rows
exits 2 'and a stream without records is not loaded as an empty one' sh -c "hr-load '$URI' <count.rows"
is '' "$(sql "select relname from pg_class where relname like 'lightrag%' or relname like 'hybridrag%'")" 'nothing was made'
is 'null null' "$(preview --offline <count.rows | jq -r '"\(.disk) \(.time)"')" 'without records disk and time are not known'

# --- time and space --------------------------------------------------------------------------------

rows --sample "$small" >small.rows
preview "$URI" <small.rows >preview.json
is true "$(jq '.time.round_trip > 0 and .time.round_trip < 1 and .time.load >= 0 and .time.vector_indexes >= 0' preview.json)" 'time'
is null "$(preview --offline <small.rows | jq .time.round_trip)" 'no round trip without the target'
is true "$(jq '.disk.free_bytes > 1000000' preview.json)" 'free space of the server on this machine'
sql 'create role "dry plain" login' 'grant create on schema public to "dry plain"' "grant create on database $PGDATABASE to \"dry plain\""
plain="postgresql:///$PGDATABASE?host=$PGHOST&port=$PGPORT&user=dry%20plain"
is 'null 0' "$(preview "$plain" <small.rows | jq -r '"\(.disk.free_bytes) \(.exit_status)"')" 'a role that is not told where the data lie: not known'
# A store that says it has 100,000,000,000,000 records doesn't fit anywhere.
sed '1s/"count":[0-9]*/"count":100000000000000/g' small.rows >large.rows
exits 9 'too little space' sh -c "hr-load --dry-run --accept-changed '$URI' <large.rows"
matches '✗ space .* MB needed, [0-9]+ MB free: make room' "$(cat out)" 'too little space: it is said'
is '' "$(sql "select relname from pg_class where relname like 'lightrag%' or relname like 'hybridrag%'")" 'nothing was made'
sql "create table lightrag_doc_full (workspace varchar(255), id varchar(255), doc_name varchar(1024), content text check (content <> ''),
	meta jsonb, sidecar_location text, parse_format varchar(32), content_hash text, process_options text, chunk_options jsonb,
	parse_engine text, create_time timestamp(0), update_time timestamp(0), primary key (workspace, id))"
matches 'lightrag_doc_full.lightrag_doc_full_content_check: .* can.t be known beforehand' \
    "$(preview "$URI" <small.rows | jq -r '.target[] | select(.name == "constraints").words')" "somebody's own constraint is named"

# --- rejects ---------------------------------------------------------------------------------------
# bad_input.sh compares the rejects of each bad input; here: what the driver makes of it.

mkdir bad
cat >bad/kv_store_full_docs.json <<'END'
{"a": {"content": "x\u0000y"}, "b": {"content": "good"}, "b": {"content": "better"}, "c": 5}
END
fresh_database driver
exits 0 'hr: a dry run of a sample tells what it saw' hr migrate --from bad --to "$URI" --dry-run
matches 'of the [0-9]+ records that were looked at would be rejected; --full counts all' "$(cat out)" 'and that it is not all'
exits 1 'hr: with --full rejects are exit 1' hr migrate --from bad --to "$URI" --dry-run --full --rejects rejects
matches '^Read, as the load would: 4 records, 3 rejected$' "$(cat out)" 'and counted'
matches 'kv_store_full_docs +3 rejected: nul-character 1, duplicate-key 1, not-an-object 1$' "$(cat out)" 'by reason'
is 3 "$(jq -s length rejects)" 'and written'
exits 1 'hr: with --full, as JSON' hr migrate --from bad --to "$URI" --dry-run --full --json
is 'true 3 1' "$(jq -r '.preview | "\(.full) \([.stores[].rejected] | add) \(.exit_status)"' out)" 'its members'
exits 1 'hr: repaired, what remains is rejected' hr migrate --from bad --to "$URI" --dry-run --full --on-invalid repair
matches 'kv_store_full_docs +2 rejected: .*; 1 values repaired$' "$(cat out)" 'and the changes are counted'
exits 2 'hr: --full without --dry-run' hr migrate --from bad --to "$URI" --full
is '' "$(sql "select relname from pg_class where relname like 'lightrag%' or relname like 'hybridrag%'")" 'nothing was made'
exits 1 'offline' sh -c "hr-extract bad | hr-transform | hr-load --dry-run --full --offline"
exits 1 'the load itself' hr migrate --from bad --to "$URI" --rejects really
is "$(jq -c '[.store, .seq, .id, .reason]' really)" "$(jq -c '[.store, .seq, .id, .reason]' rejects | sort)" 'the same rejects'
exits 9 'a file of rejects that cannot be made' sh -c "hr-extract bad | hr-transform | hr-load --dry-run --full --offline --rejects nowhere/rejects"

# A text in an index other than the key's: where that is there, the row is refused; else the
# load ends when it builds it.
mkdir long
printf '{"a": {"status": "processed", "file_path": "%s"}}' "$(
	head -c 40000 "$HR_BIN/hr-load" | gzip -9n | base64 -w 0 | head -c 4000)" | tr -d '\n' >long/kv_store_doc_status.json
exits 1 'a text too long for an index that is there' hr migrate --from long --to "$URI" --dry-run --full --workspace long
matches 'kv_store_doc_status +1 rejected: refused-by-server 1$' "$(cat out)" 'a text too long for an index that is there: a reject'
exits 1 'a text too long for an index that is there: the load' hr migrate --from long --to "$URI" --workspace long
is refused-by-server "$(sql "select reason from hr.rejects where store = 'kv_store_doc_status'")" 'a text too long for an index that is there: its reject'
fresh_database long
exits 6 'a text too long for an index' hr migrate --from long --to "$URI" --dry-run --full --workspace long
matches '✗ index .*lightrag_doc_status.*file_path can.t be built: the entry of kv_store_doc_status seq 1, "a", takes [0-9]+ bytes' \
    "$(cat out)" 'a text too long for an index: which'
exits 6 'a text too long for an index: the load says so in the end' hr migrate --from long --to "$URI" --workspace long

# Little memory for many keys, the last ones no less than the first.
awk 'BEGIN { print "{"; for (i = 1; i <= 300000; i++) printf "\"doc-%d\": {\"content\": \"%d\"},\n", i % 299990, i; print "\"end\": {}}" }' \
    >bad/kv_store_full_docs.json
rows bad >many.rows
case $HR_BIN in
*sanitize*) ;; # its shadow memory is larger than any limit
*) exits 1 'many keys in little memory' sh -c "ulimit -v 150000; hr-load --dry-run --full --offline --json <many.rows"
	is '{"duplicate-key":10}' "$(jq -c '.stores[] | select(.store == "kv_store_full_docs").reasons' out)" 'no key is forgotten' ;;
esac
