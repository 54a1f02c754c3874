#!/bin/sh
# timeout: 240
# Backups: what is saved comes back byte for byte, what is damaged or hostile is refused by name
# before the directory is touched, what a migration refers to is never pruned.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

small=$DATA/lightrag-1.5.7-small
fresh() {
	# Directories that a test made read-only can't be removed by others than root.
	chmod -R u+w db 2>/dev/null
	rm -rf db db.*
	cp -R "$small" db
	chmod -R u+w db
}
newest() { hr-backup list --json db | jq -r '.backups[0].id'; }
# Under strace the sanitizers can't look for leaks.
traced() { ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -qq -o trace "$@"; }
state() { (cd "$1" && find . -path ./.backups -prune -o -printf '%y %m %U %G %T@ %p\n' | sort -k 6; find . -path ./.backups -prune -o -type f -exec sha256sum {} + | sort -k 2); }
is_same() { if diff -r "$1" "$2" >differences 2>&1; then ok "$3"; else not_ok "$3" "$(head -n 20 differences)"; fi; }

# --- what is saved, and that it comes back -------------------------------------------------

fresh
mkdir -p 'db/deep/er/a b' db/empty db/closed
printf 'x' >'db/deep/er/a b/ünï – 名前.bin'
head -c 300000 /dev/urandom >db/random
: >db/-none
truncate -s 3M db/holes
touch -d '2001-02-03 04:05:06.123456789' db/deep/er db/random
long=$(printf '%0200d' 0)
mkdir -p "db/$long/$long"
echo long >"db/$long/$long/$long"
echo closed >db/closed/file
chmod 640 db/random
chmod 500 db/closed
chmod 750 db
state db >before
exits 0 'create' hr-backup create db
matches '^✅ Backup created successfully$' "$(cat out)" 'create says so'
matches '^   Files:      18$' "$(cat out)" 'create counts the files'
is '700 600 600 600' "$(stat -c %a db.backups db.backups/.lock db.backups/*.tar.zst db.backups/*.json | paste -sd ' ' -)" 'all of it is private'
mkdir by-hand
tar --zstd -xpf db.backups/*.tar.zst -C by-hand
is_same db by-hand 'tar reads it'
is "$(sha256sum <db/random | cut -d ' ' -f 1)" "$(jq -r '.members[] | select(.name == "random").sha256' db.backups/*.json)" \
    'the metadata hold SHA-256'
exits 0 'verify' hr-backup verify db
matches '^✓ db_[0-9_]*: 18 files, each as its SHA-256 says$' "$(cat out)" 'verify says so'
echo other >db/random
echo new >db/new
chmod 700 db/closed
rm db/closed/file
exits 0 'restore' hr-backup restore db "$(newest)"
state db >after
same before after 'restore: names, bytes, permissions, owners and times are as before'
is other "$(cat db.replaced-*/random)" 'what was there is kept'
is '' "$(ls -d db.restoring 2>/dev/null)" 'and nothing else is left'
mv db moved
exits 0 'restore where the directory is gone' hr-backup restore db "$(newest)"
state db >after
same before after 'it comes back whole'
is 1 "$(find . -maxdepth 1 -name 'db.replaced-*' | wc -l)" 'there was nothing to keep'
exits 0 'restore into another directory' hr-backup restore --backup-dir db.backups --name db other "$(newest)"
is_same db other 'as in the backup'
ln -s db link
exits 0 'through a link' hr-backup restore link "$(newest)"
is 'symbolic link' "$(stat -c %F link)" 'which stays one'
rm -rf db.replaced-* moved other link by-hand
exits 0 'a name for the database' hr-backup create --name 'My db' db
matches '^Backups for .My db.' "$(hr-backup list --name 'My db' db)" 'has backups of its own'
is 1 "$(hr-backup list --json --name 'My db' db | jq '.backups | length')" 'and no others'
exits 0 'by its file' hr-backup restore --name 'My db' db "$(cd db.backups && ls My*zst)"
exits 0 'by NAME_ID' hr-backup restore --name 'My db' db "My db_$(hr-backup list --json --name 'My db' db | jq -r '.backups[0].id')"

