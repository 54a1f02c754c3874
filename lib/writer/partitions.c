#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "postgres/sql.h"
#include "writer/partitions.h"

enum { MONTHS = 12, YEAR_DIGITS = 4, MONTH_START = 5, MONTH_LENGTH = 7 };

/* The month of a row's time, counted from year 0; -1 where it has none. */
static int
month_of(const struct table *table, yyjson_val *row)
{
	struct slice time = json_text(json_member(row,
	    table->partitions.column));
	char text[MONTH_LENGTH + 1];
	int year, month;

	if (time.length < MONTH_LENGTH || time.data[YEAR_DIGITS] != '-')
		return -1;
	memcpy(text, time.data, MONTH_LENGTH);
	text[MONTH_LENGTH] = '\0';
	year = atoi(text);
	month = atoi(text + MONTH_START);
	return month < 1 || month > MONTHS ? -1 : year * MONTHS + month - 1;
}

static bool
is_among(const int *months, size_t count, int month)
{
	for (size_t i = count; i-- > 0;)
		if (months[i] == month)
			return true;
	return false;
}

void
partitions_note(struct batch *batch, yyjson_val *row)
{
	int month = batch->table->partitions.column == NULL ? -1 :
	    month_of(batch->table, row);

	if (month < 0 || is_among(batch->months, batch->month_count, month))
		return;
	batch->months = memory_grow(batch->months, &batch->month_capacity,
	    batch->month_count + 1, sizeof *batch->months);
	batch->months[batch->month_count++] = month;
}

static void
write_start(char *out, size_t size, int month)
{
	snprintf(out, size, "%04d-%02d-01 00:00:00+00", month / MONTHS,
	    month % MONTHS + 1);
}

static int
make(struct loader *loader, const struct table *table, int month,
    struct error *error)
{
	char start[32], end[32];
	const char *values[] = {start, end};
	struct buffer sql = {0};
	PGresult *done;

	write_start(start, sizeof start, month);
	write_start(end, sizeof end, month + 1);
	buffer_append_text(&sql, "SELECT ");
	sql_table(&loader->connection, &sql, loader->home,
	    table->partitions.function);
	buffer_append_text(&sql, "($1, $2)");
	done = connection_query(&loader->connection, buffer_text(&sql), 2,
	    values, error);
	buffer_free(&sql);
	PQclear(done);
	if (done != NULL)
		return 0;
	if (error->status != STATUS_TEMPORARY)
		error->status = STATUS_TARGET;
	return error_prefix(error, "the partition of %s from %s to %s can't "
	    "be made: ", table->name, start, end);
}

int
partitions_make(struct loader *loader, struct error *error)
{
	const struct batch *batch = loader->batch;

	for (size_t i = 0; i < batch->month_count; i++) {
		int month = batch->months[i];

		if (is_among(loader->months, loader->month_count, month))
			continue;
		if (make(loader, batch->table, month, error) != 0)
			return -1;
		loader->months = memory_grow(loader->months,
		    &loader->month_capacity, loader->month_count + 1,
		    sizeof *loader->months);
		loader->months[loader->month_count++] = month;
	}
	return 0;
}
