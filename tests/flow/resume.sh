#!/bin/sh
# timeout: 300
# Killed again and again, at random moments of a fixed sequence, a migration ends with exactly
# the tables of one that nobody disturbed: by SIGKILL of the whole process group, and by the
# server's death.
. "$(dirname "$0")/../lib.sh"

kills=${HR_KILLS:-50} crashes=${HR_CRASHES:-10} seed=${HR_SEED:-20251219}
small=$DATA/lightrag-1.5.7-small
model=BAAI/bge-m3

# pause LONGEST: some milliseconds, others each time, but the same in each run of this script.
turn=0
pause() {
	turn=$((turn + 1))
	sleep "$(awk -v seed=$((seed + turn)) -v longest="$1" 'BEGIN { srand(seed); printf "%.3f", rand() * longest / 1000 }')"
}

migrate() { hr migrate --from "$small" --to "$URI" --embedding-model "$model" --batch-size 10 --retry-time 0; }

# finished NAME: the database is what the undisturbed run made.
finished() {
	digest >"$scratch/digest"
	if cmp -s "$scratch/whole" "$scratch/digest"; then return 0; fi
	not_ok "$1" "$(diff -u "$scratch/whole" "$scratch/digest" | head -n 40)"
	return 1
}

fresh_database whole
whole=$URI
began=$(date +%s%3N)
exits 0 'an undisturbed run' migrate
duration=$(($(date +%s%3N) - began))
digest >"$scratch/whole"
is 13 "$(grep -c '^lightrag_[a-z0-9_]* [0-9a-f]\{32\}$' "$scratch/whole")" 'thirteen tables'

# --- SIGKILL of the whole process group ------------------------------------------------

# One run of its own process group, killed after a while. Fails if it was done before that.
killed() {
	setsid hr migrate --from "$small" --to "$URI" --embedding-model "$model" --batch-size 10 \
	    >"$scratch/out" 2>"$scratch/err" </dev/null &
	run=$!
	pause $duration
	if ! kill -s KILL -- "-$run" 2>/dev/null; then
		wait "$run"
		return 1
	fi
	wait "$run"
	status=$?
	[ $status = 137 ]
}

# At least so many kills, and further ones until some came between the first row and the last.
killed_runs=0 completed=0 middle=0 identical=yes
wanted() { [ $killed_runs -lt "$kills" ] || { [ $middle -lt $((kills / 5)) ] && [ $killed_runs -lt $((kills * 3)) ]; }; }

# One migration, killed now and then; once, when all rows are there.
while wanted; do
	fresh_database "killed_$completed"
	rows=0
	while [ "$rows" -lt 692 ] && wanted && killed; do
		killed_runs=$((killed_runs + 1))
		rows=$(sql 'select coalesce(sum(rows), 0) from hr.progress' 2>/dev/null) || rows=0
		case $rows in 0|692) ;; *) middle=$((middle + 1)) ;; esac
	done
	completed=$((completed + 1))
	migrate >"$scratch/out" 2>"$scratch/err" || { not_ok 'the last run after the kills' "$(cat "$scratch/out" "$scratch/err")"; break; }
	finished "killed: database $completed is not the same" || identical=
done
if [ $killed_runs -ge "$kills" ] && [ $middle -ge 3 ]; then
	ok "$killed_runs kills of the process group, $middle of them between the first row and the last, in $completed migrations"
else
	not_ok 'enough kills of the process group' "$killed_runs kills, $middle of them between the first row and the last"
fi
[ -z "$identical" ] || ok 'every table is that of the undisturbed run'
exits 0 'the last one and the undisturbed one, record by record' \
    hr verify "$whole&workspace=default&embedding_model=$model" "$URI&workspace=default&embedding_model=$model"
is '' "$(find "$HOME" -name 'run.*')" 'what the killed runs left is swept up'

# --- death of the server ---------------------------------------------------------------

# shellcheck disable=SC2119
start_own_postgres
crashed=0 tries=0 identical=yes
fresh_database crashed
crash() {
	migrate >"$scratch/out" 2>"$scratch/err" </dev/null &
	run=$!
	pause $duration
	kill -QUIT "$(head -n 1 "$own_postgres/cluster/data/postmaster.pid")"
	status=0
	wait $run || status=$?
	HR_SANDBOX=$own_postgres HR_SANDBOX_OPTIONS='-c fsync=off' "$sandbox" start >/dev/null 2>"$scratch/sandbox.err" ||
	    { cat "$scratch/sandbox.err"; exit 1; }
}
while [ $crashed -lt "$crashes" ] && [ $tries -lt 60 ]; do
	tries=$((tries + 1))
	crash
	case $status in
	7) crashed=$((crashed + 1)) ;;
	0)
		finished "crashed: the same after $crashed" || identical=
		fresh_database crashed
		;;
	*) not_ok "exit status 7 when the server dies, not $status" "$(cat "$scratch/out" "$scratch/err")" ;;
	esac
done
is "$crashes" "$crashed" "$crashes deaths of the server under a run ($tries tries)"
exits 0 'the run after the last one' migrate
matches 'Status: completed' "$(cat "$scratch/out")" 'says that it is completed'
finished 'crashed: the same in the end' || identical=
[ -z "$identical" ] || ok 'every table is that of the undisturbed run, again'
