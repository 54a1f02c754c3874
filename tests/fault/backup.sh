#!/bin/sh
# timeout: 600
# A backup, a restore or a prune that is killed before any of its writing calls leaves the old state or
# the new one; and so does one of whose calls one fails, without room or with an I/O error. Run again,
# it does its work, and nothing of the first run is left.
# HR_KILLS=all tries every call, else some of them are.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

some=${HR_KILLS:-6}
calls=openat,write,fsync,rename,renameat2,unlink,unlinkat,mkdir,mkdirat,fchmod,fchown,utimensat,flock
failing_calls=write,fsync,rename,renameat2,unlink,unlinkat,mkdir,mkdirat,fchmod,utimensat

# --- states ------------------------------------------------------------------------------------

# Few bytes, many files.
mkdir plain
for i in $(seq 1 "$([ "$some" = all ] && echo 60 || echo 8)"); do seq "$i" $((i * 50)) >"plain/file-$i.json"; done
mkdir plain/deep plain/deep/er
echo x >plain/deep/er/file
cp -R plain changed
echo other >changed/file-1.json
rm changed/file-2.json
echo new >changed/new

is_dir() { diff -r -x .backups "$1" "$2" >differences 2>&1; }
backups() { hr-backup list --json db | jq '.backups | length'; }
# Nothing but backups that are whole; of a directory that may be there in several versions, too.
tidy() {
	for file in $(find db.backups -type f ! -name .lock | sed 's/\.tar\.zst$//; s/\.meta\.json$//' | sort -u); do
		if [ ! -f "$file.tar.zst" ] || [ ! -f "$file.meta.json" ]; then echo "left: $file"; return 1; fi
	done
	[ ! -e db.restoring ] || { echo 'left: db.restoring'; return 1; }
	[ "$(backups)" = 0 ] || hr-backup verify db
}
replaced() { for dir in db.replaced-*; do [ ! -d "$dir" ] || echo "$dir"; done; }
# count_like DIR: how many of what was replaced are like it
count_like() { for dir in $(replaced); do if is_dir "$1" "$dir"; then echo "$dir"; fi; done | wc -l; }

# --- the flows: NAME_before makes the state, NAME does it, NAME_between is what may be seen after it
# --- was stopped, NAME_after what must be after it was run again.

clear_all() { rm -rf db db.*; }
saved() { cp -R plain db; hr-backup create --job j db >/dev/null; id=$(hr-backup list --json db | jq -r '.backups[0].id'); }

create_before() { saved; }
create() { $tool create db; }
create_between() { is_dir plain db && { [ "$(backups)" = 1 ] || [ "$(backups)" = 2 ]; } && hr-backup verify db; }
create_after() { is_dir plain db && { [ "$(backups)" = 2 ] || [ "$(backups)" = 3 ]; } && tidy; }

first_before() { cp -R plain db; }
first() { create; }
first_between() { is_dir plain db; }
first_after() { is_dir plain db && { [ "$(backups)" = 1 ] || [ "$(backups)" = 2 ]; } && tidy; }

restore_before() { saved; rm -rf db; cp -R changed db; mkdir db/.backups; echo theirs >db/.backups/file; }
restore() { $tool restore db "$id"; }
restore_between() { is_dir plain db || is_dir changed db; }
# What was there is there once, and their backups are where they were.
restore_after() { is_dir plain db && tidy && [ "$(count_like changed)" = 1 ] && [ "$(cat db/.backups/file)" = theirs ] &&
	[ "$(find db.replaced-* -name .backups | wc -l)" = 0 ]; }

anew_before() { saved; rm -rf db; }
anew() { restore; }
anew_between() { [ ! -e db ] || is_dir plain db; }
anew_after() { is_dir plain db && tidy; }

prune_before() { saved; hr-backup create db >/dev/null; hr-backup create db >/dev/null; }
prune() { $tool prune --keep 0 --release other db; }
prune_between() { is_dir plain db && hr-backup list db && hr-backup verify db "$id"; }
prune_after() { is_dir plain db && [ "$(backups)" = 1 ] && tidy && hr-backup verify db "$id"; }

release_before() { prune_before; }
release() { $tool prune --keep 1 --release j db; }
release_between() { is_dir plain db && hr-backup list db; }
release_after() { is_dir plain db && [ "$(backups)" = 1 ] && tidy; }

replaced_before() { saved; cp -R changed db.replaced-20200101_000000; cp -R changed db.replaced-20200101_000000-2; }
replaced_flow() { $tool prune --replaced db; }
# What is still there under its name is whole.
replaced_between() { is_dir plain db && [ "$(replaced | wc -l)" = "$(count_like changed)" ]; }
replaced_after() { is_dir plain db && [ -z "$(replaced)" ] && tidy; }

# --- stopping them -----------------------------------------------------------------------------

# What the flows run: the program, or the program under strace.
tool=hr-backup

# command_of NAME: "replaced" is taken
command_of() { if [ "$1" = replaced ]; then echo replaced_flow; else echo "$1"; fi; }

# stopped NAME FAULT CALL N: NAME with the Nth of these calls so; its status is in $status
stopped() {
	status=0
	tool="strace -qq -o $scratch/trace -e trace=$3 -e inject=$3:$2:when=$4 hr-backup"
	"$(command_of "$1")" >out 2>err || status=$?
	tool=hr-backup
}

# points NAME CALLS: each call there is, as "CALL N"
points() {
	clear_all
	"$1_before" >before 2>&1
	tool="strace -qq -o $scratch/trace -e trace=$2 hr-backup"
	"$(command_of "$1")" >out 2>err || not_ok "$1: without a fault" "$(cat err)"
	tool=hr-backup
	sed -n 's/^\([a-z0-9]*\)(.*/\1/p' trace | awk '{ print $1, ++count[$1] }'
}

# judge NAME FAULT POINT: adds to $wrong
judge() {
	case $2,$status in
	signal=KILL,137) ;;
	signal=*) wrong="$wrong $3: status $status;" ;;
	# What it could do without is no failure.
	*,0) ;;
	*,[1-9]) [ -s err ] || wrong="$wrong $3: no word;" ;;
	*) wrong="$wrong $3: status $status: $(tail -n 1 err);" ;;
	esac
	"$1_between" >between 2>&1 || wrong="$wrong $3: between: $(tail -n 1 between);"
	"$(command_of "$1")" >again 2>&1 || wrong="$wrong $3: again: $(tail -n 1 again);"
	"$1_after" >after 2>&1 ||
	    wrong="$wrong $3: afterwards: $(tail -n 2 after) $(find . -maxdepth 1 -name 'db*') $(find db.backups);"
}

# each NAME FAULT CALLS WORDS: at every call, or some; the last one, too
each() {
	points "$1" "$3" >all
	total=$(wc -l <all)
	step=1
	[ "$some" = all ] || step=$((total / some + 1))
	awk -v step=$step -v total="$total" '(NR - 1) % step == 0 || NR == total' all >chosen
	wrong=''
	while read -r call n <&3; do
		clear_all
		"$1_before" >before 2>&1
		stopped "$1" "$2" "$call" "$n"
		judge "$1" "$2" "$call $n"
	done 3<chosen
	is '' "$wrong" "$1: $4 at $(wc -l <chosen) of $total calls"
}

for flow in create first restore anew prune release replaced; do
	each $flow signal=KILL $calls killed
	each $flow error=ENOSPC $failing_calls 'no room'
	each $flow error=EIO $failing_calls 'I/O error'
done
