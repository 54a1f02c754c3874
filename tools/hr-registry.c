/*
 * hr-registry: the registry of databases, read and changed (hr-registry(1)).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/options.h"
#include "base/program.h"
#include "codec/json_failure.h"
#include "location/systems.h"
#include "registry/change.h"
#include "registry/environment.h"
#include "registry/follow.h"
#include "registry/listing.h"

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
    "  put NAME                   the entry on standard input, as get --json gives it\n"
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

struct options {
	bool json;
	bool save_password;
	const char *job;
	const char *embedding_model;
	const char *former;
	const char *name;   /* of the database, as it is written there */
	char **arguments;   /* behind it; NULL ends them */
	enum status *status; /* what a success ends with */
};

static void
note(void *context, const char *text)
{
	(void)context;
	program_note(name, "%s", text);
}

/* All of standard input. */
static int
read_input(struct buffer *text, struct error *error)
{
	size_t got;

	do {
		buffer_reserve(text, 65536);
		got = fread(text->data + text->length, 1, 65536, stdin);
		text->length += got;
	} while (got > 0 && text->length < 1 << 24);
	if (ferror(stdin) || got > 0)
		return error_set(error, STATUS_SOURCE,
		    "standard input: too long, or can't be read");
	if (memchr(text->data, '\0', text->length) != NULL)
		return error_set(error, STATUS_DATA,
		    "standard input: a byte 0 in it");
	return 0;
}

static int
assign_lines(struct change *change, struct error *error)
{
	struct buffer text = {0};
	int result = read_input(&text, error);
	char *rest = memory_copy_text(buffer_text(&text)), *line = rest;

	while (result == 0 && *line != '\0') {
		char *end = line + strcspn(line, "\n");
		char *next = *end != '\0' ? end + 1 : end;

		*end = '\0';
		if (*line != '\0')
			result = change_assign(change, line, error);
		line = next;
	}
	free(rest);
	buffer_free(&text);
	return result;
}

static int
assign_all(struct change *change, char **assignments, struct error *error)
{
	int result = 0;

	for (; result == 0 && *assignments != NULL; assignments++)
		result = strcmp(*assignments, "-") == 0 ?
		    assign_lines(change, error) :
		    change_assign(change, *assignments, error);
	if (result == 0 && change->save_password)
		result = change_move_password(change, error);
	return result;
}

/* --- the words ------------------------------------------------------------- */

static int
list(struct registry *registry, const struct options *options,
    struct error *error)
{
	struct buffer out = {0};

	(void)error;
	(options->json ? listing_json : listing_table)(registry, &out);
	fwrite(buffer_text(&out), 1, out.length, stdout);
	buffer_free(&out);
	return 0;
}

static int
get(struct registry *registry, const struct options *options,
    struct error *error)
{
	yyjson_mut_val *entry = registry_find(registry, options->name, error);
	struct buffer out = {0};
	int result = entry == NULL ? -1 : 0;

	if (result == 0 && options->arguments[0] != NULL)
		result = listing_field(entry, options->arguments[0], &out,
		    options->status, error);
	else if (result == 0)
		listing_entry(registry, entry, options->json, &out);
	fwrite(buffer_text(&out), 1, out.length, stdout);
	buffer_free(&out);
	return result;
}

static int
env(struct registry *registry, const struct options *options,
    struct error *error)
{
	yyjson_mut_val *entry = registry_find(registry, options->name, error);
	struct arena arena = {0};
	struct target target;
	struct buffer out = {0};
	int result = entry == NULL ? -1 : target_read(&target, entry, &arena,
	    error);

	if (result == 0) {
		environment_write(schema_find(systems_default()->name), &target, entry,
		    &out);
		if (target.has_password)
			note(NULL, "the registry holds a password, which isn't "
			    "printed; ~/.pgpass serves all programs");
	}
	fwrite(buffer_text(&out), 1, out.length, stdout);
	buffer_free(&out);
	arena_free(&arena);
	return result;
}

static int
add(struct registry *registry, const struct options *options,
    struct error *error)
{
	struct change change = {registry, NULL, options->save_password, note,
	    NULL};

	if (yyjson_mut_obj_get(registry->databases, options->name) != NULL)
		return error_set(error, STATUS_CONFLICT, "%s: database \"%s\" "
		    "is there already", registry->path, options->name);
	change.entry = registry_add(registry, options->name);
	if (assign_all(&change, options->arguments, error) != 0)
		return -1;
	if (yyjson_mut_obj_get(change.entry, "path") == NULL)
		return error_set(error, STATUS_USAGE,
		    "path=DIR is missing: where the database's files lie");
	return registry_save(registry, error);
}

