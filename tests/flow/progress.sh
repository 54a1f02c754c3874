#!/bin/sh
# timeout: 240
# How far a long step is, and who holds the others up; an index that takes long is watched,
# and a signal ends it at once.
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small
fresh_database pace
hr-extract "$small" | hr-transform --embedding-model m >"$scratch/rows" 2>"$scratch/err"

# on_terminal COMMAND: in a terminal of 120 columns; what it draws goes line by line to drawn.
on_terminal() {
	script -qec "stty cols 120; $1" "$scratch/typescript" >"$scratch/out" 2>&1 </dev/null
	tr '\r' '\n' <"$scratch/out" | sed 's/\x1b\[K//g' | grep . >"$scratch/drawn" || :
}
drawn() { cat "$scratch/drawn"; }

# --- who holds the others up -----------------------------------------------------------

# shellcheck disable=SC2016
slowly='while IFS= read -r line; do printf "%s\n" "$line"; sleep 0.003; done'
on_terminal "$slowly <rows | hr-load --batch-size 5 '$URI' | hr-checkpoint record slow.checkpoint"
matches '^[0-9]+ %, [0-9]+/692 records, [0-9]+/s, [0-9.]+ MB/s, [0-9]+:[0-9][0-9] left, slowest: source, [a-z_]+$' "$(drawn)" \
    'a slow source is said to be the slowest'
is '' "$(grep -E 'slowest: (server|hr-load)' "$scratch/drawn")" 'and nothing else is'

fresh_database server
hr-load <"$scratch/rows" >"$scratch/loaded"
exits 0 'the first load away' hr-load discard --job "$(jq -r 'select(.job).job' "$scratch/loaded")"
sql "create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.03); return new; end'" \
    'create trigger slow before insert on lightrag_llm_cache for each row execute function slow()'
on_terminal "hr-load --batch-size 10 <rows | tee commits | hr-checkpoint record slow.checkpoint"
matches 'records, .*, slowest: server, kv_store_llm_response_cache$' "$(drawn)" 'a slow server is said to be the slowest'
is '' "$(grep -E 'slowest: (source|hr-load)' "$scratch/drawn")" 'and nothing else is, either'
matches "$(printf '\r\033')\\[K" "$(cat "$scratch/out")" 'the line is drawn again and again'
is 'elapsed input server bytes' "$(jq -r 'select(.kind == "commit").run | keys_unsorted | join(" ")' "$scratch/commits" | sort -u)" \
    'a commit says how its run spent its time'
is true "$(jq -s '[.[] | select(.kind == "commit").run] | last | .server > 2000 and .input < 1000 and .elapsed >= .server' \
    "$scratch/commits")" 'and on whom it waited'

# --- a verification --------------------------------------------------------------------

hr-extract "$small" >"$scratch/records"
on_terminal "{ $slowly <records; } | hr-verify - '$small'"
matches '^[0-9]+ %, [0-9]+/1384 records, [0-9]+/s, [0-9]+:[0-9][0-9] left, slowest: source, comparing$' "$(drawn)" \
    'a verification says which side is slower'
matches "ALL CHECKS PASSED" "$(drawn)" "and then the report"
is '' "$(grep -E 'slowest: target' "$scratch/drawn")" 'and never the other one'

# --- where it is shown -----------------------------------------------------------------

