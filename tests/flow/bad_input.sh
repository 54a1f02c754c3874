#!/bin/sh
# Bad input through the whole pipe: one bad record rejects that record, a broken file the run.
# Each case says what is printed, the exit status of each stage, and what is left behind.
# timeout: 300
. "$(dirname "$0")/../lib.sh"

fresh_database one
number=0

# new WORDS: an empty directory $dir for a workspace of its own, $ws; names the checks
new() {
	number=$((number + 1))
	ws=w$number dir=$scratch/source$number what=$1
	mkdir "$dir"
}

kv() { cat >"$dir/kv_store_$1.json"; }

# vectors DIMENSION RECORDS BYTES: vdb_chunks.json with a matrix of these bytes, as printf takes them
vectors() {
	# shellcheck disable=SC2059
	printf '{"embedding_dim": %s, "data": [%s], "matrix": "%s"}' "$1" "$2" \
	    "$(printf "$3" | base64 -w 0)" >"$dir/vdb_chunks.json"
}

# graph: nodes and edges from standard input
graph() {
	{
		cat <<'END'
<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="entity_id" attr.type="string"/><key id="d1" for="node" attr.name="description" attr.type="string"/>
<key id="d5" for="node" attr.name="created_at" attr.type="long"/><key id="d7" for="edge" attr.name="weight" attr.type="double"/>
<key id="d8" for="edge" attr.name="rank" attr.type="long"/><graph edgedefault="undirected">
END
		cat
		echo '</graph></graphml>'
	} >"$dir/graph_chunk_entity_relation.graphml"
}

# pipe [OPTION...]: $dir through the whole pipe, with these options of hr-load; sets $statuses
pipe() {
	{ { timeout 60 hr-extract "$dir"; echo $? >status.1; } 2>err.1 |
	    { hr-transform --schema lightrag --workspace "$ws" --embedding-model m; echo $? >status.2; } 2>err.2 |
	    { hr-load "$@" "$URI"; echo $? >status.3; } 2>err.3; } >commits
	statuses="$(cat status.1) $(cat status.2) $(cat status.3)"
}

# Rejects, changes and inserted rows of the workspace's job.
rejects() {
	sql "select store, seq, id, reason from hr.rejects join hybridrag_migration_jobs using (job_id)
		where workspace = '$ws' order by store, seq"
}
reject_of() {
	sql "select $2 from hr.rejects join hybridrag_migration_jobs using (job_id)
		where workspace = '$ws' and seq = $1"
}
changes() {
	sql "select store, seq, column_name, what from hr.changes join hybridrag_migration_jobs using (job_id)
		where workspace = '$ws' order by 1, 2, 3, 4"
}
inserted() {
	sql "select table_name, id from hr.inserted join hybridrag_migration_jobs using (job_id)
		where workspace = '$ws' order by 1, 2"
}

# dry [OPTION...]: the dry run that takes every record, into dry.json and dry.rejects
dry() {
	hr-extract "$dir" 2>/dev/null | hr-transform --schema lightrag --workspace "$ws" --embedding-model m 2>/dev/null |
	    { hr-load --dry-run --full --json --rejects dry.rejects "$@" "$URI"; echo $? >status.dry; } >dry.json 2>err.dry
}

verify() { hr-verify "$dir" "$URI&workspace=$ws&schema=lightrag&embedding_model=m"; }

# verified: the rest is there, and the rejects are said to be left out
verified() {
	exits 0 "$what: the rest is verified" verify
	[ -z "$(rejects)" ] || matches "^note: $(rejects | wc -l) rejected records of job .* are not compared" \
	    "$(cat out)" "$what: with the rejects subtracted"
}

