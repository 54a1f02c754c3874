#!/bin/sh
# The examples of the man pages do what they show: each page's in a directory of its own with
# the samples rag_storage (one workspace) and working_dir (several), and with a database of
# its own as the one that libpq's environment names. See man_examples.awk for their form.
# timeout: 300
. "$(dirname "$0")/../lib.sh"

HR_SANDBOX=$scratch/sandbox HR_SANDBOX_OPTIONS='-c fsync=off'
export HR_SANDBOX HR_SANDBOX_OPTIONS

# as_shown EXPECTED ACTUAL: line by line, with "…" for whatever stands there.
as_shown() {
	skipping=
	exec 4<"$2"
	while IFS= read -r expected <&3; do
		if [ "$expected" = … ]; then skipping=yes; continue; fi
		while :; do
			IFS= read -r line <&4 || { echo "not there: $expected"; return 1; }
			# Everything but … means itself.
			pattern=$(printf '%s\n' "$expected" | sed 's/[][*?\\]/\\&/g; s/…/*/g')
			# shellcheck disable=SC2254
			case $line in $pattern) break ;; esac
			[ -n "$skipping" ] || { echo "expected: $expected"; echo "but was:  $line"; return 1; }
		done
		skipping=
	done 3<"$1"
	[ -n "$skipping" ] || ! IFS= read -r line <&4 || { echo "too much: $line"; return 1; }
}

run_page() {
	page=${1##*/}
	mkdir "$scratch/$page" "$scratch/$page/examples"
	awk -v dir="$scratch/$page/examples" -f "$TESTS/flow/man_examples.awk" "$1"
	[ -e "$scratch/$page/examples/001.sh" ] || { not_ok "$page" 'has no example'; return; }
	fresh_database "$(echo "$page" | tr -c 'a-z0-9\n' _)"
	cp -r "$DATA/lightrag-1.5.7-small" "$scratch/$page/rag_storage"
	cp -r "$DATA/lightrag-1.5.7-two-workspaces" "$scratch/$page/working_dir"
	sqlite3 "$scratch/$page/spell.db" <"$DATA/llmspell-sample.sql" >/dev/null
	cd "$scratch/$page" || exit
	for script in examples/*.sh; do
		name="$page: $(head -n 1 "$script" | cut -c 1-60)"
		status=0
		sh "$script" >examples/output 2>examples/errors </dev/null || status=$?
		if [ "$status" != "$(cat "${script%.sh}.status")" ]; then
			not_ok "$name" "exit status $status" "$(cat "$script" examples/output examples/errors | head -n 40)"
		elif [ -e "${script%.sh}.out" ] && ! why=$(as_shown "${script%.sh}.out" examples/output); then
			not_ok "$name" "$(cat "$script")" "$why" "$(head -n 20 examples/errors)"
		else
			ok "$name"
		fi
	done
}

start_postgres
own_pages=0
for file in "$TESTS"/../man/*.[157]; do
	run_page "$file"
	own_pages=$((own_pages + 1))
done
cd "$scratch" || exit
[ ! -d "$HR_SANDBOX" ] || "$sandbox" destroy -y >/dev/null 2>&1
if [ $own_pages -ge 10 ]; then ok 'every page was there'; else not_ok 'every page was there' "only $own_pages"; fi
