#!/bin/sh
# timeout: 240
# Everything that --json prints is one object as man/hr-json.schema.json describes it, also
# where the command fails; so is every line of a stream, and the checkpoint.
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small tiny=$DATA/lightrag-1.5.6-tiny two=$DATA/lightrag-1.5.7-two-workspaces
nowhere=postgresql://me@127.0.0.1:1/none

# json STATUS SCHEMA WORDS COMMAND...: its output is valid and says the exit status.
json() {
	json_status=$1 json_schema=$2 json_words=$3
	shift 3
	exits "$json_status" "$json_words" "$@"
	valid "$json_schema" "$scratch/out" "$json_words: as described"
	[ "$json_status" -le 1 ] || matches '^..*$' "$(jq -r 'select(.exit_status == '"$json_status"').error' "$scratch/out")" \
	    "$json_words: says so, and why"
}

# --- what the schema finds -------------------------------------------------------------

echo '{"exit_status":5,"error":"x"}' >"$scratch/good"
echo '{"exit_status":5,"error":"x","new":1}' >"$scratch/more"
echo '{"exit_status":5}' >"$scratch/less"
echo '{"exit_status":5,"error":"x"}{}' >"$scratch/twice"
exits 0 'the schema takes what is described' "$TESTS/schema.py" failure "$scratch/good"
for bad in more less twice; do exits 1 "and not $bad" "$TESTS/schema.py" hr "$scratch/$bad"; done

# --- migrations ------------------------------------------------------------------------

fresh_database migrations
json 0 hr 'a dry run' hr migrate --from "$small" --to "$URI" --dry-run --json
json 0 hr 'a full dry run' hr migrate --from "$small" --to "$URI" --dry-run --full --json
json 0 hr-load 'hr-load: a dry run without a target' sh -c "hr-extract --count '$small' | hr-transform | hr-load --dry-run --offline --json"
json 0 hr 'a migration' hr migrate --from "$small" --to "$URI" --json
phase() { jq -r .migration.phase "$scratch/out"; }
is completed "$(phase)" 'whose job is completed'
json 0 hr 'once more' hr migrate --from "$small" --to "$URI" --json
is completed "$(phase)" 'and stays so'
json 0 hr 'a dry run of what is done' hr migrate --from "$small" --to "$URI" --dry-run --json
sql "update lightrag_doc_full set content = 'changed' where id = (select min(id) from lightrag_doc_full)"
json 1 hr-verify 'a difference' hr verify "$small" "$URI" --json
json 0 hr-verify 'counts' hr-verify "$small" "$URI" --counts --json
json 6 hr 'rows in the way' hr migrate --from "$tiny" --to "$URI" --json
json 6 hr 'a dry run of that' hr migrate --from "$tiny" --to "$URI" --dry-run --json
json 8 hr 'a job that is not there' hr migrate --from "$small" --to "$URI" --resume 123456-abcdef --json

fresh_database differs
json 0 hr 'without verification' hr migrate --from "$small" --to "$URI" --skip-verify --json
is unverified "$(phase)" 'is said of its job'
sql 'delete from lightrag_llm_cache'
json 1 hr 'a verification that fails' hr migrate --from "$small" --to "$URI" --json
is verification_failed "$(phase)" 'is said of its job'

fresh_database programs
json 0 hr 'with a jq program' hr migrate --from "$small" --to "$URI" --jq 'select(.kind != "kv" or .seq > 1)' --json
is true "$(jq '.verification.program.dropped > 0' "$scratch/out")" 'which is counted'
json 1 hr-verify 'a subset that is none' hr verify "$small" "$URI" --subset --json
fresh_database merge
json 0 hr 'a merge' hr migrate --from "$two" --source-workspace alpha --to "$URI&workspace=merged" --merge --json
json 0 hr 'a dry run of a merge' hr migrate --from "$two" --source-workspace alpha --to "$URI&workspace=merged" --merge --dry-run --json

fresh_database workspaces
json 0 hr 'all workspaces, a dry run' hr migrate --from "$two" --to "$URI" --all-workspaces --dry-run --json
json 0 hr 'all workspaces' hr migrate --from "$two" --to "$URI" --all-workspaces --json
cp -R "$two" "$scratch/half"
chmod -R u+w "$scratch/half"
echo nonsense >"$scratch/half/alpha/kv_store_full_docs.json"
fresh_database half
json 3 hr 'one of two workspaces fails' hr migrate --from "$scratch/half" --to "$URI" --all-workspaces --json
# shellcheck disable=SC2016
is 'alpha 3, beta-2 0' "$(jq -r '[.workspaces[] | "\(.workspace) \(.exit_status)"] | join(", ")' "$scratch/out")" 'and says which'
matches '^hr-extract: .*kv_store_full_docs.json' "$(jq -r '.workspaces[0].error' "$scratch/out")" 'and why'
matches '^hr-extract: .*kv_store_full_docs.json' "$(cat "$scratch/err")" 'on standard error, too'

