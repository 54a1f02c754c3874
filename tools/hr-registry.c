/*
 * hr-registry: the registry of databases, read and changed (hr-registry(1)).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/program.h"
#include "codec/json_failure.h"
#include "location/systems.h"
#include "registry/words.h"

static const char name[] = "hr-registry";
static const char help[] =
    "Examples:\n"
    "  hr-registry add mydb path=./rag_storage embedding_model=BAAI/bge-m3\n"
    "  hr-registry set mydb connection_string=postgresql://me@host/rag\n"
    "  hr-registry get mydb --json >former && hr-registry put mydb <former\n"
    "\n"
    "Usage: hr-registry [OPTION]... WORD [NAME] [ARGUMENT]...\n"
    "  list                       all databases\n"
    "  get NAME [FIELD]           an entry, or what counts of it for FIELD\n"
    "  env NAME                   the application's environment, for a shell\n"
    "  add NAME FIELD=VALUE...    a new entry\n"
    "  set NAME FIELD=VALUE...    change an entry; FIELD= removes the field\n"
    "  put NAME                   the entry on standard input, as of get --json\n"
    "  remove NAME                forget an entry; its data stay\n"
    "  follow NAME [TARGET]       to where the job went, if it was verified\n"
    "\n"
    "FIELD=VALUE may be \"-\": then they stand on standard input, a line each.\n"
    "\n"
    "      --job ID              follow: which job\n"
    "      --embedding-model M   follow: with which model\n"
    "      --former FILE         follow: keep the entry there, as it was\n"
    "      --save-password       passwords go to ~/.pgpass\n"
    "      --json                list and get as JSON\n"
    "  -h, --help                this text\n"
    "  -V, --version             the version\n";

static void
note(void *context, const char *text)
{
	(void)context;
	program_note(name, "%s", text);
}

static const struct registry_word *
find_word(int argc, char **argv)
{
	const char *text = optind < argc ? argv[optind] : "";
	const struct registry_word *word = registry_word(text);
	int left = argc - optind - 1;

	if (word == NULL) {
		program_note(name, optind < argc ? "\"%s\" is none of its "
		    "words" : "a word is missing, such as list%s", text);
		return NULL;
	}
	left -= word->named;
	if (left >= word->least && (word->most < 0 || left <= word->most))
		return word;
	program_note(name, "%s: %s", text, left < word->least ?
	    "something is missing" : "too many arguments");
	return NULL;
}

static int
run(const struct registry_word *word, struct registry_request *request,
    int argc, char **argv, struct error *error)
{
	struct registry registry = {.lock = -1};
	struct arena arena = {0};
	int result = 0, at = optind + 1;

	if (word->named) {
		request->name = registry_name(&arena, argv[at++], error);
		result = request->name == NULL ? -1 : 0;
	}
	request->arguments = argv + (at < argc ? at : argc);
	if (result == 0)
		result = registry_open(&registry, word->changes, error);
	if (result == 0)
		result = word->run(&registry, request, error);
	registry_close(&registry);
	arena_free(&arena);
	return result;
}

int
main(int argc, char **argv)
{
	struct buffer out = {0};
	enum status status = STATUS_DONE;
	struct registry_request request = {.program = name,
	    .class = schema_find(systems_default()->name), .out = &out,
	    .status = &status, .note = note};
	const struct program_option table[] = {
		{"job", .text = &request.job},
		{"embedding-model", .text = &request.embedding_model},
		{"former", .text = &request.former},
		{"save-password", .flag = &request.save_password},
		{"json", .flag = &request.json},
		{.name = NULL}
	};
	struct error error = {0};
	const struct registry_word *word;
	int result = options_read(name, help, table, argc, argv);

	if (result != 0)
		return json_failure_misuse(argv, result);
	word = find_word(argc, argv);
	if (word == NULL || (strcmp(word->name, "follow") == 0) !=
	    (request.job != NULL)) {
		if (word != NULL)
			program_note(name, "--job and follow go together");
		return json_failure_misuse(argv, program_usage(name));
	}
	program_start();
	result = run(word, &request, argc, argv, &error);
	fwrite(buffer_text(&out), 1, out.length, stdout);
	buffer_free(&out);
	if (result != 0 && request.json)
		json_failure_print(&error);
	return program_end(name, result, status, &error);
}
