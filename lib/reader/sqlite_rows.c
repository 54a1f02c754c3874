#include <string.h>

#include "codec/base64.h"
#include "codec/utf8.h"
#include "reader/sqlite_rows.h"
#include "reader/sqlite_value.h"

/* Before the columns stand the id and the embedding. */
enum { ID_COLUMN, VECTOR_COLUMN, FIRST_COLUMN };

static void
write_source(const struct sqlite_store *store, const char *scope,
    struct buffer *sql)
{
	buffer_format(sql, " FROM %s AS t", store->table);
	if (store->vectors != NULL)
		buffer_format(sql, " LEFT JOIN %s AS e ON e.rowid = t.rowid",
		    store->vectors);
	/* The plus keeps the order of rowid from being made by sorting. */
	buffer_format(sql, " WHERE +t.%s = ?1", scope);
	if (store->filter != NULL)
		buffer_format(sql, " AND t.%s", store->filter);
}

static sqlite3_stmt *
prepare(const struct sqlite *sqlite, const struct sqlite_store *store,
    struct buffer *sql, const char *workspace, struct error *error)
{
	sqlite3_stmt *statement = sqlite_prepare(sqlite, buffer_text(sql),
	    error);

	if (statement == NULL)
		error_prefix(error, "table %s isn't as it should be: ",
		    store->table);
	else
		(void)sqlite3_bind_text(statement, 1, workspace, -1,
		    SQLITE_STATIC);
	buffer_free(sql);
	return statement;
}

int
sqlite_rows_open(struct sqlite_rows *rows, const struct sqlite *sqlite,
    const struct sqlite_store *store, const char *scope,
    const char *workspace, uint64_t after, struct error *error)
{
	struct buffer sql = {0};

	*rows = (struct sqlite_rows){.sqlite = sqlite, .store = store,
	    .seq = after};
	json_open(&rows->json);
	buffer_format(&sql, "SELECT t.%s, %s", store->id,
	    store->vectors != NULL ? "e.embedding" : "NULL");
	for (size_t i = 0; i < store->column_count; i++)
		buffer_format(&sql, ", t.%s", store->columns[i].name);
	write_source(store, scope, &sql);
	buffer_format(&sql, " ORDER BY t.rowid LIMIT -1 OFFSET %llu",
	    (unsigned long long)after);
	rows->statement = prepare(sqlite, store, &sql, workspace, error);
	return rows->statement == NULL ? -1 : 0;
}

void
sqlite_rows_close(struct sqlite_rows *rows)
{
	(void)sqlite3_finalize(rows->statement);
	json_close(&rows->json);
	buffer_free(&rows->value);
	buffer_free(&rows->vector);
	buffer_free(&rows->detail);
	buffer_free(&rows->raw);
	*rows = (struct sqlite_rows){0};
}

int
sqlite_rows_count(const struct sqlite *sqlite,
    const struct sqlite_store *store, const char *scope,
    const char *workspace, uint64_t *count, struct error *error)
{
	struct buffer sql = {0};
	sqlite3_stmt *statement;
	int got;

	buffer_append_text(&sql, "SELECT count(*)");
	write_source(store, scope, &sql);
	statement = prepare(sqlite, store, &sql, workspace, error);
	got = statement == NULL ? -1 : sqlite_step(sqlite, statement, error);
	*count = got == 1 ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
	(void)sqlite3_finalize(statement);
	return got < 0 ? -1 : 0;
}

static void
write_raw(struct buffer *out, const char *name, sqlite3_value *value)
{
	struct slice bytes = sqlite_value_bytes(value);

	json_write_name(out, name, out->length == 1);
	if (sqlite3_value_type(value) == SQLITE_NULL) {
		buffer_append_text(out, "null");
	} else if (sqlite3_value_type(value) != SQLITE_BLOB &&
	    utf8_valid_length(bytes) == bytes.length) {
		json_write_string(out, bytes);
	} else {
		buffer_append_char(out, '"');
		base64_encode(bytes.data, bytes.length, out);
		buffer_append_char(out, '"');
	}
}

