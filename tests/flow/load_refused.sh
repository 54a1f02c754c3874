#!/bin/sh
# Targets that refuse: each with a message that says what to do, exit status 6 (7 where it may
# pass), nothing made; and the dry run says the same beforehand, without making a thing.
. "$(dirname "$0")/../lib.sh"

source=$DATA/lightrag-1.5.6-tiny
hr-extract "$source" | hr-transform --schema lightrag --workspace w --embedding-model m >rows
load() { hr-load "$@" <"$scratch/rows"; }
# refused STATUS PATTERN URI WHAT: the load, and before it the dry run
refused() {
	status=0
	load --dry-run "$3" >out 2>err || status=$?
	is "$1" $status "$4: the dry run: status"
	matches "$2" "$(cat out err)" "$4: the dry run says it"
	[ ! -s out ] || matches '^❌ A load would be refused: see ✗ above' "$(tail -n 1 out)" "$4: the dry run's last words"
	status=0
	load "$3" >out 2>err || status=$?
	is "$1" $status "$4: status"
	matches "^hr-load: .*$2" "$(cat err)" "$4: message"
	is '' "$(grep '"kind":"\(commit\|end\)"' out)" "$4: nothing is committed"
}
# objects: all that a database holds
objects() {
	sql "select nspname, relname from pg_class c join pg_namespace n on n.oid = relnamespace
		where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1, 2" \
	    'select extname from pg_extension' 'select nspname from pg_namespace order by 1'
}
uri_of() { echo "postgresql:///$PGDATABASE?host=$PGHOST&port=$PGPORT&user=$1"; }

# A server of its own: roles belong to all databases of a server.
start_own_postgres ''

# --- rights ----------------------------------------------------------------------------------------

fresh_database rights
sql 'create role "hr Plain-1" login' 'create role nothing login' 'create role reader login' \
    'create role bound login' 'alter role bound set default_transaction_read_only = on' \
    'grant create on schema public to "hr Plain-1"'
plain=$(uri_of 'hr%20Plain-1')
objects >before
refused 6 'read-only' "$(uri_of bound)" 'a role bound to read-only transactions'
refused 6 'may not create hr.s own' "$plain" 'no right to create schemas'
objects >after
same before after 'no right to create schemas: nothing was made'
sed '/^hr-load: /d' err >owner.sql
matches '^-- an owner of the database runs this once' "$(cat owner.sql)" 'the SQL for an owner is shown'
exits 0 'an owner runs it' psql -Xq -v ON_ERROR_STOP=1 -1 -f owner.sql
exits 0 'the dry run is content now' sh -c "hr-load --dry-run '$plain' <rows"
exits 0 'and the load' sh -c "hr-load '$plain' <rows"
matches 'without the views for people: .*permission denied' "$(cat out)" 'without the views, for which it has no right'
exits 0 'and the same role verifies it' hr-verify "$source" "$plain&workspace=w&schema=lightrag&embedding_model=m"
exits 0 'an owner may run the SQL again' psql -Xq -v ON_ERROR_STOP=1 -1 -f owner.sql

refused 6 'permission denied|may not' "$(uri_of nothing)" 'no right to create tables'
exits 6 'no right to read' hr-verify "$source" "$(uri_of reader)&workspace=w&schema=lightrag&embedding_model=m"
matches '^hr-verify: .*permission denied for (table|schema)' "$(cat err)" 'no right to read: message'
sql 'grant select on all tables in schema public, hr to reader' 'grant usage on schema hr to reader'
exits 0 'reading is enough to verify' hr-verify "$source" "$(uri_of reader)&workspace=w&schema=lightrag&embedding_model=m"
sql 'alter table lightrag_doc_full enable row level security' \
    "create policy few on lightrag_doc_full for select to reader using (id like 'x%')"
exits 6 'rows hidden by a policy are no absence' hr-verify "$source" "$(uri_of reader)&workspace=w&schema=lightrag&embedding_model=m"
matches 'row-level security|row_security' "$(cat err)" 'rows hidden by a policy: message'
exits 6 'no such role' hr-load "$(uri_of nobody_at_all)"
exits 6 'no such database' hr-load "postgresql:///nowhere?host=$PGHOST&port=$PGPORT&user=sandbox"

