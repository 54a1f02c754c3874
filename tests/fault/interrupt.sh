#!/bin/sh
# timeout: 300
# Ctrl-C in every phase of a migration: it ends at once with 130 and says how to go on, nothing
# of it goes on in the server, and the same command completes it. Another session's lock holds
# the migration where it is to be interrupted.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small
model=BAAI/bge-m3
migrate() { hr migrate --from "$small" --to "$URI" --workspace "$1" --embedding-model "$model"; }

# waits SECONDS COMMAND...: until the command succeeds
waits() {
	tries=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

waiting() {
	[ 0 != "$(sql "select count(*) from pg_stat_activity where application_name like 'hr-%'
		and datname = current_database() and wait_event_type = 'Lock'")" ]
}
gone() {
	[ 0 = "$(sql "select count(*) from pg_stat_activity where application_name like 'hr-%'
		and datname = current_database()")" ]
}

# hold STATEMENT: run it in a session of its own that stays in the transaction.
hold() {
	mkfifo "$scratch/holder"
	psql -Xq -v ON_ERROR_STOP=1 <"$scratch/holder" >"$scratch/held" 2>&1 &
	holder=$!
	exec 9>"$scratch/holder"
	rm "$scratch/holder"
	printf '%s\n' 'begin;' "$1;" '\echo held' >&9
	waits 10 grep -q held "$scratch/held" || not_ok "$1" "$(cat "$scratch/held")"
}
release() {
	exec 9>&-
	wait "$holder"
}

# interrupted WORKSPACE PHASE STATEMENT: the migration waits for the lock; then Ctrl-C.
interrupted() {
	hold "$3"
	# A shell has its background commands ignore INT.
	env --default-signal=INT setsid hr migrate --from "$small" --to "$URI" --workspace "$1" \
	    --embedding-model "$model" >"$scratch/out" 2>"$scratch/err" 9>&- &
	driver=$!
	waits 30 waiting || not_ok "$2: the migration waits" "$(cat "$scratch/out" "$scratch/err")"
	began=$(date +%s%3N)
	kill -s INT -- "-$driver" || not_ok "$2: there is something to interrupt"
	status=0
	wait "$driver" || status=$?
	is 130 $status "$2: exit status"
	took=$(($(date +%s%3N) - began))
	if [ $took -lt 5000 ]; then ok "$2: it ends at once"; else not_ok "$2: it ends at once" "after $took ms"; fi
	matches '^hr: interrupted: the same command goes on where it stopped' "$(cat "$scratch/err")" "$2: it says how to go on"
	if waits 5 gone; then ok "$2: nothing goes on in the server"; else
		not_ok "$2: nothing goes on in the server" "$(sql 'select application_name, state, query from pg_stat_activity')"
	fi
	release
	exits 0 "$2: the same command completes it" migrate "$1"
	matches '^✅ Migration completed successfully' "$(cat "$scratch/out")" "$2: completed and verified"
}

fresh_database all
exits 0 'a workspace that is there before' migrate first

interrupted setup 'setting up' "lock table hybridrag_migration_jobs in access exclusive mode"
interrupted loading 'loading the first table' 'lock table lightrag_doc_full in access exclusive mode'
interrupted last 'loading the last table' 'lock table lightrag_doc_status in exclusive mode'
sql 'drop index idx_lightrag_doc_full_id' 'alter table lightrag_graph_edges drop constraint fk_lightrag_graph_edges_src' ||
    not_ok 'something to finish'
interrupted key 'adding a foreign key' 'lock table lightrag_graph_edges in row exclusive mode'
sql 'drop index idx_lightrag_doc_full_id' || not_ok 'something to build'
interrupted index 'building an index' 'lock table lightrag_doc_full in row exclusive mode'
interrupted statistics 'gathering statistics' 'lock table lightrag_llm_cache in share update exclusive mode'

# The verification of a job that is loaded; all but it is done when the lock is there.
hr-extract "$small" | hr-transform --workspace verified --embedding-model "$model" | hr-load "$URI" >"$scratch/loaded" ||
    not_ok 'loaded by hand'
interrupted verified 'verifying' 'lock table lightrag_vdb_entity_baai_bge_m3_32d in access exclusive mode'
