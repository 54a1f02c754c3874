# shellcheck shell=sh
# What the test scripts and their runner share. A script begins with
#
#   . "$(dirname "$0")/../lib.sh"
#
# and finds: TESTS, DATA (tests/data), HR_BIN (also first in PATH), and itself in a scratch
# directory of its own, $scratch, with a HOME of its own. It runs alone or under tests/run.
# Each check prints a line: "ok NAME", "not ok NAME" and "# " details, or "skip NAME: WHY".
set -u

TESTS=$(cd "$(dirname "$0")" && pwd -P)
while [ ! -f "$TESTS/lib.sh" ]; do TESTS=$(dirname "$TESTS"); done
DATA=$TESTS/data
HR_BIN=${HR_BIN:-${TESTS%/tests}/build/bin}
[ ! -d "$HR_BIN" ] || HR_BIN=$(cd "$HR_BIN" && pwd -P)
sandbox=$TESTS/../scripts/sandbox

# --- a place to work in ----------------------------------------------------------------

# Others may pass through: as root, PostgreSQL runs as a user of its own.
scratch=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/hr-test-XXXXXX")
chmod 711 "$scratch"
own_postgres=

leave() {
	leave_status=$?
	trap - EXIT INT TERM HUP
	[ -z "$own_postgres" ] || HR_SANDBOX=$own_postgres "$sandbox" destroy -y >/dev/null 2>&1 || :
	cd /
	rm -rf "$scratch"
	exit $leave_status
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# Once: nothing of the user's own is seen or touched by a test.
if [ -z "${SCRATCH:-}" ]; then
	HR_SANDBOX_SERVER=$("$sandbox" server) || exit 2
	USER_HOME=$HOME # for pip alone
	for name in $(env | sed -n 's/^\(PG[A-Z]*\|XDG_[A-Z_]*\|HYBRIDRAG_[A-Z_]*\|POSTGRES_[A-Z_]*\)=.*/\1/p'); do
		unset "$name"
	done
	unset HR_SANDBOX MAKEFLAGS MFLAGS MAKELEVEL NO_COLOR
	PATH=$HR_BIN:$PATH
	LC_ALL=C.UTF-8
	TZ=UTC
fi
HOME=$scratch/home
mkdir "$HOME"
export TESTS DATA HR_BIN PATH HOME USER_HOME LC_ALL TZ HR_SANDBOX_SERVER

# --- PostgreSQL ------------------------------------------------------------------------

# The run's own server, without fsync; started once, and shared by all scripts of the run.
# Sets PGHOST, PGPORT, PGUSER and PGDATABASE.
start_postgres() {
	[ -z "${PGHOST:-}" ] || return 0
	own_postgres=$scratch/postgres
	HR_SANDBOX=$own_postgres HR_SANDBOX_OPTIONS="-c fsync=off ${1:-}" \
	    "$sandbox" start >"$scratch/sandbox.uri" 2>"$scratch/sandbox.err" ||
	    { cat "$scratch/sandbox.err" >&2; exit 1; }
	PGHOST=$(sed 's/.*[?&]host=\([^&]*\).*/\1/' "$scratch/sandbox.uri")
	PGPORT=5432 PGUSER=sandbox PGDATABASE=hr
	export PGHOST PGPORT PGUSER PGDATABASE
}

# For a script that stops, kills or configures its server: one that nobody else uses.
start_own_postgres() {
	unset PGHOST
	start_postgres "$@"
}

# fresh_database NAME: an empty database with the extension vector, made the current one;
# sets PGDATABASE and URI.
fresh_database() {
	start_postgres
	PGDATABASE=$(basename "$0" .sh | tr -c 'a-z0-9\n' _)_$1
	psql -Xq -d postgres -c 'set client_min_messages = warning' -c "drop database if exists $PGDATABASE" \
	    -c "create database $PGDATABASE template template0" || exit 1
	psql -Xq -d "$PGDATABASE" -c 'create extension vector' || exit 1
	export PGDATABASE
	# shellcheck disable=SC2034
	URI="postgresql:///$PGDATABASE?host=$PGHOST&port=5432&user=sandbox"
}

# sql STATEMENT...: rows as text, columns with | between them.
sql() {
	for statement; do
		psql -XAtq -v ON_ERROR_STOP=1 -c "$statement" || return
	done
}

# digest: all rows of all of the application's tables, how they are made, and where hr says that
# it is. What is another one for each run, such as a job's id, isn't in it.
digest() {
	sql "select format('select %L || md5(coalesce(string_agg(t::text, chr(10) order by t::text), %L)) from %I t;',
	         relname || ' ', '', relname)
	     from pg_class where relkind = 'r' and relname like 'lightrag%' and relnamespace = 'public'::regnamespace order by relname" |
	    psql -XAtq -v ON_ERROR_STOP=1 -f -
	sql "select indexdef from pg_indexes where schemaname = 'public' and tablename like 'lightrag%' order by 1" \
	    "select conname || pg_get_constraintdef(oid) from pg_constraint where conrelid in
	         (select oid from pg_class where relname like 'lightrag%' and relnamespace = 'public'::regnamespace) order by 1" \
	    "select viewname || definition from pg_views where schemaname = 'hybridrag' order by 1" \
	    "select store, last_seq, rows, rejected from hr.progress order by 1, 2, 3, 4" \
	    "select phase, status, migrated_records, failed_records from hybridrag_migration_jobs order by 1, 2, 3, 4" \
	    "select regexp_replace(nspname, '^hr_[0-9a-f]{12}', 'hr_JOB'), relname, relkind from pg_namespace n
	         left join pg_class c on relnamespace = n.oid and relkind in ('r', 'p', 'v') where nspname ~ '^hr_' order by 1, 2"
}

