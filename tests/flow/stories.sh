#!/bin/sh
# timeout: 240
# The user stories' own words, where no other script has them: the SQL of US-008 and US-009 as it
# is written there, a staged migration by name and its way back (US-003, US-007), and one of all
# workspaces.
. "$(dirname "$0")/../lib.sh"

model=BAAI/bge-m3
field() { hr-registry get mydb "$1"; }

# --- US-003, US-007: staged, by name, and back ------------------------------------------------

fresh_database named
cp -r "$DATA/lightrag-1.5.7-small" rag
exits 0 'a database is registered' hr db register mydb --path rag --connection-string "$URI" --embedding-model $model
hr-registry get mydb >before
exits 0 'a staged migration by name' hr backend migrate mydb --staged
matches '^✅ STAGED MIGRATION COMPLETED SUCCESSFULLY$' "$(cat "$scratch/out")" 'succeeds'
matches "^Registry updated: 'mydb' now uses PostgreSQL" "$(cat "$scratch/out")" 'and the registry follows'
job=$(sql 'select job_id from hybridrag_migration_jobs')
is "postgres mydb $job" "$(field backend_type) $(field workspace) $(field job)" 'to where the rows are'

# --- US-008 and US-009: SQL as it is written ---------------------------------------------------

# asked NAME ARGUMENTS <STATEMENT: its rows
asked() {
	{ printf 'SET search_path TO hybridrag, public;\nPREPARE asked AS '; cat; printf ';\nEXECUTE asked(%s);\n' "$1"; } |
	    psql -XAtq -v ON_ERROR_STOP=1 2>&1
}
hr-extract rag | jq -r 'select(.store == "vdb_chunks" and .vector).vector' | sed -n 7p >vector
floats=$(base64 -d <vector | od -An -v -w4 -tf4 | tr -d ' ' | paste -sd ,)
asked "'[$floats]', 'mydb'" >rows <<'END'
     SELECT chunk_id, content,
            embedding <=> $1::vector AS distance
     FROM lightrag_chunks
     WHERE workspace = $2
     ORDER BY distance
     LIMIT 10
END
hr query mydb --vector vector --json >answer
is 10 "$(grep -c '|[0-9.e-]*$' rows)" 'the ten nearest chunks'
is "$(jq -r '.results[].id' answer)" "$(sed -n 's/^\(doc-[^|]*\)|.*/\1/p; s/^\(chunk-[^|]*\)|.*/\1/p' rows)" 'are those of hr query'
is true "$(sed -n 's/.*|\([0-9.e-]*\)$/\1/p' rows | jq -s --slurpfile answer answer \
    '[., [$answer[0].results[].distance]] | transpose | all(.[]; (.[0] - .[1] | fabs) < 1e-6)')" 'at the same distances'

asked "'mydb', 'Tardigrade'" >rows <<'END'
     SELECT content FROM lightrag_entities
     WHERE workspace = $1 AND entity_id = $2
END
hr query mydb --entity Tardigrade --json >entity
is true "$(jq --slurpfile answer entity '.description == $answer[0].results[0].value.description and .entity_type != null' rows)" \
    'an entity, as hr query says'
asked "'mydb', 'Aurora Observatory'" >rows <<'END'
     SELECT target_id, properties FROM lightrag_relations
     WHERE workspace = $1 AND source_id = $2
END
hr query mydb --neighbors 'Aurora Observatory' --json >answer
is "$(jq -cS '[.results[] | select(.source == "Aurora Observatory") | [.target, .value.description]] | sort' answer)" \
    "$(jq -RscS 'split("\n")[:-1] | map(split("|") | [.[0], (.[1:] | join("|") | fromjson.description)]) | sort' rows)" 'its relations'
is true "$(jq '.results | length > 2' answer)" 'of which there are some'
is '31|32|32' "$(asked "'mydb'" <<'END'
  SELECT COUNT(*),
         MIN(vector_dims(embedding)) as min_dim,
         MAX(vector_dims(embedding)) as max_dim
  FROM lightrag_chunks
  WHERE workspace=$1 AND embedding IS NOT NULL
END
)" 'the dimensions'

# --- and back -----------------------------------------------------------------------------------

exits 2 'back, without a terminal' hr backend migrate mydb --rollback "$job"
exits 0 'back, by name' hr backend migrate mydb --rollback "$job" --yes
is 0 "$(sql "select count(*) from pg_tables where tablename ~ '^lightrag' and schemaname = 'public'")" 'the tables are gone, as before'
hr-registry get mydb >after
same before after 'the registry is as it was'
exits 0 'the question stays the same' hr query mydb --entity Tardigrade --json
is "$(jq -cS '.results[].value.description' entity)" "$(jq -cS '.results[].value.description' "$scratch/out")" 'and its answer, from the files'

# --- all workspaces, staged ----------------------------------------------------------------------

fresh_database every
cp -r "$DATA/lightrag-1.5.7-two-workspaces" two
exits 0 'all workspaces, staged' hr backend migrate two --connection-string "$URI" --embedding-model $model \
    --all-workspaces --staged --json
valid hr "$scratch/out" 'as described'
is 'alpha beta-2' "$(sql 'select distinct workspace from lightrag_doc_full order by 1' | paste -sd ' ')" 'each is there'
is 'promoted promoted' "$(sql 'select phase from hybridrag_migration_jobs' | paste -sd ' ')" 'by a job of its own'
exits 0 'once more' hr backend migrate two --connection-string "$URI" --embedding-model $model --all-workspaces --staged
is 2 "$(sql 'select count(*) from hybridrag_migration_jobs')" 'there is nothing to do'
