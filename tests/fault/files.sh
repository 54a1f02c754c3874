#!/bin/sh
# timeout: 600
# Each system call on a file, a directory or a pipe's end fails once, in every program: none takes it
# for the end of the data or for success; each says which file and exits as hr(7) tells. An interrupted
# call changes nothing.
# shellcheck disable=SC2016 # what looks like a variable is sh -c's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tiny=$scratch/tiny
cp -R "$DATA/lightrag-1.5.6-tiny" tiny
hr-extract "$tiny" >records || not_ok 'records'
hr-transform --embedding-model m <records >rows || not_ok 'rows'
fresh_database files
hr-load "$URI" <rows >commits || not_ok 'commits'
hr-load "$URI" <rows >again 2>err || not_ok 'what there is to say the second time'
mkdir state

# injected ERROR N CALLS PATH COMMAND...: the nth of those calls on that path fails; - is any path
injected() {
	fault=$1:when=$2 calls=$3 path=$4
	shift 4
	if [ "$path" = - ]; then set -- "$@"; else set -- -P "$path" "$@"; fi
	strace -f -qq -o "$scratch/trace" -e "trace=$calls" -e "inject=$calls:error=$fault" "$@"
}

# each NAME STATUSES ERROR CALLS PATH COMMAND...: the first call, the second … until none is left. Each
# exit status must be one of these, and then there must be words about it.
each() {
	name="$1: $4: $3" statuses=$2 error=$3 calls=$4 path=$5 n=0 wrong=''
	shift 5
	while n=$((n + 1)); do
		status=0
		injected "$error" $n "$calls" "$path" "$@" >out 2>err || status=$?
		grep -q INJECTED trace || break
		case " $statuses " in *" $status "*) ;; *) wrong="$wrong $n: status $status $(tail -n 1 err);" ;; esac
		[ $status = 0 ] || [ -s err ] || wrong="$wrong $n: no word;"
		[ $n -lt 60 ] || break
	done
	is '' "$wrong" "$name"
	[ $n -gt 1 ] || not_ok "$name: there is such a call"
	is 0 "$status" "$name: as if nothing had been, without"
}

# --- reading ---------------------------------------------------------------------------------------

for file in kv_store_full_docs.json vdb_chunks.json graph_chunk_entity_relation.graphml; do
	each "hr-extract: $file" '9' EIO pread64,openat,newfstatat "$tiny/$file" hr-extract "$tiny"
	each "hr-extract: $file" '5' EACCES openat "$tiny/$file" hr-extract "$tiny"
done
each 'hr-extract: the directory' '5 9' EIO openat,getdents64,newfstatat "$tiny" hr-extract "$tiny"
each 'hr-verify' '9' EIO pread64,openat "$tiny/vdb_chunks.json" hr-verify "$tiny" "$tiny"
each 'hr-verify: a stream' '9' EIO openat,read "$scratch/records" hr-verify records "$tiny"
each 'hr-transform: standard input' '9' EIO read "$scratch/records" sh -c 'exec hr-transform --embedding-model m <records'
each 'hr-load: standard input' '9' EIO read "$scratch/rows" sh -c 'exec hr-load --dry-run --full "$1" <rows' sh "$URI"
each 'hr-load: standard input' '9' EIO read "$scratch/rows" sh -c 'exec hr-load "$1" <rows' sh "$URI"
each 'hr-checkpoint: standard input' '9' EIO read "$scratch/commits" sh -c 'exec hr-checkpoint -q record state/job <commits'

# --- writing ---------------------------------------------------------------------------------------

for error in EIO ENOSPC; do
	each 'hr-extract: standard output' 9 "$error" write "$scratch/to" sh -c 'exec hr-extract "$1" >to' sh "$tiny"
	each 'hr-transform: standard output' 9 "$error" write "$scratch/to" sh -c \
	    'exec hr-transform --embedding-model m <records >to'
	each 'hr-verify: standard output' 9 "$error" write "$scratch/to" sh -c 'exec hr-verify "$1" "$1" >to' sh "$tiny"
	# What could not be written goes out with the next line; only a lasting failure is one.
	each 'hr-load: standard output' '0 9' "$error" write "$scratch/to" sh -c 'exec hr-load "$1" <rows >to' sh "$URI"
	injected "$error" 3 write "$scratch/to" sh -c 'exec hr-load "$1" <rows >to' sh "$URI" 2>err
	is "$(jq -r .kind again)" "$(jq -r .kind to)" "hr-load: standard output: $error: every line once"
	exits 9 "hr-load: standard output: $error: all the time" injected "$error" 1+ write "$scratch/to" \
	    sh -c 'exec hr-load "$1" <rows >to' sh "$URI"
	# The temporary file beside it, its directory; the file is the old one or the new one.
	each 'hr-checkpoint record' 9 "$error" fsync,rename - sh -c 'exec hr-checkpoint -q record state/job <commits'
	each 'hr-checkpoint record' 9 "$error" openat "$scratch/state" sh -c \
	    'exec hr-checkpoint -q record "$1" <commits' sh "$scratch/state/job"
	exits 0 "hr-checkpoint record: $error: the file is whole" hr-checkpoint show state/job
	is job "$(ls state)" "hr-checkpoint record: $error: nothing is left beside it"
done
each 'hr-checkpoint show' 9 EIO openat,read "$scratch/state/job" hr-checkpoint show state/job
each 'hr-checkpoint state' 9 EIO openat,read "$scratch/state/job" hr-checkpoint state state/job
each 'hr-checkpoint clear' 9 EIO unlink - hr-checkpoint clear state/job

# --- interruptions ---------------------------------------------------------------------------------

exits 0 'interrupted: hr-extract' injected EINTR 1+3 pread64 "$tiny/vdb_chunks.json" hr-extract "$tiny"
same records out 'interrupted: hr-extract: the same stream'
matches INJECTED "$(cat trace)" 'interrupted: hr-extract: it was'
injected EINTR 1+3 read "$scratch/records" sh -c 'exec hr-transform --embedding-model m <records' >out
same rows out 'interrupted: hr-transform, reading: the same stream'
matches INJECTED "$(cat trace)" 'interrupted: hr-transform, reading: it was'
injected EINTR 1+3 write "$scratch/to" sh -c 'exec hr-transform --embedding-model m <records >to'
same rows to 'interrupted: hr-transform, writing: the same stream'
matches INJECTED "$(cat trace)" 'interrupted: hr-transform, writing: it was'
