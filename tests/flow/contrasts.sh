#!/bin/sh
# timeout: 300
# What goes wrong when HybridRAG migrates, and must not here: its defects H1 to H14, a check of that name
# each, and what follows from them for a better one, R1 to R14, each proved by the check elsewhere that is
# named here. The last checks fail when one is missing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cp -R "$DATA/lightrag-1.5.7-small" small
cp -R "$DATA/lightrag-1.5.6-tiny" tiny
cp -R "$DATA/lightrag-1.5.7-two-workspaces/alpha" alpha
# to NAME|DIR [OPTION...]
to() { place=$1; shift; hr backend migrate "$place" --connection-string "$URI" --embedding-model m --retry-time 0 "$@"; }
job() { sql 'select job_id from hybridrag_migration_jobs order by created_at desc limit 1'; }
rows() { sql "select coalesce(sum(rows), 0) from hr.progress"; }
said() { cat out err; }
register() { hr db register "$1" --path "$scratch/$2" --connection-string "$URI" --embedding-model m >registered; }
nodes() { sql "select count(*) from lightrag_graph_nodes where workspace = '$1'"; }

# --- H1, H2, H10: direct ---------------------------------------------------------------------------------

fresh_database direct
exits 0 'H1: small batches, keys in no order' to ./small --batch-size 7
is '692 692' "$(rows) $(hr-extract small | jq -s 'map(select(.seq)) | length')" 'H1: no row is skipped'
matches 'ALL CHECKS PASSED' "$(said)" 'H2: a direct migration is verified'
is completed "$(hr-load phase --job "$(job)" "$URI")" 'H2: and only then completed'

fresh_database emptied
hr-extract small | hr-transform --workspace default --embedding-model m | head -n -3 | hr-load --batch-size 50 "$URI" >out 2>err
sql "delete from lightrag_doc_chunks where workspace = 'default'"
exits 1 'H10: a target that was emptied meanwhile is no success' to ./small
matches 'VERIFICATION FAILED' "$(said)" 'H10: what is missing is found'
fresh_database another
exits 0 'H10: another target is begun anew' to ./small
is 692 "$(rows)" 'H10: from the first row on'

# --- H3, H4, H5, H12: staged -------------------------------------------------------------------------------

fresh_database staged
exits 0 'H4: a first database' to ./small --workspace one --staged
exits 0 'H4: a second one' to ./alpha --workspace two --staged
exits 0 'H4: a third one' to ./tiny --workspace three --staged
is '79 12 2' "$(nodes one) $(nodes two) $(nodes three)" 'H4: a promotion leaves those of others'
is '70 10 1' "$(for w in one two three; do sql "select count(*) from lightrag_graph_edges where workspace = '$w'"; done | paste -sd ' ')" \
    'H12: and their graphs, each in its workspace'
exits 0 'H12: as LightRAG reads them' hr-verify small "$URI&workspace=one&embedding_model=m"
# The rows of the application are right, those that are staged are not.
hr-extract alpha | hr-transform --workspace three --embedding-model m | hr-load --staging --overwrite "$URI" >out 2>err || not_ok 'staged' "$(cat err)"
schema=hr_$(job | tr -d -)
sql "delete from $schema.lightrag_doc_full"
exits 1 'H5: what is staged is verified, not what is there' to ./alpha --workspace three --overwrite
exits 1 'H3: a verification that failed fails again' to ./alpha --workspace three --overwrite
is '0 verification_failed' "$(grep -c 'COMPLETED SUCCESSFULLY' out) $(hr-load phase --job "$(job)" "$URI")" 'H3: and is called no success'
is 2 "$(nodes three)" 'H3: nothing was promoted'
exits 7 'H3: nor where no server is' hr backend migrate ./tiny --connection-string postgresql://me@127.0.0.1:1/none --overwrite --retry-time 0

# --- H6, H14: the registry -----------------------------------------------------------------------------------

