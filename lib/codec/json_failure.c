#include <stdio.h>
#include <string.h>

#include "codec/json.h"
#include "codec/json_failure.h"

void
json_failure_print(const struct error *error)
{
	struct buffer out = {0};

	buffer_format(&out, "{\"exit_status\":%d", (int)error->status);
	json_write_text(&out, "error", error->message);
	buffer_append_text(&out, "}\n");
	fwrite(out.data, 1, out.length, stdout);
	buffer_free(&out);
}

int
json_failure_misuse(char **argv, int status)
{
	struct error error = {0};

	for (size_t i = 1; argv[i] != NULL && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0) {
			error_set(&error, (enum status)status,
			    "wrong usage: see standard error");
			json_failure_print(&error);
			break;
		}
	return status;
}