# loads STATUSES REJECTS [OPTION...]: records are rejected, the run goes on
loads() {
	expected=$1 rejected=$2
	shift 2
	dry "$@"
	pipe "$@"
	is "$expected" "$statuses" "$what: status"
	is "$rejected" "$(rejects)" "$what: rejects"
	hr-extract "$dir" 2>/dev/null | grep -v '^{"kind":"\(begin\|end\)"' >all
	hr-extract --sample "$dir" 2>/dev/null | grep -v '^{"kind":"\(begin\|end\)"' >sample
	same all sample "$what: a sample of a few records is all of them"
	is "${expected##* }" "$(cat status.dry)" "$what: the dry run: status"
	is "$rejected" "$(jq -rs 'sort_by(.store, .seq)[] | "\(.store)|\(.seq)|\(.id // "" | sub("\u0000"; " "))|\(.reason)"' dry.rejects)" \
	    "$what: the dry run: the same rejects"
	is "$(printf %s "$rejected" | grep -c . ) $(changes | grep -c .)" "$(jq -r \
	    '[.stores[]] | "\(map(.rejected) | add) \(map(.changes) | add)"' dry.json)" "$what: the dry run: their numbers, and changes"
	[ -z "$rejected" ] || matches "^hr-load: $(printf '%s\n' "$rejected" | wc -l) records? rejected" \
	    "$(cat err.3)" "$what: hr-load says so"
	verified
}

# refused PATTERN: the file is broken, the run ends before anything is loaded
refused() {
	pipe
	is '3 4 4' "$statuses" "$what: status"
	matches "^hr-extract: $dir/$1" "$(cat err.1)" "$what: message with place"
	matches '^hr-load: standard input: ended .*the stage before did not finish' "$(cat err.3)" \
	    "$what: hr-load sees that the reader died"
	is '' "$(cat commits)" "$what: nothing is committed"
	is 0 "$(sql "select count(*) from pg_tables where tablename = 'hybridrag_migration_jobs'" |
	    grep -v 0 >/dev/null && sql "select count(*) from hybridrag_migration_jobs where workspace = '$ws'" ||
	    echo 0)" "$what: there is no job"
	exits 3 "$what: hr-verify refuses it too" verify
}

# --- a broken file is exit 3, and nothing is loaded ----------------------------------------

