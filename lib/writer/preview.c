#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "writer/preview_rows.h"
#include "writer/preview_target.h"
#include "writer/tables.h"

/* Look at the target, whose tables the rows are then taken for. */
static int
begin(struct preview *preview, struct preview_rows *rows, struct error *error)
{
	const struct table_set *set = preview->set;
	bool *existing = NULL;

	preview->stores = memory_array(preview->header->store_count,
	    sizeof *preview->stores);
	if (!preview->options.offline &&
	    preview_target(preview, &existing, error) != 0) {
		free(existing);
		return -1;
	}
	preview->tables = memory_array(set->table_count,
	    sizeof *preview->tables);
	for (size_t i = 0; i < set->table_count; i++) {
		preview->tables[i].table = &set->tables[i];
		preview->tables[i].existing = existing != NULL && existing[i];
		estimate_open(&preview->tables[i].estimate, &set->tables[i],
		    &rows->size);
		if (!preview->tables[i].existing)
			preview->tables[i].estimate.toast_target =
			    tables_toast_target(&set->tables[i]);
	}
	free(existing);
	return preview_rows_open(rows, preview, error);
}

/* One line. ${*begun}: the tables are all described. */
static int
take_line(struct preview *preview, struct preview_rows *rows,
    const struct line *line, bool *begun, struct error *error)
{
	if (line->kind == LINE_BEGIN)
		return 0;
	if (line->kind == LINE_DESCRIPTION && !*begun)
		return table_read(preview->set, line->root, error);
	if (line->kind != LINE_RECORD && line->kind != LINE_END)
		return error_set(error, STATUS_DATA, "standard input: a line "
		    "that hr-transform doesn't write there");
	if (!*begun && begin(preview, rows, error) != 0)
		return -1;
	*begun = true;
	return line->kind == LINE_END ? 0 : preview_rows_take(rows, line,
	    error);
}

static void
judge_space(struct preview *preview)
{
	const struct preview_server *server = &preview->server;
	uint64_t wal = server->wal_bytes > 0 ? (uint64_t)server->wal_bytes : 0;
	struct buffer words = {0};
	bool fits;

	if (preview->options.offline || !preview->estimated || preview->ours)
		return;
	fits = server->free_bytes < 0 ||
	    (uint64_t)server->free_bytes >= preview->disk;
	buffer_format(&words, "about %" PRIu64 " MB needed, ",
	    preview->disk / 1000000 + 1);
	if (server->free_bytes < 0)
		buffer_append_text(&words, "not known what is free there");
	else
		buffer_format(&words, "%" PRId64 " MB free",
		    server->free_bytes / 1000000);
	buffer_format(&words, !fits ? ": make room, or choose another "
	    "tablespace (PGOPTIONS='-c default_tablespace=NAME')" :
	    "; up to %" PRIu64 " MB of WAL besides", wal / 1000000);
	preview_find(preview, "space", fits ? STATUS_DONE : STATUS_IO,
	    buffer_text(&words));
	buffer_free(&words);
}

/* Only all rows together say how the load would end. */
static void
judge_rejects(struct preview *preview)
{
	uint64_t rejected = 0;

	for (size_t i = 0; i < preview->header->store_count; i++)
		rejected += preview->stores[i].rejected;
	if (preview->options.full && rejected > 0 &&
	    preview->status == STATUS_DONE)
		preview->status = STATUS_DIFFERENT;
}

int
preview_run(struct preview *preview, struct stream_reader *reader,
    struct table_set *set, const struct preview_options *options,
    struct error *error)
{
	struct preview_rows rows = {.rejects = {.descriptor = -1}};
	bool begun = false;
	struct line line;
	int got, result = 0;

	*preview = (struct preview){.options = *options, .set = set,
	    .header = &reader->header, .server = {.free_bytes = -1}};
	while (result == 0 && (got = stream_reader_next(reader, &line,
	    error)) != 0)
		result = got < 0 ? -1 : take_line(preview, &rows, &line,
		    &begun, error);
	if (result == 0 && preview->options.full && preview->header->sample)
		result = error_set(error, STATUS_USAGE, "standard input: only "
		    "a sample of the records; --full wants all of them "
		    "(hr-extract without --sample and --count)");
	if (result == 0)
		result = preview_rows_finish(&rows, error);
	if (result == 0) {
		judge_space(preview);
		judge_rejects(preview);
	}
	preview_rows_close(&rows);
	return result;
}

void
preview_free(struct preview *preview)
{
	for (size_t i = 0; preview->tables != NULL &&
	    i < preview->set->table_count; i++)
		estimate_close(&preview->tables[i].estimate);
	for (size_t i = 0; preview->stores != NULL &&
	    i < preview->header->store_count; i++)
		free(preview->stores[i].reasons);
	free(preview->tables);
	free(preview->stores);
	free(preview->findings);
	arena_free(&preview->arena);
	*preview = (struct preview){0};
}
