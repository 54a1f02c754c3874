#!/bin/sh
# migrate.mk in a user's makefile: what each target does, what leaves a stamp, and what doesn't.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cp -R "$DATA/lightrag-1.5.7-small" rag
fresh_database make
hr db register mydb --path "$scratch/rag" --embedding-model m --connection-string "$URI" >out || not_ok 'registered'
cat >Makefile <<END
HR_DATABASES = mydb other
mydb.options = --batch-size 100
include $HR_BIN/../share/hr/migrate.mk
after: mydb.staged
	touch after
END
rows() { sql "select count(*) from lightrag_doc_full" 2>/dev/null || echo none; }
stamps() { find .hr -type f; }

is 'hr backend migrate mydb  --batch-size 100 --dry-run' "$(make -n mydb.dry-run)" 'what is run can be seen before'
exits 0 'a dry run' make mydb.dry-run
matches 'No changes made' "$(cat out)" 'changes nothing'
is none "$(rows)" 'no table is there'
exits 2 'a database that is not registered' make other.staged
is '' "$(stamps)" 'leaves no stamp'
exits 2 'nothing to take back' make mydb.rollback
matches 'mydb: there is no stamp of a migration in .hr' "$(cat err)" 'is said'

exits 0 'another target that needs the migration' make after
valid hr .hr/mydb.staged 'the stamp is the report'
is 'promoted true' "$(jq -r '"\(.migration.phase) \(.verified)"' .hr/mydb.staged)" 'of a verified, staged migration'
is 24 "$(rows)" 'the rows are there'
exits 0 'again' make mydb.staged
matches 'Nothing to be done|up to date' "$(cat out)" 'there is nothing to do'
exits 0 'verified at any time' make mydb.verify
matches 'ALL CHECKS PASSED' "$(cat out)" 'every record'
exits 0 'its status' make mydb.status
matches 'mydb' "$(cat out)" 'names it'
exits 0 'a backup' make mydb.backup
exits 0 'the backups' make mydb.backups
is 2 "$(grep -oE '[0-9]{8}_[0-9]{6}(-[0-9])?' out | sort -u | wc -l)" 'its own and that of the staged migration'
exits 0 'the jobs' make mydb.jobs
matches "$(jq -r .migration.job .hr/mydb.staged)" "$(cat out)" 'name the one that the stamp names'
exits 2 'back, without a terminal' make mydb.rollback
is .hr/mydb.staged "$(stamps)" 'is asked first, and the stamp stays'
exits 0 'back' make mydb.rollback HR_OPTIONS=--yes
is 'none ' "$(rows) $(stamps)" 'tables and stamp are gone'
exits 0 'and cleaned up' make mydb.cleanup HR_OPTIONS=--yes
exits 0 'directly' make mydb.migrate HR_OPTIONS=--workspace=direct
is completed "$(jq -r .migration.phase .hr/mydb.migrate)" 'with a stamp of its own'

# What fails leaves none, and can be run again.
printf '{"a": {"content": nonsense}}' >rag/kv_store_full_docs.json
rm .hr/mydb.migrate
exits 2 'a migration that fails' make mydb.migrate HR_OPTIONS=--workspace=broken
matches 'Error 3' "$(cat err)" 'by its exit status'
is '' "$(stamps)" 'leaves no stamp'