# --- databases ---------------------------------------------------------------------------------------

fresh_database bound
sql "alter database $PGDATABASE set default_transaction_read_only = on"
PGOPTIONS='-c default_transaction_read_only=off' objects >before
refused 6 'read-only' "$URI" 'a read-only database'
PGOPTIONS='-c default_transaction_read_only=off' objects >after
same before after 'a read-only database: nothing was made'

psql -Xq -d postgres -c "create database ascii template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'"
refused 6 "the database's encoding is SQL_ASCII, hr needs UTF8 \(createdb -E UTF8 " \
    "postgresql:///ascii?host=$PGHOST&port=$PGPORT&user=sandbox" 'a database that is not UTF8'

fresh_database vector
sql 'drop extension vector' 'grant create on schema public to "hr Plain-1"'
psql -Xq -v ON_ERROR_STOP=1 -f owner.sql
refused 6 'CREATE EXTENSION vector' "$(uri_of 'hr%20Plain-1')" 'no pgvector, and no right to add it'
is 0 "$(sql "select count(*) from pg_tables where tablename like 'lightrag%'")" 'no pgvector: no table was made'
exits 0 'an owner has it added' sh -c "hr-load '$URI' <rows"
is 1 "$(sql "select count(*) from pg_extension where extname = 'vector'")" 'it is there now'

# --- tables that are there, but others -----------------------------------------------------------------

# unlike PATTERN WHAT SQL...
unlike() {
	pattern=$1 what=$2
	shift 2
	sql "$@" || not_ok "$what: prepare"
	refused 6 "$pattern" "$URI" "$what"
	is 0 "$(sql "select count(*) from hybridrag_migration_jobs" 2>/dev/null || echo 0)" "$what: no job"
	PGOPTIONS='-c client_min_messages=warning' sql 'drop schema public cascade' 'create schema public' 'create extension vector'
}
fresh_database unlike
unlike 'lightrag_doc_full has no column doc_name: .*start the application once' 'a table without a column' \
    'create table lightrag_doc_full (workspace varchar(255), id varchar(255), primary key (workspace, id))'
table='workspace varchar(255), id varchar(255), full_doc_id varchar(256), chunk_order_index int, tokens int, content text,
	content_vector vector(8), file_path text, create_time timestamp(0), update_time timestamp(0)'
unlike 'lightrag_vdb_chunks_m_8d.content_vector has 7 dimensions, the source.s vectors 8; is this the table of another embedding model?' 'vectors of another dimension' \
    "create table lightrag_vdb_chunks_m_8d ($(echo "$table" | sed 's/(8)/(7)/'), primary key (workspace, id))"
unlike 'lightrag_vdb_chunks_m_8d has no primary key' 'a table without its key' "create table lightrag_vdb_chunks_m_8d ($table)"
unlike 'lightrag_vdb_chunks_m_8d has no primary key' 'a key without the workspace' "create table lightrag_vdb_chunks_m_8d
	($table, primary key (id))"
unlike 'lightrag_vdb_chunks_m_8d.more is NOT NULL without a default, and the source has nothing for it' 'a column more, not null and without a default' "create table lightrag_vdb_chunks_m_8d
	($table, more text not null, primary key (workspace, id))"
unlike 'lightrag_vdb_chunks_m_8d is there, but as no table' 'a view instead of a table' "create table hidden
	($table, primary key (workspace, id))" 'create view lightrag_vdb_chunks_m_8d as select * from hidden'
unlike 'lightrag_vdb_chunks_m_8d.content has type xml' 'a type that hr does not know' "create table lightrag_vdb_chunks_m_8d
	($(echo "$table" | sed 's/content text/content xml/'), primary key (workspace, id))"
sql "create table lightrag_vdb_chunks_m_8d ($table, more text not null default 'x', serial int generated always as identity,
	half int, primary key (workspace, id))"
