#!/bin/sh
# Every stage audits the one before: a stage that dies, a line that is changed, doubled, dropped or
# out of its place between two stages is never taken for a whole stream. Nothing is passed on as
# finished, and no job ends.
# shellcheck disable=SC2016 # what looks like a variable is sed's last line
. "$(dirname "$0")/../lib.sh"

beta=$DATA/lightrag-1.5.7-two-workspaces/beta-2
fresh_database one
extract() { hr-extract "$beta"; }
transform() { hr-transform --schema lightrag --embedding-model m "$@"; }
verify() { hr-verify "$beta" "$URI&workspace=$1&schema=lightrag&embedding_model=m"; }
extract >records
matches '^92$' "$(wc -l <records)" 'lines of the records'
number=0

# loading ROWS [OPTION...]: sets $status; leaves commits and err
loading() {
	rows=$1
	shift
	status=0
	hr-load "$@" "$URI" <"$rows" >commits 2>err || status=$?
}
# unfinished WORDS: no job of workspace $ws ended, and no document counts as processed
unfinished() {
	is '' "$(sql "select phase from hybridrag_migration_jobs where workspace = '$ws' and
		phase not in ('loading', 'interrupted')")" "$1: no job is finished"
	is 0 "$(sql "select count(*) from lightrag_doc_status where workspace = '$ws'")" "$1: no document is done"
	is '' "$(grep '"kind":"end"' commits)" "$1: no end is printed"
}

# --- the pipe as it should be ------------------------------------------------------------------------

transform --workspace w <records >rows
matches '^116$' "$(wc -l <rows)" 'lines of the rows'
loading rows
is 0 $status 'a whole stream'
exits 0 'a whole stream is verified' verify w
digest() { sql "select md5(string_agg(t::text, '' order by t::text)) from (select (to_jsonb(t) - 'workspace')::text
	from lightrag_$1 t where workspace = '$2') t(t)"; }
digests() {
	for table in doc_full llm_cache vdb_entity_m_16d vdb_relation_m_16d graph_edges graph_nodes doc_status; do
		digest $table "$1"
	done
}
digests w >whole

extract | gzip | gunzip | transform --workspace gzip | gzip | gunzip >rows.gzip
loading rows.gzip
is 0 $status 'gzip and gunzip between'
digests gzip >part
same whole part 'gzip and gunzip between: the same rows'

# --- line by line --------------------------------------------------------------------------------------

# alter HOW KIND: the second line of that kind (or the only one), from standard input
cat >alter.awk <<'AWK'
{ lines[NR] = $0; if (index($0, "{\"kind\":\"" kind "\"") == 1) of_kind[++n] = NR }
END {
	at = of_kind[n > 2 ? 2 : 1]
	for (i = 1; i <= NR; i++) {
		line = lines[i]
		if (i == at && how == "changed") sub(/":/, "\": ", line)
		if (i == at && how == "cut short") line = substr(line, 1, length(line) - 3)
		if (i == at && how == "of another kind") sub(kind, "else", line)
		if (i == at && how == "swapped") { print lines[i + 1]; print line; i++; continue }
		if (i == at && how == "dropped") continue
		print line
		if (i == at && how == "doubled") print line
		if (i == at && how == "blank behind") print ""
		if (i == at && how == "the last") exit
	}
}
AWK
alter() { awk -v how="$1" -v kind="$2" -f alter.awk; }

# expected HOW KIND: the exit status of the stage that reads it
expected() {
	case $1,$2 in
	'cut short',* | 'of another kind',* | 'blank behind',*) echo 3 ;;
	doubled,begin | doubled,end | dropped,begin | swapped,begin) echo 3 ;;
	*) echo 4 ;;
	esac
}

for kind in begin kv vector node edge end; do
	for how in changed 'cut short' 'of another kind' swapped dropped doubled 'blank behind' 'the last'; do
		case $how,$kind in
		changed,end | swapped,end | 'the last',end | swapped,begin) continue ;; # no change, or see below
		esac
		alter "$how" $kind <records >altered
		cmp -s records altered && not_ok "alter $how $kind"
		exits "$(expected "$how" $kind)" "a $kind line $how: hr-transform" sh -c \
		    'hr-transform --schema lightrag --embedding-model m <altered'
		is '' "$(grep '"kind":"end"' out)" "a $kind line $how: no end is passed on"
		matches '^hr-transform: standard input: ' "$(cat err)" "a $kind line $how: message"
	done
