#!/bin/sh
# LightRAG itself: it makes workspaces in files, hr migrates them, LightRAG opens them in PostgreSQL
# and finds everything by its own functions, embeds nothing again and asks no model for what it has
# cached; then it inserts, edits and deletes in the database as it does in the files.
# timeout: 900
. "$(dirname "$0")/../lib.sh"

python=$(HOME=$USER_HOME "$TESTS/peer/install" 2>install.err) ||
    { skip 'LightRAG can be installed' "$(tail -n 1 install.err)"; exit; }
bge='BAAI/bge-m3 32' nomic='nomic-embed-text:latest 16' small='text-embedding-3-small 48'
tiny='text-embedding-3-small 8'

# lightrag make|read|work STORE WORKSPACE MODEL-AND-DIMENSION OUTPUT
lightrag() {
	# With no setting of the user's; sets have the same order each time; nothing is installed on the way.
	# shellcheck disable=SC2086
	env -i PATH="$PATH" HOME="$HOME" LC_ALL=C.UTF-8 TZ=UTC PYTHONHASHSEED=0 PIP_NO_INDEX=1 \
	    PYTHONPYCACHEPREFIX="$(dirname "$python")/../compiled" \
	    POSTGRES_HOST="$PGHOST" POSTGRES_PORT="$PGPORT" POSTGRES_USER="$PGUSER" POSTGRES_PASSWORD=none \
	    POSTGRES_DATABASE="$PGDATABASE" "$python" "$TESTS/peer/application.py" "$1" "$2" "$3" $4 \
	    >"$5" 2>"$5.err" || not_ok "LightRAG: $*" "$(tail -n 20 "$5.err")"
}

# migrate DIR WORKSPACE MODEL-AND-DIMENSION [OPTION...]
migrate() {
	from=$1 to=$2 model=${3% *}
	shift 3
	exits 0 "migrate $from as '$to'" hr migrate --from "$from" --to "$URI" --embedding-model "$model" "$@"
}

# equal EXPECTED ACTUAL NAME: as `same`, with lines cut
equal() {
	if cmp -s "$1" "$2"; then ok "$3"; else not_ok "$3" "$(diff "$1" "$2" | cut -c 1-400 | head -n 40)"; fi
}

# opened DIR WORKSPACE TARGET-WORKSPACE MODEL-AND-DIMENSION NAME: read by LightRAG from a copy of the
# files and from the database; leaves NAME.files and NAME.postgresql
opened() {
	cp -r "$1" "$5.dir" && chmod -R u+w "$5.dir"
	lightrag read "$5.dir" "$2" "$4" "$5.files" &
	lightrag read postgresql "$3" "$4" "$5.postgresql"
	wait $!
	equal "$5.files" "$5.postgresql" "$5: LightRAG finds the same in files and tables"
}

# models NAME: what the models were asked to do, but for the embedding of questions
models() {
	tail -n 1 "$1" | jq -r '[.models | to_entries[] | select(.key != "questions embedded" and .value > 0) |
	    "\(.value) \(.key)"] | if . == [] then "nothing" else join(", ") end'
}

