#include <stdlib.h>
#include <string.h>

#include "stream/table.h"

/* PostgreSQL's names; the limit, where there is one, stands in brackets. */
static const struct {
	enum column_type type;
	const char *before;
	const char *after; /* behind the limit's bracket */
	bool limited;
} types[] = {
	{TYPE_TEXT, "text", "", false},
	{TYPE_VARCHAR_ARRAY, "character varying", "[]", true},
	{TYPE_VARCHAR, "character varying", "", true},
	{TYPE_JSONB, "jsonb", "", false},
	{TYPE_INTEGER, "integer", "", false},
	{TYPE_BIGINT, "bigint", "", false},
	{TYPE_DOUBLE, "double precision", "", false},
	{TYPE_BOOLEAN, "boolean", "", false},
	{TYPE_UUID, "uuid", "", false},
	{TYPE_BYTEA, "bytea", "", false},
	{TYPE_LARGE_OBJECT, "oid", "", false},
	{TYPE_TIMESTAMP, "timestamp", " without time zone", true},
	{TYPE_TIMESTAMPTZ, "timestamp", " with time zone", true},
	{TYPE_VECTOR, "vector", "", true},
	{TYPE_HALFVEC, "halfvec", "", true},
	/* A type without a limit is one with none: varchar and text[] alike. */
	{TYPE_VARCHAR_ARRAY, "text", "[]", false},
};

enum { TYPE_COUNT = sizeof types / sizeof types[0], TIMESTAMP_DIGITS = 6 };

struct table *
table_find(const struct table_set *set, struct slice name)
{
	for (size_t i = 0; i < set->table_count; i++)
		if (slice_is(name, set->tables[i].name) ||
		    (set->tables[i].described != NULL &&
		    slice_is(name, set->tables[i].described)))
			return &set->tables[i];
	return NULL;
}

bool
table_has_home(const struct table_set *set)
{
	return set->home.schema != NULL || set->home.setting != NULL ||
	    set->home.role != NULL || set->home.existing;
}

int
table_column(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return (int)i;
	return -1;
}

void
table_set_free(struct table_set *set)
{
	arena_free(&set->arena);
	free(set->tables);
	free(set->finishes);
	free(set->relations);
	free(set->views);
	*set = (struct table_set){0};
}

/* Take ${prefix} off the front of ${text}; false if it doesn't begin so. */
static bool
take(struct slice *text, const char *prefix)
{
	size_t length = strlen(prefix);

	if (text->length < length || memcmp(text->data, prefix, length) != 0)
		return false;
	text->data += length;
	text->length -= length;
	return true;
}

static bool
take_limit(struct slice *text, uint32_t *limit)
{
	uint32_t number = 0;

	if (!take(text, "("))
		return true;
	while (text->length > 0 && text->data[0] >= '0' &&
	    text->data[0] <= '9' && number < 100000000) {
		number = number * 10 + (uint32_t)(text->data[0] - '0');
		text->data++;
		text->length--;
	}
	*limit = number;
	return take(text, ")");
}

bool
table_type_parse(struct slice text, enum column_type *type, uint32_t *limit)
{
	for (size_t i = 0; i < TYPE_COUNT; i++) {
		struct slice rest = text;
		bool stamp = types[i].type == TYPE_TIMESTAMP ||
		    types[i].type == TYPE_TIMESTAMPTZ;
		uint32_t number = stamp ? TIMESTAMP_DIGITS : 0;

		if (take(&rest, types[i].before) &&
		    (!types[i].limited || take_limit(&rest, &number)) &&
		    slice_is(rest, types[i].after)) {
			*type = types[i].type;
			*limit = number;
			return true;
		}
	}
	return false;
}

void
table_type_format(const struct column *column, struct buffer *buffer)
{
	for (size_t i = 0; i < TYPE_COUNT; i++) {
		bool stamp = column->type == TYPE_TIMESTAMP ||
		    column->type == TYPE_TIMESTAMPTZ;

		if (types[i].type != column->type)
			continue;
		buffer_append_text(buffer, types[i].before);
		if (stamp ? column->limit < TIMESTAMP_DIGITS : column->limit > 0)
			buffer_format(buffer, "(%u)", (unsigned)column->limit);
		buffer_append_text(buffer, types[i].after);
		return;
	}
}