/* The whole row, as an object of texts. */
static void
write_raw_row(struct sqlite_rows *rows)
{
	const struct sqlite_store *store = rows->store;
	sqlite3_stmt *statement = rows->statement;
	struct buffer *out = &rows->raw;

	buffer_clear(out);
	buffer_append_char(out, '{');
	write_raw(out, store->id, sqlite3_column_value(statement, ID_COLUMN));
	if (store->vectors != NULL)
		write_raw(out, "embedding", sqlite3_column_value(statement,
		    VECTOR_COLUMN));
	for (size_t i = 0; i < store->column_count; i++)
		write_raw(out, store->columns[i].name, sqlite3_column_value(
		    statement, FIRST_COLUMN + (int)i));
	buffer_append_char(out, '}');
}

static int
reject(struct sqlite_rows *rows, struct record *record, const char *reason,
    const char *column, const char *words)
{
	write_raw_row(rows);
	buffer_clear(&rows->detail);
	buffer_format(&rows->detail, "%s: table %s: %s %s",
	    rows->sqlite->path, rows->store->table, column, words);
	record->kind = RECORD_REJECT;
	record->value_text = (struct slice){0};
	record->reason = slice_of(reason);
	record->detail = buffer_slice(&rows->detail);
	record->rejected = buffer_slice(&rows->raw);
	return 1;
}

static const char *
write_value(struct sqlite_rows *rows, const char **column, const char **words)
{
	const struct sqlite_store *store = rows->store;

	buffer_clear(&rows->value);
	buffer_append_char(&rows->value, '{');
	for (size_t i = 0; i < store->column_count; i++) {
		sqlite3_value *value = sqlite3_column_value(rows->statement,
		    FIRST_COLUMN + (int)i);
		const char *reason;

		*column = store->columns[i].name;
		json_write_name(&rows->value, *column, i == 0);
		reason = sqlite_value_write(value, store->columns[i].form,
		    &rows->json, &rows->value, words);
		if (reason != NULL)
			return reason;
	}
	buffer_append_char(&rows->value, '}');
	return NULL;
}

static sqlite3_value *
column_value(const struct sqlite_rows *rows, const char *name)
{
	int i = 0;

	while (strcmp(rows->store->columns[i].name, name) != 0)
		i++;
	return sqlite3_column_value(rows->statement, FIRST_COLUMN + i);
}

static bool
checksum_holds(const struct sqlite_rows *rows)
{
	const struct sqlite_store *store = rows->store;

	return store->checksum == NULL || sqlite_value_has_checksum(
	    column_value(rows, store->checked),
	    column_value(rows, store->checksum));
}

static int
make_record(struct sqlite_rows *rows, struct record *record)
{
	const struct sqlite_store *store = rows->store;
	sqlite3_value *id = sqlite3_column_value(rows->statement, ID_COLUMN);
	struct slice text = sqlite_value_bytes(id);
	const char *reason, *column = NULL, *words = NULL;

	*record = (struct record){.kind = store->vectors != NULL ?
	    RECORD_VECTOR : RECORD_KV, .store = store->store,
	    .seq = ++rows->seq};
	if (sqlite3_value_type(id) != SQLITE_TEXT ||
	    utf8_valid_length(text) != text.length)
		return reject(rows, record, "no-id", store->id,
		    "is no text in UTF-8");
	record->id = text;
	reason = write_value(rows, &column, &words);
	if (reason != NULL)
		return reject(rows, record, reason, column, words);
	if (!checksum_holds(rows))
		return reject(rows, record, "bad-checksum", store->checked,
		    "isn't what its checksum was made of; the application "
		    "refuses to read it, too");
	record->value_text = buffer_slice(&rows->value);
	if (store->vectors == NULL)
		return 1;
	buffer_clear(&rows->vector);
	if (!sqlite_value_write_vector(sqlite3_column_value(rows->statement,
	    VECTOR_COLUMN), store->dimension, &rows->json, &rows->vector))
		return reject(rows, record, "no-vector", "embedding",
		    "is missing, or not of as many numbers as the row says");
	record->vector = buffer_slice(&rows->vector);
	return 1;
}

int
sqlite_rows_next(struct sqlite_rows *rows, struct record *record,
    struct error *error)
{
	int got = sqlite_step(rows->sqlite, rows->statement, error);

	return got == 1 ? make_record(rows, record) : got;
}
