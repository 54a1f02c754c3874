#!/bin/sh
# timeout: 600
# Each call to the server fails once, in every program that makes some: the connection breaks, or the
# server refuses the statement. None takes it for success, each says so and exits as hr(7) tells, and
# run again it does its work as if nothing had been.
# HR_CALLS=all tries every call, else some of them are.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

some=${HR_CALLS:-8}
tiny=$DATA/lightrag-1.5.6-tiny
# shellcheck disable=SC2046 # several options
"${CC:-cc}" -shared -fPIC -o fail.so "$TESTS/fault/fail_call.c" $(pkg-config --cflags libpq) -ldl || not_ok 'build'
fresh_database calls

# failing AT HOW COMMAND...: with that call failing
failing() {
	fail_at=$1 fail_how=$2
	shift 2
	LD_PRELOAD=$scratch/fail.so HR_FAIL_AT=$fail_at HR_FAIL_HOW=$fail_how HR_FAIL_COUNT=$scratch/count "$@"
}
at() { echo "$URI&workspace=$1&embedding_model=m"; }
rows() { hr-extract "${2:-$tiny}" | hr-transform --workspace "$1" --embedding-model m >rows || not_ok 'rows'; }

# each NAME BEFORE COMMAND AFTER: BEFORE w, then COMMAND w with its nth call failing, then AFTER w, of
# which nothing may fail; w is a workspace of its own each time.
number=0
each() {
	name=$1
	number=$((number + 1))
	"$2" w$number >before 2>&1 || not_ok "$name: before" "$(cat before)"
	failing 0 '' "$3" w$number >out 2>err || not_ok "$name: without a fault" "$(cat err)"
	calls=$(cat count)
	step=1
	[ "$some" = all ] || step=$((calls / some + 1))
	for how in break 53100 42501; do
		wrong='' tried=0
		for n in $(seq $((number % step + 1)) $step "$calls"); do
			tried=$((tried + 1)) number=$((number + 1)) ws=w$number status=0
			"$2" $ws >before 2>&1 || wrong="$wrong $n: before"
			failing "$n" $how "$3" $ws >out 2>err || status=$?
			case $how,$status in
			# A dry run has its words among what it found.
			break,7|53100,9|42501,6) [ -s err ] || grep -q '✗' out || wrong="$wrong $n: no word," ;;
			*,0) ;; # it could do without
			*) wrong="$wrong $n: status $status: $(tail -n 1 err)," ;;
			esac
			"$4" $ws >after 2>&1 || wrong="$wrong $n: afterwards: $(tail -n 3 after)," 
		done
		is '' "$wrong" "$name: $how at $tried of $calls calls"
	done
}

# --- loading -------------------------------------------------------------------------------------

load() { hr-load --batch-size 2 "$URI" <rows; }
load_again() { load && hr-verify "$tiny" "$(at "$1")"; }
each 'hr-load' rows load load_again

# Keys that come twice and values that a column can't hold: batches are replayed row by row.
mkdir odd
cat >odd/kv_store_full_docs.json <<'EOF'
{"a": {"content": "1"}, "b": {"content": "2"}, "a": {"content": "3"}, "c": {"content": "\u0000"},
 "d": {"content": "4", "parse_format": "longer than the column's thirty-two characters"}, "b": {"content": "5"}}
EOF
odd_rows() { rows "$1" odd; }
load_odd() {
	odd_status=0
	hr-load "$URI" --rejects rejects <rows || odd_status=$?
	[ $odd_status = 1 ] || return $odd_status # there are rejects
}
odd_again() {
	load_odd
	hr-verify --json odd "$(at "$1")" | jq -e '.differences == []' &&
	    [ "$(sql "select string_agg(content, '' order by id) from lightrag_doc_full where workspace = '$1'")" = 35 ]
}
each 'hr-load, with rejects and keys that come twice' odd_rows load_odd odd_again

# Into a workspace that has other rows, and the same ones.
merge_rows() { rows "$1" odd && { load_odd || :; } && rows "$1"; }
merge() { hr-load --merge --batch-size 5 "$URI" <rows; }
merged() { merge && [ "$(sql "select count(*) from lightrag_doc_full where workspace = '$1'")" = 3 ]; }
each 'hr-load --merge' merge_rows merge merged

