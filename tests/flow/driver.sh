#!/bin/sh
# The driver: what it makes and what not, where it goes, what it says and how it ends.
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small
model=BAAI/bge-m3
said() { cat "$scratch/out" "$scratch/err"; }

# Everything below our HOME and here; everything in the database.
files() { find "$HOME" "$scratch" "$small" ! -path "$scratch/postgres*" ! -path "$scratch/out" ! -path "$scratch/err" ! -path "$scratch/seen*" -printf '%p %s %T@\n' | grep -v "^$scratch [0-9]" | sort; }
catalog() { sql 'select oid, relname, relfilenode from pg_class order by 1' 'select oid, nspname from pg_namespace order by 1' 'select oid, extname from pg_extension order by 1'; }
rows() { sql "select 'lightrag_doc_full', ctid, xmin, id from lightrag_doc_full order by id" "select ctid, xmin, id from lightrag_vdb_entity_baai_bge_m3_32d order by id"; }

# --- the dry run -----------------------------------------------------------------------

fresh_database direct
direct=$URI
psql -Xq -c 'create table theirs (n int)'
files >"$scratch/seen.files"
catalog >"$scratch/seen.catalog"
exits 0 'dry run' hr backend migrate "$small" --connection-string "$direct" --dry-run --embedding-model $model --batch-size 7
files >"$scratch/seen.files2"
catalog >"$scratch/seen.catalog2"
same "$scratch/seen.files" "$scratch/seen.files2" 'the dry run makes no file'
same "$scratch/seen.catalog" "$scratch/seen.catalog2" 'the dry run makes nothing in the database'
for line in '^DRY RUN - Migration Preview$' '^={50}$' '^Database:   lightrag-1.5.7-small$' "^Source:     .*/lightrag-1.5.7-small\$" \
    '^Target:     PostgreSQL: .*from --connection-string$' '^Batch Size: 7$' '^Records to Migrate:$' '^  Entities +79$' \
    '^  Relations +70$' '^  Chunks +31$' '^  Documents +24$' '^  Total +204$' 'No changes made \(dry run\)$'; do
	matches "$line" "$(cat "$scratch/out")" "dry run: $line"
done
exits 0 'dry run as JSON' hr backend migrate "$small" --connection-string "$direct" --dry-run --json
is 'true 13 default' "$(jq -r '"\(.preview.dry_run) \(.preview.source.stores | length) \(.workspace)"' "$scratch/out")" 'is one object'

# --- a migration -----------------------------------------------------------------------

exits 0 'a migration' hr migrate --from "$small" --to "$direct" --embedding-model $model
for line in '^Starting migration of lightrag-1.5.7-small \(workspace default\)$' '^Job ID: [0-9a-f]{6}-[0-9a-f]{6}$' '^Status: completed$' \
    '^Duration: [0-9]+\.[0-9]s$' '^  Entities migrated: 79/79$' '^  Relations migrated: 70/70$' '^  Chunks migrated: 31/31$' \
    '^  Documents migrated: 24/24$' 'ALL CHECKS PASSED' '^✅ Migration completed successfully$'; do
	matches "$line" "$(cat "$scratch/out")" "a migration: $line"
