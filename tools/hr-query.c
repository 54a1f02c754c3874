/*
 * hr-query: questions to files or a database, with the same answers
 * (hr-query(1)).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/options.h"
#include "base/program.h"
#include "codec/json_failure.h"
#include "codec/utf8.h"
#include "query/place.h"
#include "query/query_report.h"

static const char name[] = "hr-query";
static const char help[] =
    "Examples:\n"
    "  hr-query rag_storage --entity Alice\n"
    "  hr-query mydb \"annual report\" --top 3\n"
    "  hr-query 'postgresql:///db?workspace=w' --similar-to chunk-1a2b --json\n"
    "\n"
    "Usage: hr-query [OPTION]... NAME|LOCATION [WORDS]...\n"
    "Ask a registered database, a directory or PostgreSQL. WORDS are looked for\n"
    "in the chunks; an option asks for something else instead.\n"
    "\n"
    "  --text WORDS          chunks that hold these words\n"
    "  --entity NAME         the entity of that name\n"
    "  --neighbors NAME      its relations\n"
    "  --similar-to ID       embeddings near to that record's\n"
    "  --vector FILE         embeddings near to the one in FILE (-: standard input)\n"
    "  --store NAME          where to look for embeddings (default: chunks)\n"
    "  --top N               so many at most (default 10; 0: all)\n"
    "  --index               ask the vector index, and say what it misses\n"
    "  --source-workspace W  which workspace of a directory that holds several\n"
    "  --json                the answer as JSON\n"
    "  -h, --help            this text\n"
    "  -V, --version         the version\n";

struct options {
	struct query query;
	const char *text, *entity, *neighbors, *similar, *vector;
	uint64_t top;
	bool json;
};

static int
misuse(const char *words)
{
	program_note(name, "%s", words);
	return program_usage(name);
}

/* Exactly one question. */
static int
choose_form(struct options *options, struct buffer *words)
{
	struct query *query = &options->query;
	const char *const subjects[] = {options->entity, options->neighbors,
	    options->similar, options->vector, options->text != NULL ?
	    options->text : words->length > 0 ? buffer_text(words) : NULL};
	int count = options->text != NULL && words->length > 0;

	for (int i = 0; i < 5; i++) {
		if (subjects[i] == NULL)
			continue;
		query->form = (enum query_form)i;
		query->subject = subjects[i];
		count++;
	}
	if (count != 1)
		return misuse(count == 0 ? "a question is missing: words, or "
		    "an option such as --entity" : "one question only");
	if (utf8_valid_length(slice_of(query->subject)) <
	    strlen(query->subject))
		return misuse("the question isn't UTF-8");
	if (query->form == QUERY_NEIGHBORS && options->top == UINT64_MAX)
		options->top = 0;
	query->most = options->top == UINT64_MAX ? 10 : (size_t)options->top;
	if (query->index && query->form != QUERY_SIMILAR &&
	    query->form != QUERY_VECTOR)
		return misuse("--index goes with --similar-to and --vector");
	if (query->index && query->most == 0)
		return misuse("--index finds so many at most: --top 0 doesn't "
		    "go with it");
	return 0;
}

static int
parse(int argc, char **argv, struct options *options, struct buffer *words)
{
	const struct program_option table[] = {
		{"text", .text = &options->text},
		{"entity", .text = &options->entity},
		{"neighbors", .text = &options->neighbors},
		{"similar-to", .text = &options->similar},
		{"vector", .text = &options->vector},
		{"store", .text = &options->query.store},
		{"top", .number = &options->top, .most = 1000000},
		{"index", .flag = &options->query.index},
		{"source-workspace", .text = &options->query.workspace},
		{"json", .flag = &options->json},
		{.name = NULL}
	};
	int result = options_read(name, help, table, argc, argv);

	if (result != 0)
		return result;
	if (optind == argc)
		return misuse("a name or location is missing");
	options->query.location = argv[optind++];
	for (; optind < argc; optind++)
		buffer_format(words, "%s%s", words->length > 0 ? " " : "",
		    argv[optind]);
	return choose_form(options, words);
}

static int
read_vector(const char *path, struct buffer *vector, struct error *error)
{
	struct buffer text = {0};
	int got = durable_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path,
	    16 * 1024 * 1024, &text, error);

	if (got == 0)
		got = error_set(error, STATUS_SOURCE, "%s: there is no such "
		    "file", path);
	if (got > 0)
		got = query_read_vector(buffer_slice(&text), vector, error);
	buffer_free(&text);
	return got < 0 ? -1 : 0;
}

static int
ask(struct options *options, enum status *status, struct error *error)
{
	struct query *query = &options->query;
	struct answer answer = {0};
	struct arena arena = {0};
	struct buffer vector = {0}, out = {0};
	int result = -1;

	query->program = name;
	query->location = place_of(query->location, &arena, error);
	if (query->location != NULL && (query->form != QUERY_VECTOR ||
	    read_vector(query->subject, &vector, error) == 0)) {
		query->vector = buffer_slice(&vector);
		result = query_run(query, &answer, error);
	}
	if (result == 0) {
		(options->json ? query_report_json : query_report)(query,
		    &answer, &out);
		fwrite(buffer_text(&out), 1, out.length, stdout);
		*status = answer.ranking.count > 0 ? STATUS_DONE :
		    STATUS_DIFFERENT;
	}
	query_free(&answer);
	buffer_free(&vector);
	buffer_free(&out);
	arena_free(&arena);
	return result;
}

int
main(int argc, char **argv)
{
	struct options options = {.top = UINT64_MAX};
	struct error error = {0};
	enum status status = STATUS_DONE;
	struct buffer words = {0};
	int result = parse(argc, argv, &options, &words);

	if (result != 0) {
		buffer_free(&words);
		return json_failure_misuse(argv, result);
	}
	program_start();
	result = ask(&options, &status, &error);
	buffer_free(&words);
	if (result != 0 && options.json)
		json_failure_print(&error);
	return program_end(name, result, status, &error);
}
