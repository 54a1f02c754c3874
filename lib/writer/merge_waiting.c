#include "postgres/copy_in.h"
#include "postgres/sql.h"
#include "writer/merge_waiting.h"
#include "writer/tables.h"

void
merge_waiting_write(const struct loader *loader, struct buffer *sql,
    const struct table *table)
{
	buffer_format(sql, "pg_temp.hr_merge_%td",
	    table - loader->set->tables);
}

int
merge_waiting_open(struct loader *loader, struct error *error)
{
	struct buffer sql = {0};
	int result = 0;

	for (size_t i = 0; i < loader->set->table_count && result == 0; i++) {
		const struct table *table = &loader->set->tables[i];

		buffer_clear(&sql);
		buffer_append_text(&sql, "CREATE TABLE ");
		merge_waiting_write(loader, &sql, table);
		buffer_append_text(&sql, " AS SELECT NULL::bigint AS hr_row, ");
		sql_columns(&loader->connection, &sql, table);
		buffer_append_text(&sql, " FROM ");
		tables_qualify(loader, &sql, table->name);
		buffer_append_text(&sql, " WITH NO DATA");
		result = connection_run(&loader->connection, buffer_text(&sql),
		    error);
	}
	buffer_free(&sql);
	return result;
}

static void
append_number(struct buffer *out, uint64_t number, size_t bytes)
{
	for (size_t i = bytes; i-- > 0;)
		buffer_append_char(out, (char)(number >> (8 * i) & 0xff));
}

/* The row as it was encoded, with its index in the batch as first column. */
static void
append_row(const struct batch *batch, size_t index, struct buffer *out)
{
	const struct batch_row *row = &batch->rows[index];

	append_number(out, batch->table->column_count + 1, 2);
	append_number(out, 8, 4);
	append_number(out, index, 8);
	buffer_append(out, batch->copy.data + row->copy_start + 2,
	    row->copy_end - row->copy_start - 2);
}

int
merge_waiting_send(struct loader *loader, size_t from, size_t to,
    struct error *error)
{
	struct connection *connection = &loader->connection;
	const struct table *table = loader->batch->table;
	struct buffer sql = {0}, rows = {0};
	int result = -1;

	buffer_append_text(&sql, "TRUNCATE ");
	merge_waiting_write(loader, &sql, table);
	buffer_append_text(&sql, "; COPY ");
	merge_waiting_write(loader, &sql, table);
	buffer_append_text(&sql, " FROM STDIN (FORMAT binary)");
	for (size_t i = from; i < to; i++)
		append_row(loader->batch, i, &rows);
	if (copy_in_begin(connection, buffer_text(&sql), error) == 0 &&
	    copy_in_send(connection, rows.data, rows.length, error) == 0)
		result = copy_in_end(connection, error);
	buffer_free(&sql);
	buffer_free(&rows);
	return result;
}
