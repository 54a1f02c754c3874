#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "reader/sample.h"
#include "reader/sqlite_reader.h"

enum { MOST_BYTES = 256 * 1024 * 1024 };

struct sqlite_reader {
	struct reader reader;
	const struct sqlite_application *application;
	struct sqlite sqlite;
	struct arena arena;
	struct reader_options options;
	struct header header;
	const struct sqlite_store **described; /* one per store of the header */
	bool *existing;                        /* likewise */
	size_t current;
	bool begun;
	struct sqlite_rows rows;
	struct sample *sample; /* of the current store; NULL: all are read */
	size_t point;
};

static void
end_store(struct sqlite_reader *reader)
{
	if (reader->begun)
		sqlite_rows_close(&reader->rows);
	reader->begun = false;
	free(reader->sample);
	reader->sample = NULL;
}

void
sqlite_reader_close(struct reader *base)
{
	struct sqlite_reader *reader = (struct sqlite_reader *)base;

	end_store(reader);
	sqlite_close(&reader->sqlite);
	arena_free(&reader->arena);
	free(reader->header.stores);
	free(reader->described);
	free(reader->existing);
	free(reader);
}

const struct header *
sqlite_reader_header(struct reader *reader)
{
	return &((struct sqlite_reader *)reader)->header;
}

static void
note(const struct sqlite_reader *reader, const char *table, const char *what)
{
	char *text;

	if (reader->options.note == NULL)
		return;
	text = memory_format("%s: %s %s", reader->sqlite.path, table, what);
	reader->options.note(reader->options.note_context, text);
	free(text);
}

/* Each name that the caller gives must be that of a store. */
static int
check_names(const struct sqlite_application *application,
    const struct reader_options *options, struct error *error)
{
	for (size_t i = 0; i < options->only_count; i++) {
		size_t store = 0;

		while (store < application->store_count && strcmp(
		    application->stores[store].store, options->only[i]) != 0)
			store++;
		if (store == application->store_count)
			return error_set(error, STATUS_USAGE, "%s: %s has no "
			    "store of this name", options->only[i],
			    application->class->system);
	}
	return 0;
}

/* Put the stores that are wanted into the header, without counts. */
static void
add_stores(struct sqlite_reader *reader)
{
	const struct sqlite_application *application = reader->application;
	struct header *header = &reader->header;

	header->stores = memory_array(application->store_count,
	    sizeof *header->stores);
	reader->described = memory_array(application->store_count,
	    sizeof *reader->described);
	reader->existing = memory_array(application->store_count,
	    sizeof *reader->existing);
	for (size_t i = 0; i < application->store_count; i++) {
		const struct sqlite_store *store = &application->stores[i];

		if (!reader_wants(&reader->options, store->store))
			continue;
		reader->described[header->store_count] = store;
		header->stores[header->store_count++] = (struct store){
		    .name = store->store, .shape = store->vectors != NULL ?
		    SHAPE_VECTOR : SHAPE_KV, .dimension = store->dimension,
		    .after = reader_after(&reader->options, store->store)};
	}
}

/* Rows whose embeddings' table isn't there would be lost without a word. */
static int
check_vectors(const struct sqlite_reader *reader,
    const struct sqlite_store *store, struct error *error)
{
	struct sqlite_store rows = *store;
	uint64_t count = 0;

	rows.vectors = NULL;
	if (sqlite_rows_count(&reader->sqlite, &rows,
	    reader->application->scope, reader->header.workspace, &count,
	    error) != 0)
		return -1;
	return count == 0 ? 0 : error_set(error, STATUS_DATA, "%s: table %s "
	    "has %llu rows with %s, but there is no table %s with their "
	    "embeddings", reader->sqlite.path, store->table,
	    (unsigned long long)count, store->filter, store->vectors);
}

static int
count_store(struct sqlite_reader *reader, size_t index, struct error *error)
{
	const struct sqlite_store *store = reader->described[index];
	int there = sqlite_has_column(&reader->sqlite, store->table, NULL,
	    error);
	int vectors = there != 1 || store->vectors == NULL ? there :
	    sqlite_has_column(&reader->sqlite, store->vectors, NULL, error);

	if (there < 0 || vectors < 0)
		return -1;
	if (!there && (index == 0 || strcmp(store->table,
	    reader->described[index - 1]->table) != 0))
		note(reader, store->table, "isn't there: an empty store");
	if (there && !vectors)
		return check_vectors(reader, store, error);
	reader->existing[index] = there && vectors;
	return !there ? 0 : sqlite_rows_count(&reader->sqlite, store,
	    reader->application->scope, reader->header.workspace,
	    &reader->header.stores[index].count, error);
}

