#!/bin/sh
# timeout: 300
# hr backend migrate --staged: its phases, what it says and keeps, how it goes on after each interruption,
# and the way back.
. "$(dirname "$0")/../lib.sh"

cp -r "$DATA/lightrag-1.5.7-small" rag
cp -r "$DATA/lightrag-1.5.7-two-workspaces/alpha" other
model=BAAI/bge-m3
migrate() { place=$1; shift; hr backend migrate "$place" --connection-string "$URI" --embedding-model $model --workspace w "$@"; }
said() { cat "$scratch/out" "$scratch/err"; }
nodes() { sql "select count(*) from lightrag_graph_nodes where workspace = 'w'" 2>&1; }
backups() { find . -maxdepth 2 -name '*.tar.zst' | wc -l; }
note() { cat "$HOME"/.local/state/hr/"$1"-*/w-*.staged; }
job() { sql "select job_id from hybridrag_migration_jobs order by created_at desc limit 1"; }

fresh_database staged
exits 0 'a staged migration' migrate rag --staged
for line in '^PHASE 1: PREPARE \(Backup\)$' '^   Backup ID:  [0-9]{8}_[0-9]{6}$' '^   Files:      12$' '^PHASE 2: STAGING$' '^PHASE 3: VERIFY$' \
    'ALL CHECKS PASSED' '^PHASE 4: PROMOTE$' '^  Entities migrated: 79/79$' '^✅ STAGED MIGRATION COMPLETED SUCCESSFULLY$' \
    '^Backup retained: [0-9]{8}_[0-9]{6}$' '^To rollback if needed:$' "^  hr backend migrate rag --connection-string .* --rollback $(job)\$"; do
	matches "$line" "$(said)" "a staged migration: $line"
done
is 'promoted true true true' "$(note rag | jq -r '"\(.phase) \(.staging_complete) \(.verification_passed) \(.promoted)"')" 'the state file says so'
is "$(sql 'select backup_id from hybridrag_migration_jobs')" "$(note rag | jq -r .backup_id)" 'with the backup, as the job does'
exits 0 'once more' migrate rag --staged
matches 'Nothing to do' "$(said)" 'there is nothing to do'
is 1 "$(backups)" 'and no second backup'
is "promoted $(job)" "$(note rag | jq -r '"\(.phase) \(.job)"')" 'the state file says as before'
exits 0 'the jobs' hr backend jobs --connection-string "$URI" --json
valid hr-load-jobs "$scratch/out" 'as described'

# --- overwriting, and back -----------------------------------------------------------------

exits 6 'another source' migrate other --staged
exits 0 'overwriting' migrate other --overwrite --json
valid hr "$scratch/out" 'as described'
is 'completed true true promoted' "$(jq -r '"\(.status) \(.verified) \(.staged) \(.migration.phase)"' "$scratch/out")" 'is one object'
is 12 "$(nodes)" 'the workspace is the new one'
exits 2 'back, without a terminal' migrate other --rollback "$(job)"
matches 'say --yes' "$(said)" 'is asked, and there is nobody to answer'
is 12 "$(nodes)" 'nothing was changed'
sql "delete from lightrag_full_entities where workspace = 'w'"
exits 0 'back, with --yes' migrate other --rollback "$(job)" --yes
matches '105 rows then, 10[0-9] now; since then 0 were written .*, [1-9] are no longer' "$(said)" 'what changed since is said'
is 79 "$(nodes)" 'the old one is back'
is rolled_back "$(note other | jq -r .phase)" 'the state file says so'
exits 0 'again, as JSON' migrate other --rollback "$(job)" --yes --json
valid hr "$scratch/out" 'as described'
exits 8 'what is not there' migrate other --rollback 000000-000000 --yes
echo changed >rag/kv_store_full_docs.json
exits 0 'the files, from the backup' migrate rag --rollback "$(note rag | jq -r .backup_id)" --yes
same "$DATA/lightrag-1.5.7-small/kv_store_full_docs.json" rag/kv_store_full_docs.json 'are back'
exits 2 'cleaning up, without a terminal' hr backend cleanup --connection-string "$URI"
exits 0 'cleaning up' hr backend cleanup --connection-string "$URI" --yes
matches '^[1-9][0-9]* bytes freed$' "$(said)" 'frees bytes'
is '' "$(sql "select nspname from pg_namespace where nspname ~ '^hr_'")" 'nothing is kept'
exits 8 'after which there is no way back' migrate rag --rollback "$(sql "select job_id from hybridrag_migration_jobs where phase = 'promoted'")" --yes