# --- failures --------------------------------------------------------------------------

json 2 hr 'wrong usage' hr migrate --json --nonsense
json 2 hr 'wrong usage, said last' hr migrate --nonsense --json
json 2 hr 'several workspaces' hr migrate --from "$two" --to "$URI" --json
json 5 hr 'no source' hr migrate --from "$scratch/none" --to "$URI" --json
json 7 hr 'no server' hr migrate --from "$small" --to "$nowhere" --retry-time 0 --json
is failed "$(jq -r .status "$scratch/out")" 'is no interruption'
matches '^hr-load: .*refused' "$(jq -r .error "$scratch/out")" 'in the words of the stage that failed'
json 7 hr 'no server, a dry run' hr migrate --from "$small" --to "$nowhere" --dry-run --json
echo >"$scratch/no-directory"
json 9 hr 'no state directory' hr migrate --from "$small" --to "$URI" --json --state-dir "$scratch/no-directory/state"
json 2 hr-verify 'hr-verify: wrong usage' hr-verify --json one
json 2 hr-verify 'hr-verify: a wrong option' hr-verify --nonsense --json one
json 5 hr-verify 'hr-verify: no source' hr-verify --json "$scratch/none" "$small"
json 7 hr-verify 'hr verify: no server' hr verify --json "$small" "$nowhere"
json 5 hr-checkpoint 'hr-checkpoint: no file' hr-checkpoint show --json "$scratch/none"
json 2 hr-checkpoint 'hr-checkpoint: wrong usage' hr-checkpoint --json show
json 2 hr-checkpoint 'hr-checkpoint: a wrong word' hr-checkpoint --json nonsense "$scratch/none"
json 2 hr-load 'hr-load: wrong usage' hr-load --dry-run --json --batch-size 0
json 4 hr-load 'hr-load: no input' hr-load --dry-run --json "$URI"

hr-extract "$small" | hr-transform >"$scratch/rows" 2>"$scratch/err"
fresh_database interrupted
sql 'create table lightrag_doc_full (n int)'
json 6 hr 'a table that is another' hr migrate --from "$small" --to "$URI" --json
fresh_database waiting
sql 'create schema hr; create table hr.lock (n int)'
psql -Xq -c 'begin; lock table pg_catalog.pg_namespace in access exclusive mode; select pg_sleep(30)' >"$scratch/locker" 2>&1 &
locker=$!
sleep 0.5
env --default-signal=INT hr migrate --from "$small" --to "$URI" --json >"$scratch/out" 2>"$scratch/err" </dev/null &
run=$!
sleep 1
kill -s TERM $run
status=0
wait $run || status=$?
kill $locker
is 143 $status 'a signal'
valid hr "$scratch/out" 'a signal: as described'
is 143 "$(jq .exit_status "$scratch/out")" 'a signal: says so'

# --- streams and files -----------------------------------------------------------------

fresh_database streams
hr-extract "$small" >"$scratch/records"
hr-extract --vectors=array "$tiny" >"$scratch/arrays"
hr-load --batch-size 50 <"$scratch/rows" >"$scratch/commits" 2>"$scratch/err"
hr-extract "$URI" >"$scratch/back"
jq -c 'if .kind == "kv" then .value.content = "\u0000" else . end' "$scratch/records" |
    hr-transform --accept-changed --workspace other 2>"$scratch/err" | hr-load --rejects "$scratch/rejects" >"$scratch/commits2" 2>"$scratch/err"
for stream in records arrays rows commits back commits2 rejects; do valid --lines line "$scratch/$stream" "a stream: $stream"; done
is true "$([ -s "$scratch/rejects" ] && echo true)" 'with rejects'
hr-checkpoint record "$scratch/checkpoint" <"$scratch/commits"
valid checkpoint "$scratch/checkpoint" 'a checkpoint'
json 0 hr-checkpoint 'a checkpoint, shown' hr-checkpoint show --json "$scratch/checkpoint"