done

# goes_on STATUS WORDS: with the unaltered stream
goes_on() {
	transform --workspace "$ws" <records >rows
	loading rows
	is "$1" $status "$2: the unaltered stream: status"
	[ "$1" != 0 ] || exits 0 "$2: the unaltered stream: is verified" verify "$ws"
}

for kind in begin table finish view row end; do
	for how in changed 'cut short' 'of another kind' swapped dropped doubled 'the last'; do
		case $how,$kind in
		changed,end | swapped,end | 'the last',end | swapped,begin) continue ;;
		swapped,table | swapped,finish | swapped,view) continue ;; # they may come in any order
		doubled,table) continue ;; # see below
		esac
		number=$((number + 1))
		ws=a$number
		transform --workspace $ws <records | alter "$how" $kind >altered
		loading altered
		case $how,$kind in
		dropped,table) is 3 $status "a $kind line $how: hr-load" ;;
		*) is "$(expected "$how" $kind)" $status "a $kind line $how: hr-load" ;;
		esac
		unfinished "a $kind line $how"
		matches '^hr-load: ' "$(cat err)" "a $kind line $how: message"
		# The same again, unaltered, is whole afterwards, or says that it can't be.
		case $how,$kind in
		dropped,row | changed,row)
			goes_on 8 "a $kind line $how"
			matches 'kv_store_full_docs: the lines up to seq 5 are not those that job [0-9a-f-]* loaded before' "$(cat err)" \
			    "a $kind line $how: the unaltered stream: message"
			job=$(sql "select job_id from hybridrag_migration_jobs where workspace = '$ws'")
			exits 0 "a $kind line $how: discard it" hr-load discard --job "$job" "$URI"
			goes_on 0 "a $kind line $how, discarded" ;;
		doubled,row | swapped,row | doubled,view | changed,finish | dropped,end) goes_on 0 "a $kind line $how" ;;
		esac
	done
done

# altered STATUS WORDS PATTERN SED [OPTION...]: the rows, altered by a sed script
altered() {
	number=$((number + 1))
	ws=a$number status_=$1 words=$2 pattern=$3 script=$4
	shift 4
	transform --workspace $ws <records | sed "$script" >altered
	loading altered "$@"
	is "$status_" $status "$words: status"
	matches "^hr-load: .*$pattern" "$(cat err)" "$words: message"
	unfinished "$words"
}
altered 4 'a count in end' 'records and [0-9]+ rejects came, but "end" says' \
    '$s/"in":5,"out":5/"in":6,"out":6/'
altered 4 'in is not out and the rest' 'in is not out \+ dropped \+ rejected' '$s/"in":5,/"in":6,/'
altered 4 'a digest in end' 'a line was changed on the way' '$s/"digest":"5:./"digest":"5:x/;$s/:x/:0/;$s/"5:0\(.\)/"5:0\1/'
altered 3 'no digest in end' '"end" (has a store without its counts or digest|lacks its digest)' '$s/"digest"/"digits"/g'
altered 3 'a store less in end' '"end" lacks its digest or a store' '$s/,{"store":"kv_store_doc_status"[^}]*}//'
altered 3 'a store that begin did not name' 'a store that "begin" did not name' \
    's/"kind":"row","table":"lightrag_llm_cache","store":"[a-z_]*"/"kind":"row","table":"lightrag_llm_cache","store":"other"/'
altered 3 'a table that nobody described' 'no "table" line describes its table' \
    's/"kind":"row","table":"lightrag_llm_cache"/"kind":"row","table":"other"/'
altered 3 'no seq' 'no "seq"' '/"kind":"row"/s/"seq"/"sequence"/'
altered 3 'a seq of 0' 'no "seq"' '/"kind":"row"/s/"seq":1,/"seq":0,/'
altered 3 'no row' 'lacks a member that its kind needs' '/"kind":"row"/s/"row":{/"raw":{/'
altered 3 'a table described behind the first row' 'a "table" line behind the first row' '1h;/"kind":"table"/H;${x;s/^[^\n]*\n\([^\n]*\).*/\1/;p;x}'
altered 3 'a newer version' 'made by a newer hr' '1s/"version":1/"version":2/'
altered 4 'CRLF' 'changed' 's/$/\r/'
altered 3 'a byte order mark' 'line 1 \(byte 0\): not a JSON object' '1s/^/\xef\xbb\xbf/'
altered 3 'not UTF-8' 'line [0-9]+ \(byte [0-9]+\): not a JSON object' '/"kind":"row"/s/"id":"./&\xff/'
altered 3 'records instead of rows' 'is a record: hr-transform makes rows of it' \
    '/"kind":"row"/s/.*/{"kind":"kv","store":"kv_store_full_docs","seq":1,"id":"a","value":{}}/'