# --- ids ---------------------------------------------------------------------------------------

fresh
for i in 1 2 3 4 5 6 7 8; do hr-backup create db >/dev/null 2>"err$i" || cat "err$i" & done
wait
is 8 "$(hr-backup list --json db | jq '.backups | map(.id) | unique | length')" 'eight at the same moment are eight'
exits 0 'and each is whole' hr-backup verify db
is "$(hr-backup list --json db | jq -r '.backups[].id')" \
    "$(hr-backup list --json db | jq -r '.backups[].id' | sed 's/$/-1/' | sort -t - -k 1,1r -k 2,2nr | sed 's/-1$//')" 'newest first'

# --- what is refused in a source ---------------------------------------------------------------

refused_source() {
	fresh
	"$@"
	exits 5 "a source with $1" hr-backup create db
	matches "db/odd: is a $2" "$(cat err)" 'is refused by name'
	is '' "$(ls db.backups 2>/dev/null)" 'and nothing is made'
}
link() { ln -s random db/odd; }
pipe() { mkfifo db/odd; }
refused_source link 'symbolic link'
refused_source pipe pipe
fresh
rm db/*
exits 5 'a source without files' hr-backup create db
exits 5 'a source that is not there' hr-backup create none
exits 5 'a source that is a file' hr-backup create out
fresh
exits 2 'backups within the source' hr-backup create --backup-dir db/kept db
exits 2 'or in itself' hr-backup create --backup-dir db db
mkdir db/.backups
echo x >db/.backups/file
exits 0 'the folder of other backups' hr-backup create db
is '' "$(tar --zstd -tf db.backups/*.tar.zst | grep backups)" 'is in none'

# A source that changes while it is read: at the third file something is written to the first.
fresh
mkfifo go
traced -P "$scratch/db/vdb_entities.json" -e trace=openat -e inject=openat:delay_enter=1000000 \
    hr-backup create db >out 2>err &
child=$!
sleep 0.5
echo >>db/kv_store_full_docs.json
status=0
wait $child || status=$?
is 8 $status 'a source that changes meanwhile: exit status'
matches 'db/kv_store_full_docs.json: changed while it was read' "$(cat err)" 'is named'
is '.lock' "$(ls -A db.backups)" 'and there is no backup'

# --- damage ------------------------------------------------------------------------------------

damaged() { # NAME STATUS PATTERN COMMAND...: COMMAND changes the archive $archive or $meta
	name=$1 damaged_status=$2 pattern=$3
	shift 3
	fresh
	hr-backup create db >/dev/null
	archive=$(ls db.backups/*.zst) meta=$(ls db.backups/*.json)
	state db >before
	"$@"
	exits "$damaged_status" "$name: verify" hr-backup verify db
	matches "$pattern" "$(cat out err)" "$name: says what it is"
	exits "${restore_status:-$damaged_status}" "$name: restore" hr-backup restore db "$(basename "$archive" .tar.zst)"
	state db >after
	same before after "$name: the directory is as it was"
	is '' "$(ls -d db.re* 2>/dev/null)" "$name: nothing is left beside it"
}
cut_archive() { truncate -s -100 "$archive"; }
flip() { printf '\377' | dd of="$archive" bs=1 seek=$(($(stat -c %s "$archive") / 2)) conv=notrunc 2>/dev/null; }
longer() { echo more >>"$archive"; }
wrong_digest() { sed -i 's/"sha256":"[0-9a-f]\{8\}/"sha256":"00000000/' "$meta"; }
damaged 'cut off' 4 'bytes, its metadata say' cut_archive
damaged 'a flipped byte' 4 'damaged' flip
damaged 'longer' 4 'bytes, its metadata say' longer
damaged 'another digest' 4 'SHA-256 is not that of the metadata' wrong_digest
restore_status=1
no_metadata() { rm "$meta"; }
broken_metadata() { echo '{' >"$meta"; }
damaged 'no metadata' 3 'meta.json: there are none of them' no_metadata
damaged 'broken metadata' 3 'meta.json: is no JSON' broken_metadata
other_metadata() { sed -i 's/"backup_id":"2/"backup_id":"1/' "$meta"; }
damaged 'metadata of another' 3 'of another backup' other_metadata
escaping_metadata() { sed -i 's/"name":"vdb_chunks.json"/"name":"..\/escaped"/' "$meta"; }
damaged 'metadata that escape' 3 'member [0-9]+' escaping_metadata
counts() { sed -i 's/"total_size_bytes":1/"total_size_bytes":2/' "$meta"; }
damaged 'metadata that count wrongly' 3 'counts' counts
restore_status=

# --- hostile archives --------------------------------------------------------------------------

# Metadata that name exactly what is in the tar, so that only the member itself is wrong.
cat >hostile.py <<'END'
import hashlib, io, json, os, sys, tarfile, subprocess
kind, directory, form = sys.argv[1:4]
name = "db_20200101_000000"
tar_path = "plain.tar"
members = {"a": b"good contents\n"}
tar = tarfile.open(tar_path, "w", format=tarfile.GNU_FORMAT if kind == "gnu" else tarfile.PAX_FORMAT)

def add(path, data=b"evil", **what):
    info = tarfile.TarInfo(path)
    info.size = len(data)
    for key, value in what.items():
        setattr(info, key, value)
    tar.addfile(info, io.BytesIO(data) if info.size == len(data) else None)

add("a", members["a"])
evil = {"parent": "../evil", "inner": "b/../../evil", "absolute": "/tmp/hr-evil", "empty": "b//c", "dot": "./evil",
        "long": "x" * 300, "deep": "/".join(["d" * 100] * 60), "control": "evil\nname", "backups": ".backups/evil"}.get(kind, "evil")
claimed = {"a": members["a"], evil: b"evil"}
if kind in ("parent", "inner", "absolute", "empty", "dot", "long", "deep", "control", "backups"):
    add(evil)
elif kind in ("symlink", "hardlink"):
    add("evil", b"", type=tarfile.SYMTYPE if kind == "symlink" else tarfile.LNKTYPE, linkname="/etc/passwd" if kind == "symlink" else "a")
elif kind == "through":
    add("evil", b"", type=tarfile.SYMTYPE, linkname="/tmp")
    add("evil/hr-evil")
elif kind == "device":
    add("evil", b"", type=tarfile.CHRTYPE, devmajor=1, devminor=3)
elif kind == "block":
    add("evil", b"", type=tarfile.BLKTYPE, devmajor=8, devminor=0)
elif kind == "fifo":
    add("evil", b"", type=tarfile.FIFOTYPE)
elif kind == "twice":
    add("a", b"evil contents\n")
    claimed = {"a": members["a"]}
elif kind == "foreign":
    add("evil")
    claimed = {"a": members["a"]}
elif kind == "missing":
    pass
elif kind == "bomb":
    add("evil", b"\0" * (64 << 20))
elif kind == "late":
    add("evil", b"evil")
    claimed["evil"] = b"evi"
elif kind == "sparse":
    # 1 TiB of nothing, as GNU tar writes it
    info = tarfile.TarInfo("GNUSparseFile.0/evil")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "evil",
                        "GNU.sparse.realsize": str(1 << 40)}
    data = b"1\n1099511627772\n4\n".ljust(512, b"\0") + b"evil"
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
elif kind == "shortsparse":
    info = tarfile.TarInfo("GNUSparseFile.0/evil")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "evil", "GNU.sparse.realsize": "4"}
    data = b"1\n2\n2\n".ljust(512, b"\0") + b"il"
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
tar.close()
if form == "zst":
    archive = "%s/%s.tar.zst" % (directory, name)
    subprocess.run(["zstd", "-q", "-f", tar_path, "-o", archive], check=True)
    listed = [{"name": key, "type": "file", "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
              for key, data in sorted(claimed.items(), key=lambda item: item[0].encode())]
    meta = {"version": 1, "backup_id": "20200101_000000", "database_name": "db", "source_path": "/db",
            "created_at": "2020-01-01T00:00:00Z", "file_count": len(listed), "total_size_bytes": sum(map(len, claimed.values())),
            "archive_size_bytes": os.path.getsize(archive), "referenced_by": [], "members": listed}
else:
    archive = "%s/%s.tar.gz" % (directory, name)
    import gzip
    gzip.open(archive, "wb").write(open(tar_path, "rb").read())
    meta = {"backup_id": "20200101_000000", "database_name": "db", "source_path": "/db", "backup_path": archive,
            "created_at": "2020-01-01T00:00:00.123456", "file_count": len(claimed),
            "total_size_bytes": sum(map(len, claimed.values())), "files": list(claimed), "checksum": None}
json.dump(meta, open("%s/%s.meta.json" % (directory, name), "w"))
END
hostile() { # KIND PATTERN [STATUS [FORM]]
	fresh
	form=${4:-zst}
	place=db.backups
	[ "$form" = zst ] || place=db/.backups
	mkdir -p $place
	python3 hostile.py "$1" $place "$form" || not_ok "hostile.py $1"
	state db >before
	exits "${3:-3}" "hostile: $1 ($form)" hr-backup restore db db_20200101_000000
	matches "$2" "$(cat err)" "hostile: $1 ($form): is named"
	state db >after
	same before after "hostile: $1 ($form): the directory is as it was"
	is '' "$(ls -d db.re* /tmp/hr-evil evil ../evil 2>/dev/null)" "hostile: $1 ($form): nothing is written anywhere"
}
# What the metadata may not name, they are refused for first.
for kind in parent inner absolute empty dot long deep control backups; do hostile $kind 'there is no such backup|member [0-9]' 1; done
hostile symlink '"evil" is a symbolic link'
hostile hardlink '"evil" is a hard link'
hostile through '"evil" is a symbolic link'
hostile device '"evil" is a device'
hostile block '"evil" is a device'
hostile fifo '"evil" is a pipe'
hostile twice '"a" is there twice'
hostile foreign '"evil" is not what the metadata name'
hostile missing 'holds 1 of the 2 members' 4
hostile bomb '"evil" has another type or size'
hostile late '"evil" has another type or size'
hostile sparse '"evil" is a sparse file'
hostile shortsparse '"evil" is a sparse file'
hostile parent '"../evil" has a part "\.\."' 3 gz
hostile inner '"b/../../evil" has a part "\.\."' 3 gz
hostile absolute '"/tmp/hr-evil" has an absolute name' 3 gz
hostile empty '"b//c" has an empty part' 3 gz
hostile dot '"./evil" has a part "\."' 3 gz
hostile long '"x+…?" has a name that is too long' 3 gz
hostile deep '"d.*" has a name that is too long' 3 gz
hostile control '"evil.name" has a name that is no text' 3 gz
hostile backups '".backups/evil" is in the place of other backups' 3 gz
hostile symlink '"evil" is a symbolic link' 3 gz
hostile hardlink '"evil" is a hard link' 3 gz
hostile device '"evil" is a device' 3 gz
hostile fifo '"evil" is a pipe' 3 gz
hostile twice '"a" is there twice' 3 gz
hostile foreign '"evil" is not in the metadata' 3 gz
hostile bomb '"evil" makes it larger than its metadata say' 3 gz
hostile missing 'holds 1 of the 2 members' 4 gz
hostile sparse '"evil" is a sparse file' 3 gz

# --- backups that HybridRAG made ---------------------------------------------------------------

# hybridrag ID [CREATED]: as its create_backup() does
hybridrag() {
	mkdir -p db/.backups
	python3 - "$1" "${2:-2025-12-19T21:38:14.123456}" <<'END'
import json, os, sys, tarfile
names = sorted(name for name in os.listdir("db") if name.endswith((".json", ".graphml")))
path = "db/.backups/mydb_%s.tar.gz" % sys.argv[1]
with tarfile.open(path, "w:gz") as tar:
    for name in names:
        tar.add("db/" + name, arcname=name)
json.dump({"backup_id": sys.argv[1], "database_name": "mydb", "source_path": "db", "backup_path": path,
           "created_at": sys.argv[2], "file_count": len(names), "files": names, "checksum": None,
           "total_size_bytes": sum(os.path.getsize("db/" + name) for name in names)},
          open("db/.backups/mydb_%s.meta.json" % sys.argv[1], "w"), indent=2)
END
}
fresh
hybridrag 20251219_213814
cp -R db original
exits 0 'HybridRAG: list' hr-backup list db
matches '^   20251219_213814      \|  12 files \|     1,211.5 KB \| 2025-12-19T21:38 \| .*/db/.backups/mydb_20251219_213814.tar.gz \(by HybridRAG, no checksums\)$' \
    "$(cat out)" 'HybridRAG: id, files, size, date, place, and that there are no checksums'
