#!/bin/sh
# timeout: 300
# Each stage's memory is bounded, however many records there are and however long one is: with
# 96 MiB of address space, libraries included, all of them do their work.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# The sanitizers need the address space for themselves: with them only the results count.
within() { prlimit --as=$((96 * 1024 * 1024)) "$@"; }
# Its second thread would else reserve 128 MiB of addresses for itself.
verified() { MALLOC_ARENA_MAX=1 prlimit --as=$((96 * 1024 * 1024)) hr-verify "$@"; }
case $HR_BIN in
*sanitize*)
	within() { "$@"; }
	verified() { hr-verify "$@"; } ;;
esac

mkdir many long
awk 'BEGIN {
	print "{"
	for (i = 0; i < 200000; i++)
		printf "%s\"default:extract:%06d\": {\"return\": \"r%d\", \"cache_type\": \"extract\", \"chunk_id\": null, " \
		    "\"original_prompt\": \"p\", \"create_time\": 1700000000}", i ? ",\n" : "", i, i
	print "}"
}' >many/kv_store_llm_response_cache.json

fresh_database many
within hr-extract many >records || not_ok 'hr-extract within the limit'
within hr-transform --workspace many <records >rows || not_ok 'hr-transform within the limit'
within hr-load "$URI" <rows >commits || not_ok 'hr-load within the limit'
is 200000 "$(sql 'select count(*) from lightrag_llm_cache')" 'all of them are loaded'
exits 0 'and verified' verified many "$URI&workspace=many"
matches 'Records of kv_store_llm_response_cache source=200000, target=200000' "$(cat out)" 'every one of them'

# One record of 300 MB: refused with where it begins, without holding it.
{
	printf '{"doc-1": {"content": "'
	head -c 300000000 /dev/zero | tr '\0' a
	printf '"}}'
} >long/kv_store_full_docs.json
exits 0 'a record of 300 MB is counted' within hr-extract --count long
exits 3 'and refused, by a limit' within hr-extract --max-record 1000000 long
matches 'kv_store_full_docs.json: byte 1: a record longer than 1000000 bytes begins here' "$(cat err)" 'with where it begins'
exits 3 'by its own limit of 256 MiB too' hr-extract long
matches 'byte 1: a record longer than 268435456 bytes begins here \(--max-record allows more\)' "$(cat err)" 'with what allows more'