done
is completed "$(sql 'select phase from hybridrag_migration_jobs')" 'the database knows it as completed'
is '' "$(find "$HOME/.local/state/hr" -perm /077)" 'the state is private'
is '' "$(find "$HOME" -name 'run.*')" 'and nothing else is left'
rows >"$scratch/seen.rows"
exits 0 'once more' hr migrate --from "$small" --to "$direct" --embedding-model $model
matches 'Nothing to do' "$(said)" 'there is nothing to do'
rows >"$scratch/seen.rows2"
same "$scratch/seen.rows" "$scratch/seen.rows2" 'and no row was touched'
rm -rf "$HOME/.local"
exits 0 'without the state directory, as JSON' hr migrate --from "$small" --to "$direct" --embedding-model $model --json
is 'completed true 0 692' "$(jq -r '"\(.status) \(.verified) \(.exit_status) \([.migration.stores[].rows] | add)"' "$scratch/out")" 'the same, from what the database knows'
exits 0 'verify' hr verify "$small" "$direct&embedding_model=$model"
exits 6 'rows of another source' hr migrate --from "$DATA/lightrag-1.5.6-tiny" --to "$direct" --embedding-model $model
exits 8 'a job that is not there' hr backend migrate "$small" --connection-string "$direct" --embedding-model $model --resume 123456-abcdef
matches 'no job 123456-abcdef' "$(said)" 'is said not to be there'
exits 8 'which a dry run finds, too' hr backend migrate "$small" --connection-string "$direct" --embedding-model $model --resume 123456-abcdef --dry-run
matches '✗ job .*no job 123456-abcdef' "$(said)" 'and says'
job=$(sql 'select job_id from hybridrag_migration_jobs')
exits 0 'a job that is there, a dry run' hr backend migrate "$small" --connection-string "$direct" --embedding-model $model --resume "$job" --dry-run
matches "✓ job +$job of this source is completed: nothing to do" "$(said)" 'says how far it is'
exits 8 'a job of another source' hr backend migrate "$DATA/lightrag-1.5.6-tiny" --connection-string "$direct" --embedding-model $model \
    --resume "$(sql 'select job_id from hybridrag_migration_jobs')"
matches 'is of source' "$(said)" 'is said to be so'
fresh_database no_job
exits 8 'a job in a database without any, a dry run' hr backend migrate "$small" --connection-string "$URI" --resume "$job" --dry-run
matches "✗ job +there is no job $job" "$(said)" 'is said not to be there'

# --- verification decides --------------------------------------------------------------

fresh_database verified
exits 0 'without verification' hr migrate --from "$small" --to "$URI" --embedding-model $model --skip-verify
matches '^Status: completed, not verified$' "$(said)" 'that is said'
is unverified "$(sql 'select phase from hybridrag_migration_jobs')" 'and remembered'
sql "update lightrag_doc_full set content = 'changed' where id = (select min(id) from lightrag_doc_full)"
exits 1 'now with verification, of a changed row' hr migrate --from "$small" --to "$URI" --embedding-model $model
matches 'changed: kv_store_full_docs "doc-' "$(said)" 'the key is named'
matches '^Status: verification failed$' "$(said)" 'it is no success'
exits 1 'verification skipped once it has failed' hr migrate --from "$small" --to "$URI" --embedding-model $model --skip-verify
matches "can't be skipped" "$(said)" "that isn't possible"
exits 1 'and again' hr migrate --from "$small" --to "$URI" --embedding-model $model
exits 1 'as JSON' hr migrate --from "$small" --to "$URI" --embedding-model $model --json
is 'verification failed,false,1' "$(jq -r '[.status, .verified, .exit_status] | join(",")' "$scratch/out")" 'the same'
job=$(sql 'select job_id from hybridrag_migration_jobs')
exits 0 'the job discarded' hr-load discard --job "$job" "$URI"
exits 0 'and done again' hr migrate --from "$small" --to "$URI" --embedding-model $model
is "completed
discarded" "$(sql 'select phase from hybridrag_migration_jobs order by 1')" 'by a new job'

# --- where it goes ---------------------------------------------------------------------

fresh_database environment
exits 0 "libpq's environment" hr backend migrate "$DATA/lightrag-1.5.6-tiny" --dry-run
matches "^Target: .*libpq's environment says \(PGHOST PGPORT PGDATABASE PGUSER\)" "$(said)" 'is taken where nothing is said'
exits 0 'a migration there' hr backend migrate "$DATA/lightrag-1.5.6-tiny"
is 1 "$(sql "select count(*) from hybridrag_migration_jobs where phase = 'completed'")" 'arrives there'