exits 0 'HybridRAG: verify' hr-backup verify db
matches '^✓ mydb_20251219_213814: 12 files, readable to the end; there are no checksums to compare with$' "$(cat out)" \
    'HybridRAG: verify says what it could not check'
rm db/*.json
exits 0 'HybridRAG: restore' hr-backup restore db 20251219_213814
is_same original db 'HybridRAG: restored'
is "$(cd original && stat -c '%n %a' -- *)" "$(cd db && stat -c '%n %a' -- *)" 'HybridRAG: with permissions'
is 'mydb_20251219_213814.meta.json mydb_20251219_213814.tar.gz' "$(find db/.backups -type f -printf '%f\n' | sort | paste -sd ' ' -)" 'HybridRAG: its backups stay in the directory'
is '' "$(ls -A db.replaced-*/.backups 2>/dev/null)" 'HybridRAG: and are not in what was replaced'
exits 0 'HybridRAG: prune' hr-backup prune --keep 0 db
matches '^mydb_20251219_213814: stays \(foreign\)$' "$(cat out)" 'HybridRAG: leaves its backups alone'
printf 'X' | dd of=db/.backups/mydb_20251219_213814.tar.gz bs=1 seek="$(($(stat -c %s db/.backups/*.gz) - 6))" conv=notrunc 2>/dev/null
exits 4 "HybridRAG: gzip's own checksum" hr-backup verify db
matches 'incorrect data check' "$(cat out)" 'HybridRAG: is looked at'
state db >before
exits 4 'HybridRAG: restore of a damaged one' hr-backup restore db 20251219_213814
truncate -s -1000 db/.backups/mydb_20251219_213814.tar.gz
exits 4 'HybridRAG: cut off' hr-backup restore db 20251219_213814
state db >after
same before after 'HybridRAG: the directory is as it was'
fresh
hybridrag 20251219_213814
exits 0 'HybridRAG: and ours beside it' hr-backup create db
is '2 hr HybridRAG' "$(hr-backup list --json db | jq -r '"\(.backups | length) \(.backups[0].made_by) \(.backups[1].made_by)"')" 'are listed together'

