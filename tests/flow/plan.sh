#!/bin/sh
# A migration by a plan: all components, all tenants, all of it or nothing, and the way back.
# timeout: 500
. "$(dirname "$0")/../lib.sh"

sqlite3 spell.db <"$DATA/llmspell-sample.sql" >/dev/null
# Without what the target can't hold.
sqlite3 spell.db "DELETE FROM sessions WHERE session_id LIKE 'user%'" "DELETE FROM entities WHERE entity_id LIKE 'entity%'"
sha256sum spell.db >before
target() {
	fresh_database "$1"
	psql -Xq -v ON_ERROR_STOP=1 -f "$DATA/llmspell-postgres.sql" "$URI" 2>/dev/null || not_ok 'tables'
	rm -rf "$HOME/.local" backups
	hr migrate plan --from sqlite --source spell.db --to postgres --connection-string "$URI" --components "${2:-all}" --output plan.yaml >/dev/null ||
	    not_ok 'a plan'
}
rows() {
	for table in agent_states workflow_states kv_store sessions artifact_content artifacts event_log hook_history procedural_patterns \
	    entities relationships vector_embeddings_384; do
		sql "select '$table', md5(t::text) from llmspell.$table t order by 2"
	done
}
said() { cat "$scratch/out" "$scratch/err"; }

# --- the dry run, the migration, the way back ------------------------------------------

target whole
rows >nothing
exits 0 'a dry run' hr migrate execute --plan plan.yaml --dry-run
for line in '^\[DRY-RUN\] Migration validation starting\.\.\.$' '^\[DRY-RUN\] Pre-flight validation passed$' '^\[DRY-RUN\] Would migrate 10 components$' \
    '^\[DRY-RUN\]   - agent_state: 2 records$' '^Migration Report \(DRY-RUN\)$' '^Status: SUCCESS \(dry-run, no data modified\)$' \
    '^✓ All pre-flight checks passed$' '^✓ Ready for actual migration$'; do
	matches "$line" "$(said)" "says: $line"
done
rows >now
same nothing now 'and changes nothing'
is '' "$(find backups "$HOME/.local" 2>/dev/null)" 'nor makes a file'
exits 0 'the migration' hr migrate execute --plan plan.yaml
for line in '^Migration starting\.\.\.$' '^\[1/10\] Migrating component: agent_state$' '^Progress: 2/2 records \(100%\)$' '^Validating migration\.\.\.$' \
    '^Component: agent_state$' '^  Count validation: ✓ 2 source = 2 target$' '^  Checksum validation: ✓ 2 samples matched$' \
    '^  Semantic validation: ✓ JSON content equivalent$' '^Migration Report$' '^Status: SUCCESS$' '^Source Records: 27$' '^Target Records: 27$' \
    '^Duration: [0-9.]+s$' '^  ✓ 27/27 count matches$' '^  ✓ 0 errors$' '^All data migrated successfully!$'; do
	matches "$line" "$(said)" "says: $line"
done
for tenant in default system tenant-a tenant-b; do
	exits 0 "$tenant is as it was" hr-verify --source-workspace $tenant llmspell:spell.db "$URI&workspace=$tenant"
done
is '4' "$(sql "select count(*) from llmspell.hybridrag_migration_jobs where phase = 'promoted'")" 'a job a tenant'
saved=$(echo backups/*)
is 'plan.yaml rollback-metadata.yaml source target' "$(find "$saved" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | paste -sd ' ' -)" 'a backup'
is '7' "$(grep -c '"kind":"kv","store":"kv_store"' "$saved/source/key_value.jsonl")" 'with what was read'
same plan.yaml "$saved/plan.yaml" 'and the plan'
rows >all
exits 0 'once more' hr migrate execute --plan plan.yaml
rows >now
same all now 'changes nothing'
exits 2 'the way back asks' hr migrate rollback --backup "$saved"
exits 0 'the way back' hr migrate rollback --backup "$saved" -y
rows >now
same nothing now 'leads to what was there'
sha256sum -c before >/dev/null 2>&1 || not_ok 'the source is as it was'

# --- rows that were there --------------------------------------------------------------

target rows agent_state,workflow_state,key_value
sql "insert into llmspell.workflow_states (tenant_id, workflow_id, state_data) values ('tenant-b', 'mine', '{}')"
rows >there
exits 6 'rows in the way' hr migrate execute --plan plan.yaml
matches 'pre-flight failed for tenant tenant-b' "$(said)" 'are found beforehand'
matches 'workflow_states \(1\)' "$(said)" 'and named'
rows >now
same there now 'and stay'
exits 0 'replaced' hr migrate execute --plan plan.yaml --overwrite
is 0 "$(sql "select count(*) from llmspell.workflow_states where workflow_id = 'mine'")" 'they are gone'
matches '"workflow_id":"mine"|"id":"mine"|mine' "$(cat backups/*/target/workflow_state.jsonl)" 'but saved'
exits 0 'the way back, by the plan' hr migrate rollback --plan plan.yaml -y
rows >now
same there now 'they are there again'