new 'not UTF-8'
printf '{"a": {"content": "caf\351"}}' | kv full_docs
refused 'kv_store_full_docs.json: byte 22: not JSON: invalid UTF-8'
new 'no object'
echo '[]' | kv full_docs
refused 'kv_store_full_docs.json: byte 0: not JSON: an object should begin here'
new 'something behind the end'
echo '{} x' | kv full_docs
refused 'kv_store_full_docs.json: byte 3: not JSON: nothing should follow'
new 'a torn literal'
echo '{"good": {"content": "1"}, "a": {"content": tru}}' | kv full_docs
refused 'kv_store_full_docs.json: byte 44: not JSON'
new 'a matrix too short'
vectors 2 '{"__id__": "a"}, {"__id__": "b"}' '\0\0\200\77\0\0\0\100'
refused 'vdb_chunks.json: byte [0-9]*: the matrix has 12 characters of base64, but 2 records of 2 dimensions take 24'
new 'a matrix that is not base64'
echo '{"embedding_dim": 2, "data": [{"__id__": "a"}], "matrix": "AACAPwAA*EA="}' >"$dir/vdb_chunks.json"
refused 'vdb_chunks.json: byte 67: the matrix is not base64 here'
new 'base64 with bits left over'
echo '{"embedding_dim": 2, "data": [{"__id__": "a"}], "matrix": "AACAPwAAAEB="}' >"$dir/vdb_chunks.json"
refused 'vdb_chunks.json: byte 69: the matrix is not base64 here'
new 'no dimension'
echo '{"data": [{"__id__": "a"}], "matrix": "AACAPwAAAEA="}' >"$dir/vdb_chunks.json"
refused 'vdb_chunks.json: has 1 records, but no embedding_dim'
new 'no matrix'
echo '{"embedding_dim": 2, "data": [{"__id__": "a"}]}' >"$dir/vdb_chunks.json"
refused 'vdb_chunks.json: has no .matrix.: not a file of nano-vectordb'
new 'a DOCTYPE with an entity bomb'
graph </dev/null
sed -i '1a<!DOCTYPE g [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>' "$dir"/*.graphml
refused 'graph_chunk_entity_relation.graphml: byte 39: a DOCTYPE is refused'
new 'a DOCTYPE from elsewhere'
graph </dev/null
sed -i "1a<!DOCTYPE g SYSTEM \"file://$dir/other\">" "$dir"/*.graphml
refused 'graph_chunk_entity_relation.graphml: byte 39: a DOCTYPE is refused'
new 'an unknown entity'
echo '<node id="A"><data key="d1">&b;</data></node>' | graph
refused "graph_chunk_entity_relation.graphml: byte [0-9]*: not XML: Entity 'b' not defined"
new 'elements that do not match'
echo '<node id="A">' | graph
refused 'graph_chunk_entity_relation.graphml: byte [0-9]*: not XML: Opening and ending tag mismatch'

# Cut anywhere (the readers' own tests cut at every byte): never less than all is taken for all.
whole=$DATA/lightrag-1.5.6-tiny
for file in "$whole"/*; do
	name=${file##*/} size=$(wc -c <"$file")
	for cut in 1 $((size / 3)) $((size * 2 / 3)) $((size - 3)); do
		new "$name cut at $cut"
		cp "$whole"/* "$dir"
		chmod u+w "$dir"/*
		head -c $cut "$file" >"$dir/$name"
		pipe
		is '3 4 4' "$statuses" "$what: status"
		matches "^hr-extract: $dir/$name: (byte [0-9]+: |has )" "$(cat err.1)" "$what: message with place"
		is '' "$(cat commits)" "$what: nothing is committed"
	done
done
is '' "$(sql "select 1 from pg_tables where tablename like 'lightrag%'")" 'not even a table was made'

# A file that turns out to be broken behind what was loaded already: nobody takes it for done.
new 'broken behind many records'
{
	echo '{'
	i=0
	while [ $i -lt 2000 ]; do
		printf '"doc-%04d": {"content": "%0400d"},\n' $i $i
		i=$((i + 1))
	done
	echo '"bad": {"content": nul}}'
} | kv full_docs
echo '{"doc-0001": {"status": "processed"}}' | kv doc_status
pipe --batch-size 100
is '3 4 4' "$statuses" "$what: status"
is 'interrupted paused' "$(sql "select phase || ' ' || status from hybridrag_migration_jobs where workspace = '$ws'")" \
    "$what: the job is not finished"
is 't' "$(sql "select count(*) between 100 and 2000 from lightrag_doc_full where workspace = '$ws'")" \
    "$what: what was committed before is there"
is 0 "$(sql "select count(*) from lightrag_doc_status where workspace = '$ws'")" \
    "$what: and no document counts as processed"
is '' "$(grep '"kind":"end"' commits)" "$what: no end is printed"

# --- a bad record is a reject, exit 1, and the rest is loaded --------------------------------

new 'numbers'
kv text_chunks <<'END'
{"a": {"tokens": 3, "heading": {"n": 12345678901234567891, "e": 1e16, "z": -0.0, "d": 1.10, "f": 15e-1}},
 "b": {"tokens": 12345678901234567891}, "c": {"tokens": 1.0}, "d": {"tokens": 1e2}, "e": {"tokens": "3"},
 "f": {"heading": {"x": NaN}}, "g": {"heading": {"x": [1, -Infinity]}}, "h": {"content": 5}, "i": {"tokens": 2147483647}}
END
loads '0 0 1' 'kv_store_text_chunks|2|b|bad-number
kv_store_text_chunks|3|c|bad-number
kv_store_text_chunks|4|d|bad-number
kv_store_text_chunks|5|e|bad-number
kv_store_text_chunks|6|f|bad-number
kv_store_text_chunks|7|g|bad-number
kv_store_text_chunks|8|h|wrong-type'
is '{"d": 1.10, "e": 10000000000000000, "f": 1.5, "n": 12345678901234567891, "z": 0.0}' \
    "$(sql "select heading from lightrag_doc_chunks where workspace = '$ws' and id = 'a'")" 'numbers keep their digits'
is 'tokens: is 12345678901234567891, the column takes whole numbers of 32 bits' "$(reject_of 2 detail)" 'why, in words'
is '12345678901234567891' "$(reject_of 2 "record::json->'row'->>'tokens'")" 'the rejected record is kept whole'
# shellcheck disable=SC2016
is '[1,-Infinity]' "$(reject_of 7 "substring(record from '\\[1.*?\\]')")" 'with what no jsonb can hold'
matches 'holds the number NaN, which jsonb can.t \(--on-invalid=repair makes it null\)' "$(reject_of 6 detail)" 'the remedy is named'

new 'numbers, repaired'
cp "$scratch/source$((number - 1))"/* "$dir"
loads '0 0 1' 'kv_store_text_chunks|2|b|bad-number
kv_store_text_chunks|3|c|bad-number
kv_store_text_chunks|4|d|bad-number
kv_store_text_chunks|5|e|bad-number
kv_store_text_chunks|8|h|wrong-type' --on-invalid repair
is "kv_store_text_chunks|6|heading|a number that jsonb can't hold made null
kv_store_text_chunks|7|heading|a number that jsonb can't hold made null" "$(changes)" "$what: each change is noted"
is '{"x": [1, null]}' "$(sql "select heading from lightrag_doc_chunks where workspace = '$ws' and id = 'g'")" "$what: made null"
matches '^note: 2 records were repaired by job' "$(cat out)" "$what: verification says so"

for batch in 1 2 1000; do
	new "keys that come again, batches of $batch"
	kv full_docs <<'END'
{"a": {"content": "1"}, "b": {"content": "x"}, "a": {"content": "2"}, "a": {"content": "3"},
 "c": {"content": "u", "content": "v"}, "b": {"content": "y"}}
END
	loads '1 1 1' 'kv_store_full_docs|3|a|duplicate-key
kv_store_full_docs|4|a|duplicate-key
kv_store_full_docs|5|c|duplicate-member
kv_store_full_docs|6|b|duplicate-key' --batch-size $batch
	is 'a|3
b|y' "$(sql "select id, content from lightrag_doc_full where workspace = '$ws' order by id")" "$what: the last one wins"
	is '1 superseded by seq 3' "$(reject_of 3 "record::json->'row'->>'content' || ' ' || detail")" "$what: the first is kept"
	is '"c": {"content": "u", "content": "v"}' "$(reject_of 5 record)" "$what: a name twice in a record"
	matches "kv_store_full_docs.json: byte 99: an object holds one name twice" "$(reject_of 5 detail)" "$what: where"
	is '6 2 4' "$(sql "select total_records || ' ' || migrated_records || ' ' || failed_records
		from hybridrag_migration_jobs where workspace = '$ws'")" "$what: all are counted"
done

new 'lone surrogates'
kv full_docs <<'END'
{"a": {"content": "x\ud800y"}, "b\udc00": {"content": "1"}, "c": {"content": "\ud83d\ude00"}, "d": {"q\udfff": 1}}
END
loads '1 1 1' 'kv_store_full_docs|1|a|lone-surrogate
kv_store_full_docs|2||lone-surrogate
kv_store_full_docs|4|d|lone-surrogate'
is '"b\udc00": {"content": "1"}' "$(reject_of 2 record)" "$what: kept whole"
is '😀' "$(sql "select content from lightrag_doc_full where workspace = '$ws'")" 'a pair of surrogates is a character'

new 'U+0000'
kv text_chunks <<'END'
{"a": {"content": "x\u0000y"}, "b\u0000": {"content": "1"}, "c": {"heading": {"k\u0000": "\u0000"}},
 "d": {"content": "good"}, "e": {"llm_cache_list": ["\u0000"]}}
END
loads '0 0 1' 'kv_store_text_chunks|1|a|nul-character
kv_store_text_chunks|2|b |nul-character
kv_store_text_chunks|3|c|nul-character
kv_store_text_chunks|5|e|nul-character'
# shellcheck disable=SC1003
is 'x\u0000y' "$(reject_of 1 "substring(record from 'x.{6}y')")" "$what: kept whole"
matches '^content: holds U.0000, .*--on-invalid=repair removes it' "$(reject_of 1 detail)" "$what: the remedy is named"

# Rejects belong to the source that was loaded: one that was mended since has records that the
# target lacks, and its other records are compared too.
cp -r "$dir" same
touch same/*
exits 0 "$what: the same content elsewhere is verified" hr-verify same "$URI&workspace=$ws&schema=lightrag&embedding_model=m"
cp -r "$dir" mended
sed -i 's/x\\u0000y/xy/' mended/*
exits 1 "$what: a source that was mended since is another" hr-verify mended "$URI&workspace=$ws&schema=lightrag&embedding_model=m"
matches 'missing: kv_store_text_chunks "a"' "$(cat out)" "$what: what was rejected then is missing now"
matches '^note: job .* loaded another source, .*or this one changed since' "$(cat out)" "$what: and that is said"

new 'U+0000, repaired'
cp "$scratch/source$((number - 1))"/* "$dir"
loads '0 0 0' '' --on-invalid repair
is 'kv_store_text_chunks|1|content|U+0000 removed
kv_store_text_chunks|2|id|U+0000 removed
kv_store_text_chunks|3|heading|U+0000 removed
kv_store_text_chunks|3|heading|U+0000 removed
kv_store_text_chunks|5|llm_cache_list|U+0000 removed' "$(changes)" "$what: each change is noted"
is 'a xy {}|b 1 {}|c  {"k": ""}|d good {}|e  {}' "$(sql "select string_agg(concat_ws(' ', id, coalesce(content, ''),
	heading), '|' order by id) from lightrag_doc_chunks where workspace = '$ws'")" "$what: removed"
sql "update lightrag_doc_chunks set content = 'xyz' where workspace = '$ws' and id = 'a'"
exits 1 "$what: a repaired record is compared all the same" verify
matches 'changed: kv_store_text_chunks "a": content' "$(cat out)" "$what: and named"

new 'what is too long'
x=$(printf '%0255d' 0) e=$(printf '%0255d' 0 | sed 's/0/é/g')
kv full_docs <<END
{"$x": {"content": "255"}, "x$x": {"content": "256"}, "${x#0} ": {"content": "a blank within"},
 "$x ": {"content": "a blank too many"}, "$e": {"content": "510 bytes"}, "n": {"file_path": "$x$x$x$x$x"},
 "b": {"parse_format": "raw                              "}}
END
kv relation_chunks <<END
{"$x$x": {"chunk_ids": []}, "$x<SEP>$x": {"chunk_ids": []}}
END
vectors 1 "{\"__id__\": \"v\", \"full_doc_id\": \"${x}12\"}" '\0\0\200\77'
loads '0 0 1' "kv_store_full_docs|2|x$x|too-long
kv_store_full_docs|4|$x |too-long
kv_store_full_docs|6|n|too-long
kv_store_full_docs|7|b|too-long
kv_store_relation_chunks|2|$x<SEP>$x|too-long
vdb_chunks|1|v|too-long"
is 'id: has 256 characters, the column takes 255' "$(reject_of 4 detail)" "$what: trailing blanks count"
is '255 255 254' "$(sql "select string_agg(length(rtrim(id))::text, ' ' order by content)
	from lightrag_doc_full where workspace = '$ws'")" "$what: what just fits is loaded"

new 'no object'
echo '{"a": 5, "b": [1], "c": null, "d": {}}' | kv full_docs
loads '1 1 1' 'kv_store_full_docs|1|a|not-an-object
kv_store_full_docs|2|b|not-an-object
kv_store_full_docs|3|c|not-an-object'
is '"b": [1]' "$(reject_of 2 record)" "$what: kept whole"

new 'nested too deep'
{
	printf '{"a": {"heading": '
	printf '%0600d' 0 | sed 's/0/[/g'
	printf '%0600d' 0 | sed 's/0/]/g'
	echo '}, "b": {}}'
} | kv text_chunks
loads '1 1 1' 'kv_store_text_chunks|1|a|too-deep'

new 'times'
kv doc_status <<'END'
{"a": {"created_at": "2026-13-01T00:00:00"}, "b": {"created_at": "2026-01-01T00:00:00", "updated_at": 5},
 "c": {"created_at": "2026-02-30"}, "d": {"created_at": "1969-12-31T23:59:59.9999999+00:30"},
 "e": {"updated_at": "2026-01-01T00:00:00.1234567"}}
END
echo '{"a": {"create_time": 1.9}, "b": {"create_time": -0.5}, "c": {"create_time": "x"}, "d": {"create_time": 1e30},
 "e": {"create_time": 0, "update_time": 7.7}, "f": {"create_time": true}, "g": {}}' | kv full_docs
loads '0 1 1' 'kv_store_doc_status|1|a|bad-time
kv_store_doc_status|2|b|bad-time
kv_store_doc_status|3|c|bad-time
kv_store_full_docs|3|c|bad-time
kv_store_full_docs|4|d|bad-time
kv_store_full_docs|6|f|bad-time'
is '1969-12-31 23:29:59.999999|1969-12-31 23:29:59.999999
2026-01-01 00:00:00.123456|2026-01-01 00:00:00.123456' "$(sql "select created_at, updated_at from lightrag_doc_status
	where workspace = '$ws' order by id")" "$what: cut down to microseconds, and one for the other"
is '1970-01-01 00:00:01|1970-01-01 00:00:01
1969-12-31 23:59:59|1969-12-31 23:59:59
1970-01-01 00:00:07|1970-01-01 00:00:07
1970-01-01 00:00:00|1970-01-01 00:00:00' "$(sql "select create_time, update_time from lightrag_doc_full
	where workspace = '$ws' order by id")" "$what: cut down to seconds"

new 'the old cache'
kv llm_response_cache <<'END'
{"default": {"h1": {"return": "r", "cache_type": "summary"}, "h2": {"x": "y"}, "h3": {"return": "s"}},
 "naive:query:x": {"return": "q"}, "ff00": {"return": "r", "model": "m"}}
END
loads '1 1 1' 'kv_store_llm_response_cache|2|h2|no-return
kv_store_llm_response_cache|5|ff00|no-mode'
is 'default:extract:h3 s,default:summary:h1 r,naive:query:x q' "$(sql "select string_agg(id || ' ' || return_value, ','
	order by id) from lightrag_llm_cache where workspace = '$ws'")" "$what: made flat"

new 'vectors'
vectors 2 '{"__id__": "a"}, {"content": "no id"}, {"__id__": 5}, {"__id__": "g"}, {"__id__": "i", "vector": "eJw="}' \
    '\0\0\300\177\0\0\300\177\0\0\200\77\0\0\0\100\0\0\200\77\0\0\0\100\0\0\200\77\0\0\0\100\0\0\200\177\0\0\0\0'
loads '1 1 1' 'vdb_chunks|1|a|no-vector
vdb_chunks|2||no-id
vdb_chunks|3||no-id
vdb_chunks|5|i|no-vector'
matches 'vdb_chunks.json: byte 30: its row of the matrix holds NaN or an infinity, and it has no vector of its own' \
    "$(reject_of 1 detail)" "$what: where and why"
is '{"content": "no id"}' "$(reject_of 2 record)" "$what: kept whole"

new 'a NaN row with a vector of its own'
vectors 4 '{"__id__": "a", "vector": "eJxjcGJwYQACAAMqAIc="}' '\0\0\300\177\0\0\300\177\0\0\200\77\0\0\0\100'
loads '0 0 0' ''
is '[3,4,0,0]' "$(sql "select content_vector from lightrag_vdb_chunks_m_4d where workspace = '$ws'")" "$what: taken from there"
matches '1 rows of the matrix are missing, NaN or infinite; .* half-precision' "$(cat err.1)" "$what: said"

new 'an empty matrix'
vectors 2 '{"__id__": "a"}' ''
loads '1 1 1' 'vdb_chunks|1|a|no-vector'

# 200 MB of zeros in 260 kB of text: zlib's header, gzip's data, Adler-32 of zeros.
size=200000000
{
	printf '\170\234'
	head -c $size /dev/zero | gzip -9n | tail -c +11 | head -c -8
	# shellcheck disable=SC2059
	printf "$(printf '\\%03o\\%03o\\0\\001' $((size % 65521 / 256)) $((size % 65521 % 256)))"
} | base64 -w 0 >bomb
new 'a zlib bomb'
vectors 2 "{\"__id__\": \"a\", \"vector\": \"@\"}, {\"__id__\": \"b\"}" \
    '\0\0\300\177\0\0\300\177\0\0\200\77\0\0\0\100'
sed "s/@.*//" "$dir/vdb_chunks.json" | cat - bomb >with
sed "s/.*@//" "$dir/vdb_chunks.json" | cat with - >"$dir/vdb_chunks.json.new"
mv "$dir/vdb_chunks.json.new" "$dir/vdb_chunks.json"
loads '1 1 1' 'vdb_chunks|1|a|no-vector'
matches 'its vector holds more numbers than the dimension' "$(reject_of 1 detail)" "$what: why"
case $HR_BIN in
*sanitize*) ;; # its shadow memory is larger than any limit
*) exits 1 "$what: in little memory" sh -c "ulimit -v 150000; hr-extract '$dir'" ;;
esac

