#!/bin/sh
# timeout: 300
# Every error that hr-errors(7) lists is provoked here, with the exit status and in the words that
# stand there; and every one that is provoked here stands there.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

page=$TESTS/../man/hr-errors.7
cp -R "$DATA/lightrag-1.5.6-tiny" tiny
cp -R "$DATA/lightrag-1.5.7-small" small
tiny=$scratch/tiny small=$scratch/small two=$DATA/lightrag-1.5.7-two-workspaces
: >provoked

# meets STATUS MESSAGE COMMAND...: the message as the page has it
meets() {
	expected=$1 message=$2
	shift 2
	printf '%s %s\n' "$expected" "$message" >>provoked
	# shellcheck disable=SC2016
	pattern=$(printf '%s\n' "$message" | sed -E 's/[].*^$()+?{}|\\[]/\\&/g; s/\<(N|W|ID|WHY|NAME|LIST|TABLE|DIR)\>/.*/g')
	status=0
	"$@" >out 2>err </dev/null || status=$?
	[ "$expected" != 128+N ] || [ $status -le 128 ] || status=128+N
	if [ "$status" = "$expected" ] && cat out err | grep -qE -e "$pattern"; then ok "$expected: $message"; else
		not_ok "$expected: $message" "status $status:" "$(tail -n 5 out err)"
	fi
}
# into DIR [OPTION...]
into() { dir=$1; shift; hr backend migrate "$dir" --connection-string "${target:-$URI}" --embedding-model m --retry-time 0 "$@"; }
load() { hr-load "$@" "${target:-$URI}" <rows; }
rows() { hr-extract "${1:-$tiny}" | hr-transform --workspace "${2:-w}" --embedding-model m >rows 2>err || not_ok rows "$(cat err)"; }
job() { sql 'select job_id from hybridrag_migration_jobs order by created_at desc limit 1'; }
# kv JSON: a source with these documents
kv() { rm -rf source; mkdir source; printf '%s' "$1" >source/kv_store_full_docs.json; }
graph() { rm -rf source; mkdir source; printf '%s' "$1" >source/graph_chunk_entity_relation.graphml; }
vectors() { rm -rf source; mkdir source; printf '%s' "$1" >source/vdb_chunks.json; }

# --- 3 and 5: the source -------------------------------------------------------------------------

fresh_database errors
kv '{"a": {"content": nonsense}}'
meets 3 'byte N: not JSON: WHY' into source
kv '{"a": {"content": "x'
meets 3 'byte N: the file ends here, cut off' into source
graph '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected"></grap></graphml>'
meets 3 'byte N: not XML: WHY' into source
graph '<!DOCTYPE a><graphml/>'
meets 3 'byte N: a DOCTYPE is refused' into source
vectors '{"embedding_dim": 2, "data": [{"__id__": "a"}, {"__id__": "b"}], "matrix": "AAAAAAAAAAA="}'
meets 3 'the matrix has N characters of base64, but N records of N dimensions take N' into source
vectors '{"data": [{"__id__": "a"}], "matrix": "AAAAAAAAAAA="}'
meets 3 'has N records, but no embedding_dim' into source
meets 3 'a record longer than N bytes begins here (--max-record allows more)' hr-extract --max-record 1024 "$small"
echo nonsense >checkpoint
meets 3 'not a checkpoint of hr; remove it (hr-checkpoint clear): the database knows how far the job is' hr-checkpoint show checkpoint
mkdir -p config
printf 'databases:\n  a: [\n' >config/registry.yaml
meets 3 'line N, column N: WHY' env HYBRIDRAG_CONFIG="$scratch/config/registry.yaml" hr db list
echo '{"kind":"begin"}' >records
meets 3 'line N (byte N): WHY' sh -c 'hr-transform <records'
meets 5 'there is no such directory' into nowhere
mkdir empty
meets 5 'no LightRAG files here: looked for kv_store_*.json, vdb_*.json and graph_chunk_entity_relation.graphml' into empty
mkdir piped
mkfifo piped/kv_store_full_docs.json
meets 5 'is a pipe; hr must seek in it: save it to a file first' hr-extract piped
mkdir -p folder/kv_store_full_docs.json
meets 5 'is a directory, not a regular file' hr-extract folder

