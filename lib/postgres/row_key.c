#include "postgres/row_key.h"

void
row_key_write(struct connection *connection, struct buffer *sql,
    const char *alias, const char *const *columns, size_t count)
{
	buffer_append_text(sql, "sha256(convert_to(ROW(");
	for (size_t i = 0; i < count; i++) {
		buffer_format(sql, i > 0 ? ", %s." : "%s.", alias);
		connection_identifier(connection, sql, columns[i]);
		buffer_append_text(sql, "::text");
	}
	buffer_append_text(sql, ")::text, 'UTF8'))");
}