# --- graphs ----------------------------------------------------------------------------------

# The workspaces above made the graph's tables: their foreign keys are there already.
odd_graph() {
	graph <<'END'
<node id="A"><data key="d0">A</data></node><node id="B"/><node id="C"><data key="d0">D</data></node>
<node id="A"><data key="d0">A</data><data key="d1">second</data></node><node id="N"><data key="d5">12345678901234567891</data></node>
<node id="M"><data key="d5">x</data></node>
<edge source="B" target="A"><data key="d7">1.0</data></edge><edge source="A" target="B"><data key="d7">2.0</data></edge>
<edge source="A" target="A"><data key="d7">3.0</data></edge><edge source="Z" target="A"><data key="d7">4</data></edge>
<edge source="Y" target="X"><data key="d7">5e-1</data></edge><edge source="A" target="C"><data key="d7">nan</data></edge>
<edge source="B" target="C"><data key="d7">inf</data></edge><edge source="B" target="é"><data key="d8">12345678901234567891</data></edge>
END
}
odd_rejects='graph_edges|2|B|duplicate-key
graph_edges|6|C|bad-number
graph_edges|7|C|bad-number
graph_nodes|3|C|id-mismatch
graph_nodes|4|A|duplicate-key
graph_nodes|5|N|bad-time
graph_nodes|6|M|bad-attribute'
odd_edges='A|A|{"weight": 3.0}
A|B|{"weight": 2.0}
A|Z|{"weight": 4}
B|é|{"rank": 12345678901234567891}
X|Y|{"weight": 0.5}'