# --- looking -------------------------------------------------------------------------------------

look() { hr-load --dry-run --full "$URI" <rows; }
each 'hr-load --dry-run' rows look look
loaded() { rows "$1" && load; }
verify() { hr-verify "$tiny" "$(at "$1")"; }
each 'hr-verify' loaded verify verify
differ() { loaded "$1" && sql "delete from lightrag_doc_status where workspace = '$1'"; }
verify_differing() { # exit status 1 is what it is about
	differ_status=0
	hr-verify "$tiny" "$(at "$1")" || differ_status=$?
	[ $differ_status = 1 ] || return $differ_status
}
each 'hr-verify, with differences' differ verify_differing verify_differing

# What no server should send: rows that end too soon are a failure, and never fewer or shorter records.
loaded cut >before 2>&1 || not_ok 'rows that are cut: before' "$(cat before)"
for length in 1 2 5 7 40 100; do
	exits 70 "rows of $length bytes" env LD_PRELOAD="$scratch/fail.so" HR_FAIL_KEEP=$length hr-verify "$tiny" "$(at cut)"
	matches "row 1 isn't in the format that PostgreSQL documents" "$(cat err)" "rows of $length bytes: said so"
done

# --- jobs ----------------------------------------------------------------------------------------

# begun W: a job that stopped half way; loaded_job W: one that is loaded
begun() {
	rows "$1"
	head -n -3 rows >half
	hr-load --batch-size 2 "$URI" <half >commits || [ $? = 4 ]
	job=$(jq -r 'select(.kind == "begin").job' commits)
}
loaded_job() { rows "$1" && load >commits && job=$(jq -r 'select(.kind == "begin").job' commits); }
discard() { hr-load discard --job "$job" "$URI"; }
discarded() {
	discard || :
	[ "$(sql "select count(*) from lightrag_doc_full where workspace = '$1'")" = 0 ] && rows "$1" && load_again "$1"
}
each 'hr-load discard' begun discard discarded
complete() { hr-load complete --job "$job" "$URI"; }
each 'hr-load complete' loaded_job complete complete
fails() { hr-load fail --job "$job" "$URI"; }
each 'hr-load fail' loaded_job fails fails
phase() { hr-load phase --job "$job" "$URI"; }
each 'hr-load phase' loaded_job phase phase

# --- staged jobs ---------------------------------------------------------------------------------

staged_job() {
	rows "$1" && hr-load --staging "$URI" <rows >commits && job=$(jq -r 'select(.kind == "begin").job' commits) &&
	    hr-load complete --job "$job" "$URI"
}
in_phase() { [ "$(hr-load phase --job "$job" "$URI")" = "$1" ]; }
promote() { hr-load promote --job "$job" "$URI"; }
promoted() { promote && in_phase promoted && hr-verify "$tiny" "$(at "$1")"; }
each 'hr-load promote, by copying' staged_job promote promoted
promoted_job() { staged_job "$1" && promote; }
rollback() { hr-load rollback --job "$job" "$URI"; }
rolled_back() { rollback && in_phase rolled_back && [ "$(sql "select count(*) from lightrag_doc_full where workspace = '$1'")" = 0 ]; }
each 'hr-load rollback, by copying' promoted_job rollback rolled_back
changed() { hr-load changed --job "$job" "$URI"; }
each 'hr-load changed' promoted_job changed changed
cleanup() { hr-load cleanup --job "$job" "$URI"; }
each 'hr-load cleanup' promoted_job cleanup cleanup
jobs() { hr-load jobs "$URI"; }
each 'hr-load jobs' staged_job jobs jobs
# Alone in the tables of a database, they are swapped.
alone() {
	tables=$(sql "select string_agg(relname, ', ') from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname ~ '^lightrag'")
	[ -z "$tables" ] || sql "drop table $tables cascade"
	sql 'delete from hybridrag_migration_jobs'
	staged_job "$1"
}
each 'hr-load promote, by swapping' alone promote promoted
alone_promoted() { alone "$1" && promote; }
gone() { rollback && in_phase rolled_back && ! sql 'select from lightrag_doc_full' 2>/dev/null; }
each 'hr-load rollback, by swapping' alone_promoted rollback gone