exits 0 'the option comes before' hr backend migrate "$small" --dry-run --connection-string "$direct" --embedding-model $model
exits 8 'another embedding model is another target' hr backend migrate "$small" --connection-string "$direct" --embedding-model other
exits 8 'and the dry run says so beforehand' hr backend migrate "$small" --dry-run --connection-string "$direct" --embedding-model other
matches '^Target: .*from --connection-string' "$(said)" 'the environment'

without_environment() { env -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE "HR_SANDBOX=$scratch/box" HR_SANDBOX_OPTIONS='-c fsync=off' "$@"; }
exits 0 'no target, no sandbox yet: a dry run' without_environment hr backend migrate "$small" --dry-run
matches "sandbox, which a migration would make or start" "$(said)" 'says that one would be made'
matches '^  Total +204$' "$(said)" 'counts all the same'
is no "$([ -e "$scratch/box" ] && echo yes || echo no)" 'and makes none'
exits 0 'a migration into the sandbox' without_environment hr backend migrate "$DATA/lightrag-1.5.6-tiny"
matches "the sandbox" "$(said)" 'says so'
exits 0 'the sandbox by its own word' without_environment hr sandbox psql -XAtc 'select phase from hybridrag_migration_jobs'
is completed "$(cat "$scratch/out")" 'has it'
exits 0 'is removed' without_environment hr sandbox destroy -y

# --- several workspaces ----------------------------------------------------------------

fresh_database all
two=$DATA/lightrag-1.5.7-two-workspaces
exits 2 'several workspaces' hr backend migrate "$two" --connection-string "$URI"
matches '"alpha", "beta-2"; .*--source-workspace W.*--all-workspaces' "$(said)" 'are named'
is 0 "$(sql "select count(*) from pg_namespace where nspname = 'hr'")" 'and nothing is made'
exits 0 'all of them, a dry run' hr backend migrate "$two" --connection-string "$URI" --all-workspaces --dry-run
exits 0 'all of them' hr backend migrate "$two" --connection-string "$URI" --all-workspaces
matches '^  alpha +completed \(exit status 0\)$' "$(said)" 'the first, in the summary'
matches '^  beta-2 +completed \(exit status 0\)$' "$(said)" 'and the second'
is 'alpha completed
beta-2 completed' "$(sql "select workspace || ' ' || phase from hybridrag_migration_jobs order by 1")" 'one job each'
exits 0 'as JSON' hr backend migrate "$two" --connection-string "$URI" --all-workspaces --json
is 'alpha true beta-2 true' "$(jq -r '[.workspaces[] | .workspace, .verified] | join(" ")' "$scratch/out")" 'is one object'
exits 0 'one of them, by another name' hr migrate --from "$two" --to "$URI&workspace=b%20%26%C3%A9" --source-workspace beta-2
is 1 "$(sql "select count(*) from hybridrag_migration_jobs where workspace = 'b &é' and phase = 'completed'")" 'which is odd'

# --- from one database to another ------------------------------------------------------

fresh_database copy
exits 0 'from a database' hr migrate --from "$direct&workspace=default&embedding_model=$model" --to "$URI&embedding_model=$model&workspace=copy"
exits 0 'has everything' hr verify "$small" "$URI&embedding_model=$model&workspace=copy"

# --- rejects ---------------------------------------------------------------------------

