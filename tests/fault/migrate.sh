#!/bin/sh
# timeout: 900
# A whole migration with its backup, its tables and the registry, and the way back, is killed before any
# of its writes, syncs, renames and messages to the server; or a write to a file, or a sync of one, fails,
# without room or with an I/O error. The same command again comes to the same end as one that nobody disturbed:
# tables, files and registry are the same, nothing is there twice, nothing is left.
# HR_KILLS=all tries every call, else some of them are. Arguments choose flows.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

some=${HR_KILLS:-2} command=
flows=${*:-direct swap insert partitions back back_rows}
"${CC:-cc}" -shared -fPIC -o fail.so "$TESTS/fault/fail_system.c" -ldl || not_ok 'build'
start_postgres
place=$scratch/place HOME=$scratch/place/home
export HOME

# --- states ----------------------------------------------------------------------------------------

# What a flow begins with, a directory and a database, is kept and brought back.
keep() {
	rm -rf kept
	cp -a place kept
	PGDATABASE=postgres PGOPTIONS='-c client_min_messages=warning' sql 'drop database if exists fault_kept' "alter database fault_flow rename to fault_kept"
}
bring_back() {
	rm -rf place
	cp -a kept place
	PGDATABASE=postgres PGOPTIONS='-c client_min_messages=warning' sql 'drop database if exists fault_flow with (force)' 'create database fault_flow template fault_kept'
}
# Without what is another one each time; the last verification's report is of the last run only.
files() {
	find place -type f ! -name lock ! -name .lock ! -name '*.tar.zst' ! -name '*.meta.json' ! -name verification.json ! -path '*/rag/*' -print -exec cat '{}' +
	find place -type f | grep -v -e '/lock$' -e '/verification.json$'
	find place -type d
}
state() {
	digest
	files | sed -E 's/[0-9a-f]{6}-[0-9a-f]{6}/JOB/g; s/\x27JOB\x27/JOB/g; s/[0-9]{8}_[0-9]{6}(-[0-9]+)?/ID/g; s/20[0-9-]{8}[T ][0-9:.]{8,}(\+00|\+00:00|Z)?/TIME/g
	    s/"(duration|elapsed|seconds)":[0-9.]+/"\1":0/g' | LC_ALL=C sort
}

# --- the flows: NAME_before makes the state, command_of NAME is what is run ---------------------------------

# registered DIRECTORY: "mem" is in the registry, nothing in the database
registered() {
	rm -rf place
	mkdir -p "$HOME"
	cp -a "$DATA/$1" place/rag
	PGDATABASE=postgres PGOPTIONS='-c client_min_messages=warning' sql 'drop database if exists fault_flow with (force)' 'create database fault_flow template template0'
	sql 'create extension vector'
	hr db register mem --path "$place/rag" --embedding-model m --connection-string "$URI" >out
}
# holds WORKSPACE [DIRECTORY]: the tables have rows of it
holds() {
	hr-extract "$DATA/${2:-lightrag-1.5.6-tiny}" | hr-transform --workspace "$1" --embedding-model m | hr-load "$URI" >out 2>err ||
	    not_ok "rows of $1" "$(cat err)"
}
alpha=lightrag-1.5.7-two-workspaces/alpha
migrate='hr backend migrate mem --retry-time 0'
overwrite="$migrate --overwrite --batch-size 10"

direct_before() { registered lightrag-1.5.6-tiny; }

# Alone in tables that are there: they are swapped.
swap_before() { registered $alpha; holds mem; }

# Beside another workspace: rows are exchanged.
insert_before() { swap_before; holds other; }

# Tables whose workspaces have partitions of their own: these are exchanged.
partitions_before() {
	registered lightrag-1.5.6-tiny
	$migrate --staged --partitioned >out 2>err || not_ok 'partitions' "$(cat err)"
	holds other
	rm -rf place/rag
	cp -a "$DATA/$alpha" place/rag
}

# The way back, of either kind.
back_before() {
	"${1:-swap}_before"
	$overwrite >out 2>err || not_ok 'to be rolled back' "$(cat err)"
	job=$(sed -n 's/.*"job":"\([0-9a-f-]*\)".*/\1/p' "$HOME"/.local/state/hr/mem/*.staged)
}
back_rows_before() { back_before insert; }

command_of() {
	case $1 in
	direct) echo "$migrate --batch-size 1" ;;
	swap|insert) echo "$overwrite" ;;
	partitions) echo "$overwrite --partitioned" ;;
	back*) echo "hr backend migrate mem --yes --rollback $job" ;;
	esac
}

# --- disturbing them -----------------------------------------------------------------------------------

# disturbed HOW AT [ONLY]: in a process group of its own; sets status, and calls to how many there were
disturbed() {
	head -c 8 /dev/zero >calls
	status=0
	# shellcheck disable=SC2086 # words of a command
	env LD_PRELOAD="$scratch/fail.so" HR_FAIL_CALLS="$scratch/calls" HR_FAIL_HOW="$1" HR_FAIL_AT="$2" ${3:+HR_FAIL_ONLY=yes} \
	    setsid --wait $command >out 2>err </dev/null || status=$?
	calls=$(od -An -t d8 calls | tr -d ' ')
}

# again: the same command comes to the same end; else adds to wrong
again() {
	# In the state directory only those are swept up that can't be another run's.
	find place/home/.local -name '*.tmp*' -exec touch -d '2 minutes ago' '{}' + 2>/dev/null
	$command >again.out 2>again.err </dev/null || wrong="$wrong $1: again: $(tail -n 1 again.out) $(tail -n 1 again.err);"
	state >now 2>&1
	cmp -s whole now || wrong="$wrong $1: another end: $(diff whole now | head -n 6);"
}

# once HOW AT
once() {
	bring_back
	case $1 in kill) disturbed "$@" ;; *) disturbed "$@" only ;; esac
	case $1,$status in
	kill,137) ;;
	kill,*) wrong="$wrong $2: status $status;" ;;
	# What it could do without is no failure.
	*,0) ;;
	*) [ -s err ] || wrong="$wrong $2: no word;"
		! grep -qE '✅ (Migration|STAGED|Job)' out || wrong="$wrong $2: called done with status $status;" ;;
	esac
	again "$2"
}

# each HOW WORDS: at every call, or some of them
each() {
	bring_back
	case $1 in kill) disturbed none 0 ;; *) disturbed none 0 only ;; esac
	step=1 wrong='' tried=0
	[ "$some" = all ] || step=$((calls / some + 1))
	total=$calls
	for at in $(seq $step $step "$total"); do
		tried=$((tried + 1))
		once "$1" "$at"
	done
	is '' "$wrong" "$flow: $2 at $tried of $total calls"
}

PGDATABASE=fault_flow
URI="postgresql:///fault_flow?host=$PGHOST&port=5432&user=sandbox"
for flow in $flows; do
	"${flow}_before"
	command=$(command_of "$flow")
	keep
	bring_back
	disturbed none 0
	is 0 "$status" "$flow: undisturbed"
	state >whole 2>&1
	if [ "$calls" -ge 150 ]; then ok "$flow: has $calls calls"; else not_ok "$flow: has enough calls" "$calls"; fi
	each kill 'killed'
	each ENOSPC 'no room'
	each EIO 'an I/O error'
done
PGDATABASE=postgres sql 'drop database fault_flow with (force)' 'drop database fault_kept'