# --- all of it or nothing --------------------------------------------------------------

target nothing
sql "insert into llmspell.kv_store (tenant_id, key, value) values ('other', 'k', 'v')"
# The last tenant can't be promoted.
sql "create function llmspell.refuse() returns trigger language plpgsql as 'begin raise exception ''not this one''; end'" \
    "create trigger refuse before insert on llmspell.workflow_states for each row when (new.tenant_id = 'tenant-b') execute function llmspell.refuse()"
rows >there
hr migrate execute --plan plan.yaml >out 2>err
matches '^[1-9]' "$?" 'a tenant that the target refuses'
matches 'not this one' "$(cat out err)" 'says why'
matches '^\[INFO\] Rollback complete\. Source data unchanged\.$' "$(cat out)" 'all others go back'
matches '^Status: FAILED$' "$(cat out)" 'it failed'
rows >now
same there now 'nothing came'
sql 'drop trigger refuse on llmspell.workflow_states'
exits 0 'then it works' hr migrate execute --plan plan.yaml

target rejects
sqlite3 spell.db "INSERT INTO procedural_patterns (pattern_id, tenant_id, scope, key, value) VALUES ('no-uuid', 'tenant-a', 's', 'k', 'v')"
hr migrate plan --from sqlite --source spell.db --to "$URI" --components all --output plan.yaml >/dev/null
exits 1 'a record that the target can not hold' hr migrate execute --plan plan.yaml
is 0 "$(sql 'select (select count(*) from llmspell.kv_store) + (select count(*) from llmspell.procedural_patterns)')" 'nothing came'
exits 1 'without it, never 0' hr migrate execute --plan plan.yaml --accept-rejects
matches '1 records were rejected' "$(said)" 'it is counted'
is 2 "$(sql 'select count(*) from llmspell.procedural_patterns')" 'the others came'

# --- other names, other counts, interrupted --------------------------------------------

target names workflow_state
exits 0 'a tenant by another name' hr migrate execute --plan plan.yaml --tenant tenant-b=acme
is 'acme|1,tenant-a|2' "$(sql "select string_agg(t, ',' order by t) from (select tenant_id || '|' || count(*) as t from llmspell.workflow_states group by tenant_id) s")" 'in the target'
target counts workflow_state
sed 's/estimated_count: 3/estimated_count: 9/' plan.yaml >other.yaml
exits 0 'other counts' hr migrate execute --plan other.yaml --dry-run
matches 'workflow_state has 3 records now; when the plan was made it had 9' "$(said)" 'are told'

sqlite3 spell.db "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO kv_store (tenant_id, key, value) SELECT 'system', 'many:' || i, CAST(i AS BLOB) FROM n"
target interrupted key_value
hr migrate execute --plan plan.yaml >out 2>err &
driver=$!
until [ "$(sql "select count(*) from hr.progress where last_seq > 0" 2>/dev/null)" -gt 0 ] 2>/dev/null || ! kill -0 $driver 2>/dev/null; do sleep 0.05; done
kill -TERM $driver 2>/dev/null
wait $driver
stopped=$?
is 0 "$(sql 'select count(*) from llmspell.kv_store')" "interrupted (status $stopped): nobody sees half"
exits 0 'it goes on' hr migrate execute --plan plan.yaml
is 20007 "$(sql 'select count(*) from llmspell.kv_store')" 'to the end'