# --- pruning -----------------------------------------------------------------------------------

# aged ID DAYS [JOB]: a backup of that age
aged() {
	made=$(hr-backup create --json ${3:+--job="$3"} db | jq -r .backup.id)
	when=$(date -u -d "-$2 days" +%Y-%m-%dT%H:%M:%SZ)
	for file in db.backups/db_"$made".*; do mv "$file" "db.backups/db_$1.${file#db.backups/db_"$made".}"; done
	jq -c --arg id "$1" --arg when "$when" '.backup_id = $id | .created_at = $when' "db.backups/db_$1.meta.json" >new.json
	mv new.json "db.backups/db_$1.meta.json"
}
aged_all() {
	fresh
	aged 20200101_000000 50
	aged 20200102_000000 40 job-1
	aged 20200103_000000 20
	aged 20200104_000000 10
	aged 20200105_000000 1
	hr-backup create --name db_20200101_000000 db >/dev/null # a name that looks like a backup of another
}
left() { find db.backups | sort | sed -n 's/^db.backups.db_202001\(0[1-5]\)_000000.tar.zst$/\1/p' | paste -sd ' ' -; }
aged_all
exits 0 'prune --dry-run' hr-backup prune --keep 0 --dry-run db
is '01 02 03 04 05' "$(left)" 'removes nothing'
matches '^4 backups would be removed' "$(cat out)" 'and says what it would'
exits 0 'prune --keep 2' hr-backup prune --keep 2 db
is '02 04 05' "$(left)" 'keeps two, and what a migration refers to'
is 1 "$(hr-backup list --json --name db_20200101_000000 db | jq '.backups | length')" 'and those of other names'
aged_all
exits 0 'prune --keep-days 30' hr-backup prune --keep-days 30 db
is '02 03 04 05' "$(left)" 'keeps those of the last days'
exits 0 'prune --keep 3 --keep-days 5' hr-backup prune --keep 3 --keep-days 5 db
is '02 03 04 05' "$(left)" 'either is enough'
exits 0 'prune --protect' hr-backup prune --keep 1 --protect 20200103_000000 db
is '02 03 05' "$(left)" 'keeps what is protected'
exits 1 'prune --protect of one that is not there' hr-backup prune --keep 0 --protect 20200199_000000 db
is '02 03 05' "$(left)" 'removes nothing'
exits 0 'prune --release of another job' hr-backup prune --keep 1 --release job-2 db
is '02 05' "$(left)" 'releases nothing'
exits 0 'prune --release alone' hr-backup prune --release job-1 db
is '02 05' "$(left)" 'removes nothing'
exits 0 'and then' hr-backup prune --keep 1 db
is '05' "$(left)" 'it may go'
aged 20200101_000000 100
rm db.backups/db_20200105_000000.*
exits 0 'prune --keep-days alone' hr-backup prune --keep-days 1 db
is '01' "$(left)" 'never takes the last one'