# --- checks ----------------------------------------------------------------------------

ok() { echo "ok $1"; }

# not_ok NAME [WORDS...]
not_ok() {
	echo "not ok $1"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

skip() { echo "skip $1: $2"; }

# is EXPECTED ACTUAL NAME
is() {
	if [ "$1" = "$2" ]; then ok "$3"; else not_ok "$3" "expected: $1" "but was:  $2"; fi
}

# matches PATTERN ACTUAL NAME: an extended regular expression, found in some line
matches() {
	if printf '%s\n' "$2" | grep -qE -e "$1"; then ok "$3"; else not_ok "$3" "no match for: $1" "in: $2"; fi
}

# same EXPECTED_FILE ACTUAL_FILE NAME
same() {
	if cmp -s "$1" "$2"; then ok "$3"; else not_ok "$3" "$(diff -u "$1" "$2" | head -n 40)"; fi
}

# valid [--lines] SCHEMA FILE NAME: as man/hr-json.schema.json says
valid() {
	valid_lines=
	[ "$1" != --lines ] || { valid_lines=--lines; shift; }
	valid_output=$("$TESTS/schema.py" $valid_lines "$1" "$2" 2>&1) && { ok "$3"; return; }
	not_ok "$3" "$valid_output"
}

# exits STATUS NAME COMMAND...: leaves the command's output in $scratch/out and $scratch/err
exits() {
	exits_expected=$1 exits_name=$2
	shift 2
	exits_status=0
	"$@" >"$scratch/out" 2>"$scratch/err" </dev/null || exits_status=$?
	if [ "$exits_status" = "$exits_expected" ]; then
		ok "$exits_name"
	else
		not_ok "$exits_name" "expected exit status $exits_expected, but was $exits_status" \
		    "$(tail -n 20 "$scratch/out" "$scratch/err")"
	fi
}

# Scripts work in their scratch directory; the runner stays at the top of the project.
case $0 in
*/tests/run|tests/run|./run|run) ;;
*) cd "$scratch" || exit ;;
esac