check_odd_graph() {
	loads '1 1 1' "$odd_rejects" "$@"
	is "$odd_edges" "$(sql "select src_id, tgt_id, properties from lightrag_graph_edges where workspace = '$ws'
		order by src_id collate \"C\", tgt_id collate \"C\"")" "$what: self loop, reversed twin, order of ends"
	is 'A {"entity_id": "A", "description": "second"}|B {"entity_id": "B"}' "$(sql "select string_agg(id || ' ' ||
		properties, '|' order by id) from lightrag_graph_nodes where workspace = '$ws' and id in ('A', 'B')")" \
	    "$what: the last of two nodes, and one without attributes"
	is 'X {"entity_id": "X"}|Y {"entity_id": "Y"}|Z {"entity_id": "Z"}|é {"entity_id": "é"}' "$(sql "select string_agg(
		id || ' ' || properties, '|' order by id collate \"C\") from lightrag_graph_nodes where workspace = '$ws'
		and id not in ('A', 'B') and updated_at = 'epoch'")" "$what: missing ends are made"
	is 'lightrag_graph_nodes|X
lightrag_graph_nodes|Y
lightrag_graph_nodes|Z
lightrag_graph_nodes|é' "$(inserted)" "$what: and counted"
	matches '^note: 4 missing ends of edges were inserted by job' "$(cat out)" "$what: verification says so"
	is '<node id="M"><data key="d5">x</data></node>' "$(sql "select record from hr.rejects join hybridrag_migration_jobs
		using (job_id) where workspace = '$ws' and store = 'graph_nodes' and seq = 6")" "$what: a bad attribute is kept whole"
}

