#!/bin/sh
# A database that isn't as usual, and one that somebody else changes at the same time: hr finds the
# application's tables under their newer names, and says what is the matter where it can't go on.
. "$(dirname "$0")/../lib.sh"

tiny=$DATA/lightrag-1.5.6-tiny
rows() { hr-extract "${2:-$tiny}" | hr-transform --workspace "$1" --embedding-model m >rows || not_ok 'rows'; }
load() { hr-load "$URI" <rows; }
merge() { hr-load --merge --batch-size 1 --rejects rejects "$URI" <rows; }

# --- tables under the names of newer versions ------------------------------------------------------

fresh_database names
rows first
load >commits 2>err || not_ok 'first' "$(cat err)"
hash=$(printf m | sha256sum | cut -c 1-8)
for table in chunks entity relation; do
	sql "alter table lightrag_vdb_${table}_m_8d rename to lightrag_vdb_${table}_m_8d_$hash" || not_ok 'rename'
done
rows second
exits 0 'tables whose names have a digest are used' load
is '2 2 1' "$(sql "select (select count(*) from lightrag_vdb_chunks_m_8d_$hash where workspace = 'second') || ' ' ||
	(select count(*) from lightrag_vdb_entity_m_8d_$hash where workspace = 'second') || ' ' ||
	(select count(*) from lightrag_vdb_relation_m_8d_$hash where workspace = 'second')")" 'all rows are there'
is '' "$(sql "select to_regclass('lightrag_vdb_chunks_m_8d')")" 'and no other table was made'
is 0 "$(sql "select count(*) from lightrag_vdb_chunks_m_8d_$hash where workspace = 'second' and tokens is null")" \
    'their finishing step was done'
exits 0 'and they are verified' hr-verify "$tiny" "$URI&workspace=second&embedding_model=m"

# --- embeddings of two dimensions ------------------------------------------------------------------

sql "create table lightrag_vdb_chunks_m_4d (like lightrag_vdb_chunks_m_8d_$hash)" \
    'alter table lightrag_vdb_chunks_m_4d alter content_vector type vector(4)' || not_ok 'another dimension'
exits 2 'tables of two dimensions, and no source to tell which' hr-verify "$URI&workspace=second&embedding_model=m" \
    "$URI&workspace=second&embedding_model=m"
matches 'tables of [48] and of [48] dimensions are there; add dimension=N' "$(cat err)" 'two dimensions: what to do'
exits 0 'said which' hr-verify "$URI&workspace=second&embedding_model=m&dimension=8" \
    "$URI&workspace=first&embedding_model=m&dimension=8"
exits 2 'a schema that there is none of' hr-verify "$tiny" "$URI&schema=chroma"
matches 'no schema "chroma"' "$(cat err)" 'no such schema: words'

# --- no place for tables ---------------------------------------------------------------------------

fresh_database nowhere
sql "alter database $PGDATABASE set search_path = nonexistent" || not_ok 'search_path'
rows w
exits 6 'no schema to make tables in' load
matches 'no schema of search_path exists' "$(cat err)" 'no schema: words'

# --- jobs that aren't, or aren't so far --------------------------------------------------------------

fresh_database jobs
rows w
load >commits 2>err || not_ok 'load' "$(cat err)"
for word in complete unverified fail discard phase; do
	exits 8 "$word: a job that there is none of" hr-load "$word" --job 000000-000000 "$URI"
	matches 'no job 000000-000000 here' "$(cat err)" "$word: words"
done
rows half
head -n -3 rows >some
exits 4 'a stream that ends too early' hr-load --batch-size 2 "$URI" <some
job=$(sql "select job_id from hybridrag_migration_jobs where workspace = 'half'")
exits 8 'a job that is still loading is not complete' hr-load complete --job "$job" "$URI"

# --- the checkpoint is another database's --------------------------------------------------------------

hr-checkpoint -q record checkpoint <commits || not_ok 'checkpoint'
fresh_database other
hr-extract --resume checkpoint "$tiny" | hr-transform --workspace w --embedding-model m >rows || not_ok 'the rest'
exits 8 'the rest of what another database has' load
matches 'the stream begins behind seq [0-9]+, but job .* is durable only up to 0: the checkpoint is not of this database' \
    "$(cat err)" 'the rest: words'
is 0 "$(sql 'select count(*) from lightrag_doc_full')" 'the rest: nothing of it is loaded'
sed -n '1p; /"kind":"commit"/{p;q}' commits >rows
exits 3 'commits instead of rows' load
look() { hr-load --dry-run --full "$URI" <rows; }
exits 3 'commits instead of rows, dry' look

# --- somebody takes rows away while they are merged --------------------------------------------------

fresh_database taken
mkdir twice
echo '{"a": {"content": "1"}, "b": {"content": "2"}, "a": {"content": "1"}}' >twice/kv_store_full_docs.json
rows w twice
load >commits 2>err || : # makes the tables
sql 'delete from lightrag_doc_full' "create function refuse() returns trigger language plpgsql as \$\$ begin
	return case when new.id <> 'a' then new end; end \$\$" "create trigger refuse before insert on lightrag_doc_full
	for each row execute function refuse()" || not_ok 'trigger'
rows refused twice
exits 7 'a row that is neither inserted nor there' merge
matches 'a row was taken away just now; run the same again to go on' "$(cat err)" 'neither inserted nor there: words'
sql 'drop trigger refuse on lightrag_doc_full' || not_ok 'drop'
exits 1 'run again' merge
is 'a b' "$(sql "select string_agg(id, ' ' order by id) from lightrag_doc_full where workspace = 'refused'")" \
    'run again: all rows'

# A row that this job itself had made, gone before its key came again, is a new one.
sql 'delete from lightrag_doc_full' "create function take_away() returns trigger language plpgsql as \$\$ begin
	delete from lightrag_doc_full where id = 'a' and content = '1'; return null; end \$\$" \
    'create trigger take_away after insert on lightrag_doc_full for each row execute function take_away()' ||
    not_ok 'trigger'
echo '{"a": {"content": "1"}, "b": {"content": "2"}, "a": {"content": "3"}}' >twice/kv_store_full_docs.json
rows gone twice
exits 0 'a key that comes again when its first row is gone' merge
is '3 2' "$(sql "select string_agg(content, ' ' order by id) from lightrag_doc_full where workspace = 'gone'")" \
    'the later one is there'
