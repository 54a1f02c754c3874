# Takes the examples out of a man page: the literal displays of its section EXAMPLES.
#
#   $ COMMAND          a command; "# exit status N" at its end says that it is to end with N
#   > MORE             its next line
#   OUTPUT             what it prints; without any, what it prints doesn't matter.
#                      "…" stands for any text, alone on a line for any lines
#
# Writes DIR/N.sh, DIR/N.status and, where there is output, DIR/N.out, N from 001.

function close_example() {
	if (!number) return
	print status >(base ".status")
	close(base ".sh"); close(base ".out"); close(base ".status")
}

function add_line(text) {
	if (match(text, / *# exit status [0-9]+$/)) {
		status = text
		sub(/.* /, "", status)
		text = substr(text, 1, RSTART - 1)
	}
	print text >(base ".sh")
}

function plain(text) {
	gsub(/\\&/, "", text)
	gsub(/\\-/, "-", text)
	gsub(/\\\(aq/, "'", text)
	gsub(/\\e/, "\\", text)
	return text
}

/^\.Sh / { examples = ($2 == "EXAMPLES"); next }
examples && /^\.Bd -literal/ { literal = 1; next }
/^\.Ed/ { literal = 0; next }
!literal || /^\.\\"/ { next }
{ $0 = plain($0) }
/^\$ / {
	close_example()
	base = sprintf("%s/%03d", dir, ++number)
	status = 0
	add_line(substr($0, 3))
	next
}
/^> / { add_line(substr($0, 3)); next }
number { print >(base ".out") }
END { close_example() }
