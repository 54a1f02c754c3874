#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/digest.h"
#include "postgres/answer.h"
#include "postgres/catalog.h"
#include "postgres/copy_binary.h"
#include "postgres/home.h"
#include "postgres/sql.h"
#include "reader/postgres.h"

enum { COPY_HEADER = 19 };

struct postgres_reader {
	struct reader reader;
	struct connection *connection;
	struct table_set *set;
	struct postgres_reader_options options;
	char *schema;
	bool *existing;
	struct header header;
	char fingerprint[33];
	size_t table;   /* being read; set->table_count at the end */
	bool begun;
	bool copying;
	bool first;     /* the header comes with the first message */
	uint64_t seq;
	char *message;  /* of libpq, the last row */
	struct buffer row;
	struct json json;
};

static void
qualify(struct postgres_reader *reader, struct buffer *sql, const char *table)
{
	sql_table(reader->connection, sql, reader->schema, table);
}

/*
 * Lock first, so that the snapshot can't be older than the lock. A policy that
 * hides rows is an error, except one that shows those of the workspace that
 * the session has named: more isn't read anyway.
 */
static int
begin(struct postgres_reader *reader, struct error *error)
{
	struct buffer sql = {0};
	size_t count = 0;
	int result;

	buffer_append_text(&sql, "BEGIN ISOLATION LEVEL REPEATABLE READ, "
	    "READ ONLY");
	if (reader->set->home.setting == NULL)
		buffer_append_text(&sql, "; SET LOCAL row_security = off");
	for (size_t i = 0; i < reader->set->table_count; i++) {
		if (!reader->existing[i])
			continue;
		buffer_append_text(&sql, count++ > 0 ? ", " :
		    "; LOCK TABLE ");
		qualify(reader, &sql, reader->set->tables[i].name);
	}
	if (count > 0)
		buffer_append_text(&sql, " IN ACCESS SHARE MODE");
	result = connection_run(reader->connection, buffer_text(&sql), error);
	buffer_free(&sql);
	if (result == 0) {
		PGresult *set = connection_query(reader->connection,
		    "SELECT set_config('hr.workspace', $1, true)", 1,
		    &reader->options.workspace, error);

		result = set == NULL ? -1 : 0;
		PQclear(set);
	}
	return result;
}

static void
write_scope(struct postgres_reader *reader, const struct table *table,
    struct buffer *sql)
{
	sql_name(reader->connection, sql, " WHERE ", table->scope);
	buffer_append_text(sql, " = current_setting('hr.workspace')");
}

/* One table's rows, and in ${state} which versions of them there are. */
static int
count_table(struct postgres_reader *reader, struct store *store,
    struct buffer *sql, struct buffer *state, struct error *error)
{
	PGresult *result = connection_query(reader->connection,
	    buffer_text(sql), 0, NULL, error);

	if (result == NULL)
		return -1;
	store->count = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
	for (int i = 0; i < PQnfields(result); i++)
		buffer_format(state, "%s\n", PQgetvalue(result, 0, i));
	PQclear(result);
	return 0;
}

/*
 * The database, the workspace and, where a job may go on by it, the version
 * of every row: an update anywhere makes it another source.
 */
static void
set_fingerprint(struct postgres_reader *reader, const struct buffer *state)
{
	unsigned __int128 hash = digest_hash_with(digest_hash(slice_of(
	    reader->connection->identity)), buffer_slice(state));

	hash = digest_hash_with(hash, slice_of(reader->options.workspace));
	snprintf(reader->fingerprint, sizeof reader->fingerprint,
	    "%016llx%016llx", (unsigned long long)(hash >> 64),
	    (unsigned long long)hash);
	reader->header.fingerprint = reader->fingerprint;
}

static int
count_rows(struct postgres_reader *reader, struct error *error)
{
	struct buffer sql = {0}, state = {0};
	int result = 0;

	for (size_t i = 0; i < reader->set->table_count && result == 0; i++) {
		const struct table *table = &reader->set->tables[i];
		struct store *store = &reader->header.stores[i];
		*store = (struct store){.name = table->store,
		    .shape = SHAPE_TABLE};
		for (size_t j = 0; j < table->column_count; j++)
			if (table->columns[j].type == TYPE_VECTOR)
				store->dimension = table->columns[j].limit;
		if (!reader->existing[i])
			continue;
		buffer_clear(&sql);
		buffer_append_text(&sql, reader->options.ordered ?
		    "SELECT count(*), sum(hashtextextended(tableoid || '/' || "
		    "ctid || '/' || xmin, 0)::numeric) FROM " :
		    "SELECT count(*) FROM ");
		qualify(reader, &sql, table->name);
		write_scope(reader, table, &sql);
		result = count_table(reader, store, &sql, &state, error);
	}
	set_fingerprint(reader, &state);
	buffer_free(&state);
	buffer_free(&sql);
	return result;
}

