#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "location/source.h"
#include "reader/postgres.h"
#include "reader/sample.h"

/* A header with the schema's stores, each of that dimension if it has one. */
static struct header
schema_header(const struct schema_class *class, struct store *stores,
    uint32_t dimension)
{
	for (size_t i = 0; i < class->mapping_count; i++)
		stores[i] = (struct store){.name = class->mappings[i].store,
		    .shape = class->mappings[i].shape,
		    .dimension = class->mappings[i].shape != SHAPE_VECTOR ? 0 :
		    class->mappings[i].dimension > 0 ?
		    class->mappings[i].dimension : dimension};
	return (struct header){.system = class->name, .workspace = "",
	    .stores = stores, .store_count = class->mapping_count};
}

/* How many of the set's vector tables ${result} (relname, dimension) has. */
static size_t
count_tables(const struct table_set *set, const PGresult *result)
{
	size_t count = 0;

	for (int i = 0; i < PQntuples(result); i++) {
		struct slice name = slice_of(PQgetvalue(result, i, 0));

		for (size_t j = 0; j < set->table_count; j++)
			count += slice_is(name, set->tables[j].name) ||
			    (set->tables[j].alias != NULL &&
			    slice_is(name, set->tables[j].alias));
	}
	return count;
}

/*
 * The dimension of the vectors in a database that nobody told us: the one
 * whose tables, as the schema names them, are there.
 */
static int
find_dimension(struct source *source, const struct schema_options *options,
    uint32_t *dimension, struct error *error)
{
	PGresult *result = connection_query(&source->connection, "SELECT "
	    "c.relname, a.atttypmod FROM pg_attribute a JOIN pg_class c ON "
	    "c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid WHERE "
	    "t.typname IN ('vector', 'halfvec') AND c.relkind IN ('r', 'p') "
	    "AND c.relnamespace = current_schema()::regnamespace AND "
	    "a.atttypmod > 0 ORDER BY a.atttypmod", 0, NULL, error);
	struct store *stores = memory_array(source->class->mapping_count,
	    sizeof *stores);
	int status = result == NULL ? -1 : 0;

	*dimension = source->location.dimension;
	for (int i = 0; status == 0 && source->location.dimension == 0 &&
	    i < PQntuples(result); i++) {
		uint32_t here = (uint32_t)strtoul(PQgetvalue(result, i, 1),
		    NULL, 10);
		struct header header = schema_header(source->class, stores,
		    here);
		struct table_set set;

		if (here == *dimension)
			continue;
		status = source->class->describe(&header, options, &set,
		    error);
		if (status == 0 && count_tables(&set, result) > 0) {
			if (*dimension != 0)
				status = error_set(error, STATUS_USAGE, "%s: "
				    "tables of %u and of %u dimensions are "
				    "there; add dimension=N to the location",
				    source->connection.place, *dimension,
				    here);
			*dimension = here;
		}
		table_set_free(&set);
	}
	free(stores);
	PQclear(result);
	return status;
}

/* Whether a table of embeddings can be of any dimension. */
static bool
asks_dimension(const struct schema_class *class)
{
	for (size_t i = 0; i < class->mapping_count; i++)
		if (class->mappings[i].shape == SHAPE_VECTOR &&
		    class->mappings[i].dimension == 0)
			return true;
	return false;
}

