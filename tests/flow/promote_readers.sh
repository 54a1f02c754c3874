#!/bin/sh
# timeout: 300
# While a workspace is promoted and rolled back, each statement of a reader sees all of the old or all
# of the new, never both and never nothing; another workspace's rows are not touched, and who works
# there waits no longer than the lock time-out. Locks that can't be had are not waited for.
. "$(dirname "$0")/../lib.sh"

alpha=$DATA/lightrag-1.5.7-two-workspaces/alpha beta=$DATA/lightrag-1.5.7-two-workspaces/beta-2

# load DIR WORKSPACE [OPTION...]: sets job
load() {
	hr-extract "$1" | hr-transform --workspace "$2" --embedding-model m >rows 2>err
	shift 2
	hr-load "$@" "$URI" <rows >out 2>err || not_ok "loaded" "$(cat err)"
	job=$(jq -r 'select(.kind == "begin").job' out)
	hr-load complete --job "$job" "$URI" || not_ok 'verified'
}

# Statement after statement in one session until the file stop is there; a line each.
reader() {
	while [ ! -e stop ]; do
		printf '%s\n' "$1" "$1" "$1" "$1" "$1" "$1" "$1" "$1" "$1" "$1"
	done | psql -XAtq -v ON_ERROR_STOP=1 >"$2" 2>"$2.err"
}
# Tables of all kinds are asked in one statement, and what they have must belong together.
both="select (select count(*) from lightrag_graph_nodes where workspace = 'w') || '/' || (select count(*) from lightrag_vdb_entity_m_16d where workspace = 'w')
	|| '/' || (select min(content) from lightrag_doc_full where workspace = 'w') || '/' || (select min(id) from lightrag_vdb_chunks_m_16d where workspace = 'w')
	|| '/' || (select count(*) from lightrag_graph_nodes n join lightrag_graph_edges e on (e.workspace, e.src_id) = (n.workspace, n.id) where n.workspace = 'w');"
both=$(echo "$both" | tr '\n\t' '  ')
seen() { psql -XAtqc "$both"; }
# The other workspace's writer: how long its longest statement took, in ms.
writer() {
	while [ ! -e stop ]; do
		printf '%s\n' "update other set n = n + 1;" "update lightrag_full_entities set entity_names = entity_names where workspace = 'other' and id = 'theirs';" \
		    "select count(*) from lightrag_graph_nodes where workspace = 'other';"
		sleep 0.01
	done | { printf '%s\n' '\timing on'; cat; } | psql -Xq -v ON_ERROR_STOP=1 >writer.out 2>writer.err
}
longest() { sed -n 's/^Time: \([0-9]*\).*/\1/p' writer.out | sort -n | tail -n 1; }
places() {
	for table in $(sql "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname ~ '^lightrag' order by 1"); do
		# The writer's own row moves.
		sql "select '$table', tableoid, ctid, xmin, md5(t::text) from $table t where workspace = 'other' and to_jsonb(t)->>'id' is distinct from 'theirs'
		         order by tableoid, ctid"
	done
}

# watched NAME OLD NEW COMMAND...: readers and, with another workspace, a writer at work all the while
watched() {
	name=$1 old=$2 new=$3
	shift 3
	rm -f stop
	readers=
	for n in 1 2; do
		reader "$both" "read.$n" &
		readers="$readers $!"
	done
	writing=
	[ "$way" = swap ] || { writer & writing=$!; }
	sleep 0.5
	exits 0 "$name" "$@"
	tries=0
	# Some hundred statements afterwards, too.
	while [ "$(cat read.1 read.2 | wc -l)" -lt 1500 ] && [ $tries -lt 200 ]; do sleep 0.1; tries=$((tries + 1)); done
	: >stop
	# shellcheck disable=SC2086
	wait $readers $writing
	is '' "$(cat read.1.err read.2.err)" "$name: no statement failed"
	is '' "$(cat read.1 read.2 | grep -vxF -e "$old" -e "$new" | sort | uniq -c)" "$name: each statement saw all old or all new rows"
	[ "$(cat read.1 read.2 | wc -l)" -ge 1000 ] && grep -qxF "$new" read.1 && grep -qxF "$old" read.1
	is 0 $? "$name: of a thousand statements and more, some before and some after"
	[ -n "$writing" ] || return 0
	is '' "$(cat writer.err)" "$name: the other workspace's writer went on"
	longest=$(longest)
	# The lock time-out, and what a busy machine adds.
	if [ "${longest:-9999}" -le 600 ]; then ok "$name: and never waited"; else not_ok "$name: and never waited" "$longest ms"; fi
}

