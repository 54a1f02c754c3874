#!/bin/sh
# timeout: 240
# hr-query: the same answer from files and from PostgreSQL, for every record of the samples, and
# the right one, by a judge's own reckoning.
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small two=$DATA/lightrag-1.5.7-two-workspaces

# ids STORE DIR [OPTION]...: a name or id a line
ids() {
	store=$1
	shift
	hr-extract --store "$store" "$@" | jq -r 'select(.id) | .id'
}

# alike NAME OPTION FILES DATABASE [OPTION]...: for each line of standard input. The last answer
# from files stays in $scratch/files.
alike() {
	name=$1 option=$2 files=$3 database=$4
	shift 4
	asked=0 different=0
	while IFS= read -r subject; do
		asked=$((asked + 1))
		hr-query --json "$@" "$option=$subject" "$files" >"$scratch/files" 2>"$scratch/files.err"
		first=$?
		hr-query --json "$option=$subject" "$database" >"$scratch/database" 2>"$scratch/database.err"
		[ "$first $(cmp "$scratch/files" "$scratch/database" 2>&1)" = "$? " ] || {
			different=$((different + 1))
			not_ok "$name: $subject" "$(head -c 300 "$scratch/files" "$scratch/database" "$scratch"/*.err)"
		}
	done
	is "0 yes" "$different $([ $asked -gt 0 ] && echo yes)" "$name: $asked questions, the same answers"
}

# right NAME ARGUMENT...: what hr-query just said of $small, by the judge
right() {
	name=$1
	shift
	if python3 "$TESTS/query.py" "$small" "$@" <"$scratch/out" >"$scratch/judge" 2>&1; then ok "$name"
	else not_ok "$name" "$(tail -n 3 "$scratch/judge")"; fi
}

# --- files and database ----------------------------------------------------------------

fresh_database small
exits 0 'small is migrated' hr migrate --from "$small" --to "$URI" --workspace w --embedding-model m -y --state-dir state
place="$URI&workspace=w&embedding_model=m"
ids graph_nodes "$small" | alike entities --entity "$small" "$place"
ids graph_nodes "$small" | alike neighbors --neighbors "$small" "$place"
for store in vdb_chunks vdb_entities vdb_relationships; do
	ids $store "$small" | alike "similar in $store" --similar-to "$small" "$place"
done
printf '%s\n' 'the observatory' 'TÖVSAND lake report' étude '名 城' '"46071" of' xyzzy |
    alike words --text "$small" "$place"
for workspace in alpha beta-2; do
	exits 0 "$workspace is migrated" hr migrate --from "$two" --source-workspace $workspace --to "$URI" \
	    --embedding-model n -y --state-dir state
	place="$URI&workspace=$workspace&embedding_model=n"
	ids graph_nodes --source-workspace=$workspace "$two" |
	    alike "$workspace, neighbors" --neighbors "$two" "$place" --source-workspace=$workspace
	ids vdb_chunks --source-workspace=$workspace "$two" |
	    alike "$workspace, similar" --similar-to "$two" "$place" --source-workspace=$workspace
done

# --- the right answer ------------------------------------------------------------------

for store in vdb_chunks vdb_entities vdb_relationships; do
	id=$(ids $store "$small" | sed -n 7p)
	exits 0 "similar in $store" hr-query --json --top 0 --similar-to "$id" "$small"
	right "similar in $store, judged" similar $store "$id"
	is "$(($(ids $store "$small" | wc -l) - 1))" "$(jq '.results | length' "$scratch/out")" 'all but itself'
	valid query "$scratch/out" 'as described'
done
for words in 'the observatory of Tövsand' 'hansen MAGNETOMETER' 'a'; do
	exits 0 "words: $words" hr-query --json --top 0 "$small" "$words"
	right "words, judged: $words" text "$words"
done
exits 0 'neighbors' hr-query --json --neighbors 'Lake Tövsand' "$small"
right 'neighbors, judged' neighbors 'Lake Tövsand'
exits 0 'an entity' hr-query --json --entity 'Lake Tövsand' "$small"
right 'an entity, judged' entity 'Lake Tövsand'
sed -i 's/"id":"Lake/"id":"Lakes/' "$scratch/out"
exits 1 'the judge sees what is wrong' python3 "$TESTS/query.py" "$small" entity 'Lake Tövsand' <"$scratch/out"

# --- an embedding of one's own ---------------------------------------------------------

