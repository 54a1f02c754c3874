#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/base64.h"
#include "query/search.h"

/* One store's name is a list of its own for the reader. */
int
search_open(struct source *source, const struct query *query,
    const char *store, struct error *error)
{
	struct source_options options = {.program = query->program,
	    .reader = {.workspace = query->workspace, .only = store == NULL ?
	    NULL : &store, .only_count = store != NULL}};

	return source_open(source, query->location, &options, error);
}

const struct schema_class *
search_class(const struct source *source)
{
	const struct schema_class *class = source->class != NULL ?
	    source->class : schema_find(source->header.system);

	return class != NULL ? class : schema_find(systems_default()->name);
}

int
search_next(struct source *source, const char *store, struct record *record,
    struct error *error)
{
	int got;

	while ((got = source_next(source, record, error)) == 1)
		if (record->kind != RECORD_REJECT &&
		    strcmp(record->store, store) == 0)
			return 1;
	return got;
}

static bool
is_asked_for(const struct query *query, const struct record *record)
{
	return slice_is(record->id, query->subject) ||
	    slice_is(record->source, query->subject) ||
	    slice_is(record->target, query->subject);
}

/* Entities by their name, edges by one of their ends. */
static int
look_up(const struct query *query, struct answer *answer, const char *store,
    struct error *error)
{
	struct source source;
	struct record record;
	int got = search_open(&source, query, store, error) == 0 ? 1 : -1;

	if (got == 1)
		ranking_open(&answer->ranking, query->most,
		    search_class(&source)->losses, source.schema != NULL);
	while (got == 1 && (got = search_next(&source, store, &record,
	    error)) == 1) {
		answer->ranking.seen += !is_asked_for(query, &record);
		if (is_asked_for(query, &record) && ranking_add(
		    &answer->ranking, &record, 0, error) != 0)
			got = -1;
	}
	source_close(&source);
	return got;
}

/* The schema says which store holds what. */
static int
find_store(const struct query *query, struct answer *answer,
    struct error *error)
{
	struct location location;
	const struct schema_class *class = NULL;
	const char *store;
	int result = location_parse(&location, query->location, error);

	if (result == 0 && location.schema != NULL)
		class = schema_find(location.schema);
	else if (result == 0 && location.system != NULL)
		class = schema_find(location.system->name);
	if (class == NULL)
		class = schema_find(systems_default()->name);
	store = query->form == QUERY_ENTITY ? class->entities :
	    query->form == QUERY_NEIGHBORS ? class->relations :
	    query->store != NULL ? query->store : class->chunks;
	if (result == 0 && store == NULL)
		result = error_set(error, STATUS_USAGE, "schema %s has no "
		    "store that such a question is about", class->name);
	answer->store = arena_text(&answer->arena, slice_of(store));
	location_free(&location);
	return result;
}

int
query_run(const struct query *query, struct answer *answer,
    struct error *error)
{
	*answer = (struct answer){0};
	if (find_store(query, answer, error) != 0)
		return -1;
	switch (query->form) {
	case QUERY_ENTITY:
	case QUERY_NEIGHBORS:
		return look_up(query, answer, answer->store, error);
	case QUERY_TEXT:
		return search_text(query, answer, error);
	default:
		return search_similar(query, answer, error);
	}
}

void
query_free(struct answer *answer)
{
	ranking_close(&answer->ranking);
	ranking_close(&answer->exact);
	arena_free(&answer->arena);
}

int
query_read_vector(struct slice text, struct buffer *out, struct error *error)
{
	struct record record = {.kind = RECORD_VECTOR};
	struct json json;
	struct buffer line = {0}, base64 = {0};
	yyjson_val *root;
	size_t position;
	bool good;

	while (text.length > 0 && strchr(" \t\r\n",
	    text.data[text.length - 1]) != NULL)
		text.length--;
	/* Read as a line's member is, so that both mean the same. */
	buffer_append_text(&line, "{\"id\":\"\",\"value\":{},\"vector\":");
	if (text.length > 0 && text.data[0] == '[')
		buffer_append_slice(&line, text);
	else
		json_write_string(&line, text);
	buffer_append_char(&line, '}');
	json_open(&json);
	good = json_parse_line(&json, buffer_slice(&line), &root) ==
	    JSON_GOOD && record_read(&record, root, &base64) &&
	    base64_decode(record.vector, out, &position) &&
	    out->length > 0 && out->length % sizeof(float) == 0;
	json_close(&json);
	buffer_free(&line);
	buffer_free(&base64);
	return good ? 0 : error_set(error, STATUS_DATA, "the vector is neither "
	    "a JSON array of numbers nor base64 of float32");
}
