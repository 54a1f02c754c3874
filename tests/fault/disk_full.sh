#!/bin/sh
# timeout: 300
# The disk is full: under the state directory, under the rejects file, under the server. Each
# ends with status 9 and the file's name, nothing is called done, and once there is room again
# the same command goes on to the end.
if [ -z "${OWN_MOUNTS:-}" ] && [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	exec unshare -m env OWN_MOUNTS=yes "$0" "$@"
fi
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

if [ -z "${OWN_MOUNTS:-}" ]; then
	skip disk_full 'only root can mount a small disk'
	exit
fi
small=$DATA/lightrag-1.5.7-small
model=BAAI/bge-m3

# disk SIZE NAME: a disk of its own, gone with this script.
disk() {
	mkdir "$2" && mount -t tmpfs -o "size=$1,mode=711" hr-test "$2" || exit 2
}
fill() { cat /dev/zero >"$1/filler" 2>/dev/null || :; }
migrate() { hr migrate --from "$small" --to "$URI" --embedding-model "$model" "$@"; }

# --- the state directory ---------------------------------------------------------------

fresh_database state
disk 1m state
mkdir state/dir
fill state
exits 9 'no room for the state: status' migrate --state-dir "$scratch/state/dir"
matches 'state/dir.*No space left on device|state/dir.*can.t be' "$(cat err)" 'no room for the state: the message names the file'
matches '^❌ Not complete|^$' "$(tail -n 2 out)" 'no room for the state: nothing is called done'
rm state/filler
exits 0 'room again: the same command goes on' migrate --state-dir "$scratch/state/dir"
matches '^✅ Migration completed successfully' "$(cat out)" 'room again: completed and verified'

# --- the rejects file ------------------------------------------------------------------

fresh_database rejects
disk 1m rejects
cp -r "$small" bad
jq -c '.["doc-with-nul"] = {content: "a\u0000b", file_path: "f"}' bad/kv_store_full_docs.json >changed
mv changed bad/kv_store_full_docs.json
fill rejects
exits 9 'no room for the rejects: status' hr migrate --from bad --to "$URI" --embedding-model "$model" \
    --rejects "$scratch/rejects/file"
matches 'rejects/file: No space left on device' "$(cat err)" 'no room for the rejects: the message names the file'
matches '^❌ Not complete' "$(tail -n 2 out)" 'no room for the rejects: nothing is called done'
rm rejects/filler
exits 1 'room again: the same command goes on, and says that there are rejects' hr migrate --from bad --to "$URI" \
    --embedding-model "$model" --rejects "$scratch/rejects/file"
is doc-with-nul "$(jq -r .id rejects/file)" 'room again: the reject is in the file'
matches '^⚠  Migration completed, but records were rejected' "$(cat out)" 'room again: completed but for the reject'

# --- the server's disk -----------------------------------------------------------------

# 60 MB of rows where there is room for less than 20.
mkdir large
python3 - "$small" large 1000 <<'END' || exit 2
import json, random, shutil, sys
source, target, copies = sys.argv[1], sys.argv[2], int(sys.argv[3])
shutil.copytree(source, target, dirs_exist_ok=True)
random.seed(1)
letters = "abcdefghijklmnopqrstuvwxyz0123456789"
documents = json.load(open(source + "/kv_store_full_docs.json"))
for i in range(copies):
    documents["large-%d" % i] = {"content": "".join(random.choices(letters, k=60000)), "file_path": "f"}
json.dump(documents, open(target + "/kv_store_full_docs.json", "w"))
END
# A tablespace of its own: where the log finds no room, the whole server stops instead.
# shellcheck disable=SC2119
start_own_postgres
disk 20m server
chown "$(stat -c %U "$PGHOST")" server
fresh_database server
sql "create tablespace little location '$scratch/server'" \
    "alter database $PGDATABASE set default_tablespace to little" || exit 2
exits 9 'no room on the server: status' hr migrate --from large --to "$URI" --embedding-model "$model"
matches 'No space left on device' "$(cat err)" "no room on the server: the server's own words"
matches '^❌ Not complete' "$(tail -n 2 out)" 'no room on the server: nothing is called done'
mount -o remount,size=200m server || exit 2
exits 0 'room again: the same command goes on' hr migrate --from large --to "$URI" --embedding-model "$model"
matches '^⚠  Previous migration detected, resuming job' "$(cat out)" 'room again: it goes on where it stopped'
matches '^✅ Migration completed successfully' "$(cat out)" 'room again: completed and verified'

HR_SANDBOX=$own_postgres "$sandbox" destroy -y >"$scratch/out" 2>&1 || not_ok 'the server ends' "$(cat out)"
own_postgres=
umount server rejects state || not_ok 'the disks can be taken away'
