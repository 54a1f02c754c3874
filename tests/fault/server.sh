#!/bin/sh
# timeout: 600
# The server ends the connections of a staged migration, or dies, at random moments: hr ends with 7, or
# goes on by itself; the same command comes to the end of an undisturbed one.
# HR_KILLS=all does it 50 and 20 times, else a few times.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

endings=3 deaths=1 seed=${HR_SEED:-20251219}
[ "${HR_KILLS:-}" != all ] || endings=50 deaths=20
cp -R "$DATA/lightrag-1.5.7-small" rag
# shellcheck disable=SC2119
start_own_postgres
migrate() { hr backend migrate ./rag --connection-string "$URI" --embedding-model m --batch-size 20 --staged "$@" >out 2>err </dev/null; }

# pause: some of the time that a migration takes, another part each time
turn=0
pause() {
	turn=$((turn + 1))
	sleep "$(awk -v seed=$((seed + turn)) -v longest="$duration" 'BEGIN { srand(seed); printf "%.3f", rand() * longest / 1000 }')"
}
# Nothing but the backend of hr, and of this database.
end_connections() {
	sql "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name ~ '^hr-' and datname = current_database()" 2>ended
}
die() {
	kill -QUIT "$(head -n 1 "$own_postgres/cluster/data/postmaster.pid")"
	sleep 0.3
	HR_SANDBOX=$own_postgres HR_SANDBOX_OPTIONS='-c fsync=off' "$sandbox" start >started 2>&1 || not_ok 'the server starts' "$(cat started)"
}

fresh_database whole
began=$(date +%s%3N)
migrate || not_ok 'undisturbed' "$(cat err)"
duration=$(($(date +%s%3N) - began))
digest >whole

# disturbed COUNT HOW WORDS: as often as it was at work when it happened
disturbed() {
	hits=0 tries=0 wrong=''
	fresh_database disturbed
	while [ $hits -lt "$1" ] && [ $tries -lt $(($1 * 4)) ]; do
		tries=$((tries + 1))
		migrate --retry-time 0 &
		run=$!
		pause
		"$2" >happened
		status=0
		wait $run || status=$?
		case $status in
		7) hits=$((hits + 1)) ;;
		0)
			digest >now
			cmp -s whole now || wrong="$wrong another end after $hits;"
			fresh_database disturbed
			;;
		*) wrong="$wrong status $status: $(tail -n 1 err);" ;;
		esac
	done
	migrate --retry-time 0 || wrong="$wrong the last run: $(tail -n 1 err);"
	digest >now
	cmp -s whole now || wrong="$wrong another end: $(diff whole now | head -n 5);"
	is '' "$wrong" "$3: $hits times, in $tries tries"
	if [ $hits -ge "$1" ]; then ok "$3: often enough"; else not_ok "$3: often enough" "$hits of $1"; fi
}
disturbed $endings end_connections 'pg_terminate_backend'
disturbed $deaths die 'the server dies'

# By itself: its death is survived within --retry-time.
fresh_database alone
migrate --retry-time 60 &
run=$!
sleep "$(awk -v ms="$duration" 'BEGIN { printf "%.3f", ms / 3000 }')"
die
status=0
wait $run || status=$?
is 0 $status 'the server dies: one command'
digest >now
same whole now 'the server dies: one command comes to the same end'
