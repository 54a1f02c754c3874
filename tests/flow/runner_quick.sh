#!/bin/sh
# The runner itself: a test that fails, dies, hangs or says nothing is never taken for passed.
. "$(dirname "$0")/../lib.sh"

mkdir -p project/tests/flow project/tests/cli/area project/scripts
cp "$TESTS/run" "$TESTS/lib.sh" project/tests
printf '#!/bin/sh\necho "postgresql:///none?host=/nonexistent"\n' >project/scripts/sandbox # none is needed
chmod 755 project/scripts/sandbox
unset SCRATCH HR_CI # it is a run of its own

# flow NAME: a script of that name, from standard input
flow() {
	# shellcheck disable=SC2016
	{ echo '#!/bin/sh'; echo '. "$(dirname "$0")/../lib.sh"'; cat; } >"project/tests/flow/$1.sh"
	chmod 755 "project/tests/flow/$1.sh"
}

# cli NAME STDOUT STDERR STATUS: a case of that name with these expectations, cmd from standard input
cli() {
	mkdir "project/tests/cli/area/$1"
	cat >"project/tests/cli/area/$1/cmd"
	printf "%b" "$2" >"project/tests/cli/area/$1/stdout"
	printf "%b" "$3" >"project/tests/cli/area/$1/stderr"
	echo "$4" >"project/tests/cli/area/$1/status"
}

# totals EXPECTED NAME ARGUMENT...: the last line, and the exit status that belongs to it
totals() {
	expected=$1 name=$2
	shift 2
	run_status=0
	project/tests/run "$@" >out 2>&1 || run_status=$?
	is "$expected" "$(tail -n 1 out)" "$name"
	case $expected in *' 0 failed'*) is 0 $run_status "$name: status" ;; *) is 1 $run_status "$name: status" ;; esac
}

flow good <<'END'
ok one
is 1 1 two
END
totals '2 passed, 0 failed, 0 skipped' 'all good' flow
flow absent <<'END'
skip three 'for a reason'
END
totals '2 passed, 0 failed, 1 skipped' 'a skipped test' flow
HR_CI=1 totals '2 passed, 1 failed, 0 skipped' 'skipping is failing in CI' flow
flow bad <<'END'
is 1 2 bad
END
flow silent </dev/null
flow dies <<'END'
ok 'before it dies'
exit 3
END
flow hangs <<'END'
# timeout: 1
ok 'before it hangs'
sleep 60
END
totals '4 passed, 4 failed, 1 skipped' 'bad, silent, dying and hanging' flow
matches '^not ok flow/hangs ended with status 124' "$(cat out)" 'a test is stopped at its limit'
totals '0 passed, 1 failed, 0 skipped' 'one script by its path' tests/flow/bad.sh

cli right 'a\n' 'b\n' 3 <<'END'
echo a; echo b >&2; exit 3
END
totals '1 passed, 0 failed, 0 skipped' 'a good case' cli
cli no_newline 'a\n' '' 0 <<'END'
printf a
END
cli more 'a\n' '' 0 <<'END'
echo a; echo b
END
cli words '' '' 0 <<'END'
echo unexpected >&2
END
cli status '' '' 1 <<'END'
exit 2
END
cli pattern '' '' 0 <<'END'
echo 'took 12 s'
END
rm project/tests/cli/area/pattern/stdout
echo 'took [0-9]+ s' >project/tests/cli/area/pattern/stdout.match
totals '2 passed, 4 failed, 0 skipped' 'each part of a case counts' cli
totals '6 passed, 0 failed, 0 skipped' 'update' --update cli
totals '6 passed, 0 failed, 0 skipped' 'after the update' cli
is 2 "$(cat project/tests/cli/area/status/status)" 'update writes what was given'

# fuzz NAME: a target of that name, its program from standard input
fuzz() {
	mkdir -p project/tests/fuzz project/build/bin project/build/tests/fuzz
	: >"project/tests/fuzz/$1_fuzz.c"
	{ echo '#!/bin/sh'; cat; } >"project/build/tests/fuzz/$1_fuzz"
	chmod 755 "project/build/tests/fuzz/$1_fuzz"
}
HR_BIN=$PWD/project/build/bin
export HR_BIN
fuzz good <<'END'
echo "ok 3 inputs"
END
totals '1 passed, 0 failed, 0 skipped' 'a corpus that passes' fuzz
fuzz crashes <<'END'
echo "# corpus/crashes/input"; kill -ABRT $$
END
fuzz late <<'END'
echo "ok 3 inputs"; exit 86
END
: >project/tests/fuzz/unbuilt_fuzz.c
totals '2 passed, 3 failed, 0 skipped' 'an input that crashes, a leak at the end, a target without its program' fuzz
totals '0 passed, 1 failed, 0 skipped' 'one target by its path' tests/fuzz/crashes_fuzz.c
