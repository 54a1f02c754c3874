/*
 * What the application's own search would find: by the vector index, which
 * looks at some of the embeddings only.
 */
#include <string.h>

#include "postgres/sql.h"
#include "query/search.h"

static const char plan_settings[] = "SET enable_seqscan TO off; "
    "SET enable_bitmapscan TO off; SET enable_sort TO off";
static const char plan_resets[] = "RESET enable_seqscan; "
    "RESET enable_bitmapscan; RESET enable_sort";

static const struct table *
find_table(struct source *source, const char *store)
{
	const struct table_set *set = schema_tables(source->schema);

	for (size_t i = 0; i < set->table_count; i++)
		if (strcmp(set->tables[i].store, store) == 0)
			return &set->tables[i];
	return NULL;
}

static const struct column *
find_vector_column(const struct table *table)
{
	for (size_t i = 0; table != NULL && i < table->column_count; i++)
		if (table->columns[i].type == TYPE_VECTOR ||
		    table->columns[i].type == TYPE_HALFVEC)
			return &table->columns[i];
	return NULL;
}

/* [1,0.5,…], as pgvector reads it; nine digits say a float32 exactly. */
static void
write_vector(struct slice vector, struct buffer *out)
{
	for (size_t i = 0; i < vector.length; i += sizeof(float)) {
		float x;

		memcpy(&x, vector.data + i, sizeof x);
		buffer_format(out, "%c%.9g", i == 0 ? '[' : ',', (double)x);
	}
	buffer_append_char(out, ']');
}

static void
write_search(struct source *source, const struct query *query,
    const struct table *table, struct buffer *sql)
{
	struct connection *connection = &source->connection;
	const struct column *column = find_vector_column(table);
	const char *id = table->key[table->key_count - 1];

	sql_name(connection, sql, "SELECT t.", id);
	sql_name(connection, sql, "::text FROM ", table->name);
	sql_name(connection, sql, " AS t WHERE t.", table->scope);
	sql_name(connection, sql, " = $1 AND t.", id);
	sql_name(connection, sql, " IS DISTINCT FROM $3 ORDER BY t.",
	    column->name);
	buffer_append_text(sql, " <=> $2::");
	table_type_format(column, sql);
	buffer_format(sql, " LIMIT %zu", query->most);
}

/* Which index the plan takes the order from: `Index Scan using NAME on …`, and
 * below it `Order By: …`. NULL: none. */
static const char *
planned_index(const PGresult *plan, struct arena *arena)
{
	static const char scan[] = "Index Scan using ";
	const char *index = NULL;

	for (int i = 0; i < PQntuples(plan); i++) {
		const char *line = PQgetvalue(plan, i, 0);
		const char *name = strstr(line, scan);

		if (name != NULL) {
			name += sizeof scan - 1;
			index = arena_text(arena, (struct slice){name,
			    strcspn(name, " ")});
		}
		if (strstr(line, "Order By: ") != NULL)
			return index;
	}
	return NULL;
}

static int
find_index(struct source *source, struct answer *answer,
    struct buffer *search, const char *const *values, struct error *error)
{
	struct buffer sql = {0};
	PGresult *plan;

	buffer_format(&sql, "EXPLAIN %s", buffer_text(search));
	plan = connection_query(&source->connection, buffer_text(&sql), 3,
	    values, error);
	buffer_free(&sql);
	if (plan == NULL)
		return -1;
	answer->index = planned_index(plan, &answer->arena);
	PQclear(plan);
	return answer->index != NULL ? 0 : error_set(error, STATUS_USAGE,
	    "%s: %s has no vector index", source->connection.place,
	    answer->store);
}

static int
ask(struct source *source, const struct query *query, struct answer *answer,
    const struct table *table, struct slice wanted, struct error *error)
{
	struct connection *connection = &source->connection;
	struct buffer sql = {0}, vector = {0};
	const char *values[] = {schema_workspace(source->schema), NULL,
	    query->form == QUERY_SIMILAR ? query->subject : NULL};
	PGresult *found = NULL;

	write_search(source, query, table, &sql);
	write_vector(wanted, &vector);
	values[1] = buffer_text(&vector);
	if (connection_run(connection, plan_settings, error) == 0 &&
	    find_index(source, answer, &sql, values, error) == 0)
		found = connection_query(connection, buffer_text(&sql), 3,
		    values, error);
	buffer_free(&sql);
	buffer_free(&vector);
	if (found == NULL)
		return -1;
	answer->found = arena_array(&answer->arena, (size_t)PQntuples(found),
	    sizeof *answer->found);
	for (int i = 0; i < PQntuples(found); i++)
		answer->found[answer->found_count++] = arena_text(
		    &answer->arena, slice_of(PQgetvalue(found, i, 0)));
	PQclear(found);
	return connection_run(connection, plan_resets, error);
}

int
search_index(struct source *source, const struct query *query,
    struct answer *answer, struct slice wanted, struct error *error)
{
	const struct table *table;
	const struct column *column;

	if (source->schema == NULL)
		return error_set(error, STATUS_USAGE, "%s: only PostgreSQL has "
		    "a vector index", query->location);
	table = find_table(source, answer->store);
	column = find_vector_column(table);
	if (column == NULL)
		return error_set(error, STATUS_USAGE, "%s has no embeddings",
		    answer->store);
	if (column->limit != wanted.length / sizeof(float))
		return error_set(error, STATUS_USAGE, "%s: embeddings there "
		    "have %u dimensions, this one has %zu", answer->store,
		    (unsigned)column->limit, wanted.length / sizeof(float));
	return ask(source, query, answer, table, wanted, error);
}
