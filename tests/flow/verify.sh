#!/bin/sh
# timeout: 240
# hr backend verify: what was migrated is compared again, by its registered name, at any time; a sample says
# that it is one; both sides name the same neighbours; the report is kept with the job.
. "$(dirname "$0")/../lib.sh"

cp -r "$DATA/lightrag-1.5.7-small" rag
fresh_database verify
said() { cat "$scratch/out" "$scratch/err"; }
kept() { sql "select verification->>'passed', verification->>'at' is not null, verification->'sample', verification->'queries'
	from hybridrag_migration_jobs"; }
job() { sql 'select job_id from hybridrag_migration_jobs'; }
entity=$(jq -r '.data[0].__id__' rag/vdb_entities.json)

# --- before and after --------------------------------------------------------------------

hr db register mem --path "$scratch/rag" --connection-string "$URI" --workspace team --embedding-model m >/dev/null
exits 8 'what was not migrated yet' hr backend verify mem
matches 'hr backend migrate mem' "$(said)" 'is said not to be'
exits 0 'migrated' hr backend migrate mem
is 'true|t|null|null' "$(kept)" "its verification is kept with the job"
exits 0 'verified again' hr backend verify mem
for line in '^MIGRATION VERIFICATION REPORT$' '^Database: mem$' '^Migration: lightrag → postgresql$' "^Job: $(job)\$" \
    '^✓ PASSED: Entity Count Verification source=79, target=79$' '^✓ PASSED: Relation Count Verification source=70, target=70$' \
    '^✓ PASSED: Chunk Count Verification source=31, target=31$' '^✓ PASSED: Document Status Verification source=24, target=24$' \
    '^✓ PASSED: Sample Verification \(every record\) source=692, target=692$' '^✓ PASSED: Vector Dimension Verification source=180, target=180$' \
    '^✓ ALL CHECKS PASSED \(26/26 passed\)$'; do
	matches "$line" "$(cat "$scratch/out")" "the report: $line"
done
exits 2 'no name' hr backend verify
exits 2 'two names' hr backend verify mem mem
exits 2 'a sample of no number' hr backend verify mem --sample x
exits 2 'an option of something else' hr backend verify mem --staged
exits 2 'neighbours of a subset' hr backend verify mem --queries 3 --subset
exits 0 'a directory, without its name' hr backend verify rag --connection-string "$URI" --workspace team --embedding-model m

# --- a sample, and neighbours ------------------------------------------------------------

exits 0 'a sample' hr backend verify mem --sample 100 --queries 7 --json
valid hr-verify "$scratch/out" 'as described'
is "mem $(job) false 692 7 7 10" "$(jq -r '[.database, .job, .counts_only, .sample.of, .queries.asked, .queries.equal, .queries.top] | join(" ")' "$scratch/out")" \
    'says what it is'
is true "$(jq '.sample.records > 60 and .sample.records < 140' "$scratch/out")" 'of about so many'
is "Sample Verification ($(jq .sample.records "$scratch/out") of 692 records)" "$(jq -r '.checks[4].name' "$scratch/out")" 'and never says that it is all'
is 0 "$(jq '[.checks[].name | select(test("every record|^Records of"))] | length' "$scratch/out")" 'of no store either'
is true "$(jq '[.notes[] | test("^a sample: [0-9]+ of 692 records were compared, the others only counted$")] | any' "$scratch/out")" 'and notes it'
is "$(jq -cS '["true","t",.sample,.queries]' "$scratch/out")" \
    "$(sql "select jsonb_build_array(verification->>'passed', 't', verification->'sample', verification->'queries') from hybridrag_migration_jobs" | jq -cS .)" 'kept so'
exits 0 'the jobs' hr backend jobs mem --json
valid hr-load-jobs "$scratch/out" 'as described'
is 'true 7' "$(jq -r '.jobs[0].verification | "\(.passed) \(.queries.equal)"' "$scratch/out")" 'tell of it'
exits 0 'as many as there are' hr backend verify mem --queries 1000
matches 'Nearest Neighbour Verification \(top 10 of 180 embeddings\) source=180, target=180$' "$(said)" 'are all the same'
exits 0 'a sample of more than there is' hr backend verify mem --sample 100000 --json
is null "$(jq -c .sample "$scratch/out")" 'is no sample'

# --- differences ---------------------------------------------------------------------------

sql "update lightrag_vdb_entity_m_32d set content_vector = (select content_vector from lightrag_vdb_entity_m_32d where id <> '$entity' order by id limit 1)
	where id = '$entity'" "update lightrag_doc_full set content = content || '.' where id = (select min(id) from lightrag_doc_full)"
exits 1 'what was changed' hr backend verify mem --queries 1000
matches "^    changed: vdb_entities \"$entity\": vector\$" "$(said)" 'is named, an embedding'
matches '^    changed: kv_store_full_docs "doc-.*": content$' "$(said)" 'and a text'
matches '^✗ FAILED: Nearest Neighbour Verification .* - [1-9][0-9]* differ \(near to vdb_entities ".*"(, vdb_entities ".*")* …\): source=180' "$(said)" \
    'with neighbours that it has now'
is 'false|t|null' "$(kept | cut -d '|' -f 1-3)" 'kept with the job'
is completed "$(sql 'select phase from hybridrag_migration_jobs')" 'whose phase stays'
is 1 "$(hr backend verify mem --sample 1000000 --limit 1 | grep -c '^    changed')" '--limit'
sql "delete from lightrag_doc_status where id = (select min(id) from lightrag_doc_status)"
exits 1 'a sample counts all the same' hr backend verify mem --sample 1 --json
is 'Document Status Verification 24 23' "$(jq -r '.checks[] | select(.passed | not) | "\(.name) \(.source) \(.target)"' "$scratch/out" | head -n 1)" 'true figures'

# --- what can't be -------------------------------------------------------------------------

exits 3 'a report of something else' hr-load keep --job 000000-000000 --report "$HOME/.local/state/hr/mem/verification.json" "$URI"
echo '{"passed": true' >half.json
exits 3 'half of a report' hr-load keep --job "$(job)" --report half.json "$URI"
exits 5 'no report' hr-load keep --job "$(job)" --report none.json "$URI"
exits 2 'keep without a report' hr-load keep --job "$(job)" "$URI"
exits 2 'a report for something else' hr-load phase --job "$(job)" --report half.json "$URI"
mv rag elsewhere
exits 5 'files that are gone' hr backend verify mem --json
valid hr-verify "$scratch/out" 'told as JSON'
matches 'the registry says that the files of mem are there\. .* hr db update mem --path DIR' "$(said)" 'with what to do'
