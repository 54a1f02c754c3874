#!/bin/sh
# The bench measures what it says: its directory is whole and always the same, its figures are
# all there, and a program that fails makes it fail.
# timeout: 240
. "$(dirname "$0")/../lib.sh"

generate=$HR_BIN/../tests/bench/generate
bench=$TESTS/bench/run

exits 0 'generate' "$generate" 130 33 one
cp "$scratch/out" made.json
exits 0 'generate again' "$generate" 130 33 two
exits 0 'gives the same files' diff -r one two
exits 9 'nothing is written over' "$generate" 130 33 one
exits 2 'too few chunks' "$generate" 59 33 three
exits 0 'hr reads it' hr-extract one
is '' "$(cat "$scratch/err")" 'without a note'
jq -c 'select(.kind == "begin").stores | map({(.store): .count}) | add' "$scratch/out" >counted.json
is true "$(jq -c --slurpfile counted counted.json '.stores == $counted[0]' made.json)" 'and counts as the generator does'
is 0 "$(jq -s 'map(select(.kind == "reject")) | length' "$scratch/out")" 'and rejects nothing'

# Python writes JSON in this very form. A record's half-precision vector is its row of the matrix.
cat >check.py <<'END'
import array, base64, glob, json, struct, zlib
for name in glob.glob("one/*.json"):
    text = open(name, encoding="utf-8").read()
    value = json.loads(text)
    assert json.dumps(value, ensure_ascii=False, indent=None if "vdb_" in name else 2) == text, name
    if "vdb_" in name:
        size = value["embedding_dim"]
        matrix = array.array("f", base64.b64decode(value["matrix"]))
        assert len(matrix) == size * len(value["data"]), name
        for i, record in enumerate(value["data"]):
            row = matrix[i * size:(i + 1) * size]
            half = struct.unpack(f"<{size}e", zlib.decompress(base64.b64decode(record["vector"])))
            assert half == struct.unpack(f"<{size}e", struct.pack(f"<{size}e", *row)), (name, i)
            assert abs(sum(x * x for x in row) - 1) < 1e-5, (name, i)
END
exits 0 'in the form that LightRAG writes' python3 check.py

SIZE=60 DIMENSION=512 ROUNDS=1 MEMORY_SIZES='60 120' SERVER_OPTIONS='-c fsync=off'
BENCH_DIR=$scratch/bench TMPDIR=$scratch
export SIZE DIMENSION ROUNDS MEMORY_SIZES SERVER_OPTIONS BENCH_DIR TMPDIR
exits 0 'every part' "$bench" load index dry-run inserts memory
for line in '^. load ÷ .copy BINARY +≤ 1.25 +[0-9.]+ +[0-9.]+$' '^memory 120 +hr-load +[0-9]+ +[0-9.]+$'; do
	matches "$line" "$(cat "$scratch/out")" "the table: $line"
done
is 10 "$(jq '.goals | map(select(.value > 0 and (.met | type) == "boolean")) | length' bench/result.json)" 'every goal is judged'
is true "$(jq '[.figures[].seconds.median > 0, (.stages[] | if .name | startswith("server") then .processor_seconds > 0 else .kilobytes > 1000 end)] | all' bench/result.json)" 'all figures are there'
is 1152 "$(jq '.data[0].stores | add' bench/result.json)" 'records'
exits 0 'the directory alone' "$bench" data
is "$scratch/bench/data-60-512" "$(cat "$scratch/out")" 'is named'
exits 2 'no such part' "$bench" everything

# The programs, but for a verification that finds differences.
mkdir -p other/bin
ln -s "$HR_BIN"/* other/bin/
ln -s "$(readlink -f "$HR_BIN/../libexec")" other/libexec
ln -s "$(readlink -f "$HR_BIN/../tests")" other/tests
rm other/bin/hr-verify
printf '#!/bin/sh\nexit 1\n' >other/bin/hr-verify
chmod +x other/bin/hr-verify
HR_BIN=$scratch/other/bin exits 1 'a verification that fails' "$bench" load
matches 'verify failed' "$(cat "$scratch/err")" 'is named'
is '' "$(find . -maxdepth 1 -name 'hr-bench-*')" 'nothing is left behind'

# A server that is slower than the pipe: hr-load sends as it takes, and never waits for a word from
# it that can't come.
fresh_database slower
"$generate" 1000 1536 hundred >/dev/null
timeout 60 sh -c "hr-extract hundred | hr-transform --embedding-model bench |
    hr-load '$URI&tcp_user_timeout=5000'" 2>"$scratch/err" | grep -m 1 '"kind":"step"' >"$scratch/out"
matches '"words":"filling lightrag_vdb_chunks_bench_1536d"' "$(cat "$scratch/out")" 'a hundred megabytes'