for way in swap insert partition; do
	fresh_database $way
	partitioned=''
	if [ $way = partition ]; then
		partitioned='--staging --partitioned'
		load "$alpha" w --staging --partitioned
		hr-load promote --job "$job" "$URI" 2>err || not_ok 'promoted' "$(cat err)"
	else
		load "$alpha" w
	fi
	old=$(seen)
	if [ $way != swap ]; then
		# shellcheck disable=SC2086
		load "$alpha" other $partitioned
		[ -z "$partitioned" ] || hr-load promote --job "$job" "$URI" 2>err || not_ok 'promoted' "$(cat err)"
		sql 'create table other (n int)' 'insert into other values (0)' \
		    "insert into lightrag_full_entities (workspace, id, entity_names) values ('other', 'theirs', '[]')" || not_ok 'a writer'
		places >before.places
	fi
	load "$beta" w --staging --overwrite
	new=$(PGOPTIONS="-c search_path=hr_$(echo "$job" | tr -d -)" seen)
	watched "promote by $way" "$old" "$new" hr-load promote --job "$job" "$URI"
	case $way in swap) words='tables swapped' ;; insert) words='rows copied' ;; *) words='partitions swapped, .* rows of other tables copied' ;; esac
	matches ": $words" "$(cat "$scratch/err")" "by $way"
	watched "rollback by $way" "$new" "$old" hr-load rollback --job "$job" "$URI"
	[ $way != swap ] || continue
	places >after.places
	same before.places after.places "the other workspace's rows lie where they lay, of the same transactions"
done

# --- locks of others -----------------------------------------------------------------------

fresh_database locks
load "$alpha" w
load "$beta" w --staging --overwrite
# hold SECONDS STATEMENT: in a transaction of its own
hold() {
	printf '%s\n' 'begin;' "$2;" '\echo held' "select pg_sleep($1);" 'rollback;' | psql -Xq >held 2>&1 &
	holder=$!
	until grep -q held held; do sleep 0.05; done
}
hold 5 'select count(*) from lightrag_graph_nodes'
exits 0 'promoted behind a reader that takes its time' hr-load promote --job "$job" "$URI"
wait $holder
hold 60 'select count(*) from lightrag_graph_nodes'
began=$(date +%s)
exits 7 'a reader that takes too long' hr-load rollback --job "$job" "$URI" &
rollback=$!
sleep 2
took=$(date +%s%3N)
for n in 1 2 3 4 5 6 7 8 9 10; do seen >now; done
took=$((($(date +%s%3N) - took) / 10))
if [ $took -le 600 ]; then ok 'meanwhile others read on'; else not_ok 'meanwhile others read on' "$took ms each"; fi
wait $rollback
took=$(($(date +%s) - began))
if [ $took -ge 25 ] && [ $took -le 50 ]; then ok 'is given up in time'; else not_ok 'is given up in time' "$took s"; fi
matches 'others hold locks .* nothing was changed' "$(cat "$scratch/err")" 'which says so'
is promoted "$(hr-load phase --job "$job" "$URI")" 'nothing was changed'
sql "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid()" >/dev/null
wait $holder
exits 0 'the same command, now' hr-load rollback --job "$job" "$URI"
