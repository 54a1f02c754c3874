#!/bin/sh
# timeout: 600
# A bad network: the connection is cut or reset behind any of the bytes, it stalls, alone or with all
# the others, or the answer to a COMMIT is lost. hr ends with 7 and says so, or tries again as long as
# it is told to; after the same command again all is as if nothing had been.
# HR_KILLS=all tries every 64th of the bytes and every COMMIT, else some of them are.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

some=${HR_KILLS:-2} stalls=16
[ "$some" = all ] || stalls=1
cp -R "$DATA/lightrag-1.5.7-small" rag
proxy=

# before HOW AT [KEPT]: a fresh database behind a proxy; sets far, the way there
before() {
	fresh_database proxy
	rm -rf "$HOME/.local" rag.backups notes
	mkdir notes
	"$TESTS/fault/proxy.py" "$PGHOST/.s.PGSQL.$PGPORT" notes "$@" 2>proxied &
	proxy=$!
	until [ -s notes/port ]; do sleep 0.02; done
	far="postgresql://sandbox@127.0.0.1:$(cat notes/port)/$PGDATABASE?tcp_user_timeout=1500&connect_timeout=2"
}
after() {
	kill "$proxy"
	wait "$proxy"
	[ ! -s proxied ] || not_ok 'the proxy works' "$(cat proxied)"
	rm -f proxied
	proxy=
}
migrate() {
	timeout 100 hr migrate --from rag --to "$far" --embedding-model m --batch-size 40 $way "$@" >out 2>err </dev/null
}

# undisturbed: sets bytes and commits, and keeps what comes of it
undisturbed() {
	before none 0
	migrate || not_ok "${way:-direct}: undisturbed" "$(cat out err)"
	after
	digest >whole
	bytes=$(cat notes/bytes) commits=$(cat notes/commits)
}

# points COUNT: some of the numbers from 1 to COUNT, other ones for each HOW; or all of them
turn=0
points() {
	step=1
	[ "$some" = all ] || step=$((($1 + some - 1) / some))
	turn=$((turn + 1))
	seq $(((turn - 1) % step + 1)) $step "$1"
}

# once HOW AT: what went wrong there, to $wrong
once() {
	tried=$((tried + 1)) status=0
	before "$1" "$2"
	migrate --retry-time 0 || status=$?
	case $status in
	7) [ -s err ] && lost=$((lost + 1)) ;;
	0) ;; # where only its farewell was lost
	*) wrong="$wrong $2: status $status: $(tail -n 1 err);" ;;
	esac
	migrate --retry-time 0 || wrong="$wrong $2: again: $(tail -n 2 out err);"
	digest >now
	cmp -s whole now || wrong="$wrong $2: another end: $(diff whole now | head -n 5);"
	after
}

# each HOW COUNT EACH WORDS: at some of COUNT places that are EACH apart
each() {
	wrong='' tried=0 lost=0
	for point in $(points "$2"); do once "$1" $((point * $3)); done
	is '' "$wrong" "${way:-direct}: $4 at $tried of $2 places"
	if [ $lost -ge $((tried / 2)) ]; then ok "${way:-direct}: $4: noticed"; else
		not_ok "${way:-direct}: $4: noticed" "only $lost of $tried"
	fi
}

# goes_on HOW AT WORDS [KEPT]: one command comes to the same end
goes_on() {
	before "$1" "$2" ${4:+"$4"}
	if migrate --retry-time 30; then ok "${way:-direct}: $3: one command"; else
		not_ok "${way:-direct}: $3: one command" "$(tail -n 20 out err)"
	fi
	digest >now
	same whole now "${way:-direct}: $3: comes to the same end"
	after
}

for way in '' --staged; do
	undisturbed
	each cut 64 $((bytes / 64 - 1)) 'cut'
	each reset 64 $((bytes / 64 - 1)) 'reset'
	each commit "$commits" 1 'the answer to COMMIT lost'
	each stall "$stalls" $((bytes / (stalls + 1))) 'stalled'
	goes_on cut $((bytes / 3)) 'cut'
	matches '^hr: trying again in 1 s, for another [0-9]+ s at most' "$(cat err)" "${way:-direct}: cut: says so"
	[ "$some" = all ] || [ -z "$way" ] || continue
	goes_on stall $((bytes / 3)) 'stalled' 12
	matches 'gave no sign of life; the connection is lost' "$(cat err)" "${way:-direct}: stalled: says so"
	matches 'another run is at work' "$(cat err)" "${way:-direct}: stalled: the server kept its side for a while"
	goes_on freeze $((bytes / 3)) 'all stalled'
	matches 'gave no sign of life' "$(cat err)" "${way:-direct}: all stalled: says so"
	goes_on pause $((bytes / 3)) 'stalled for two seconds'
	is '' "$(grep 'trying again' err)" "${way:-direct}: stalled for two seconds: is waited for"
done