fresh
for i in 1 2 3 4; do hr-backup create db >/dev/null; done
for i in 1 2 3 4; do hr-backup prune --keep 1 db >/dev/null 2>>errors || echo "failed: $i" >>errors & done
wait
is '' "$(cat errors)" 'four prunes at once do not disturb each other'
is 1 "$(hr-backup list --json db | jq '.backups | length')" 'and leave one backup'

# --- room --------------------------------------------------------------------------------------

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	fresh
	cat >room.sh <<'END'
mkdir little && mount -t tmpfs -o size=600k,mode=711 hr-test little || exit 2
status=0
hr-backup create --backup-dir little/backups db || status=$?
ls -A little/backups
exit $status
END
	exits 9 'no room for a backup' unshare -m env PATH="$PATH" sh room.sh
	matches 'no room: 2 MB are needed, 0 MB are free' "$(cat err)" 'is seen before anything is written'
	is .lock "$(tail -n 1 out)" 'and nothing is left'
	rmdir little
	cat >room.sh <<'END'
hr-backup create --backup-dir kept db >/dev/null
mkdir little && mount -t tmpfs -o size=600k,mode=711 hr-test little || exit 2
status=0
hr-backup restore --backup-dir kept --name db little/db "$(ls kept/*.zst)" || status=$?
ls -A little
exit $status
END
	exits 9 'no room for a restore' unshare -m env PATH="$PATH" sh room.sh
	matches 'no room: 2 MB are needed, 0 MB are free' "$(cat err)" 'is seen before anything is written'
	is '' "$(cat out)" 'and nothing is left'
	rmdir little
	rm -rf kept
	fresh
	hr-backup create db >/dev/null
	cat >mounted.sh <<'END'