hr-checkpoint record quiet.checkpoint <"$scratch/commits" 2>"$scratch/err"
is '' "$(cat "$scratch/err")" 'a short run says nothing where there is no terminal'
fresh_database dumb
on_terminal "TERM=dumb hr-load --batch-size 5 <rows | TERM=dumb hr-checkpoint record dumb.checkpoint"
is 0 "$(grep -c "$(printf '\033')" "$scratch/out")" 'a dumb terminal gets no escapes'
fresh_database plain
on_terminal "hr migrate -y --from '$small' --to '$URI' --embedding-model m --batch-size 5"
matches 'Migration completed successfully' "$(drawn)" 'the driver on a terminal'
is 0 "$(grep -c "$(printf '\033')\[[0-9;]*m" "$scratch/out")" 'uses no colour'
on_terminal "NO_COLOR=1 hr migrate -y --from '$small' --to '$URI' --embedding-model m"
is 0 "$(grep -c "$(printf '\033')\[[0-9;]*m" "$scratch/out")" 'with NO_COLOR neither'

# --- what waits for the end --------------------------------------------------------------

# The last table's rows, and all that comes behind them, are committed at the end, and told of then.
fresh_database held
awk '/"kind":"table","table":"lightrag_doc_chunks"/ { last = $0; next }
    last && !/"kind":"table"/ { print last; last = "" } { print }' "$scratch/rows" >"$scratch/reordered"
exits 0 'stores behind that of the last table' sh -c 'hr-load --accept-changed --batch-size 5 <reordered'
is "$(head -n 1 "$scratch/rows" | jq -r '.stores[] | "\(.store) \(.count)"')" \
    "$(jq -r 'select(.kind == "commit") | "\(.store) \(.rows)"' "$scratch/out" | awk '{ rows[$1] = $2; if (!seen[$1]++) order[++n] = $1 }
	END { for (i = 1; i <= n; i++) print order[i], rows[order[i]] }')" 'are told of, each'

# --- an index that takes long ----------------------------------------------------------

# Another workspace's rows in the same table are indexed too.
fresh_database index
table=lightrag_vdb_chunks_m_32d index=idx_lightrag_vdb_chunks_m_32d_hnsw_cosine
hr-load <"$scratch/rows" >"$scratch/loaded"
exits 0 'the first load away again' hr-load discard --job "$(jq -r 'select(.job).job' "$scratch/loaded")"
many() {
	sql "drop index $index" "insert into $table (id, workspace, content_vector) select n, 'other', (select
	    array_agg(random()) from generate_series(1, 32) where n = n)::vector(32) from generate_series(1, 30000) n"
}
indexes() { sql "select count(*) from pg_indexes where indexname = '$index'"; }
many

for signal in TERM:143 INT:130 HUP:129; do
	name=${signal%:*}
	: >"$scratch/steps" # the last round's must not be taken for this one's
	# A shell has its background commands ignore INT.
	env --default-signal=INT hr-load <"$scratch/rows" >"$scratch/steps" 2>"$scratch/err" &
	load=$!
	tries=0
	until grep -q '"phase"' "$scratch/steps" || [ $tries -gt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
	kill -s "$name" $load
	began=$(date +%s%3N)
	status=0
	wait $load || status=$?
	is "${signal#*:}" $status "$name while an index is built ends it by that signal"
	if [ $(($(date +%s%3N) - began)) -lt 3000 ]; then ok "$name: at once"; else not_ok "$name: at once"; fi
	is 'interrupted 0' "$(sql "select phase || ' ' || (select count(*) from pg_stat_progress_create_index)
	    from hybridrag_migration_jobs where phase <> 'discarded'")" "$name: the job is interrupted, the server builds no more"
	is 0 "$(indexes)" "$name: no index is there"
done
exits 0 'run again, it goes on' sh -c 'hr-load <rows'
is 1 "$(indexes)" 'and the index is there'
jq -c 'select(.kind == "step" and .phase == "loading tuples")' "$scratch/out" >"$scratch/steps"
is true "$(jq -s 'length > 0 and all(.[]; .done <= .total and .elapsed >= 1000 and (.words | test("building vector index")))' \
    "$scratch/steps")" 'its phase and share are told'
hr-checkpoint record index.checkpoint <"$scratch/out"
is loaded "$(hr-checkpoint state index.checkpoint | cut -f 2)" 'to hr-checkpoint'

# A second connection is a luxury.
fresh_database lonely
sql 'create role lonely login connection limit 1' "grant all on database $PGDATABASE to lonely" \
    'grant all on schema public to lonely'
alone="postgresql:///$PGDATABASE?host=$PGHOST&port=5432&user=lonely"
hr-load "$alone" <"$scratch/rows" >"$scratch/loaded"
hr-load discard --job "$(jq -r 'select(.job).job' "$scratch/loaded")" "$alone"
many
exits 0 'a role that may have one connection only' sh -c "hr-load '$alone' <rows"
is 1 "$(indexes)" 'gets its index'
is 'true true' "$(jq -rs "[.[] | select(.kind == \"step\" and (.words | endswith(\"$index\")))] |
    \"\(any(.[]; .elapsed >= 1000)) \(all(.[]; has(\"phase\") or has(\"total\") | not))\"" "$scratch/out")" \
    'and only the time is told'
