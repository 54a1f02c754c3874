#!/bin/sh
# An independent judge compares LightRAG's files with the tables, value by value, and the
# tables with those that LightRAG makes itself. It is tested too: each kind of value is
# falsified once and must be found.
. "$(dirname "$0")/../lib.sh"

if ! command -v python3 >/dev/null; then
	skip judge 'there is no python3'
	exit
fi
judge() { python3 "$TESTS/judge.py" "$@"; }

# load DIR WORKSPACE MODEL
load() {
	hr-extract "$1" | hr-transform --schema lightrag --workspace "$2" --embedding-model "$3" |
	    hr-load "$URI" >"$scratch/commits" 2>"$scratch/load.err"
	status=$?
	is 0 $status "load $2"
	[ $status = 0 ] || cat "$scratch/load.err"
}

small=$DATA/lightrag-1.5.7-small
two=$DATA/lightrag-1.5.7-two-workspaces
reference=$DATA/lightrag-1.5.7-postgres-schema.sql

fresh_database two
load "$two/alpha" alpha nomic-embed-text:latest
load "$two/beta-2" beta-2 nomic-embed-text:latest
exits 0 'alpha and beta-2, value by value' \
    judge nomic-embed-text:latest "$two/alpha=alpha" "$two/beta-2=beta-2"
matches '^# 195 rows' "$(cat out)" 'all of their rows were compared'
exits 0 'tables as LightRAG makes them, another model' judge --schema "$reference" nomic-embed-text:latest 16

fresh_database small
load "$small" default BAAI/bge-m3
exits 0 'small, value by value' judge BAAI/bge-m3 "$small=default"
matches '^# 692 rows' "$(cat out)" 'all of its rows were compared'
exits 0 'tables as LightRAG makes them' judge --schema "$reference" BAAI/bge-m3 32
matches '^# 6[0-9] statements' "$(cat out)" 'all of its statements were compared'

# Falsified all at once: each fault must be found beside the others.
sql "update lightrag_doc_full set content = content || ' ' where ctid = '(0,1)'" \
    "insert into lightrag_full_entities (workspace, id) values ('default', 'another')" \
    "delete from lightrag_entity_chunks where ctid = '(0,1)'" \
    "insert into lightrag_full_relations (workspace, id) values ('else', 'x')" \
    "update lightrag_relation_chunks set create_time = create_time + interval '1 s' where ctid = '(0,2)'" \
    "update lightrag_vdb_entity_baai_bge_m3_32d set content_vector = (select array_agg(case when i = 3
	then x + 1e-7 else x end order by i)::vector from unnest(content_vector::real[]) with ordinality u(x, i))
	where ctid = '(0,2)'" \
    "update lightrag_graph_edges set properties = jsonb_set(properties, '{weight}', '1') where ctid =
	(select min(ctid) from lightrag_graph_edges where properties->>'weight' = '1.0')" \
    "update lightrag_doc_status set error_msg = '' where ctid = '(0,1)'" \
    "update lightrag_graph_nodes set updated_at = updated_at + interval '1 us' where ctid = '(0,3)'" \
    "update lightrag_doc_chunks set llm_cache_list = '[]' where ctid = '(0,2)'" \
    'create table lightrag_else (id text)' 'drop view hybridrag.lightrag_chunks' \
    'alter view hybridrag.lightrag_doc_status rename doc_id to id' || not_ok 'plant'
judge BAAI/bge-m3 "$small=default" >found
finds() { matches "$1" "$(cat found)" "the judge finds $2"; }
finds '^lightrag_doc_full: .*: content: ' 'a changed text'
finds "^lightrag_full_entities: default: extra: \\('another'," 'a row too many'
finds '^lightrag_entity_chunks: default: missing: ' 'a row too few'
finds '^lightrag_full_relations: rows of another workspace: else' 'rows of another workspace'
finds '^lightrag_relation_chunks: .*: create_time: ' 'a changed time'
finds '^lightrag_vdb_entity_baai_bge_m3_32d: .*: content_vector: ' 'a changed number of a vector'
finds '^lightrag_graph_edges: .*: properties: ' 'another text of a number'
finds "^lightrag_doc_status: .*: error_msg: '' instead of None" 'an empty text for a null'
finds '^lightrag_graph_nodes: .*: updated_at: ' 'a microsecond'
finds '^lightrag_doc_chunks: .*: llm_cache_list: \[\] instead of' 'an emptied list'
finds '^table too many or too few: lightrag_else' 'a table too many'
finds '^view too many or too few: hybridrag.lightrag_chunks' 'a missing view'
finds '^hybridrag.lightrag_doc_status: columns ' 'a view with another column'
finds '^hybridrag.lightrag_relations: .*: properties: ' 'the view of a falsified table'

sql 'create index hr_else on lightrag_doc_full (content_hash)' 'drop index idx_lightrag_doc_full_id'
exits 1 'the judge finds another index' judge --schema "$reference" BAAI/bge-m3 32
matches "LightRAG hasn't: CREATE INDEX hr_else" "$(cat out)" 'one too many'
matches 'LightRAG has: CREATE INDEX idx_lightrag_doc_full_id' "$(cat out)" 'one too few'