# --- 4: streams and archives ---------------------------------------------------------------------

rows
hr-extract "$tiny" >records
head -n -1 rows >part
meets 4 'ended after N lines without an "end": the stage before did not finish' sh -c "hr-load '$URI' <part"
jq -c . records >changed
meets 4 'a line was changed on the way (--accept-changed if your own filter stood between)' sh -c 'hr-transform <changed'
sed 3d records >fewer
meets 4 'N records and N rejects came, but "end" says N and N' sh -c 'hr-transform <fewer'
cp -R "$small" saved
hr-backup create saved >out
archive=$(ls saved.backups/*.tar.zst)
printf x | dd of="$archive" bs=1 seek=5000 conv=notrunc 2>/dev/null
meets 4 'is damaged: WHY' hr-backup verify saved
truncate -s 1000 "$archive"
meets 4 'has N bytes, its metadata say N' hr-backup restore saved "$(basename "$archive" .tar.zst | sed 's/^saved_//')"

# --- 2: the command ------------------------------------------------------------------------------

meets 2 'no such option' into "$tiny" --nonsense
meets 2 'its value is missing' hr backend migrate "$tiny" --workspace
meets 2 'the target is no connection URI or string that libpq understands' hr-load 'postgresql://[::1/x'
meets 2 'holds the workspaces LIST; choose one with --source-workspace W, or all with --all-workspaces' into "$two"
meets 2 'there is no word in it' hr query "$tiny" '...'
meets 2 'this asks first; without a terminal say --yes' hr backend cleanup --connection-string "$URI"
hr db register nofiles --path "$scratch/empty" >out
sed -i '/path:/d' "$HOME/.hybridrag/registry.yaml"
meets 2 "the registry doesn't say where the files of NAME are: hr db update NAME --path DIR" into nofiles
meets 2 'the program is empty; "." is the one that changes nothing' into "$tiny" --jq ''
meets 2 "backups can't lie within the directory they are of (--backup-dir)" hr-backup create --backup-dir saved/here saved
meets 2 'not yet in this version' hr backend benchmark

# --- 6: the target -------------------------------------------------------------------------------

fresh_database refusing
into "$tiny" --workspace w >out 2>err || not_ok 'the first' "$(cat err)"
meets 6 'workspace "W" already has rows that this job did not write' into "$small" --workspace w
meets 6 'check user, database and password: ~/.pgpass, PGPASSFILE, PGSERVICE' \
    hr-load "postgresql:///nowhere?host=$PGHOST&port=$PGPORT&user=sandbox"
sql "create table lightrag_vdb_chunks_m_5d (like lightrag_vdb_chunks_m_8d including all)" \
    "alter table lightrag_vdb_chunks_m_5d alter content_vector type vector(5)"
meets 2 'tables of N and of N dimensions are there; add dimension=N to the location' hr-verify "$URI&workspace=w&embedding_model=m" \
    "$URI&workspace=w&embedding_model=m"
python3 - "$scratch/old.port" <<'PYTHON' &
import os, socket, struct, sys
listener = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(listener.getsockname()[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
def message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body
while True:
    client, _ = listener.accept()
    while client.recv(4096)[4:8] in (struct.pack("!i", 80877103), struct.pack("!i", 80877104)):
        client.sendall(b"N")
    client.sendall(message(b"R", struct.pack("!i", 0)) + message(b"S", b"server_version\0" + b"9.6\0") +
                   message(b"S", b"server_encoding\0UTF8\0") + message(b"Z", b"I"))
PYTHON
old=$!
until [ -s old.port ]; do sleep 0.02; done
meets 6 'the server is PostgreSQL N, hr needs 14 or newer' hr-load "postgresql://u@127.0.0.1:$(cat old.port)/x"
kill $old
PGOPTIONS='-c client_min_messages=warning' sql 'drop database if exists errors_ascii' \
    "create database errors_ascii template template0 encoding sql_ascii lc_collate 'C' lc_ctype 'C'"
meets 6 "the database's encoding is NAME, hr needs UTF8" hr-load "postgresql:///errors_ascii?host=$PGHOST&port=$PGPORT&user=sandbox"
sql 'drop database errors_ascii' 'create role errors_plain login'
as_plain() { target=$(printf '%s\n' "$URI" | sed 's/user=sandbox/user=errors_plain/'); }
fresh_database plain
sql 'drop extension vector' 'grant create on schema public to errors_plain'
kv '{"b": {"content": "2"}}'
rows source documents
as_plain
meets 6 "this role may not create hr's own tables; the SQL above does it" load
target=
load >out 2>err || not_ok 'documents' "$(cat err)"
sql 'grant all on schema public, hr, hybridrag to errors_plain' 'grant all on all tables in schema public, hr to errors_plain'
as_plain
rows
meets 6 "pgvector isn't in this database and this role may not add it; an owner runs: CREATE EXTENSION vector" load
target=
load >out 2>err || not_ok 'with vectors' "$(cat err)"
sql 'grant all on all tables in schema public to errors_plain'
as_plain
rows "$tiny" other
meets 6 'this role may not create schemas, which a staged load needs; the SQL above does it' load --staging
target=
sql 'revoke all on all tables in schema public from errors_plain'
meets 6 'permission denied' hr-verify "$tiny" "$(printf '%s\n' "$URI" | sed 's/user=sandbox/user=errors_plain/')&workspace=w&embedding_model=m"
meets 6 'the server or the role is read-only (a standby, or default_transaction_read_only)' \
    env PGOPTIONS='-c default_transaction_read_only=on' hr migrate --from "$tiny" --to "$URI"
meets 6 'no schema of search_path exists' env PGOPTIONS='-c search_path=nowhere' hr migrate --from "$tiny" --to "$URI" --workspace new
# unlike MESSAGE SQL...: with these tables there
unlike() {
	message=$1
	shift
	fresh_database unlike
	sql "$@" || not_ok "$message: prepare"
	meets 6 "$message" load
}
unlike "TABLE has no column NAME: it is older than this schema or not the application's" \
    'create table lightrag_doc_full (workspace varchar(255), id varchar(255), primary key (workspace, id))'
chunks='workspace varchar(255), id varchar(255), full_doc_id varchar(256), chunk_order_index int, tokens int, content text,
	content_vector vector(8), file_path text, create_time timestamp(0), update_time timestamp(0)'
unlike "TABLE has N dimensions, the source's vectors N; is this the table of another embedding model?" \
    "create table lightrag_vdb_chunks_m_8d ($(echo "$chunks" | sed 's/(8)/(7)/'), primary key (workspace, id))"
unlike "TABLE has no primary key over the columns that the application's table has" "create table lightrag_vdb_chunks_m_8d ($chunks)"
unlike 'TABLE is NOT NULL without a default, and the source has nothing for it' \
    "create table lightrag_vdb_chunks_m_8d ($chunks, more text not null, primary key (workspace, id))"
fresh_database some
load >out 2>err || not_ok 'all of the tables' "$(cat err)"
rows "$tiny" staged
load --staging >commits 2>err || not_ok 'staged' "$(cat err)"
staged=$(job)
hr-load complete --job "$staged" "$URI" || not_ok 'verified'
rows "$tiny" parted
meets 6 "TABLE is there already, and not in hr's partitions" load --staging --partitioned
hr-extract --store vdb_chunks "$tiny" | jq -r 'select(.seq == 1) | .vector' >vector
sql "drop index $(sql "select indexrelid::regclass from pg_index where indrelid = 'lightrag_vdb_chunks_m_8d'::regclass and pg_get_indexdef(indexrelid) ~ 'hnsw'")"
meets 2 'has no vector index' hr query "$URI&workspace=w&embedding_model=m" --index --vector vector
PGOPTIONS='-c client_min_messages=warning' sql 'drop table public.lightrag_graph_nodes cascade'
meets 6 "of the application's tables that refer to each other only some are there" hr-load promote --job "$staged" "$URI"
fresh_database parted
load --staging --partitioned >commits 2>err || not_ok 'staged' "$(cat err)"
hr-load complete --job "$(job)" "$URI" || not_ok 'verified'
sql 'drop table lightrag_vdb_chunks_m_8d'
meets 8 'the partitioned table TABLE is gone: discard job ID and load again' hr-load promote --job "$(job)" "$URI"

# --- 7: the server -------------------------------------------------------------------------------

fresh_database away
meets 7 "the server can't be reached: WHY" hr migrate --from "$tiny" --to postgresql://me@127.0.0.1:1/none --retry-time 0
# hold STATEMENT: a session of its own stays in that transaction
hold() {
	psql -Xq -v ON_ERROR_STOP=1 -c 'begin' -c "$1" -c "select 'held'" -c 'select pg_sleep(60)' >held 2>&1 &
	holder=$!
	until grep -q held held; do sleep 0.05; done
}
release() {
	sql "select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(60)' and datname = current_database()" >out
	wait $holder || :
}
# What waits for a lock is cut off as soon as it does.
cut_off() {
	"$@" &
	cut=$!
	until [ t = "$(sql "select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ '^hr-' and
	    wait_event_type = 'Lock' and datname = current_database() limit 1")" ]; do sleep 0.05; done
	wait $cut
}
into "$tiny" --workspace w >out 2>err
hold 'lock table hybridrag_migration_jobs in access exclusive mode'
meets 7 'the connection is lost, run the same again to go on' cut_off into "$tiny" --workspace other
release
mkdir notes
"$TESTS/fault/proxy.py" "$PGHOST/.s.PGSQL.$PGPORT" notes stall 2000 0 &
proxy=$!
until [ -s notes/port ]; do sleep 0.02; done
meets 7 'the server gave no sign of life' \
    hr-verify "$tiny" "postgresql://sandbox@127.0.0.1:$(cat notes/port)/$PGDATABASE?workspace=w&embedding_model=m&tcp_user_timeout=1000"
kill $proxy
fresh_database locked
into "$tiny" --workspace w >out 2>err
hr-extract "$small" | hr-transform --workspace w --embedding-model m | hr-load --staging --overwrite "$URI" >commits 2>err ||
    not_ok 'staged' "$(cat err)"
staged=$(job)
meets 8 "it can't be rolled back" hr-load rollback --job "$staged" "$URI"
hr-load complete --job "$staged" "$URI"
hold "select from lightrag_doc_full for update"
meets 7 "others hold locks on the tables or rows" hr-load promote --job "$staged" "$URI"
release

# --- 8 and 1: jobs and registry ------------------------------------------------------------------

fresh_database jobs
psql -Xq -c "select pg_advisory_lock(hashtextextended('hr/public/w', 0))" -c "select 'held'" -c 'select pg_sleep(60)' >held 2>&1 &
holder=$!
until grep -q held held; do sleep 0.05; done
meets 8 'another run is at work on workspace "W"; wait for it to end' into "$tiny" --workspace w
release
# hr-extract waits for its reader with most of the file still to come.
mkdir moving
printf '{"first": {"content": "%03000000d"}, "second": {"content": "%04000000d"}}' 0 0 >moving/kv_store_full_docs.json
moving() { { hr-extract moving; echo $? >extracted; } | { head -c 1000 >start; echo >>moving/kv_store_full_docs.json; cat >rest; }
	return "$(cat extracted)"; }
meets 8 'changed while it was read' moving
rows "$small"
head -n -3 rows >part
hr-load --batch-size 50 "$URI" <part >commits 2>err
meets 8 'job ID of another source' into "$tiny" --workspace w
meets 8 'it is another source, or it changed since, or went through another jq program' into "$tiny" --workspace w --resume "$(job)"
meets 8 'was begun without --merge: go on so, or remove what it wrote with: hr-load discard' into "$small" --workspace w --merge
meets 8 'there is no job ID in this database' into "$small" --workspace w --resume 000000-000000
into "$small" --workspace w >out 2>err || not_ok 'goes on' "$(cat err)"
meets 8 'took this source into other tables of workspace "W" (with another embedding model?)' \
    hr migrate --from "$small" --to "$URI" --workspace w --embedding-model other
mkdir begun
hr-extract "$tiny" | hr-transform --workspace fresh --embedding-model m >rows
head -n -3 rows >part
hr-load --batch-size 1 "$URI" <part 2>err | hr-checkpoint record begun/checkpoint 2>err
other=$URI
fresh_database elsewhere
hr-load --batch-size 1 "$URI" <part >commits 2>err
sql 'delete from hr.progress'
resumed() { hr-extract --resume begun/checkpoint "$tiny" | hr-transform --workspace fresh --embedding-model m | hr-load "$URI"; }
meets 8 'the checkpoint is not of this database' resumed
PGDATABASE=errors_jobs URI=$other
hr db register known --path "$scratch/saved" >out
meets 8 'database "NAME" is there already' hr db register known --path "$scratch/saved"
meets 1 'there is no database "NAME"' hr db show unknown
meets 1 'no embedding has the id "ID"' hr query "$tiny" --similar-to unknown
meets 2 'only PostgreSQL has a vector index' hr query "$tiny" --index --similar-to "$(jq -r '.data[0].__id__' "$tiny/vdb_chunks.json")"
hr db update known --connection-string "$URI" >out
meets 8 'NAME: not migrated yet, as the registry says' hr backend verify known
meets 1 'there is no such backup (hr-backup list)' hr backend migrate "$scratch/saved" --rollback 20200101_000000 --yes
rows "$tiny" loaded
load >commits 2>err
meets 8 'the registry follows a verified migration only' hr-registry follow known --job "$(job)" "$URI"
sql "delete from lightrag_doc_status where workspace = 'loaded'"
meets 1 'VERIFICATION FAILED' into "$tiny" --workspace loaded
meets 1 "the verification of job ID failed: it can't be skipped now" into "$tiny" --workspace loaded --skip-verify
kv '{"a": {"content": "1\u0000"}, "b": {"content": "2"}}'
meets 1 'Migration completed, but records were rejected' into source --workspace rejecting
meets 1 'job ID has N rejects: nothing was changed; --accept-rejects promotes it without them' into source --workspace staging --staged
kv '{"b": {"content": "2"}}'
into source --workspace kept --staged >out 2>err || not_ok 'staged' "$(cat err)"
hr backend migrate source --connection-string "$URI" --rollback "$(job)" --yes >out 2>err || not_ok 'rolled back' "$(cat err)"
into source --workspace again --staged >out 2>err || not_ok 'staged again' "$(cat err)"
hr-load cleanup --job "$(job)" "$URI" >out
meets 8 'what it replaced was cleaned up, so it can'"'"'t be rolled back' hr-load rollback --job "$(job)" "$URI"
# What is deleted comes back at once, as if the application were at work.
sql 'create function back() returns trigger language plpgsql as $$ begin insert into lightrag_doc_full select old.*; return null; end $$' \
    'create trigger back after delete on lightrag_doc_full for each row execute function back()'
meets 8 'something writes to workspace "W" at the same time: stop it, then run this again' hr backend migrate "$small" \
    --connection-string "$URI" --embedding-model m --workspace w --overwrite --jq 'select(.store == "kv_store_full_docs")'

# --- 9, and signals ------------------------------------------------------------------------------

meets 9 'No space left on device' sh -c "hr-extract '$tiny' >/dev/full"
meets 9 "the state directory can't be made (--state-dir)" into "$tiny" --state-dir /dev/null/state
hold 'lock table hybridrag_migration_jobs in access exclusive mode'
ends() { env --default-signal=TERM hr backend migrate "$tiny" --connection-string "$URI" --embedding-model m --workspace ended &
	driver=$!
	sleep 1.5
	kill -s TERM $driver
	wait $driver; }
meets 128+N 'interrupted: the same command goes on where it stopped' ends
release
sql 'drop owned by errors_plain' >out 2>&1 || :

# --- the page ------------------------------------------------------------------------------------

# STATUS MESSAGE, as the page lists them
awk '/^\.Ss / { status = $2; sub(":", "", status) }
     /^\.It "/ { sub(/^\.It "/, ""); sub(/"$/, ""); gsub(/""/, "\""); print status, $0 }' "$page" | sort >listed
sort provoked >met
same listed met 'the page lists what is provoked here, all of it and no more'
