#include <inttypes.h>
#include <stdio.h>

#include "writer/batch.h"
#include "writer/preview_limits.h"
#include "writer/preview_target.h"

/* Whether the index is there while rows come: the key's always is. */
static bool
is_there(const struct preview_rows *rows, const struct estimate_index *entry)
{
	return entry->index == NULL || (rows->current->existing &&
	    !rows->preview->ours);
}

/* An entry that its index can't hold: the server refuses the row; but an
 * index that comes later can't be built once all rows are there. */
static void
tell_entry(struct preview_rows *rows, const struct line *line,
    const struct estimate_index *entry, size_t size)
{
	const struct table *table = rows->current->table;
	struct slice id = batch_row_id(table, line->record.value);
	char clipped[80], detail[160];

	snprintf(detail, sizeof detail, "its entry in %s takes %zu bytes, "
	    "PostgreSQL's limit is %d", entry->index == NULL ?
	    "the primary key" : entry->index->name, size, INDEX_ENTRY_LIMIT);
	if (is_there(rows, entry)) {
		batch_forget_changes(rows->loader.batch, line->record.seq);
		batch_reject(rows->loader.batch, line->record.seq, id,
		    slice_of("refused-by-server"), slice_of(detail),
		    line->text);
	} else if (!rows->entry_told) {
		preview_find(rows->preview, "index", STATUS_TARGET,
		    arena_format(&rows->preview->arena, "%s can't be built: the entry of %s "
		    "seq %" PRIu64 ", \"%s\", takes %zu bytes, PostgreSQL's "
		    "limit is %d", entry->index->name, line->record.store,
		    line->record.seq, error_clip(id.data, id.length, clipped,
		    sizeof clipped), size, INDEX_ENTRY_LIMIT));
	}
	rows->entry_told = rows->entry_told || !is_there(rows, entry);
}

/* Whether the fields come near the limit; nearly none do. */
static bool
is_long(const struct estimate_index *entry, struct slice copy)
{
	size_t length = 64; /* headers and padding, at most */

	for (size_t i = 0; i < entry->column_count; i++)
		length += copy_field(copy, entry->columns[i]).length;
	return length > INDEX_ENTRY_LIMIT;
}

bool
preview_limits_hold(struct preview_rows *rows, const struct line *line,
    struct slice copy)
{
	const struct table *table = rows->current->table;
	const struct estimate *estimate = &rows->current->estimate;
	size_t size;

	/* An entry can't be longer than its row: most rows need no look. */
	if (copy.length <= INDEX_ENTRY_LIMIT - 64)
		return true;
	for (size_t i = 0; i < estimate->index_count; i++) {
		const struct estimate_index *entry = &estimate->indexes[i];

		if (!is_long(entry, copy) ||
		    !row_size_measure(&rows->size, table->columns,
		    table->column_count, copy))
			continue;
		size = row_size_entry(&rows->size, entry->columns,
		    entry->column_count);
		if (size <= INDEX_ENTRY_LIMIT)
			continue;
		tell_entry(rows, line, entry, size);
		if (is_there(rows, entry))
			return false;
	}
	return true;
}