mount -t tmpfs -o size=100m,mode=711 hr-test db || exit 2
echo there >db/file
status=0
hr-backup restore db "$(ls db.backups/*.zst)" || status=$?
cat db/file
ls -d db.re* 2>/dev/null
exit $status
END
	exits 6 'a directory that is a disk of its own' unshare -m env PATH="$PATH" sh mounted.sh
	matches "db: is a disk of its own, which can't be exchanged" "$(cat err)" 'is refused with words'
	is there "$(cat out)" 'and stays as it is, with nothing beside it'
else
	skip backup 'no room, mounts: only root can mount a small disk'
fi

# Without RENAME_EXCHANGE, as on some file systems.
fresh
hr-backup create db >/dev/null
echo changed >db/kv_store_full_docs.json
exits 6 'a file system that cannot exchange' traced -e trace=renameat2 -e inject=renameat2:error=EINVAL \
    hr-backup restore db "$(newest)"
matches "this file system can't exchange two directories" "$(cat err)" 'is told'
is changed "$(cat db/kv_store_full_docs.json)" 'and nothing is changed'
is '' "$(ls -d db.re* 2>/dev/null)" 'and nothing is left'

# --- two at once, and JSON ---------------------------------------------------------------------

mkdir db.restoring
exits 8 'another restore at work' flock db.restoring hr-backup restore db "$(newest)"
matches 'another restore of .*/db is at work' "$(cat err)" 'is told'
exits 0 'and when it is over' hr-backup restore db "$(newest)"
for words in "create db" "list db" "verify db" "restore db $(newest)" "prune --keep 3 --replaced db" "prune --keep 0 -n db"; do
	# shellcheck disable=SC2086 # several words
	exits 0 "$words --json" hr-backup --json $words
	valid hr-backup out "$words --json: as described"