hr-extract --store vdb_chunks "$small" | jq -r 'select(.seq == 3) | .vector' >vector
id=$(ids vdb_chunks "$small" | sed -n 3p)
exits 0 'by base64' hr-query --json --vector vector --top 1 "$small"
is "$id" "$(jq -r '.results[0].id' "$scratch/out")" 'it finds its own record'
is true "$(jq '.results[0].distance | fabs < 1e-12' "$scratch/out")" 'at no distance'
hr-extract --store vdb_chunks --vectors=array "$small" | jq -c 'select(.seq == 3) | .vector' >array
hr-query --json --vector - --top 1 "$small" <array >"$scratch/again"
is "$(jq -c .results "$scratch/out")" "$(jq -c .results "$scratch/again")" 'so do its numbers'
echo '[1,2,3]' >short
exits 2 'another dimension' hr-query --vector short "$small"
matches 'embeddings there have 32 dimensions, this one has 3$' "$(cat "$scratch/err")" 'is told'
echo '[0,"x"]' >odd
exits 3 'no vector' hr-query --vector odd "$small"
matches 'neither a JSON array of numbers nor base64' "$(cat "$scratch/err")" 'is told, too'
exits 2 'another store' hr-query --vector vector --store vdb_none "$small"

# --- by the vector index ---------------------------------------------------------------

place="$URI&workspace=w&embedding_model=m"
id=$(ids vdb_entities "$small" | sed -n 5p)
exits 0 'exactly' hr-query --json --similar-to "$id" "$place"
jq -c .results "$scratch/out" >exact
exits 0 'by the index' hr-query --json --index --similar-to "$id" "$place"
valid query "$scratch/out" 'as described'
index=$(sql "select relname from pg_class where relname ~ '^idx_lightrag_vdb_entity_m.*hnsw'")
is "10 1 10 10 $index" "$(jq -r '.recall | "\(.at) \(.value) \(.right) \(.of) \(.index)"' "$scratch/out")" 'finds all of so few'
jq -c .results "$scratch/out" >"$scratch/found"
same exact "$scratch/found" 'the same ones'
exits 0 'of a graph that is hardly looked at' env PGOPTIONS='-c hnsw.ef_search=3' hr-query --json --index --similar-to "$id" "$place"
is true "$(jq '.recall.right <= 3 and .recall.value == .recall.right / 10 and (.results | length) <= 3' "$scratch/out")" 'it finds less'
exits 0 'and says so' env PGOPTIONS='-c hnsw.ef_search=3' hr-query --index --top 5 --similar-to "$id" "$place"
matches "^recall@5 0\\.[0246]00: [0-3] of the 5 nearest, by the index $index\$" "$(tail -n 1 "$scratch/out")" 'to people, too'
hr-extract --store vdb_chunks "$small" | jq -r 'select(.seq == 3) | .vector' >vector
exits 0 'by a vector' hr-query --json --index --vector vector --top 3 "$place"
is "3 $(ids vdb_chunks "$small" | sed -n 3p)" "$(jq -r '"\(.recall.right) \(.results[0].id)"' "$scratch/out")" 'with its own record'
exits 2 'another dimension' hr-query --index --vector short "$place"
exits 2 'files' hr-query --index --similar-to "$id" "$small"
matches 'only PostgreSQL has a vector index' "$(cat "$scratch/err")" 'have none'
exits 2 'all' hr-query --index --top 0 --similar-to "$id" "$place"
exits 2 'words' hr-query --index "$place" words
sql "drop index $index"
exits 2 'without an index' hr-query --index --similar-to "$id" "$place"
matches 'vdb_entities has no vector index' "$(cat "$scratch/err")" 'that is said'

# --- names -----------------------------------------------------------------------------

exits 0 'registered' hr db register notes --path "$small" --embedding-model m --workspace w
exits 0 'by its name' hr query notes --json --entity 'Lake Tövsand'
cp "$scratch/out" by_name
exits 0 'it follows a migration' hr db update notes --connection-string "$URI" --backend-type postgres
exits 0 'by its name, now in PostgreSQL' hr query notes --json --entity 'Lake Tövsand'
same by_name "$scratch/out" 'nothing else changed'
exits 1 'nothing found' hr query notes --entity nobody
matches '^0 found, of 79 in graph_nodes$' "$(cat "$scratch/out")" 'says so'
exits 1 'no such name' hr query nowhere words
matches 'there is no database "nowhere"' "$(cat "$scratch/err")" 'names it'
exits 7 'no server' hr query --json 'postgresql:///none?host=/nowhere' words
valid query "$scratch/out" 'a failure is as described'