exits 0 'columns more that need no value the load is fine' sh -c "hr-load '$URI' <rows"

# --- the dry run -----------------------------------------------------------------------------------

fresh_database dry
objects >before
xid=$(sql 'select pg_snapshot_xmax(pg_current_snapshot())')
exits 0 'dry run' sh -c "hr-load --dry-run '$URI' <rows"
is "$xid" "$(sql 'select pg_snapshot_xmax(pg_current_snapshot())')" 'the dry run writes nothing, by the transaction counter'
objects >after
same before after 'the dry run makes nothing'
cat out >dry
for words in 'Records to Migrate:' '  Entities +2$' '  Relations +1$' '  Chunks +[0-9]+$' '  Documents +1$' '  Total +[0-9]+$' \
    'server +PostgreSQL [0-9]+' 'pgvector +[0-9.]+' 'rights +may create tables in schema public' \
    'tables +0 are there, 13 will be made' 'rows in the way +none' 'vector index +HNSW over 8 dimensions' 'No changes made'; do
	matches "$words" "$(cat dry)" "dry run: $words"
done
exits 0 'dry run as JSON' sh -c "hr-load --dry-run --json '$URI' <rows"
is '13 true 0' "$(jq -r '"\(.source.stores | length) \(all(.target[]; .passed)) \(.exit_status)"' out)" 'its members'
exits 0 'dry run without asking the target' sh -c 'hr-load --dry-run --offline <rows'
head -n -1 rows >begun
exits 4 'dry run of a stream without its end' sh -c "hr-load --dry-run '$URI' <begun"

# --- servers -----------------------------------------------------------------------------------------

for where in "host=$scratch/nowhere" 'host=127.0.0.1&port=1'; do
	refused 7 'check that the server runs and host and port are right' "postgresql:///hr?$where&user=sandbox" \
	    "a server that can't be reached (${where%%=*}=$(echo "${where#*=}" | sed "s|$scratch||"))"
done
exits 7 'verification of what is not there' hr-verify "$source" "postgresql:///hr?host=$scratch/nowhere&schema=lightrag&workspace=w"
exits 2 'a malformed URI' hr-load 'postgresql://[::1/x'
exits 2 'a malformed URI to be verified' hr-verify "$source" 'postgresql://[::1/x?schema=lightrag&workspace=w'

fresh_database password
sql "create role guarded login password 'right secret'" "grant all on database $PGDATABASE to guarded" \
    'grant all on schema public to guarded'
hba=$own_postgres/cluster/data/pg_hba.conf
sed -i '1ilocal all guarded scram-sha-256' "$hba"
sql 'select pg_reload_conf()' >/dev/null
tries=0
until [ $tries = 50 ] || ! psql -Xqw -U guarded -c 'select 1' >/dev/null 2>&1; do
	sleep 0.1
	tries=$((tries + 1))
done
guarded=$(uri_of guarded)
PGPASSWORD='wrong secret'
export PGPASSWORD
refused 6 'password authentication failed.*check user, database and password: ~/.pgpass' "$guarded" 'a wrong password'
is '' "$(grep secret out err)" 'a wrong password is not shown'
unset PGPASSWORD
refused 6 'no password supplied' "$guarded" 'no password'
refused 6 'password authentication failed' "$(echo "$guarded" | sed 's|//|//guarded:wrong%20secret@|; s|&user=guarded||')" \
    'a wrong password in the URI'
is '' "$(grep secret out err)" 'nor is that of a URI'
echo "*:*:*:guarded:right secret" >"$HOME/.pgpass"
chmod 600 "$HOME/.pgpass"
exits 0 'the password of ~/.pgpass' sh -c "hr-load '$guarded' <rows"
is 0 "$(sql "select count(*) from hybridrag_migration_jobs j where j::text like '%secret%'")" 'no password is kept in the job'
rm "$HOME/.pgpass"
exits 6 'verification without a password' hr-verify "$source" "$guarded&workspace=w&schema=lightrag&embedding_model=m"
