#include <string.h>

#include "base/memory.h"
#include "schema/llmspell.h"

static void
add_relations(struct table_set *set)
{
	static const struct relation relations[] = {
		{"every artifact's session exists", "artifacts", "session_id",
		    "sessions", "session_id", true},
		{"every artifact's content exists", "artifacts",
		    "content_hash", "artifact_content", "content_hash", true},
		{"every relationship begins at an entity", "relationships",
		    "from_entity", "entities", "entity_id", false},
		{"every relationship leads to an entity", "relationships",
		    "to_entity", "entities", "entity_id", false},
	};
	enum { COUNT = sizeof relations / sizeof relations[0] };

	set->relations = memory_array(COUNT, sizeof *set->relations);
	for (size_t i = 0; i < COUNT; i++)
		if (table_find(set, slice_of(relations[i].table)) != NULL &&
		    table_find(set, slice_of(relations[i].parent)) != NULL)
			set->relations[set->relation_count++] = relations[i];
}

/* Tables of stores that aren't in the stream are none of its business. */
static bool
has_store(const struct header *header, const char *store)
{
	for (size_t i = 0; i < header->store_count; i++)
		if (strcmp(header->stores[i].name, store) == 0)
			return true;
	return false;
}

/* Each tenant sees its own rows, and only when the session has named it. */
static int
describe(const struct header *header, const struct schema_options *options,
    struct table_set *set, struct error *error)
{
	struct table *events;

	(void)options;
	*set = (struct table_set){.home = {.schema = "llmspell",
	    .setting = "app.current_tenant_id", .role = "llmspell_app",
	    .existing = true}};
	set->tables = memory_array(LLMSPELL_STORES, sizeof *set->tables);
	for (size_t i = 0; i < LLMSPELL_STORES; i++)
		if (has_store(header, llmspell_mappings[i].store) &&
		    mapping_describe(&llmspell_mappings[i], &set->arena,
		    llmspell_mappings[i].table, 0,
		    &set->tables[set->table_count++], error) != 0)
			return -1;
	events = table_find(set, slice_of("event_log"));
	if (events != NULL)
		events->partitions = (struct partitions){"timestamp",
		    "create_event_log_partition"};
	add_relations(set);
	return 0;
}

const struct schema_class schema_llmspell = {
	.name = "llmspell",
	.mappings = llmspell_mappings,
	.mapping_count = LLMSPELL_STORES,
	.losses = &llmspell_losses,
	.components = llmspell_components,
	.describe = describe,
	.entities = "entities",
	.relations = "relationships",
};