fresh_database registry
register mem small
exits 0 'H6: a registered database' hr backend migrate mem
exits 0 'H6: its status' hr backend status mem
matches 'PostgreSQL|postgres' "$(said)" 'H6: is that of PostgreSQL'
exits 0 'H6: a question to it' hr query mem observatory
exits 0 'H6: its entry' hr db show mem --env
exits 0 'H6: its verification' hr backend verify mem
exits 0 'H6: the way back' hr backend migrate mem --rollback "$(job)" --yes
is json "$(hr db show mem --json | jq -r '.backend_type // "json"')" 'H6: leads the entry back, too'
hr-extract tiny | hr-transform --workspace first --embedding-model m | hr-load "$URI" >out 2>err
register slow alpha
psql -Xq -c begin -c 'lock table hybridrag_migration_jobs in access exclusive mode' -c "select 'held'" -c 'select pg_sleep(2)' >held 2>&1 &
holder=$!
: >>held
until grep -q held held; do sleep 0.05; done
hr backend migrate slow >out 2>err &
run=$!
sleep 0.5
register meanwhile tiny
wait $holder
status=0
wait $run || status=$?
is '0 meanwhile mem slow' "$status $(hr db list | grep -oE '^(mem|slow|meanwhile)' | sort | paste -sd ' ')" \
    'H14: what others registered meanwhile stays'
is postgres "$(hr db show slow --json | jq -r .backend_type)" 'H14: beside what the migration wrote'

# --- H7, H8, H9, H11, H13: files -----------------------------------------------------------------------------

cp -R small live
hr-backup create live >out
first=$(hr-backup list --json live | jq -r '.backups[0].id')
hr-backup create --job j live >out
second=$(hr-backup list --json live | jq -r '.backups[0].id')
if [ "$first" != "$second" ]; then ok 'H8: two backups in a second'; else not_ok 'H8: two backups in a second' "$first"; fi
hr-backup create live >out
hr-backup prune --keep 1 live >out 2>err
is 1 "$(hr-backup list --json live | jq "[.backups[] | select(.id == \"$second\")] | length")" 'H8: one that a migration refers to is never pruned'
cp -R live before
truncate -s 1000 "live.backups/live_$second.tar.zst"
exits 4 'H7: a backup that is damaged' hr-backup restore live "$second"
exits 0 'H7: leaves the directory as it is' diff -r before live
cp -R small broken
truncate -s 1000 broken/kv_store_full_docs.json broken/vdb_chunks.json
fresh_database files
exits 3 'H9: a source that is damaged' hr verify broken "$URI"
is 0 "$(grep -c PASSED out)" 'H9: passes no verification'
exits 0 'H11: embeddings' to ./small --workspace vectors
python3 - <<'PYTHON' >matrix
import base64, json
store = json.load(open("small/vdb_chunks.json"))
bits, size = base64.b64decode(store["matrix"]), 4 * store["embedding_dim"]
for i, record in enumerate(store["data"]):
    print(record["__id__"], base64.b64encode(bits[i * size:(i + 1) * size]).decode())
PYTHON
hr-extract "$URI&workspace=vectors&embedding_model=m" | hr-transform --reverse |
    jq -r 'select(.kind == "vector" and .store == "vdb_chunks") | "\(.id) \(.vector)"' | sort >stored
sort matrix >expected
same expected stored 'H11: are the matrix, bit by bit'
{ hr-extract live 2>err; echo $? >extracted; } | { head -c 100 >start; echo ' ' >>live/kv_store_full_docs.json; cat >rest; }
case $(cat extracted) in 8) ok 'H13: a writer at work is noticed' ;; *) not_ok 'H13: a writer at work is noticed' "$(cat extracted err)" ;; esac

# --- nothing is missing --------------------------------------------------------------------------------------

missing=
for n in $(seq 14); do grep -qE "['\"]H$n: " "$TESTS/flow/contrasts.sh" || missing="$missing H$n"; done
is '' "$missing" 'H1 to H14, each has its check'

# What follows, the file that proves it, and a check in it.
cat >follows <<'TABLE'
R1	flow/judge.sh	small, value by value
R2	flow/resume.sh	every table is that of the undisturbed run
R3	flow/mutation.sh	each loss is counted
R4	flow/promote_readers.sh	each statement saw all old or all new rows
R5	flow/staged_driver.sh	doesn't make it a success
R6	fault/backup.sh	'no room'
R7	flow/errors.sh	the page lists what is provoked here, all of it and no more
R8	cli/registry/writers/cmd	Fifty at once lose nothing
R9	flow/bad_input.sh	in little memory
R10	flow/bad_input.sh	a repaired record is compared all the same
R11	flow/dry_run.sh	disk, from a sample
R12	flow/bad_input.sh	the matrix has
R13	flow/beside.sh	two at once: the second is refused
R14	flow/progress.sh	a slow server is said to be the slowest
TABLE
missing=
while IFS='	' read -r name file check; do
	grep -qF -e "$check" "$TESTS/$file" || missing="$missing $name"
done <follows
is '' "$missing" 'R1 to R14, each has its check'