# counted WORKSPACE-DIR NAME: LightRAG named as many records of each store as the files hold
counted() {
	{
		for file in "$1"/kv_store_*.json; do echo "$(basename "${file#*/kv_store_}" .json) $(jq length "$file")"; done
		for file in "$1"/vdb_*.json; do echo "$(basename "${file#*/vdb_}" .json) $(jq '.data | length' "$file")"; done
		for what in node edge; do echo "$what $(grep -o "<$what " "$1"/*.graphml | wc -l)"; done
	} | sort >"$2.expected"
	jq -r '.store // .vectors // if .node then "node" elif .edge then "edge" else empty end' "$2.files" |
	    sort | uniq -c | awk '{ print $2, $1 }' | sort >"$2.counted"
	same "$2.expected" "$2.counted" "$2: these are all records"
}

# --- workspaces in files -----------------------------------------------------------------

start_postgres
lightrag make one '' "$bge" one.made &
lightrag make two alpha "$nomic" alpha.made
lightrag make two Team-B "$small" Team-B.made
wait $!
is '10 answers, 326 documents embedded, 48 extractions, 8 keywords, 58 summaries' "$(models one.made)" \
    'LightRAG makes a workspace, which takes'

# --- in tables that hr makes -------------------------------------------------------------

fresh_database made
made=$PGDATABASE
migrate two alpha "$nomic" --source-workspace alpha
opened two alpha alpha "$nomic" alpha
migrate two Team-B "$small" --source-workspace Team-B
opened two Team-B Team-B "$small" Team-B
counted two/Team-B Team-B
for name in alpha Team-B; do
	is nothing "$(models $name.postgresql)" "$name: no document is embedded, no model is asked for what is cached"
done

exits 0 'migrate one without the name of its model' hr migrate --from one --to "$URI" --workspace unnamed
opened one '' unnamed "$bge" unnamed
is nothing "$(models unnamed.postgresql)" 'unnamed: no document is embedded'

# --- in tables that LightRAG made, beside a workspace of its own -------------------------

fresh_database beside
lightrag make postgresql native "$bge" native.made
# Place, transaction and content of all rows of LightRAG's own workspace.
native() {
	sql "select tablename from pg_tables where schemaname = 'public' and tablename like 'lightrag%' order by 1" |
	while read -r table; do
		sql "select '$table', ctid, xmin, md5(t::text) from $table t where workspace = 'native' order by ctid"
	done
}
native >native.before
is 654 "$(wc -l <native.before)" 'LightRAG makes the same workspace in PostgreSQL'
migrate one default "$bge"
opened one '' '' "$bge" default
counted one default
is nothing "$(models default.postgresql)" 'default: no document is embedded, no model is asked for what is cached'
migrate "$DATA/lightrag-1.5.7-small" sample "$bge" --workspace sample
opened "$DATA/lightrag-1.5.7-small" '' sample "$bge" sample
counted "$DATA/lightrag-1.5.7-small" sample
is '10 answers, 8 keywords' "$(models sample.postgresql)" 'sample: models are asked for new questions only'
migrate "$DATA/lightrag-1.5.7-two-workspaces" beta-2 "$nomic" --source-workspace beta-2
opened "$DATA/lightrag-1.5.7-two-workspaces" beta-2 beta-2 "$nomic" beta-2
counted "$DATA/lightrag-1.5.7-two-workspaces/beta-2" beta-2
is '9 answers, 1 documents embedded, 2 extractions, 8 keywords' "$(models beta-2.postgresql)" \
    'beta-2: a document that was pending is taken up'
migrate "$DATA/lightrag-1.5.6-tiny" tiny "$tiny" --workspace tiny
opened "$DATA/lightrag-1.5.6-tiny" '' tiny "$tiny" tiny
is '25 0' "$(sql "select concat_ws(' ', count(*), count(*) filter (where
	(v.tokens, v.chunk_order_index) is distinct from (c.tokens, c.chunk_order_index)))
	from lightrag_vdb_chunks_baai_bge_m3_32d v left join lightrag_doc_chunks c using (workspace, id)
	where workspace = 'default'")" 'default: the embeddings of chunks have their tokens and order'
native >native.after
same native.before native.after "LightRAG's own workspace beside them stays as it is"

# --- the comparison finds what differs ---------------------------------------------------

psql -Xq -d postgres -c "create database damaged template $PGDATABASE" || not_ok 'copy the database'
beside=$PGDATABASE
PGDATABASE=damaged
# damage TABLE CONDITION CHANGE: of the rows that meet it, the one with the least id, which is printed
damage() {
	id=$(sql "select min(id) from $1 where workspace = 'default' and $2")
	case $3 in
	delete) sql "delete from $1 where workspace = 'default' and id = '$id'" ;;
	*) sql "update $1 set $3 where workspace = 'default' and id = '$id'" ;;
	esac
	echo "$id"
}
chunk=$(damage lightrag_doc_chunks true delete)
answer=$(damage lightrag_llm_cache "cache_type = 'query'" delete)
document=$(damage lightrag_doc_full true "create_time = create_time + interval '1 second'")
status=$(damage lightrag_doc_status true "status = 'pending'")
entity=$(damage lightrag_vdb_entity_baai_bge_m3_32d true "content_vector = content_vector +
	(select array_agg(case n when 1 then 1e-7 else 0 end) from generate_series(1, 32) n)::vector")
node=$(damage lightrag_graph_nodes "id like 'Plant%'" "properties = properties || '{\"description\": \"Else.\"}'")
edge=$(sql "delete from lightrag_graph_edges where workspace = 'default' and src_id = 'Made By Hand' returning tgt_id")
lightrag read postgresql '' "$bge" damaged
diff default.files damaged >differences
for fault in "a chunk that is missing|\"key\": \"$chunk\", \"store\": \"text_chunks\"" \
    "an answer that is missing|\"key\": \"$answer\", \"store\": \"llm_response_cache\"" \
    "a time|\"key\": \"$document\", \"store\": \"full_docs\"" \
    "a status|\"key\": \"$status\", \"store\": \"doc_status\"" \
    "a vector|\"key\": \"$entity\".*\"vectors\": \"entities\"" \
    "a description|\"node\": \"$node\"" \
    "an edge|\"edge\": \\[\"Made By Hand\", \"$edge\"\\]" \
    "a degree|\"node\": \"Made By Hand\"" \
    "a context|\"context\": \"local\""; do
	if grep -q "^[<>] .*${fault#*|}" differences; then ok "found: ${fault%%|*}"; else not_ok "found: ${fault%%|*}"; fi
done
matches '^1 answers, [1-9][0-9]* documents embedded, ' "$(models damaged)" 'found: what is embedded and answered again'
PGDATABASE=$beside

# --- LightRAG goes on working ------------------------------------------------------------

# The time is another one than in the files, and so are the vectors: LightRAG normalizes those in
# files, the old ones once more with each start, which changes their last bits.
timeless() {
	jq -cS 'walk(if type == "object" then with_entries(select(.key |
	    test("(_time|_at)$|^track_id$") | not)) else . end) | del(.vector)' "$1"
}
# gone NAME [FILTER]: what was found before the work, and isn't now
gone() {
	for when in before "$1"; do jq -cS "${2:-.}" "$when" | sort >"$when.sorted"; done
	comm -23 before.sorted "$1.sorted"
}
# works DIR WORKSPACE TARGET-WORKSPACE MODEL-AND-DIMENSION NAME: on what `opened` left
works() {
	cp "$5.postgresql" before
	for what in work read; do
		lightrag $what "$5.dir" "$2" "$4" "$5.$what.files" &
		lightrag $what postgresql "$3" "$4" "$5.$what.postgresql"
		wait $!
	done
	equal "$5.work.files" "$5.work.postgresql" "$5: LightRAG works as in the files"
	for side in files postgresql; do
		timeless "$5.read.$side" >"$5.timeless.$side"
		gone "$5.read.$side" 'del(.vector)' >"$5.gone.$side"
	done
	equal "$5.timeless.files" "$5.timeless.postgresql" "$5: it finds the same afterwards"
	equal "$5.gone.files" "$5.gone.postgresql" "$5: it changed the same"
	is "$(wc -l <"$5.gone.postgresql")" "$(gone "$5.read.postgresql" | wc -l)" "$5: every other vector is as before"
	is nothing "$(models "$5.read.postgresql")" \
	    "$5: no document is embedded again, no model is asked for what is cached"
}

works one '' '' "$bge" default
native >native.after
same native.before native.after "LightRAG's own workspace beside it stays as it is"
lightrag read postgresql native "$bge" native.found
is nothing "$(models native.found)" 'and works as ever'
is 'insert: 6' "$(jq -r 'select(.step and .models.extractions) | "\(.step): \(.models.extractions)"' \
    default.work.postgresql)" 'only the new document is extracted from, not the one that is inserted again'
PGDATABASE=$made
works two Team-B Team-B "$small" Team-B