static int
open_schema(struct source *source, struct error *error)
{
	struct schema_options options = {
	    .workspace = source->location.workspace != NULL &&
	    source->location.workspace[0] != '\0' ?
	    source->location.workspace : "default",
	    .embedding_model = source->location.embedding_model};
	const struct header *hint = source->options.hint;
	uint32_t dimension = 0;
	struct header header;
	struct store *stores;

	if (hint == NULL && asks_dimension(source->class) &&
	    find_dimension(source, &options, &dimension,
	    error) != 0)
		return -1;
	stores = memory_array(source->class->mapping_count, sizeof *stores);
	header = hint != NULL ? *hint : schema_header(source->class, stores,
	    dimension);
	source->schema = schema_open(source->class, &header, &options, error);
	free(stores);
	return source->schema == NULL ? -1 : 0;
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

static const char *
label_of(const struct schema_class *class, const char *store)
{
	return is_same(class->entities, store) ? "Entities" :
	    is_same(class->relations, store) ? "Relations" :
	    is_same(class->chunks, store) ? "Chunks" :
	    is_same(class->documents, store) ? "Documents" : NULL;
}

static void
label_stores(struct source *source, const struct header *header)
{
	const struct schema_class *class = source->class;

	source->header = *header;
	source->stores = memory_array(header->store_count,
	    sizeof *source->stores);
	memcpy(source->stores, header->stores,
	    header->store_count * sizeof *source->stores);
	source->header.stores = source->stores;
	for (size_t i = 0; i < header->store_count && class != NULL; i++)
		if (label_of(class, source->stores[i].name) != NULL)
			source->stores[i].label = label_of(class,
			    source->stores[i].name);
	source->has_header = true;
}

/* The schema that the location names, or the other side's. */
static const struct schema_class *
choose_class(const struct source *source)
{
	const struct header *hint = source->options.hint;
	const struct schema_class *class = NULL;

	if (source->location.schema != NULL)
		return schema_find(source->location.schema);
	if (hint != NULL && hint->system != NULL)
		class = schema_find(hint->system);
	return class != NULL ? class : schema_find(systems_default()->name);
}

static int
open_postgres(struct source *source, struct error *error)
{
	struct postgres_reader_options options = {
	    .ordered = source->options.ordered,
	    .shared = source->options.shared,
	    .only = source->options.reader.only,
	    .only_count = source->options.reader.only_count,
	    .limit = source->options.reader.sample ? SAMPLE_MOST : 0};

	source->class = choose_class(source);
	if (source->class == NULL)
		return error_set(error, STATUS_USAGE, "no schema \"%s\"",
		    source->location.schema);
	if (connection_open(&source->connection, source->location.uri,
	    source->options.program, error) != 0 ||
	    (source->location.pg_schema != NULL && connection_use_schema(
	    &source->connection, source->location.pg_schema, error) != 0) ||
	    open_schema(source, error) != 0)
		return -1;
	options.workspace = schema_workspace(source->schema);
	options.schema = source->location.pg_schema;
	source->reader = postgres_reader_open(&source->connection,
	    schema_tables(source->schema), &options, error);
	return source->reader == NULL ? -1 : 0;
}

static int
open_stream(struct source *source, struct error *error)
{
	const char *path = source->location.path;
	bool standard = strcmp(path, "-") == 0;

	source->descriptor = standard ? STDIN_FILENO :
	    open(path, O_RDONLY | O_CLOEXEC);
	if (source->descriptor < 0)
		return error_system(error, STATUS_SOURCE, "%s", path);
	stream_reader_open(&source->stream, source->descriptor,
	    standard ? "standard input" : path);
	source->stream.accept_changed = source->options.accept_changed;
	if (stream_reader_next(&source->stream, &source->line, error) != 1)
		return -1;
	if (source->line.kind != LINE_BEGIN)
		return error_set(error, STATUS_DATA,
		    "%s: the first line is not a \"begin\"", path);
	label_stores(source, &source->stream.header);
	return 0;
}

int
source_open(struct source *source, const char *text,
    const struct source_options *options, struct error *error)
{
	*source = (struct source){.options = *options, .descriptor = -1};
	if (location_parse(&source->location, text, error) != 0)
		return -1;
	if (source->location.form == LOCATION_STREAM)
		return open_stream(source, error);
	if (source->location.form == LOCATION_POSTGRES) {
		if (open_postgres(source, error) != 0)
			return -1;
	} else {
		const struct system *system = source->location.system;

		source->reader = system->files->open(source->location.path,
		    &source->options.reader, error);
		source->class = schema_find(system->name);
	}
	if (source->reader == NULL)
		return -1;
	label_stores(source, reader_header(source->reader));
	return 0;
}

int
source_workspaces(const char *text, struct buffer *out, struct error *error)
{
	struct location location;
	struct reader_workspaces found = {0};
	int result = location_parse(&location, text, error);

	if (result == 0 && location.form != LOCATION_FILES)
		result = error_set(error, STATUS_USAGE,
		    "%s: only a directory has workspaces to list", text);
	if (result == 0)
		result = location.system->files->workspaces(location.path,
		    &found, error);
	for (size_t i = 0; result == 0 && i < found.count; i++) {
		if (strchr(found.names[i], '\n') != NULL)
			result = error_set(error, STATUS_SOURCE, "%s: the name "
			    "of a workspace's directory has a line feed in it, "
			    "which no list of lines can hold: rename it",
			    location.path);
		buffer_format(out, "%s\n", found.names[i]);
	}
	reader_workspaces_free(&found);
	location_free(&location);
	return result;
}

const struct header *
source_header(struct source *source)
{
	return &source->header;
}

static int
next_of_stream(struct source *source, struct record *record,
    struct error *error)
{
	int got;

	while ((got = stream_reader_next(&source->stream, &source->line,
	    error)) == 1)
		if (source->line.kind == LINE_RECORD) {
			*record = source->line.record;
			return 1;
		}
	return got;
}

int
source_next(struct source *source, struct record *record,
    struct error *error)
{
	struct record row;
	int got;

	if (source->location.form == LOCATION_STREAM)
		return next_of_stream(source, record, error);
	if (source->schema == NULL || source->options.rows)
		return reader_next(source->reader, record, error);
	got = reader_next(source->reader, &row, error);
	if (got == 1 && schema_reverse(source->schema, &row, record, error) !=
	    0)
		return -1;
	return got;
}

bool
source_again(const struct source *source)
{
	struct stat status;

	return source->location.form != LOCATION_STREAM ||
	    (fstat(source->descriptor, &status) == 0 &&
	    S_ISREG(status.st_mode) &&
	    strcmp(source->location.path, "-") != 0);
}

void
source_close(struct source *source)
{
	reader_close(source->reader);
	schema_close(source->schema);
	if (source->connection.pg != NULL)
		connection_close(&source->connection);
	if (source->location.form == LOCATION_STREAM &&
	    source->descriptor >= 0) {
		stream_reader_close(&source->stream);
		if (source->descriptor != STDIN_FILENO)
			close(source->descriptor);
	}
	location_free(&source->location);
	free(source->stores);
	*source = (struct source){.descriptor = -1};
}