cp -R "$DATA/lightrag-1.5.6-tiny" "$scratch/nul"
chmod -R u+w "$scratch/nul"
jq -c '(.[keys[0]].content) |= . + "\u0000"' "$DATA/lightrag-1.5.6-tiny/kv_store_full_docs.json" >"$scratch/nul/kv_store_full_docs.json"
fresh_database rejects
exits 1 'a record that PostgreSQL cannot hold' hr migrate --from "$scratch/nul" --to "$URI" --rejects "$scratch/rejects"
matches '1 rejected' "$(said)" 'is counted'
matches '⚠  Migration completed, but records were rejected' "$(said)" 'and said'
is 1 "$(jq -s length "$scratch/rejects")" 'and written'
exits 1 'and never forgotten' hr migrate --from "$scratch/nul" --to "$URI"
fresh_database no_rejects
for file in "$scratch/none/rejects" "$scratch"; do
	exits 2 'a file of rejects that cannot be written' hr migrate --from "$small" --to "$URI" --rejects "$file"
	matches "hr-load: --rejects: $file: " "$(said)" 'is named'
	matches "^❌ Not complete: hr-load: --rejects: $file: " "$(tail -n 1 "$scratch/out")" 'by the last words'
	is '' "$(sql 'select relname from pg_class where relname ~ $$^lightrag$$')" 'before anything is written'
done

# --- how it ends -----------------------------------------------------------------------

cp -R "$small" "$scratch/broken"
chmod -R u+w "$scratch/broken"
printf '{"a": {"content": nonsense}}' >"$scratch/broken/kv_store_full_docs.json"
fresh_database ends
exits 3 'a broken file' hr migrate --from "$scratch/broken" --to "$URI"
matches '^hr-extract: .*kv_store_full_docs.json' "$(cat "$scratch/err")" 'is named'
matches '^❌ Not complete: hr-extract: .*kv_store_full_docs.json' "$(tail -n 1 "$scratch/out")" 'by the last words, too, not by those of other stages'
exits 3 'a broken file, a dry run' hr migrate --from "$scratch/broken" --to "$URI" --dry-run
matches '^❌ No preview: hr-extract: .*kv_store_full_docs.json' "$(tail -n 1 "$scratch/out")" 'is named by the last words'
for nowhere in postgresql://me@127.0.0.1:1/none postgresql://me@host.invalid/none; do
	exits 7 "no server: $nowhere" hr migrate --from "$small" --to "$nowhere" --retry-time 0
	matches '^Status: failed$' "$(said)" 'is no interruption'
	matches "^❌ Not complete: hr-load: the server can't be reached: " "$(tail -n 1 "$scratch/out")" 'and said'
	exits 7 "no server, a dry run: $nowhere" hr migrate --from "$small" --to "$nowhere" --dry-run
	matches "^❌ No preview: hr-load: the server can't be reached: " "$(tail -n 1 "$scratch/out")" 'is said'
done

# A driver whose tools can be replaced by others.
mkdir -p "$scratch/own/bin"
cp -R "$HR_BIN/../libexec" "$scratch/own/"
cp "$HR_BIN"/hr* "$scratch/own/bin/"
replace() {
	mv "$scratch/own/bin/$1" "$scratch/own/bin/real-$1"
	cat >"$scratch/own/bin/$1"
	chmod 755 "$scratch/own/bin/$1"
}
restore() { mv "$scratch/own/bin/real-$1" "$scratch/own/bin/$1"; }
own() { "$scratch/own/bin/hr" migrate --from "$small" --to "$URI" --embedding-model $model --retry-time 0; }

for tool in hr-extract hr-transform hr-load hr-checkpoint; do
	when=true
	# shellcheck disable=SC2016
	[ $tool != hr-checkpoint ] || when='[ "$1" = record ]'
	replace $tool <<END
#!/bin/sh
if $when; then kill -s KILL \$\$; fi
exec "\${0%/*}/real-$tool" "\$@"
END
	exits 137 "$tool killed" own
	restore $tool
done
replace hr-verify <<'END'
#!/bin/sh
exit 7
END
exits 7 'a verification that could not be made' own
matches 'Status: not verified' "$(said)" 'is none'
restore hr-verify

