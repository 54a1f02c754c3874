#!/bin/sh
# All workspaces of a directory by one command: one job each, one summary; whatever becomes of one,
# the others have their turn; what one command can't say of them all is refused beforehand.
. "$(dirname "$0")/../lib.sh"

tiny=$DATA/lightrag-1.5.6-tiny
two=$DATA/lightrag-1.5.7-two-workspaces
odd="b %\\\"'&=é "
mkdir working
cp -R "$two/alpha" working/alpha
cp -R "$two/beta-2" "working/$odd"
cp -R "$two/beta-2" working/-n
mkdir working/empty working/no-workspace
echo '{}' >working/empty/kv_store_full_docs.json
chmod -R u+w working
said() { cat "$scratch/out" "$scratch/err"; }
all() { hr migrate --from working --to "$URI" --all-workspaces "$@"; }
jobs() { sql "select workspace || ': ' || phase from hybridrag_migration_jobs order by workspace collate \"C\""; }
entries() { jq -r '.workspaces[] | [.workspace, .status, .verified, .exit_status] | join("|")' "$scratch/out"; }
summary() { sed -n '/^Summary:/,$p' "$scratch/out" | sed -n 's/^  \(.*[^ ]\)   *\([a-z][a-z ]* (exit.*\)/\1|\2/p'; }

# --- one job each, one summary ---------------------------------------------------------------

fresh_database all
exits 0 'a dry run' all --dry-run
is 4 "$(grep -c '^DRY RUN' "$scratch/out")" 'looks at each workspace that there is'
matches '^  -n +looked at \(exit status 0\)$' "$(said)" 'and sums up'
is 0 "$(sql "select count(*) from pg_class where relname = 'hybridrag_migration_jobs'")" 'making nothing'
exits 0 'a dry run as JSON' all --dry-run --json
is 4 "$(jq '[.workspaces[].preview.source.stores | select(length == 13)] | length' "$scratch/out")" 'is one object'
exits 5 'one that is not there' hr migrate --from working --to "$URI" --dry-run --source-workspace nowhere
matches 'hr-extract: working/nowhere: ' "$(said)" 'is named'
is 0 "$(said | grep -c '^Size:\|^du:')" 'and nothing else is said of it'
exits 0 'all of them' all
is "-n|completed (exit status 0)
alpha|completed (exit status 0)
${odd% }|completed (exit status 0)
empty|completed (exit status 0)" "$(summary)" 'one summary'
is "-n: completed
alpha: completed
$odd: completed
empty: completed" "$(jobs)" 'one job each'
exits 0 'an odd name is kept' hr-verify --source-workspace "$odd" working "$URI&workspace=b%20%25%5C%22%27%26%3D%C3%A9%20"
exits 0 'again' all
is 4 "$(summary | grep -c 'nothing to do (exit status 0)$')" 'there is nothing to do'
is 4 "$(sql 'select count(*) from hybridrag_migration_jobs')" 'and no other job'
exits 0 'as JSON' all --json
is "-n|completed|true|0
alpha|completed|true|0
$odd|completed|true|0
empty|completed|true|0" "$(entries)" 'the same'
is 0 "$(jq .exit_status "$scratch/out")" 'with one status'
exits 2 '--workspace' all --workspace w
exits 2 '--source-workspace' all --source-workspace alpha
exits 2 '--resume' all --resume 123456-abcdef
exits 2 'a workspace in the URI' hr migrate --from working --to "$URI&workspace=w" --all-workspaces

# --- a broken one, one with rejects ------------------------------------------------------------

fresh_database broken
echo '{"a": nonsense}' >working/alpha/kv_store_full_docs.json
echo '{"a": {"content": "\u0000"}}' >working/empty/kv_store_full_docs.json
exits 3 'a broken one among them' all --rejects rejects
is "-n|completed (exit status 0)
alpha|failed (exit status 3)
${odd% }|completed (exit status 0)
empty|completed (exit status 1)" "$(summary)" 'the others have their turn'
is 'nul-character' "$(jq -r 'select(.kind == "reject").reason' rejects.empty)" 'each has its own file of rejects'
is 0 "$(wc -l <rejects.-n)" 'whose name tells the workspace'
exits 3 'as JSON' all --json
is "-n|completed|true|0
alpha|failed|false|3
$odd|completed|true|0
empty|completed|true|1" "$(entries)" 'the same'
is 3 "$(jq .exit_status "$scratch/out")" 'with the failure as status'
cp "$two/alpha/kv_store_full_docs.json" working/alpha/
exits 1 'mended' all
matches '^  alpha +completed \(exit status 0\)$' "$(said)" 'the broken one follows'
matches '^  -n +nothing to do \(exit status 0\)$' "$(said)" 'of the others there is nothing to do'
echo '{}' >working/empty/kv_store_full_docs.json

# --- interrupted in the middle -------------------------------------------------------------------