# Rows of another workspace are refused before they are sent, even if the user accepts changes.
sql "create table kept as select ctid as at, xmin as by, md5(t::text) from lightrag_llm_cache t where workspace = 'w'"
altered 3 'a row of another workspace' 'kv_store_llm_response_cache: seq [0-9]+: a row whose workspace is not "a[0-9]+"' \
    '/"table":"lightrag_llm_cache"/s/"row":{"workspace":"[a-z0-9]*"/"row":{"workspace":"w"/' --accept-changed
is 0 "$(sql "select count(*) from (select ctid, xmin, md5(t::text) from lightrag_llm_cache t where workspace = 'w'
	except select * from kept) t")" 'whose rows stay as they are'

head -c -1 records >altered
exits 4 'a last line without LF: hr-transform' sh -c 'hr-transform --schema lightrag <altered'
matches 'line 92 \(byte [0-9]+\): cut off in the middle' "$(cat err)" 'a last line without LF: message'
is '' "$(grep '"kind":"end"' out)" 'a last line without LF: no end'
ws=lf
transform --workspace $ws <records | head -c -1 >altered
loading altered
is 4 $status 'a last line without LF: hr-load'
unfinished 'a last line without LF'
for stage in 'hr-transform --schema lightrag' "hr-load '$URI'"; do
	exits 4 "nothing at all: ${stage%% *}" sh -c "$stage </dev/null"
	exits 3 "something else: ${stage%% *}" sh -c "echo hello | $stage"
done
cat records records >altered
exits 3 'a second stream behind the first' sh -c 'hr-transform --schema lightrag <altered'
matches 'line 93 \(byte [0-9]+\): a line after "end"' "$(cat err)" 'a second stream behind the first: message'

# --- the user's own filter -------------------------------------------------------------------------------

# jq 1.7 gives lines back as they are, 1.6 does not; sorted members are other bytes with both.
jq -cS . <records >filtered
exits 4 'jq between' sh -c 'hr-transform --schema lightrag <filtered'
matches 'changed on the way \(--accept-changed if your own filter stood between\)' "$(cat err)" 'jq between: message'
transform --workspace jq --accept-changed <filtered >rows
loading rows
is 0 $status 'jq between, accepted'
# Not verified: some releases of jq write 1.0 as 1.
is "$(digest doc_full w)" "$(digest doc_full jq)" 'jq between, accepted: texts are the same'
transform --workspace jq2 <records | jq -cS . >rows
loading rows
is 4 $status 'jq before hr-load'
loading rows --accept-changed
is 0 $status 'jq before hr-load, accepted'
jq -c 'select(.kind != "edge")' <records >filtered
exits 4 'a filter that drops records' sh -c 'hr-transform --schema lightrag <filtered'
transform --workspace fewer --accept-changed <filtered >rows
loading rows
is 0 $status 'a filter that drops records, accepted'
is '9 0' "$(sql "select (select count(*) from lightrag_graph_nodes where workspace = 'fewer') || ' ' ||
	(select count(*) from lightrag_graph_edges where workspace = 'fewer')")" 'a filter that drops records: they are not there'
exits 1 'a filter that drops records: verification tells' verify fewer
head -n -1 filtered >altered
exits 4 'accepting changes is not accepting a stream without its end' sh -c 'hr-transform --schema lightrag --accept-changed <altered'

hr-extract --vectors=array "$beta" >arrays
is 16 "$(jq -c 'select(.kind == "vector") | .vector | length' <arrays | sort -u)" 'vectors as arrays'
transform --workspace listed <arrays >rows.arrays
loading rows.arrays
is 0 $status 'vectors as arrays are loaded'
digests listed >part
same whole part 'vectors as arrays: the same rows, bit by bit'
hr-extract "$URI&workspace=w&schema=lightrag&embedding_model=m" |
    hr-transform --schema lightrag --workspace w --reverse --vectors=array >back 2>err
exits 0 'and back' hr-verify --schema lightrag "$beta" back