static const struct header *
get_header(struct reader *base)
{
	return &((struct postgres_reader *)base)->header;
}

static bool
is_text(const struct table *table, const char *column)
{
	enum column_type type = table->columns[table_column(table,
	    column)].type;

	return type == TYPE_TEXT || type == TYPE_VARCHAR;
}

static int
start_table(struct postgres_reader *reader, struct error *error)
{
	const struct table *table = &reader->set->tables[reader->table];
	struct buffer sql = {0};
	PGresult *result;

	buffer_append_text(&sql, "COPY (SELECT ");
	sql_values(reader->connection, &sql, table);
	buffer_append_text(&sql, " FROM ");
	qualify(reader, &sql, table->name);
	write_scope(reader, table, &sql);
	for (size_t i = 0; i < table->key_count && reader->options.ordered;
	    i++) {
		sql_name(reader->connection, &sql, i > 0 ? ", " : " ORDER BY ",
		    table->key[i]);
		if (is_text(table, table->key[i]))
			buffer_append_text(&sql, " COLLATE \"C\"");
	}
	if (reader->options.limit > 0)
		buffer_format(&sql, " LIMIT %" PRIu64, reader->options.limit);
	buffer_append_text(&sql, ") TO STDOUT (FORMAT binary)");
	result = answer_to(reader->connection, buffer_text(&sql));
	buffer_free(&sql);
	if (PQresultStatus(result) != PGRES_COPY_OUT)
		return connection_failed(reader->connection, result, error);
	PQclear(result);
	reader->copying = reader->first = true;
	reader->seq = 0;
	return 0;
}

static void
turn_to_next(struct postgres_reader *reader)
{
	if (reader->options.shared != NULL)
		reader->table = atomic_fetch_add(reader->options.shared, 1);
	else if (reader->begun)
		reader->table++;
	reader->begun = true;
}

static int
end_table(struct postgres_reader *reader, struct error *error)
{
	PGresult *result = answer_next(reader->connection);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		return connection_failed(reader->connection, result, error);
	PQclear(result);
	while ((result = answer_next(reader->connection)) != NULL)
		PQclear(result);
	reader->copying = false;
	turn_to_next(reader);
	return 0;
}

static uint32_t
get_number(const char *data, size_t size)
{
	uint32_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | (unsigned char)data[i];
	return number;
}

/* One row's bytes as a JSON object. */
static bool
decode_row(struct postgres_reader *reader, const struct table *table,
    const char *data, size_t length)
{
	size_t at = 2;

	buffer_clear(&reader->row);
	buffer_append_char(&reader->row, '{');
	if (length < 2 || get_number(data, 2) != table->column_count)
		return false;
	for (size_t i = 0; i < table->column_count; i++) {
		int32_t size;

		if (length - at < 4)
			return false;
		size = (int32_t)get_number(data + at, 4);
		at += 4;
		if (size > 0 && length - at < (size_t)size)
			return false;
		json_write_name(&reader->row, table->columns[i].name, i == 0);
		if (!copy_decode_field(&table->columns[i], data + at, size,
		    &reader->row))
			return false;
		at += size > 0 ? (size_t)size : 0;
	}
	buffer_append_char(&reader->row, '}');
	return at == length;
}

static int
make_record(struct postgres_reader *reader, const char *data, size_t length,
    struct record *record, struct error *error)
{
	const struct table *table = &reader->set->tables[reader->table];

	bool good = decode_row(reader, table, data, length);

	*record = (struct record){.kind = RECORD_ROW, .store = table->store,
	    .seq = ++reader->seq, .table = slice_of(table->name)};
	PQfreemem(reader->message); /* a long row needs its memory elsewhere */
	reader->message = NULL;
	if (!good || json_parse_line(&reader->json, buffer_slice(&reader->row),
	    &record->value) != JSON_GOOD)
		return error_set(error, STATUS_INTERNAL, "%s: row %llu isn't "
		    "in the format that PostgreSQL documents", table->name,
		    (unsigned long long)reader->seq);
	return 1;
}

