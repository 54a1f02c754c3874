#include "state/pace.h"

enum { WINDOW = 1000 }; /* ms: a single batch would make the word flicker */

void
pace_take(struct pace *pace, yyjson_val *run)
{
	struct pace now = {0};
	uint64_t spent, input, server, own;

	if (!json_count(run, "elapsed", &now.elapsed) ||
	    !json_count(run, "input", &now.input) ||
	    !json_count(run, "server", &now.server) ||
	    !json_count(run, "bytes", &now.bytes))
		return;
	pace->bytes = now.bytes;
	if (now.elapsed < pace->elapsed + WINDOW)
		return;
	spent = now.elapsed - pace->elapsed;
	input = now.input > pace->input ? now.input - pace->input : 0;
	server = now.server > pace->server ? now.server - pace->server : 0;
	own = spent > input + server ? spent - input - server : 0;
	now.slowest = input >= server && input >= own ? "source" :
	    server >= own ? "server" : "hr-load";
	*pace = now;
}