# Ends with a signal: the stages end too, the way on is told, nothing is left.
replace hr-verify <<'END'
#!/bin/sh
echo $$ >"${0%/*}/verifying"
exec sleep 100
END
for signal in INT:130 TERM:143 HUP:129; do
	# A shell has its background commands ignore INT.
	env --default-signal=INT "$scratch/own/bin/hr" migrate --from "$small" --to "$URI" --embedding-model $model \
	    >"$scratch/out" 2>"$scratch/err" </dev/null &
	driver=$!
	while [ ! -s "$scratch/own/bin/verifying" ]; do sleep 0.05; done
	name=${signal%:*} expected=${signal#*:}
	kill -s "$name" $driver
	status=0
	wait $driver || status=$?
	is "$expected" $status "$name ends it with $expected"
	matches 'interrupted: the same command goes on' "$(said)" "$name: says how to go on"
	exits 1 "$name: no stage lives on" kill -0 "$(cat "$scratch/own/bin/verifying")"
	rm "$scratch/own/bin/verifying"
done
restore hr-verify
is '' "$(find "$HOME" -name 'run.*')" 'nothing is left'
exits 0 'and it goes on' own
matches 'Migration completed successfully' "$(said)" 'to the end'

# --- passwords -------------------------------------------------------------------------

# Every tool notes what anyone sees of it and of the driver above it.
for tool in hr-extract hr-transform hr-load hr-checkpoint hr-verify; do
	replace $tool <<END
#!/bin/sh
{ echo "$tool" "\$@"; tr '\\0' ' ' </proc/\$PPID/cmdline; env; } >>"$scratch/seen.by"
exec "\${0%/*}/real-$tool" "\$@"
END
done
cat >"$scratch/hba" <<'END'
local all secret scram-sha-256
local all all trust
END
chmod 644 "$scratch/hba"
[ -z "$own_postgres" ] || HR_SANDBOX=$own_postgres "$sandbox" destroy -y 2>"$scratch/err"
start_own_postgres "-c hba_file=$scratch/hba"
sql "create role secret superuser login password 'S3c:r\\e%t &é@/'"
encoded='S3c:r\e%25t%20%26%C3%A9%40%2F'
n=0
for uri in "postgresql://secret:$encoded@/DB?host=$PGHOST&port=5432" \
    "postgresql:///DB?password=$encoded&host=$PGHOST&port=5432&user=secret" \
    "postgres://secret@/DB?host=$PGHOST&p%61ssword=$encoded&port=5432"; do
	n=$((n + 1))
	fresh_database "password_$n"
	uri=$(printf '%s\n' "$uri" | sed "s|/DB|/$PGDATABASE|")
	exits 0 "password $n, a dry run" "$scratch/own/bin/hr" backend migrate "$small" --dry-run --connection-string "$uri"
	exits 0 "password $n" "$scratch/own/bin/hr" backend migrate "$small" --connection-string="$uri"
	matches 'into .*/.pgpass' "$(cat "$scratch/err")" "password $n: the better way is told"
	is 0 "$(cat "$scratch/out" "$scratch/err" "$scratch/seen.by" | grep -c 'S3c')" "password $n is nowhere seen"
	exits 0 "password $n for verify" hr verify "$small" "$uri"
	is '' "$(grep -rl 'S3c' "$HOME" "${TMPDIR:-/tmp}"/hr.?????? 2>/dev/null)" "password $n is nowhere left"
done
exits 6 'a wrong password' hr verify "$small" "postgresql://secret:wrong@/$PGDATABASE?host=$PGHOST&port=5432"
matches 'hr-verify' "$(cat "$scratch/seen.by")" 'the tools were seen'
printf '*:*:*:secret:%s\n' 'S3c\:r\\e%t &é@/' >"$HOME/.pgpass"
chmod 600 "$HOME/.pgpass"
exits 0 'the better way' hr verify "$small" "postgresql://secret@/$PGDATABASE?host=$PGHOST&port=5432"
is '' "$(cat "$scratch/err")" 'needs no hint'