sed '/"kind":"begin"/!s/^{"kind":"[a-z]*"/&,"note":{"by":["me",1.10,null]}/' records >noted
transform --workspace said --accept-changed <noted >rows.noted
is 90 "$(grep -c '"note":{"by":\["me",1.10,null\]}' rows.noted)" 'unknown members are passed on'
loading rows.noted
is 0 $status 'and loaded over'
digests said >part
same whole part 'unknown members: the same rows'

# --- a stage dies ------------------------------------------------------------------------------------------

mkdir many
{
	printf '{"doc-0": {"content": ""}'
	i=0
	while [ $i -lt 1500 ]; do
		i=$((i + 1))
		printf ',\n"doc-%d": {"content": "%04000d"}' $i $i
	done
	echo '}'
} >many/kv_store_full_docs.json
echo '{"doc-0": {"status": "processed"}}' >many/kv_store_doc_status.json

# gate FROM TO: passes on half of it, then waits for the file `open`
gate() {
	{
		head -c 3000000
		: >reached
		until [ -e open ]; do sleep 0.05; done
		cat
	} <"$1" >"$2" 2>/dev/null
}

# dies PROGRAM: the pipe in which it is killed in the middle; sets $one, $two and $three, the statuses
dies() {
	ws=$1
	rm -f reached open a b c d
	mkfifo a b c d
	# The gate holds up what the program has written, or is to read.
	case $1 in
	hr-extract) gate a b & c=d ;;
	*) gate c d & c=c ;;
	esac
	gate_=$!
	hr-extract many >a 2>err.1 &
	one_=$!
	if [ $c = d ]; then hr-transform --schema lightrag --workspace "$ws" <b >d 2>err.2 &
	else hr-transform --schema lightrag --workspace "$ws" <a >c 2>err.2 & fi
	two_=$!
	hr-load --batch-size 10 "$URI" <d >commits 2>err &
	three_=$!
	tries=0
	until { [ -e reached ] && grep -q '"kind":"commit"' commits; } || [ $tries = 200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	case $1 in
	hr-extract) kill -KILL $one_ ;;
	hr-transform) kill -KILL $two_ ;;
	hr-load) kill -KILL $three_ ;;
	esac
	: >open
	one=0 two=0 three=0
	wait $one_ 2>/dev/null || one=$?
	wait $two_ 2>/dev/null || two=$?
	wait $three_ 2>/dev/null || three=$?
	wait $gate_ 2>/dev/null
}

dies hr-extract
is '137 4 4' "$one $two $three" 'hr-extract is killed: status of each'
matches '^hr-transform: standard input: (line|ended) .*(cut off in the middle|the stage before did not finish)' \
    "$(cat err.2)" 'hr-extract is killed: hr-transform says so'
matches '^hr-load: standard input: ended .* the stage before did not finish' "$(cat err)" 'hr-extract is killed: and hr-load'
unfinished 'hr-extract is killed'
dies hr-transform
is '4 137 4' "$one $two $three" 'hr-transform is killed: status of each'
matches '^hr-extract: standard output: nobody reads on' "$(cat err.1)" 'hr-transform is killed: hr-extract says so'
unfinished 'hr-transform is killed'
dies hr-load
is '4 4 137' "$one $two $three" 'hr-load is killed: status of each'
unfinished 'hr-load is killed'
for ws in hr-extract hr-transform hr-load; do
	hr-extract many | hr-transform --schema lightrag --workspace $ws >rows
	loading rows
	is 0 $status "$ws was killed: the same again goes on"
	is 1501 "$(sql "select count(distinct id) from lightrag_doc_full where workspace = '$ws'")" "$ws was killed: all is there"
	exits 0 "$ws was killed: and is verified" hr-verify many "$URI&workspace=$ws&schema=lightrag"
done

# --- what makes the application take documents for done waits for the audit -----------------------------

ws=held
transform --workspace held <records | awk '!gone && /"kind":"row"/ && /"store":"graph_edges"/ { gone = 1; next } 1' >rows
loading rows --batch-size 1
is 4 $status 'a row dropped, in batches of one'
unfinished 'a row dropped, in batches of one'
is 9 "$(sql "select count(*) from lightrag_graph_nodes where workspace = 'held'")" 'though the stores before are there'
transform --workspace held2 <records >rows
loading rows --batch-size 1
is 0 $status 'the whole stream in batches of one'
exits 0 'the whole stream in batches of one is verified' verify held2
