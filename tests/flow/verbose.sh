#!/bin/sh
# What --verbose shows can be pasted, and does the same.
. "$(dirname "$0")/../lib.sh"

# A name that wants quoting.
from="$scratch/a 'b' \$c"
cp -R "$DATA/lightrag-1.5.7-small" "$from"
tables() {
	sql "select format('select %L || md5(coalesce(string_agg(t::text, chr(10) order by t::text), %L)) from %I t;',
	    relname || ' ', '', relname) from pg_class where relkind = 'r' and relname like 'lightrag%' order by relname" |
	    psql -XAtq -v ON_ERROR_STOP=1 -f -
}
# The lines that are commands; hr's own words begin with its name and a colon.
commands() { grep -E '^hr-[a-z]+ ' "$scratch/err"; }

fresh_database shown
exits 0 'a dry run' hr migrate -v --dry-run --from "$from" --to "$URI"
is 1 "$(commands | wc -l)" 'shows one command line'
commands >"$scratch/line"
# Free space and times vary.
steady() { grep -vE ' (MB|GB) |round trip|[0-9] s($|[,;])' "$scratch/out"; }
steady | sed -n '/^Records to Migrate/,$p' >"$scratch/expected"
exits 0 'which runs' sh "$scratch/line"
steady >"$scratch/second"
same "$scratch/expected" "$scratch/second" 'and says the same'

exits 0 'a migration' hr migrate --verbose --from "$from" --to "$URI" --embedding-model "it's m" --batch-size 100
cp "$scratch/out" "$scratch/first"
tables >"$scratch/tables"
is 'hr-extract hr-verify hr-load hr-load' "$(commands | cut -d ' ' -f 1 | paste -sd ' ' -)" 'shows its pipe, the verification, and what becomes of both'
is 'hr-extract hr-transform hr-load hr-checkpoint' "$(commands | head -n 1 | grep -oE '(^|\| )hr-[a-z]+' | tr -d '| ' | paste -sd ' ' -)" \
    'the pipe with all its stages'
commands >"$scratch/lines"
exits 0 'another database of that name' fresh_database shown
sed -n 1p "$scratch/lines" >"$scratch/line"
exits 0 'the pipe, pasted' sh "$scratch/line"
tables >"$scratch/tables2"
same "$scratch/tables" "$scratch/tables2" 'makes the same tables'
sed -n 2p "$scratch/lines" >"$scratch/line"
exits 0 'the verification, pasted' sh "$scratch/line"
is '' "$(grep -v '^Job: ' "$scratch/out" | grep -vxFf "$scratch/first")" 'says the same again'

exits 0 'the verification alone' hr verify -v --counts "$from" "$URI&embedding_model=it%27s%20m"
commands >"$scratch/line"
cp "$scratch/out" "$scratch/expected"
exits 0 'shows its command' sh "$scratch/line"
same "$scratch/expected" "$scratch/out" 'which says the same'

mkfifo "$scratch/program"
echo 'select(.kind != "none")' >"$scratch/program" &
exits 0 'a program from a pipe' hr migrate -v --dry-run --jq-file "$scratch/program" --from "$from" --to "$URI&workspace=p"
commands >"$scratch/line"
exits 0 'is shown, so that the line runs' sh "$scratch/line"
exits 0 'a model' hr migrate -v --from "$from" --to "$URI&workspace=m" --embedding-model BAAI/bge-m3
matches 'embedding_model=BAAI/bge-m3' "$(commands | sed -n 2p)" 'is shown as it was named'

exits 0 'with JSON' hr migrate -v --json --from "$from" --to "$URI" --embedding-model "it's m"
is completed "$(jq -r .status "$scratch/out")" 'standard output stays JSON'
matches '^hr-extract .*hr-load' "$(cat "$scratch/err")" 'and the pipe is shown on standard error'

# Where the tools are not in PATH, the line says where they are; a password is nowhere in it.
exits 0 'not in PATH' env PATH=/usr/local/bin:/usr/bin:/bin "$HR_BIN/hr" migrate -v --dry-run --from "$from" \
    --embedding-model "it's m" --to "postgresql://sandbox:S3cret@/$PGDATABASE?host=$PGHOST&port=5432"
matches "^$HR_BIN/hr-extract .* \\| $HR_BIN/hr-load " "$(cat "$scratch/err")" 'says where the tools are'
is '' "$(grep S3cret "$scratch/err")" 'and no password'