for batch in 1000 1; do
	new "a graph beside others, batches of $batch"
	odd_graph
	check_odd_graph --batch-size $batch
done
fresh_database two
new 'a graph in new tables'
odd_graph
check_odd_graph

# A bare node that hr did not insert is a difference, and so is a missing one.
sql "insert into lightrag_graph_nodes (workspace, id, properties) values ('$ws', 'extra', '{\"entity_id\": \"extra\"}')"
exits 1 "$what: a bare node too many" verify
matches 'extra: graph_nodes "extra"' "$(cat out)" "$what: is named"

# noise LENGTH: letters and digits that can't be compressed, the same each time
noise() {
	awk -v size="$1" 'BEGIN {
		letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		for (x = 1; size-- > 0;) { x = (x * 16807) % 2147483647; printf "%s", substr(letters, 1 + int(x / 2147483647 * 64), 1) }
	}'
}

# PostgreSQL's limit for an entry of an index, 2704 bytes, holds for what is left when a long
# text was compressed. A workspace wN, the namespace and headers take 34 to 36 bytes of it.
new 'a key too long for an index'
{
	for length in 2500 2640 2690 2720 3000; do echo "<node id=\"$(noise $length)\"/>"; done
	echo "<node id=\"$(printf '%09000d' 0)\"/>"
	echo "<node id=\"$(printf '%05000d' 0)$(noise 2200)\"/>"
} | graph
loads '0 0 1' "$(i=3; for length in 2690 2720 3000; do echo "graph_nodes|$i|$(noise $length)|refused-by-server"; i=$((i + 1)); done)"
matches 'index row size [0-9]+ exceeds' "$(reject_of 4 detail)" "$what: the server's words"
matches 'primary key takes [0-9]+ bytes, PostgreSQL.s limit is 2704' "$(jq -r .detail dry.rejects)" "$what: those of the dry run"

