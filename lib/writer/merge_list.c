#include "postgres/row_key.h"
#include "writer/merge_list.h"

static void
write_made(struct connection *connection, struct buffer *sql, const char *job,
    const char *table, const char *const *key, size_t count)
{
	buffer_append_text(sql, " AND EXISTS (SELECT FROM hr.merged AS m WHERE "
	    "m.made AND m.job_id = ");
	connection_literal(connection, sql, job);
	buffer_append_text(sql, " AND m.table_name = ");
	connection_literal(connection, sql, table);
	buffer_append_text(sql, " AND m.key = ");
	row_key_write(connection, sql, "t", key, count);
	buffer_append_char(sql, ')');
}

void
merge_list_write_made(struct loader *loader, struct buffer *sql,
    const char *table)
{
	const struct table *found = table_find(loader->set, slice_of(table));

	if (loader->options.merge && found != NULL)
		write_made(&loader->connection, sql, loader->job, table,
		    found->key, found->key_count);
}

int
merge_list_write_made_by(struct connection *connection, struct buffer *sql,
    const char *job, const char *table, const char *key, struct error *error)
{
	struct json json;
	yyjson_val *names = NULL, *name;
	const char *list[32];
	size_t count = 0, i, max;

	json_open(&json);
	if (json_parse_line(&json, slice_of(key), &names) == JSON_GOOD)
		yyjson_arr_foreach(names, i, max, name)
			if (count < sizeof list / sizeof list[0])
				list[count++] = yyjson_get_str(name);
	if (count > 0)
		write_made(connection, sql, job, table, list, count);
	else
		error_set(error, STATUS_CONFLICT, "job %s: the key of %s isn't "
		    "known, so neither are the rows that it made", job, table);
	json_close(&json);
	return count > 0 ? 0 : -1;
}

int
merge_list_write_free(struct connection *connection, struct buffer *sql,
    const char *schema, const char *table, struct error *error)
{
	const char *values[] = {schema, table};
	PGresult *found = connection_query(connection, "SELECT "
	    "coalesce(string_agg(format(' AND NOT EXISTS (SELECT FROM %s AS r "
	    "WHERE %s)', k.conrelid::regclass, (SELECT string_agg(format("
	    "'r.%I = t.%I', a.attname, b.attname), ' AND ') FROM "
	    "unnest(k.conkey, k.confkey) AS c(a, b) JOIN pg_attribute a ON "
	    "a.attrelid = k.conrelid AND a.attnum = c.a JOIN pg_attribute b ON "
	    "b.attrelid = k.confrelid AND b.attnum = c.b)), ''), '') FROM "
	    "pg_constraint k WHERE k.contype = 'f' AND k.confrelid = "
	    "to_regclass(quote_ident($1) || '.' || quote_ident($2))", 2,
	    values, error);

	if (found == NULL)
		return -1;
	buffer_append_text(sql, PQgetvalue(found, 0, 0));
	PQclear(found);
	return 0;
}

void
merge_list_write_added(struct loader *loader, struct buffer *sql,
    const char *table)
{
	const struct table *found = table_find(loader->set, slice_of(table));

	if (!loader->options.merge || found == NULL)
		return;
	buffer_append_text(sql, ", listed AS (INSERT INTO hr.merged SELECT ");
	connection_literal(&loader->connection, sql, loader->job);
	buffer_append_text(sql, ", ");
	connection_literal(&loader->connection, sql, table);
	buffer_append_text(sql, ", ");
	row_key_write(&loader->connection, sql, "made", found->key,
	    found->key_count);
	buffer_append_text(sql, ", true FROM made ON CONFLICT DO NOTHING)");
}

int
merge_list_count_present(struct loader *loader, int64_t *count,
    struct error *error)
{
	const char *values[] = {loader->job};

	*count = 0;
	return !loader->options.merge ? 0 : connection_number(
	    &loader->connection, "SELECT count(*) FROM hr.merged WHERE job_id "
	    "= $1 AND NOT made", 1, values, count, error);
}
