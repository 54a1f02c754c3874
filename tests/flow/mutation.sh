#!/bin/sh
# timeout: 1800
# Each kind of fault, planted in the database after a load or in the stream on its way there, is
# found by hr-verify, which exits 1 and names the record, and the member where one was changed; and
# what the tables can't keep is no difference but counted.
#
# Every column of every table and every member of every JSON column is changed in many ways, by the
# tables' own list of columns, so that a new one can't be forgotten. None is left out: what is derived
# from other columns (meta, update_time of vectors, tokens of their chunks, updated_at and namespace of
# the graph) must be as derived. tests/mutation has the kinds; `make check-mutation` plants each at 100
# rows instead of a few.
. "$(dirname "$0")/../lib.sh"

mutation=$TESTS/mutation
seed=${HR_MUTATION_SEED:-20251121}
case ${HR_MUTATION:-}${HR_PASS:-} in
'') positions=2 rows=250 single=15 ;;
sanitize) positions=1 rows=250 single=2 ;; # there each hr-verify takes several times longer
*) positions=$HR_MUTATION rows=$((HR_MUTATION * 5)) single=250 ;;
esac
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
fresh_database wide

# into WORKSPACE [OPTION...]: load the records on standard input
into() {
	workspace=$1
	shift
	hr-transform --embedding-model m --workspace "$workspace" "$@" | hr-load "$URI" >commits 2>err ||
	    not_ok "load $workspace" "$(cat err)"
}
at() { echo "$URI&workspace=$1&embedding_model=m"; }
# differences: what hr-verify named in the file out
differences() { sed -n 's/^ \{4\}\(missing\|extra\|changed\): /\1: /p' out; }

python3 "$mutation/records.py" source "$rows" "$seed" || not_ok 'make the source'

# --- what the tables don't keep ------------------------------------------------------------------

python3 "$mutation/lossy.py" source lossy >lost || not_ok 'make a source with losses'
hr-extract lossy | into lossy
exits 0 'what the tables do not keep is no difference' hr-verify --json lossy "$(at lossy)"
jq -r '.losses[] | "\(.store).\(.member) \(.count)"' out | LC_ALL=C sort >counted
is '' "$(LC_ALL=C sort lost | LC_ALL=C comm -23 - counted)" 'each loss is counted'
is 11 "$(grep -c unheard_of lost)" 'there are some of each store but the graph'

# --- faults on the way ---------------------------------------------------------------------------

hr-extract source | python3 "$mutation/filter.py" "$positions" "$seed" named | into filtered --accept-changed
exits 1 'faults in the stream: exit status' hr-verify --limit 100000 source "$(at filtered)"
differences | LC_ALL=C sort >found
LC_ALL=C sort -o named named
same named found 'faults in the stream: each is named, and nothing else'
is $((13 * 4 * positions + 3 * positions)) "$(wc -l <named)" 'faults in the stream: as many as were planted'

# --- faults in the database ----------------------------------------------------------------------

fresh_database default
hr-extract source | into default
python3 "$mutation/mutate.py" --positions "$positions" --single "$single" --seed "$seed" source "$(at default)"

# --- numbers that no double holds, and other oddities --------------------------------------------

mkdir odd
cat >odd/kv_store_doc_status.json <<'END'
{"number": {"metadata": {"n": 12345678901234567891, "f": 0.1000000000000000055511151231257827, "e": 1e16, "t": true},
  "status": "processed"},
 "list": {"metadata": {"l": [[1, 2], [3], [], {}], "o": {"a": {"b": "\u00e9"}}}, "chunks_list": ["c", "a", "b", "a"]},
 "none": {}}
END
hr-extract odd | into odd
exits 0 'the oddities before any fault' hr-verify odd "$(at odd)"
sql "create table odd as select * from lightrag_doc_status where workspace = 'odd'"
restore="delete from lightrag_doc_status where workspace = 'odd'; insert into lightrag_doc_status select * from odd"

# odd KEY COLUMN SQL WORDS: in the row of that id, and in no other
odd() {
	sql "$restore" "update lightrag_doc_status set $2 = $3 where workspace = 'odd' and id = '$1'"
	exits 1 "$2: $4" hr-verify odd "$(at odd)"
	is "changed: kv_store_doc_status \"$1\": $2" "$(differences)" "$2: $4: is named"
}
odd number metadata "jsonb_set(metadata, '{n}', '12345678901234567892')" 'the last of 20 digits'
odd number metadata "jsonb_set(metadata, '{n}', '12345678901234567000')" 'a double for 20 digits'
odd number metadata "jsonb_set(metadata, '{n}', '12345678901234567891.0')" 'the same number, another text'
odd number metadata "jsonb_set(metadata, '{f}', '0.1000000000000000055511151231257828')" 'the last of 34 digits'
odd number metadata "jsonb_set(metadata, '{e}', '10000000000000001')" 'a great number and one'
odd number metadata "jsonb_set(metadata, '{t}', '\"true\"')" 'a text for true'
odd number metadata "jsonb_set(metadata, '{t}', '1')" '1 for true'
odd number metadata "jsonb_set(metadata, '{x}', 'null')" 'a null more'
odd list metadata "jsonb_set(metadata, '{l}', '[[3], [1, 2], [], {}]')" 'lists in another order'
odd list metadata "jsonb_set(metadata, '{l}', '[[1, 2], [3], {}, []]')" 'an empty object for an empty list'
odd list metadata "jsonb_set(metadata, '{l}', '[[1], [2, 3], [], {}]')" 'brackets elsewhere'
odd list metadata "jsonb_set(metadata, '{o}', '{\"a\": {}, \"b\": \"é\"}')" 'a member elsewhere'
odd list metadata "jsonb_set(metadata, '{o,a,b}', '\"\u0065\u0301\"')" 'another form of an accent'
odd list chunks_list "'[\"c\", \"a\", \"b\"]'" 'a second one dropped from a list'
odd list chunks_list "'[\"a\", \"c\", \"b\", \"a\"]'" 'a list in another order'
odd none metadata null 'null for what stands for nothing'
odd none chunks_list "'{}'" 'an object for a list'
odd none created_at null 'null for a time that was not there'
odd none status "''" 'an empty text for null'
sql "$restore"
exits 0 'after all faults' hr-verify odd "$(at odd)"