/* The next row of the open table: 1, or 0 at its end, or -1. */
static int
next_row(struct postgres_reader *reader, struct record *record,
    struct error *error)
{
	const char *data;
	int length;

	PQfreemem(reader->message);
	reader->message = NULL;
	do {
		length = PQgetCopyData(reader->connection->pg,
		    &reader->message, 1);
	} while (length == 0 && answer_more(reader->connection));
	if (length == 0 || length < -1)
		return connection_failed(reader->connection, NULL, error);
	if (length == -1)
		return 0;
	data = reader->message;
	if (reader->first && length >= COPY_HEADER) {
		data += COPY_HEADER;
		length -= COPY_HEADER;
		reader->first = false;
	}
	/* The trailer; the end follows. */
	if (length == 2 && get_number(data, 2) == 0xFFFF)
		return next_row(reader, record, error);
	return make_record(reader, data, (size_t)length, record, error);
}

static int
next(struct reader *base, struct record *record, struct error *error)
{
	struct postgres_reader *reader = (struct postgres_reader *)base;

	if (!reader->begun)
		turn_to_next(reader);
	while (reader->table < reader->set->table_count) {
		int got;

		if (!reader->existing[reader->table]) {
			turn_to_next(reader);
			continue;
		}
		if (!reader->copying && start_table(reader, error) != 0)
			return -1;
		got = next_row(reader, record, error);
		if (got != 0)
			return got;
		if (end_table(reader, error) != 0)
			return -1;
	}
	return 0;
}

static void
close_reader(struct reader *base)
{
	struct postgres_reader *reader = (struct postgres_reader *)base;
	struct error unused;

	PQfreemem(reader->message);
	if (!reader->copying)
		(void)connection_run(reader->connection, "ROLLBACK", &unused);
	json_close(&reader->json);
	buffer_free(&reader->row);
	free(reader->header.stores);
	free(reader->existing);
	free(reader->schema);
	free(reader);
}

static const struct reader_class class = {
	.system = "postgresql",
	.header = get_header,
	.next = next,
	.close = close_reader,
};

/* What nobody wants is as if it weren't there. */
static int
choose_tables(struct postgres_reader *reader, struct error *error)
{
	const struct postgres_reader_options *options = &reader->options;
	size_t found = 0;

	if (options->only == NULL)
		return 0;
	for (size_t i = 0; i < reader->set->table_count; i++) {
		bool wanted = false;

		for (size_t j = 0; j < options->only_count; j++)
			wanted |= strcmp(options->only[j],
			    reader->set->tables[i].store) == 0;
		found += wanted;
		reader->existing[i] = reader->existing[i] && wanted;
	}
	return found == options->only_count ? 0 : error_set(error,
	    STATUS_USAGE, "%s: the schema has no store of this name",
	    options->only[0]);
}

/* What is staged comes before what the application has, jobs and all. */
static char *
enter(struct connection *connection, const struct table_home *home,
    const struct postgres_reader_options *options, struct error *error)
{
	char *schema = home_enter(connection, home, options->workspace,
	    error);

	if (schema == NULL || options->schema == NULL)
		return schema;
	free(schema);
	return connection_use_schema(connection, options->schema, error) != 0 ?
	    NULL : connection_schema(connection, error);
}

struct reader *
postgres_reader_open(struct connection *connection, struct table_set *set,
    const struct postgres_reader_options *options, struct error *error)
{
	struct postgres_reader *reader = memory_alloc(sizeof *reader);

	reader->reader.class = &class;
	reader->connection = connection;
	reader->set = set;
	reader->options = *options;
	json_open(&reader->json);
	reader->header = (struct header){.system = "postgresql",
	    .source = connection->place,
	    .workspace = options->workspace,
	    .stores = memory_array(set->table_count, sizeof(struct store)),
	    .store_count = set->table_count};
	reader->schema = enter(connection, &set->home, options, error);
	if (reader->schema == NULL || catalog_resolve(connection,
	    reader->schema, set, &reader->existing, error) != 0 ||
	    choose_tables(reader, error) != 0 ||
	    begin(reader, error) != 0 || count_rows(reader, error) != 0) {
		close_reader(&reader->reader);
		return NULL;
	}
	return &reader->reader;
}
