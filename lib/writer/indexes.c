#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "postgres/sql.h"
#include "writer/indexes.h"
#include "writer/step.h"

static void
write_conditions(struct connection *connection, const struct index *index,
    struct buffer *sql)
{
	for (size_t i = 0; i < index->condition_count; i++) {
		const struct condition *condition = &index->conditions[i];

		sql_name(connection, sql, i > 0 ? " AND " : " WHERE ",
		    condition->column);
		if (condition->form == CONDITION_NOT_NULL) {
			buffer_append_text(sql, " IS NOT NULL");
		} else if (condition->form == CONDITION_NOT_EMPTY) {
			buffer_append_text(sql, " <> ''");
		} else {
			sql_name(connection, sql, " COLLATE \"C\" > ",
			    condition->other);
			buffer_append_text(sql, " COLLATE \"C\"");
		}
	}
}

void
indexes_write(struct loader *loader, const char *schema,
    const struct table *table, const struct index *index, struct buffer *sql)
{
	static const char *const orders[] = {"", " DESC", " NULLS FIRST"};
	struct connection *connection = &loader->connection;

	sql_name(connection, sql, "CREATE INDEX ", index->name);
	buffer_append_text(sql, " ON ");
	sql_table(connection, sql, schema, table->name);
	buffer_append_text(sql, index->hnsw ? " USING hnsw (" : " (");
	for (size_t i = 0; i < index->column_count; i++) {
		sql_name(connection, sql, i > 0 ? ", " : "",
		    index->columns[i].name);
		buffer_append_text(sql, index->hnsw ? " vector_cosine_ops" :
		    orders[index->columns[i].order]);
	}
	buffer_append_text(sql, index->hnsw ?
	    ") WITH (m = 16, ef_construction = 64)" : ")");
	write_conditions(connection, index, sql);
}

static int
create_index(struct loader *loader, const struct table *table,
    const struct index *index, struct error *error)
{
	struct buffer sql = {0};
	int result;

	indexes_write(loader, loader->schema, table, index, &sql);
	result = step_run(loader, index->hnsw ? "building vector index" :
	    "building index", index->name, &sql, 0, NULL, error);
	buffer_free(&sql);
	return result;
}

/* Whether the table has a usable index of that name; PostgreSQL cuts names
 * to 63 bytes. */
static int
has_index(struct loader *loader, const struct table *table,
    const struct index *index, int64_t *found, struct error *error)
{
	const char *values[] = {loader->schema, table->name, index->name};

	return connection_number(&loader->connection, "SELECT count(*) FROM "
	    "pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class "
	    "t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = "
	    "t.relnamespace WHERE n.nspname = $1 AND t.relname = $2 AND "
	    "i.relname = $3::text::name AND x.indisvalid", 3, values, found,
	    error);
}

/* pgvector builds an index in memory or many times slower (measured). */
int
indexes_prepare(struct loader *loader, struct error *error)
{
	bool local = PQhost(loader->connection.pg) != NULL &&
	    PQhost(loader->connection.pg)[0] == '/';
	long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	int64_t megabytes = 256, limit = 2048;
	char sql[256];

	if (local && pages > 0 && size > 0)
		megabytes = (int64_t)pages / 4 * size / 1048576;
	else if (connection_number(&loader->connection, "SELECT setting::bigint"
	    " * 8 / 1024 FROM pg_settings WHERE name = 'shared_buffers'", 0,
	    NULL, &megabytes, error) != 0)
		return -1;
	if (megabytes > limit)
		megabytes = limit;
	if (megabytes < 64)
		megabytes = 64;
	snprintf(sql, sizeof sql, "SELECT set_config('maintenance_work_mem', "
	    "greatest(%" PRId64 ", (SELECT setting::bigint / 1024 FROM "
	    "pg_settings WHERE name = 'maintenance_work_mem')) || 'MB', "
	    "false), set_config('max_parallel_maintenance_workers', '4', "
	    "false)", megabytes);
	return connection_run(&loader->connection, sql, error);
}

static int
create_indexes(struct loader *loader, bool hnsw, struct error *error)
{
	for (size_t i = 0; i < loader->set->table_count; i++) {
		const struct table *table = &loader->set->tables[i];

		for (size_t j = 0; j < table->index_count; j++) {
			const struct index *index = &table->indexes[j];
			int64_t found;

			if (index->hnsw != hnsw)
				continue;
			if (has_index(loader, table, index, &found,
			    error) != 0)
				return -1;
			if (found > 0)
				continue;
			if (create_index(loader, table, index, error) != 0)
				return -1;
		}
	}
	return 0;
}

int
indexes_build(struct loader *loader, struct error *error)
{
	return create_indexes(loader, false, error) != 0 ||
	    create_indexes(loader, true, error) != 0 ? -1 : 0;
}