done
for words in "create none" "list" "restore db 20200101_000000" "prune db" "create --keep 3 db"; do
	# shellcheck disable=SC2086
	hr-backup --json $words >out 2>err && not_ok "$words --json fails"
	valid failure out "$words --json: a failure as described"
done
exits 0 'hr backend migrate --backup-only' hr backend migrate db --backup-only
matches '^   Backup ID:  2[0-9]{7}_[0-9]{6}' "$(cat out)" 'prints the id'
exits 0 'hr backend migrate --backup-only --json' hr backend migrate db --backup-only --json --backup-dir "$scratch/elsewhere"
valid hr-backup out 'as described'
exits 0 'hr backend migrate --list-backups' hr backend migrate db --list-backups
matches "^Backups for 'db'$" "$(cat out)" 'prints them'
exits 0 'a registered database' hr db register Mine --path "$scratch/db"
exits 0 'hr backend migrate NAME --backup-only' hr backend migrate MINE --backup-only
matches "/db.backups/mine_2[0-9]*_[0-9]*.tar.zst$" "$(cat out)" 'is called by its name'
hr backend migrate mine --list-backups --json >out
is mine "$(jq -r '.backups[].name' out | sort -u)" 'and so is its list'

# --- a signal ----------------------------------------------------------------------------------

fresh
rm -rf db.backups
traced -P "$scratch/db/vdb_entities.json" -e trace=openat -e inject=openat:signal=INT hr-backup create db >out 2>err
is 130 $? 'SIGINT ends it'
is .lock "$(ls -A db.backups)" 'and nothing is left'
