#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "schema/lightrag.h"
#include "schema/llmspell.h"
#include "schema/schema.h"

/* The table of names: a new schema adds a line. */
static const struct schema_class *const classes[] = {&schema_lightrag,
    &schema_llmspell};

struct schema {
	const struct schema_class *class;
	const char *workspace;
	const char *note;
	struct table_set set;
	struct arena arena;
	struct buffer memory; /* of the last row or record made */
	struct buffer detail;
	struct buffer line;
	struct lost_member *lost;
	size_t lost_count;
	size_t lost_capacity;
};

const struct schema_class *
schema_find(const char *name)
{
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (strcmp(classes[i]->name, name) == 0)
			return classes[i];
	return NULL;
}

struct schema *
schema_open(const struct schema_class *class, const struct header *header,
    const struct schema_options *options, struct error *error)
{
	struct schema *schema = memory_alloc(sizeof *schema);
	struct schema_options chosen = *options;
	const char *workspace = options->workspace != NULL ?
	    options->workspace : header->workspace;

	schema->class = class;
	if (workspace[0] == '\0')
		workspace = "default";
	schema->workspace = arena_text(&schema->arena, slice_of(workspace));
	if (chosen.embedding_model == NULL)
		chosen.embedding_model = header->embedding_model;
	if (class->describe(header, &chosen, &schema->set, error) != 0) {
		schema_close(schema);
		return NULL;
	}
	if (class->note != NULL)
		schema->note = class->note(header, &chosen);
	return schema;
}

void
schema_close(struct schema *schema)
{
	if (schema == NULL)
		return;
	table_set_free(&schema->set);
	arena_free(&schema->arena);
	buffer_free(&schema->memory);
	buffer_free(&schema->detail);
	buffer_free(&schema->line);
	free(schema->lost);
	free(schema);
}

struct table_set *
schema_tables(struct schema *schema)
{
	return &schema->set;
}

const char *
schema_note(const struct schema *schema)
{
	return schema->note;
}

const char *
schema_workspace(const struct schema *schema)
{
	return schema->workspace;
}

const struct lost_member *
schema_lost(const struct schema *schema, size_t *count)
{
	*count = schema->lost_count;
	return schema->lost;
}

static void
count_lost(void *context, const char *store, struct slice member)
{
	struct schema *schema = context;

	for (size_t i = 0; i < schema->lost_count; i++)
		if (strcmp(schema->lost[i].store, store) == 0 &&
		    slice_is(member, schema->lost[i].member)) {
			schema->lost[i].count++;
			return;
		}
	schema->lost = memory_grow(schema->lost, &schema->lost_capacity,
	    schema->lost_count + 1, sizeof *schema->lost);
	schema->lost[schema->lost_count++] = (struct lost_member){
	    arena_text(&schema->arena, slice_of(store)),
	    arena_text(&schema->arena, member), 1};
}

static const struct mapping *
find_mapping(const struct schema *schema, const char *store)
{
	for (size_t i = 0; i < schema->class->mapping_count; i++)
		if (strcmp(schema->class->mappings[i].store, store) == 0)
			return &schema->class->mappings[i];
	return NULL;
}

static const struct table *
find_table(const struct schema *schema, const char *store)
{
	for (size_t i = 0; i < schema->set.table_count; i++)
		if (strcmp(schema->set.tables[i].store, store) == 0)
			return &schema->set.tables[i];
	return NULL;
}

static void
make_reject(struct schema *schema, const struct record *record,
    const struct refusal *refusal, struct record *out)
{
	buffer_clear(&schema->line);
	stream_record_line(&schema->line, record);
	buffer_clear(&schema->detail);
	buffer_append_text(&schema->detail, refusal->detail);
	*out = (struct record){.kind = RECORD_REJECT, .store = record->store,
	    .seq = record->seq, .id = record->id,
	    .reason = slice_of(refusal->reason),
	    .detail = buffer_slice(&schema->detail),
	    .rejected = buffer_slice(&schema->line)};
}

int
schema_forward(struct schema *schema, const struct record *record,
    struct record *out, struct error *error)
{
	const struct mapping *mapping = find_mapping(schema, record->store);
	const struct table *table = find_table(schema, record->store);
	struct lost_counter lost = {count_lost, schema};
	struct refusal refusal;

	if (mapping == NULL || table == NULL)
		return error_set(error, STATUS_DATA, "schema %s has no table "
		    "for store %s", schema->class->name, record->store);
	buffer_clear(&schema->memory);
	if (!mapping_forward(mapping, schema->workspace, record,
	    &schema->memory, &refusal, &lost)) {
		make_reject(schema, record, &refusal, out);
		return 0;
	}
	*out = (struct record){.kind = RECORD_ROW, .store = record->store,
	    .seq = record->seq, .table = slice_of(table->name),
	    .extra = record->extra,
	    .value_text = buffer_slice(&schema->memory)};
	return 0;
}

int
schema_reverse(struct schema *schema, const struct record *row,
    struct record *out, struct error *error)
{
	const struct mapping *mapping = find_mapping(schema, row->store);

	if (mapping == NULL)
		return error_set(error, STATUS_DATA, "schema %s has no table "
		    "for store %s", schema->class->name, row->store);
	if (mapping_reverse(mapping, schema->workspace, row, out,
	    &schema->memory, error) != 0)
		return -1;
	out->extra = row->extra;
	return 0;
}