fresh_database interrupted
mkdir -p own/bin
cp -R "$HR_BIN/../libexec" own/
cp "$HR_BIN"/hr* own/bin/
mv own/bin/hr-transform own/bin/real-hr-transform
cat >own/bin/hr-transform <<'END'
#!/bin/sh
# Of the second workspace some rows come, and then nothing happens any more.
echo >>"${0%/*}/turns"
[ "$(wc -l <"${0%/*}/turns")" = 2 ] || exec "${0%/*}/real-hr-transform" "$@"
"${0%/*}/real-hr-transform" "$@" | head -n 60
touch "${0%/*}/stuck"
sleep 100 &
trap "kill $!; exit 143" TERM
wait
END
chmod 755 own/bin/hr-transform
env --default-signal=INT own/bin/hr migrate --from working --to "$URI" --all-workspaces --batch-size 1 >out 2>err </dev/null &
driver=$!
tries=0
until [ -e own/bin/stuck ] || [ $tries = 300 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
sleep 1
kill -s INT $driver
status=0
wait $driver || status=$?
is 130 $status 'a signal in the second'
matches 'interrupted: the same command goes on where it stopped$' "$(cat err)" 'the way on is the same command only'
is 0 "$(sql "select count(*) from hybridrag_migration_jobs where workspace = '$(printf %s "$odd" | sed "s/'/''/g")'")" 'the third had no turn yet'
exits 0 'the same command' all
is "-n|nothing to do (exit status 0)
alpha|completed (exit status 0)
${odd% }|completed (exit status 0)
empty|completed (exit status 0)" "$(summary)" 'goes on with the second'
is 2 "$(sql "select epoch from hybridrag_migration_jobs where workspace = 'alpha'")" 'by a second run of the same job'

# --- beside rows that are there --------------------------------------------------------------------

fresh_database merged
exits 0 'one of them is there' hr migrate --from working --source-workspace alpha --to "$URI"
sql "update lightrag_doc_full set content = 'theirs' where id = (select min(id) from lightrag_doc_full)" \
    'drop schema hr cascade' 'drop table hybridrag_migration_jobs' 2>"$scratch/err"
exits 6 'without --merge' all
matches '^  alpha +failed \(exit status 6\)$' "$(said)" 'its rows are in the way'
matches '^  -n +completed \(exit status 0\)$' "$(said)" 'of the others nothing is'
fresh_database merged2
exits 0 'one of them is there again' hr migrate --from working --source-workspace alpha --to "$URI"
sql "update lightrag_doc_full set content = 'theirs' where id = (select min(id) from lightrag_doc_full)" \
    'drop schema hr cascade' 'drop table hybridrag_migration_jobs' 2>"$scratch/err"
exits 0 'a dry run with --merge' all --merge --dry-run
exits 1 'with --merge' all --merge --json
is "-n|completed|true|0
alpha|completed|true|1
$odd|completed|true|0
empty|completed|true|0" "$(entries)" 'each is merged'
is conflict "$(sql 'select reason from hr.rejects')" 'the conflict is a reject'
exits 1 'again' all --merge
is 4 "$(summary | grep -c 'nothing to do (exit status [01])$')" 'there is nothing to do'

# --- what one command can't say ----------------------------------------------------------------------

fresh_database unsaid
cp -R "$tiny" working/tiny
chmod -R u+w working/tiny
for options in '' '--embedding-model m' '--dry-run'; do
	# shellcheck disable=SC2086
	exits 2 "other dimensions, ${options:-without a model}" all $options
	matches 'different dimensions \("-n" 16, "alpha" 16, .*, "tiny" 8\), .*one by one \(--source-workspace W, --embedding-model M\)' \
	    "$(said)" "other dimensions, ${options:-without a model}: the way is told"
done
is 0 "$(sql "select count(*) from pg_class where relname = 'hybridrag_migration_jobs'")" 'nothing is made'
exits 2 'as JSON' all --json
is '2 true' "$(jq -r '[.exit_status, (.error | test("different dimensions"))] | join(" ")' "$scratch/out")" 'one object'
# Later versions of LightRAG note the model in the files.
for directory in working/*/; do
	name=one
	[ "$directory" != working/tiny/ ] || name=two
	for file in "$directory"vdb_*.json; do
		[ -e "$file" ] || continue
		jq -c ".additional_data = {lightrag_embedding_model: \"$name\"}" "$file" >changed
		cat changed >"$file"
	done
done
exits 0 'workspaces that name their models' all
is 'lightrag_vdb_entity_one_16d
lightrag_vdb_entity_two_8d' "$(sql "select relname from pg_class where relname like 'lightrag_vdb_entity%' and relkind = 'r' order by 1")" 'have tables of their own'
exits 2 'but not with one model for all' all --embedding-model one
exits 0 'a model unlike the one that the files name' hr migrate --from working --source-workspace alpha --to "$URI" --workspace other --embedding-model three
matches 'names another embedding model than --embedding-model does' "$(said)" 'is said to be so'

cp -R "$tiny" working/default
cp "$tiny"/* working/
exits 2 'without a name, and called default' all
matches 'would become "default"; migrate them one by one \(--source-workspace W, --workspace W\)' "$(said)" 'the way is told'
exits 0 'the one' hr migrate --from working --source-workspace '' --to "$URI" --workspace unnamed --embedding-model two
exits 0 'and the other' hr migrate --from working --source-workspace default --to "$URI" --embedding-model two
mkdir 'working/line
feed'
cp "$tiny"/* 'working/line
feed/'
exits 5 'a line feed in a name' all
matches 'has a line feed in it' "$(said)" 'is told'
mkdir none
exits 5 'a directory without any workspace' hr migrate --from none --to "$URI" --all-workspaces