# --- a verification that fails -------------------------------------------------------------

fresh_database failing
rm -rf "$HOME/.local"
hr-extract rag | hr-transform --workspace w --embedding-model $model | hr-load --staging "$URI" >out 2>err || not_ok 'staged by hand' "$(cat err)"
staging=$(sql "select nspname from pg_namespace where nspname ~ '^hr_'")
sql "update $staging.lightrag_doc_full set content = 'x' where id = (select min(id) from $staging.lightrag_doc_full)"
exits 1 'staged rows that differ' migrate rag --staged
matches 'The staged rows differ from the source: nothing was promoted' "$(said)" 'are not promoted'
matches 'does not exist' "$(nodes)" 'the application sees nothing'
is 'failed verification_failed' "$(sql "select status || ' ' || phase from hybridrag_migration_jobs")" 'the job says so'
is verification_failed "$(note rag | jq -r .phase)" 'and the state file'
exits 1 'the same command' migrate rag --staged
matches 'does not exist' "$(nodes)" "doesn't make it a success"
exits 0 'discarded' hr-load discard --job "$(job)" "$URI"
exits 0 'the same command, anew' migrate rag --staged
is 79 "$(nodes)" 'promotes what is verified'

# --- interrupted in each phase -------------------------------------------------------------

fresh_database interrupted
rm -rf rag.backups "$HOME/.local"
ln -s "${HR_BIN%/bin}/libexec" libexec
for tool in hr-backup hr-verify hr-load; do
	# Killed as it begins; for hr-load, at the promotion.
	case $tool in hr-load) when='promote) kill -s KILL $$ ;;' ;; *) when='*) kill -s KILL $$ ;;' ;; esac
	rm -rf cut
	mkdir cut
	ln -s "$HR_BIN"/* cut/ 2>/dev/null
	rm -f cut/$tool cut/hr
	cp "$HR_BIN/hr" cut/hr
	# shellcheck disable=SC2016
	printf '#!/bin/sh\ncase ${1:-} in %s esac\nexec %s "$@"\n' "$when" "$HR_BIN/$tool" >cut/$tool
	chmod +x cut/$tool
	exits_status=0
	cut/hr backend migrate rag --connection-string "$URI" --embedding-model $model --workspace w --staged >"$scratch/out" 2>"$scratch/err" </dev/null || exits_status=$?
	is 137 $exits_status "killed in $tool"
	matches 'does not exist' "$(nodes)" "killed in $tool: the application sees nothing"
done
exits 0 'the same command' migrate rag --staged
is 79 "$(nodes)" 'goes on to the end'
is 1 "$(find rag.backups -name '*.tar.zst' | wc -l)" 'there is one backup only'
is 1 "$(sql 'select count(*) from hybridrag_migration_jobs')" 'and one job'

# --- rejects, and what doesn't go together -------------------------------------------------

mkdir odd
echo '{"a": {"content": "1"}, "b": {"content": "\u0000"}}' >odd/kv_store_full_docs.json
fresh_database rejects
exits 1 'with rejects' migrate odd --staged
matches 'Not promoted: .*has 1 rejects' "$(said)" 'nothing is promoted'
exits 1 'unless that is accepted' migrate odd --staged --accept-rejects
matches 'WITHOUT THE REJECTED RECORDS' "$(said)" 'which is said'
is promoted "$(hr-load phase --job "$(job)" "$URI")" 'and done'
exits 2 '--merge' migrate odd --staged --merge
exits 2 '--skip-verify' migrate odd --overwrite --skip-verify
exits 2 '--accept-rejects alone' migrate odd --accept-rejects
exits 2 '--rollback of hr migrate' hr migrate --from odd --rollback x