# --- the source itself -------------------------------------------------------------------------

new 'a pipe instead of a file'
mkfifo "$dir/kv_store_full_docs.json"
pipe
is '5 4 4' "$statuses" "$what: status"
matches 'kv_store_full_docs.json: is a pipe; hr must seek in it: save it to a file first' "$(cat err.1)" "$what: message"
new 'a directory instead of a file'
mkdir "$dir/kv_store_full_docs.json"
exits 5 "$what: status" hr-extract "$dir"
matches 'kv_store_full_docs.json: is a directory, not a regular file' "$(cat err)" "$what: message"
exits 5 'no such directory' hr-extract "$scratch/nowhere"
matches '^hr-extract: .*/nowhere: No such file or directory' "$(cat err)" 'no such directory: message'
new 'a directory of something else'
: >"$dir/letter.txt"
exits 5 "$what: status" hr-extract "$dir"
matches 'no LightRAG files here: looked for kv_store_' "$(cat err)" "$what: message"

new 'a byte order mark and empty files'
: | kv full_docs
printf ' \n' | kv text_chunks
printf '\357\273\277{"doc": {"status": "processed"}}' | kv doc_status
loads '0 0 0' ''
matches 'kv_store_full_docs.json: is empty: an empty store' "$(cat err.1)" "$what: empty is said"
matches 'kv_store_text_chunks.json: is empty: an empty store' "$(cat err.1)" "$what: blank is said"
matches 'kv_store_doc_status.json: begins with a byte order mark, which is skipped' "$(cat err.1)" "$what: the mark is said"

