#include "postgres/sql.h"

void
sql_name(struct connection *connection, struct buffer *sql,
    const char *before, const char *name)
{
	buffer_append_text(sql, before);
	connection_identifier(connection, sql, name);
}

void
sql_names(struct connection *connection, struct buffer *sql,
    const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sql_name(connection, sql, i > 0 ? ", " : "", names[i]);
}

void
sql_columns(struct connection *connection, struct buffer *sql,
    const struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++)
		sql_name(connection, sql, i > 0 ? ", " : "",
		    table->columns[i].name);
}

void
sql_values(struct connection *connection, struct buffer *sql,
    const struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++) {
		bool large = table->columns[i].type == TYPE_LARGE_OBJECT;

		buffer_append_text(sql, i > 0 ? ", " : "");
		sql_name(connection, sql, large ? "lo_get(" : "",
		    table->columns[i].name);
		buffer_append_text(sql, large ? ")" : "");
	}
}

void
sql_same(struct connection *connection, struct buffer *sql,
    const char *left, const char *right, const char *const *names,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buffer_format(sql, i > 0 ? " AND %s." : "%s.", left);
		connection_identifier(connection, sql, names[i]);
		buffer_format(sql, " = %s.", right);
		connection_identifier(connection, sql, names[i]);
	}
	if (count == 0)
		buffer_append_text(sql, "true");
}

void
sql_table(struct connection *connection, struct buffer *sql,
    const char *schema, const char *name)
{
	sql_name(connection, sql, "", schema);
	sql_name(connection, sql, ".", name);
}
