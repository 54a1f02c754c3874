#include <string.h>

#include "base/memory.h"
#include "reader/sqlite_reader.h"
#include "reader/sqlite_value.h"

/* Rows of a workspace that can't be named would never be read. */
static int
add_name(struct reader_workspaces *found, size_t *capacity,
    const struct sqlite *sqlite, sqlite3_value *value, struct error *error)
{
	struct slice text = sqlite_value_bytes(value);
	char *name;

	if (sqlite3_value_type(value) != SQLITE_TEXT ||
	    memchr(text.data, '\0', text.length) != NULL)
		return error_set(error, STATUS_DATA, "%s: a row doesn't say "
		    "by a text whose it is", sqlite->path);
	name = memory_format("%.*s", (int)text.length, text.data);
	found->names = memory_grow(found->names, capacity, found->count + 1,
	    sizeof *found->names);
	found->names[found->count++] = name;
	return 0;
}

/* SQL that gives the names of all workspaces; empty: none of the tables. */
static int
write_union(const struct sqlite_application *application,
    const struct sqlite *sqlite, struct buffer *sql, struct error *error)
{
	for (size_t i = 0; i < application->store_count; i++) {
		const char *table = application->stores[i].table;
		int there = sqlite_has_column(sqlite, table,
		    application->scope, error);

		if (there < 0)
			return -1;
		if (there)
			buffer_format(sql, "%sSELECT %s FROM %s",
			    sql->length > 0 ? " UNION " : "",
			    application->scope, table);
	}
	return sql->length > 0 ? 0 : error_set(error, STATUS_DATA, "%s: holds "
	    "none of %s's tables (%s and others)", sqlite->path,
	    application->class->system, application->stores[0].table);
}

int
sqlite_workspaces_list(const struct sqlite_application *application,
    const struct sqlite *sqlite, struct reader_workspaces *found,
    struct error *error)
{
	struct buffer sql = {0};
	sqlite3_stmt *statement = NULL;
	size_t capacity = 0;
	int got = write_union(application, sqlite, &sql, error);

	if (got == 0) {
		buffer_append_text(&sql, " ORDER BY 1");
		statement = sqlite_prepare(sqlite, buffer_text(&sql), error);
		got = statement == NULL ? -1 : 0;
	}
	while (got == 0 && (got = sqlite_step(sqlite, statement, error)) == 1)
		got = add_name(found, &capacity, sqlite,
		    sqlite3_column_value(statement, 0), error);
	(void)sqlite3_finalize(statement);
	buffer_free(&sql);
	return got;
}

int
sqlite_reader_workspaces(const struct sqlite_application *application,
    const char *path, struct reader_workspaces *found, struct error *error)
{
	struct sqlite sqlite;
	int result;

	*found = (struct reader_workspaces){0};
	result = sqlite_open(&sqlite, path, error);
	if (result == 0)
		result = sqlite_workspaces_list(application, &sqlite, found, error);
	sqlite_close(&sqlite);
	return result;
}