static int
refuse_choice(const struct sqlite_reader *reader,
    const struct reader_workspaces *found, struct error *error)
{
	struct buffer names = {0};

	for (size_t i = 0; i < found->count; i++)
		buffer_format(&names, "%s\"%s\"", i > 0 ? ", " : "",
		    found->names[i]);
	error_set(error, STATUS_USAGE, "%s: holds the %ss %s; choose one with "
	    "--source-workspace W", reader->sqlite.path,
	    reader->application->scope_words, buffer_text(&names));
	buffer_free(&names);
	return -1;
}

/* The one that is asked for, or the only one there is. */
static int
choose_workspace(struct sqlite_reader *reader, struct error *error)
{
	const char *wanted = reader->options.workspace;
	struct reader_workspaces found = {0};
	int result = sqlite_workspaces_list(reader->application,
	    &reader->sqlite, &found, error);
	bool there = wanted == NULL;

	for (size_t i = 0; i < found.count && !there; i++)
		there = strcmp(found.names[i], wanted) == 0;
	if (result == 0 && !there)
		result = error_set(error, STATUS_SOURCE, "%s: has no %s "
		    "\"%s\"", reader->sqlite.path,
		    reader->application->scope_words, wanted);
	if (result == 0 && wanted == NULL && found.count > 1)
		result = refuse_choice(reader, &found, error);
	if (result == 0 && wanted == NULL)
		wanted = found.count > 0 ? found.names[0] : "";
	if (result == 0)
		reader->header.workspace = arena_text(&reader->arena,
		    slice_of(wanted));
	reader_workspaces_free(&found);
	return result;
}

static int
fill_header(struct sqlite_reader *reader, struct error *error)
{
	struct buffer fingerprint = {0};
	size_t limit = reader->options.max_record;

	(void)sqlite3_limit(reader->sqlite.database, SQLITE_LIMIT_LENGTH,
	    limit > 0 && limit < MOST_BYTES ? (int)limit : MOST_BYTES);
	sqlite_fingerprint(&reader->sqlite, &fingerprint);
	reader->header.system = reader->application->class->system;
	reader->header.source = reader->sqlite.path;
	reader->header.fingerprint = arena_text(&reader->arena,
	    buffer_slice(&fingerprint));
	buffer_free(&fingerprint);
	add_stores(reader);
	if (choose_workspace(reader, error) != 0)
		return -1;
	for (size_t i = 0; i < reader->header.store_count; i++)
		if (count_store(reader, i, error) != 0)
			return -1;
	return 0;
}

struct reader *
sqlite_reader_open(const struct sqlite_application *application,
    const char *path, const struct reader_options *options,
    struct error *error)
{
	struct sqlite_reader *reader = memory_alloc(sizeof *reader);

	reader->reader.class = application->class;
	reader->application = application;
	if (options != NULL)
		reader->options = *options;
	if (check_names(application, &reader->options, error) != 0 ||
	    sqlite_open(&reader->sqlite, path, error) != 0 ||
	    fill_header(reader, error) != 0) {
		sqlite_reader_close(&reader->reader);
		return NULL;
	}
	return &reader->reader;
}

/* Which records of the store are read, where only some are. */
static struct sample *
choose_sample(const struct sqlite_reader *reader)
{
	struct sample *sample;

	if (!reader->options.sample)
		return NULL;
	sample = memory_alloc(sizeof *sample);
	for (uint64_t i = 1; i <= reader->header.stores[reader->current].count;
	    i++)
		sample_note(sample, i, i);
	return sample;
}

static int
begin_store(struct sqlite_reader *reader, struct error *error)
{
	const struct store *store = &reader->header.stores[reader->current];

	reader->begun = true;
	reader->point = 0;
	reader->sample = choose_sample(reader);
	return sqlite_rows_open(&reader->rows, &reader->sqlite,
	    reader->described[reader->current], reader->application->scope,
	    reader->header.workspace, store->after, error);
}

/* Whether this record is one of the sample's. */
static bool
is_sampled(struct sqlite_reader *reader, uint64_t seq)
{
	const struct sample *sample = reader->sample;

	if (sample == NULL)
		return true;
	while (reader->point < sample->count &&
	    sample->points[reader->point].seq < seq)
		reader->point++;
	return reader->point < sample->count &&
	    sample->points[reader->point].seq == seq;
}

static int
next_in_store(struct sqlite_reader *reader, struct record *record,
    struct error *error)
{
	int got;

	if (!reader->existing[reader->current])
		return 0;
	if (!reader->begun && begin_store(reader, error) != 0)
		return -1;
	do
		got = sqlite_rows_next(&reader->rows, record, error);
	while (got == 1 && !is_sampled(reader, record->seq));
	return got;
}

int
sqlite_reader_next(struct reader *base, struct record *record,
    struct error *error)
{
	struct sqlite_reader *reader = (struct sqlite_reader *)base;

	while (reader->current < reader->header.store_count) {
		int got = next_in_store(reader, record, error);

		if (got != 0)
			return got;
		end_store(reader);
		reader->current++;
	}
	return sqlite_check(&reader->sqlite, error);
}
