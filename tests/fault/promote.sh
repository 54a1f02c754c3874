#!/bin/sh
# timeout: 300
# Killed before each message to the server, a promotion, a rollback or a cleanup leaves the old state or
# the new one; the same command again comes to the same end as one that nobody disturbed.
# HR_KILLS=all tries every message, else some of them are.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.6-tiny alpha=$DATA/lightrag-1.5.7-two-workspaces/alpha beta=$DATA/lightrag-1.5.7-two-workspaces/beta-2
if ! strace -o /dev/null true 2>/dev/null; then
	skip 'killed before each message' 'strace may trace nothing here'
	exit 0
fi

# load DIR W [OPTION...]: sets job, which is verified
load() {
	hr-extract "$1" | hr-transform --workspace "$2" --embedding-model m >rows 2>err
	shift 2
	hr-load "$@" "$URI" <rows >out 2>err || not_ok 'loaded' "$(cat err)"
	job=$(jq -r 'select(.kind == "begin").job' out)
	hr-load complete --job "$job" "$URI" || not_ok 'verified'
}
# Rows, where they lie, keys, indexes, views and the phase: all that can be told apart.
state() {
	hr-load phase --job "$job" "$URI"
	psql -XAtq -v ON_ERROR_STOP=1 <<'END'
select format('select %L, t::text from %I t order by 2', relname, relname) from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname ~ '^lightrag' order by 1 \gexec
select n.nspname, relname, relkind from pg_class c join pg_namespace n on n.oid = relnamespace
    where nspname ~ '^(hr_|public|hybridrag)' and relkind in ('r', 'p', 'i', 'I', 'v') order by 1, 2;
select inhparent::regclass::text, inhrelid::regclass::text from pg_inherits order by 1, 2;
select conrelid::regclass::text, conname from pg_constraint where conname ~ '^hr_' order by 1, 2;
select nspname from pg_namespace where nspname ~ '^hr_' order by 1;
select viewname, definition from pg_views where schemaname = 'hybridrag' order by 1;
END
}
# twice COMMAND UNDO: there and back; from then on both ends are the same each time
twice() {
	run "$1" >out 2>err || not_ok "$1" "$(cat err)"
	run "$2" >out 2>err || not_ok "$2" "$(cat err)"
}
run() { hr-load "$@" --job "$job" "$URI"; }
messages() { strace -f -e trace=sendto -o traced hr-load "$1" --job "$job" "$URI" >out 2>err; grep -c 'sendto(' traced; }

# killed NAME COMMAND UNDO: COMMAND with each kill; UNDO gets back to where it began
killed() {
	state >before
	count=$(messages "$2")
	state >after
	run "$3" >out 2>err || not_ok "$1: back" "$(cat err)"
	wrong='' tried=0 step=1
	[ "${HR_KILLS:-}" = all ] || step=$((count / 12 + 1))
	for n in $(seq 1 $step "$count") "$count"; do
		tried=$((tried + 1))
		strace -f -o /dev/null -e trace=sendto -e inject=sendto:signal=KILL:when="$n" hr-load "$2" --job "$job" "$URI" >out 2>err
		state >now
		cmp -s before now || cmp -s after now || wrong="$wrong $n: neither old nor new,"
		run "$2" >out 2>err || wrong="$wrong $n: again: $(tail -n 1 err),"
		state >now
		cmp -s after now || wrong="$wrong $n: another end,"
		run "$3" >out 2>err || wrong="$wrong $n: back: $(tail -n 1 err),"
	done
	is '' "$wrong" "$1: killed before $tried of $count messages"
}

for way in swap insert; do
	fresh_database $way
	load "$small" w
	[ $way = swap ] || load "$small" other
	load "$alpha" w --staging --overwrite
	twice promote rollback
	killed "promote by $way" promote rollback
	run promote >out 2>err || not_ok 'promoted' "$(cat err)"
	killed "rollback by $way" rollback promote
done
# Partitions, which a load makes beforehand: killed before each message, it comes to the same end, too.
fresh_database partition
for workspace in other w; do
	load "$alpha" $workspace --staging --partitioned
	run promote >out 2>err || not_ok 'promoted' "$(cat err)"
done
load "$beta" w --staging --overwrite
twice promote rollback
killed 'promote by partition' promote rollback
run promote >out 2>err || not_ok 'promoted' "$(cat err)"
killed 'rollback by partition' rollback promote
# made: the partitions and what they are, of workspace w
made() {
	sql "select c.relname, c.relkind, i.inhparent is not null from pg_class c left join pg_inherits i on i.inhrelid = c.oid where c.relname ~ '^lightrag_vdb' order by 1, 2, 3" \
	    "select conrelid::regclass, conname from pg_constraint where conname ~ '^hr_not'" "select phase from hybridrag_migration_jobs"
}
hr-extract "$alpha" | hr-transform --workspace w --embedding-model m >rows
fresh_database making
strace -f -e trace=sendto -o traced hr-load --staging --partitioned "$URI" <rows >out 2>err
count=$(grep -n 'COPY' traced | head -n 1 | cut -d : -f 1)
made >after
wrong='' tried=0 step=1
[ "${HR_KILLS:-}" = all ] || step=$((count / 12 + 1))
for n in $(seq 1 $step "$count"); do
	tried=$((tried + 1))
	fresh_database making
	strace -f -o /dev/null -e trace=sendto -e inject=sendto:signal=KILL:when="$n" hr-load --staging --partitioned "$URI" <rows >out 2>err
	hr-load --staging --partitioned "$URI" <rows >out 2>err || wrong="$wrong $n: $(tail -n 1 err),"
	made >now
	cmp -s after now || wrong="$wrong $n: another end,"
done
is '' "$wrong" "partitions are made: killed before $tried of $count messages"

fresh_database direct
load "$small" w
twice rollback promote
killed 'rollback of a direct job' rollback promote