static int
set(struct registry *registry, const struct options *options,
    struct error *error)
{
	struct change change = {registry, registry_find(registry,
	    options->name, error), options->save_password, note, NULL};

	if (change.entry == NULL ||
	    assign_all(&change, options->arguments, error) != 0)
		return -1;
	return registry_save(registry, error);
}

static int
put(struct registry *registry, const struct options *options,
    struct error *error)
{
	struct change change = {registry, yyjson_mut_obj_get(
	    registry->databases, options->name), false, note, NULL};
	struct buffer text = {0};
	int result = read_input(&text, error);

	if (result == 0)
		result = change_put(&change, options->name,
		    buffer_text(&text), error);
	if (result == 0)
		result = registry_save(registry, error);
	buffer_free(&text);
	return result;
}

static int
forget(struct registry *registry, const struct options *options,
    struct error *error)
{
	if (registry_find(registry, options->name, error) == NULL)
		return -1;
	yyjson_mut_obj_remove_key(registry->databases, options->name);
	return registry_save(registry, error);
}

static int
follow(struct registry *registry, const struct options *options,
    struct error *error)
{
	yyjson_mut_val *entry = registry_find(registry, options->name, error);
	struct connection connection = {0};
	struct followed followed;
	int result = entry == NULL ? -1 : connection_open(&connection,
	    options->arguments[0], name, error);

	if (result == 0)
		result = follow_ask(&connection, options->job, &followed,
		    error);
	if (result == 0 && options->former != NULL)
		result = follow_save(registry, entry, options->job,
		    options->former, error);
	if (result == 0) {
		follow_write(registry, entry, &connection, options->job,
		    options->embedding_model, &followed);
		result = registry_save(registry, error);
	}
	connection_close(&connection);
	return result;
}

static const struct word {
	const char *name;
	int (*run)(struct registry *registry, const struct options *options,
	    struct error *error);
	bool named;    /* takes NAME */
	bool changes;
	int least, most; /* arguments behind that; most -1: any number */
} words[] = {
	{"list", list, false, false, 0, 0},
	{"get", get, true, false, 0, 1},
	{"env", env, true, false, 0, 0},
	{"add", add, true, true, 1, -1},
	{"set", set, true, true, 0, -1},
	{"put", put, true, true, 0, 0},
	{"remove", forget, true, true, 0, 0},
	{"follow", follow, true, true, 0, 1}
};

static const struct word *
find_word(int argc, char **argv)
{
	const char *text = optind < argc ? argv[optind] : "";
	int left = argc - optind - 1;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		const struct word *word = &words[i];

		if (strcmp(word->name, text) != 0)
			continue;
		left -= word->named;
		if (left >= word->least && (word->most < 0 ||
		    left <= word->most))
			return word;
		program_note(name, "%s: %s", text, left < word->least ?
		    "something is missing" : "too many arguments");
		return NULL;
	}
	program_note(name, optind < argc ? "\"%s\" is none of its words" :
	    "a word is missing, such as list%s", text);
	return NULL;
}

static int
run(const struct word *word, struct options *options, int argc, char **argv,
    struct error *error)
{
	struct registry registry = {.lock = -1};
	struct arena arena = {0};
	int result = 0, at = optind + 1;

	if (word->named) {
		options->name = registry_name(&arena, argv[at++], error);
		result = options->name == NULL ? -1 : 0;
	}
	options->arguments = argv + (at < argc ? at : argc);
	if (result == 0)
		result = registry_open(&registry, word->changes, error);
	if (result == 0)
		result = word->run(&registry, options, error);
	registry_close(&registry);
	arena_free(&arena);
	return result;
}

int
main(int argc, char **argv)
{
	enum status status = STATUS_DONE;
	struct options options = {.status = &status};
	const struct program_option table[] = {
		{"job", .text = &options.job},
		{"embedding-model", .text = &options.embedding_model},
		{"former", .text = &options.former},
		{"save-password", .flag = &options.save_password},
		{"json", .flag = &options.json},
		{.name = NULL}
	};
	struct error error = {0};
	const struct word *word;
	int result = options_read(name, help, table, argc, argv);

	if (result != 0)
		return json_failure_misuse(argv, result);
	word = find_word(argc, argv);
	if (word == NULL || (strcmp(word->name, "follow") == 0) !=
	    (options.job != NULL)) {
		if (word != NULL)
			program_note(name, "--job and follow go together");
		return json_failure_misuse(argv, program_usage(name));
	}
	program_start();
	result = run(word, &options, argc, argv, &error);
	if (result != 0 && options.json)
		json_failure_print(&error);
	return program_end(name, result, status, &error);
}