new 'a record over the limit'
printf '{"a": {"content": "%05000d"}, "b": {}}' 0 | kv full_docs
exits 3 "$what: status" hr-extract --max-record 4000 "$dir"
matches 'kv_store_full_docs.json: byte 1: a record longer than 4000 bytes begins here \(--max-record allows more\)' \
    "$(cat err)" "$what: message"
is '' "$(grep '"kind":"end"' out)" "$what: no end"
exits 0 "$what: a greater limit" hr-extract --max-record 8000 "$dir"
hr-extract "$dir" >records
hr-transform --schema lightrag <records >rows
exits 3 "$what: hr-transform has one too" sh -c 'hr-transform --schema lightrag --max-record 1024 <records'
exits 3 "$what: and hr-load" sh -c "hr-load --max-record 1024 '$URI' <rows"
matches '^hr-load: standard input: line [0-9]+ \(byte [0-9]+\): longer than twice --max-record' "$(cat err)" "$what: its message"

# while_read WORDS COMMAND: COMMAND changes the source (in $dir) while it is read
while_read() {
	new "$1"
	{
		printf '{"first": {"content": "%03000000d"}' 0
		i=0
		while [ $i -lt 10 ]; do
			printf ', "doc-%d": {"content": "%0500000d"}' $i $i
			i=$((i + 1))
		done
		echo '}'
	} | kv full_docs
	echo '{}' | kv text_chunks
	touch -d '2026-01-01' "$dir"/*
	# hr-extract waits for its reader with most of the file still to come.
	{ hr-extract "$dir" 2>err.1; echo $? >status.1; } | {
		head -c 1000 >start
		(cd "$dir" && eval "$2")
		cat >rest
	}
	is 8 "$(cat status.1)" "source changes while it is read: $1: status"
	matches "^hr-extract: $dir/.*: changed while it was read; stop whatever writes it and run again" "$(cat err.1)" \
	    "source changes while it is read: $1: message"
	is '' "$(tail -n 1 rest | cut -c 1-20 | grep '"kind":"end"')" "source changes while it is read: $1: no end"
}
while_read 'appended' 'echo >>kv_store_full_docs.json'
while_read 'cut' 'truncate -s 4000000 kv_store_full_docs.json'
while_read 'other bytes, same size and time' "printf x | dd of=kv_store_full_docs.json bs=1 seek=7000000 conv=notrunc \
	2>/dev/null; touch -d '2026-01-01' kv_store_full_docs.json"
while_read 'replaced by its twin' 'cp -p kv_store_full_docs.json twin; mv twin kv_store_full_docs.json'
while_read 'removed' 'rm kv_store_full_docs.json'
while_read 'another file, changed' 'echo " {}" >kv_store_text_chunks.json'
while_read 'a file that was not there' 'echo "{}" >kv_store_doc_status.json'
