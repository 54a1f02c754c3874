#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/memory.h"
#include "codec/json.h"
#include "codec/timestamp.h"
#include "codec/yaml_tree.h"
#include "location/systems.h"
#include "plan/plan.h"

enum { LONGEST_PLAN = 1 << 20, MOST_RECORDS = 1000000000 };

/* The file that is read; the first thing in it that is wrong is kept. */
struct reading {
	struct plan *plan;
	struct yaml_tree yaml;
	struct error *error;
	bool failed;
};

static size_t
line_of(const struct reading *reading, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at && i < reading->yaml.text.length; i++)
		line += reading->yaml.text.data[i] == '\n';
	return line;
}

/* ${node} NULL: the file as a whole. */
static void
refuse(struct reading *reading, const struct yaml_node *node,
    const char *name, const char *words)
{
	if (reading->failed)
		return;
	reading->failed = true;
	error_set(reading->error, STATUS_DATA, "line %zu: %s%s%s",
	    node == NULL ? 1 : line_of(reading, node->start), name,
	    *name != '\0' ? " " : "", words);
}

static bool
is_word_of(struct slice text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_is(text, *words))
			return true;
	return false;
}

/* A mapping that has no other members than ${words}. */
static const struct yaml_node *
check_mapping(struct reading *reading, const struct yaml_node *node,
    const struct yaml_node *around, const char *name,
    const char *const *words)
{
	char unknown[80];

	if (node == NULL || node->kind != YAML_MAPPING) {
		refuse(reading, node != NULL ? node : around, name, node ==
		    NULL ? "is missing" : "must have members of its own");
		return NULL;
	}
	for (size_t i = 0; i + 1 < node->count; i += 2)
		if (!is_word_of(node->items[i]->text, words))
			refuse(reading, node->items[i], error_clip(
			    node->items[i]->text.data,
			    node->items[i]->text.length, unknown,
			    sizeof unknown), "is no field of a plan");
	return node;
}

static const struct yaml_node *
member(const struct yaml_node *mapping, const char *name)
{
	for (size_t i = 0; mapping != NULL && i + 1 < mapping->count; i += 2)
		if (slice_is(mapping->items[i]->text, name))
			return mapping->items[i + 1];
	return NULL;
}

static const char *
read_optional(struct reading *reading, const struct yaml_node *mapping,
    const char *name)
{
	const struct yaml_node *node = member(mapping, name);

	if (node == NULL)
		return NULL;
	if (node->kind != YAML_SCALAR || node->text.length == 0 ||
	    memchr(node->text.data, '\0', node->text.length) != NULL) {
		refuse(reading, node, name, "must be a text");
		return NULL;
	}
	return arena_text(&reading->plan->arena, node->text);
}

static const char *
read_text(struct reading *reading, const struct yaml_node *mapping,
    const char *name)
{
	if (mapping != NULL && member(mapping, name) == NULL)
		refuse(reading, mapping, name, "is missing");
	return read_optional(reading, mapping, name);
}

static uint64_t
read_number(struct reading *reading, const struct yaml_node *mapping,
    const char *name, uint64_t least, uint64_t most)
{
	const struct yaml_node *node = member(mapping, name);
	const char *text = read_text(reading, mapping, name);
	uint64_t number = 0;
	char words[80];

	if (text == NULL)
		return 0;
	if (strlen(text) > 10 || text[strspn(text, "0123456789")] != '\0' ||
	    (number = strtoull(text, NULL, 10)) < least || number > most) {
		snprintf(words, sizeof words, "must be a number from %llu to "
		    "%llu", (unsigned long long)least,
		    (unsigned long long)most);
		refuse(reading, node, name, words);
	}
	return number;
}

static bool
read_boolean(struct reading *reading, const struct yaml_node *mapping,
    const char *name)
{
	static const char *const yes[] = {"true", "True", "TRUE", NULL};
	static const char *const no[] = {"false", "False", "FALSE", NULL};
	const struct yaml_node *node = member(mapping, name);
	const char *text = read_text(reading, mapping, name);

	if (text == NULL)
		return false;
	if (!is_word_of(slice_of(text), yes) && !is_word_of(slice_of(text),
	    no))
		refuse(reading, node, name, "must be true or false");
	return is_word_of(slice_of(text), yes);
}

static void
read_source(struct reading *reading, const struct yaml_node *root)
{
	static const char *const words[] = {"backend", "path", NULL};
	const struct yaml_node *source = check_mapping(reading, member(root,
	    "source"), root, "source", words);
	const struct system *system;

	reading->plan->source = read_text(reading, source, "backend");
	reading->plan->path = read_optional(reading, source, "path");
	if (reading->plan->source == NULL)
		return;
	system = systems_of_backend(reading->plan->source);
	if (system == NULL)
		refuse(reading, member(source, "backend"), "backend",
		    "is none that hr can plan a migration from: sqlite is");
	else
		reading->plan->schema = schema_find(system->name);
}

static void
read_target(struct reading *reading, const struct yaml_node *root)
{
	static const char *const words[] = {"backend", "connection", NULL};
	const struct yaml_node *target = check_mapping(reading, member(root,
	    "target"), root, "target", words);

	reading->plan->target = read_text(reading, target, "backend");
	reading->plan->connection = read_optional(reading, target,
	    "connection");
	if (reading->plan->target != NULL &&
	    strcmp(reading->plan->target, "postgres") != 0)
		refuse(reading, member(target, "backend"), "backend",
		    "is none that hr can plan a migration to: postgres is");
}

static void
read_component(struct reading *reading, const struct yaml_node *item)
{
	static const char *const words[] = {"name", "estimated_count",
	    "batch_size", NULL};
	struct plan *plan = reading->plan;
	struct plan one = {.schema = plan->schema};
	const struct yaml_node *node = check_mapping(reading, item, NULL,
	    "a component", words);
	const char *name = read_text(reading, node, "name");
	struct plan_component *component;
	struct error why = {0};

	if (name == NULL || plan->schema == NULL)
		return;
	if (strcmp(name, "all") == 0 || strchr(name, ',') != NULL ||
	    plan_choose(&one, name, &why) != 0) {
		refuse(reading, member(node, "name"), "", *why.message != '\0'
		    ? why.message : "name must be that of one component");
		plan_free(&one);
		return;
	}
	for (size_t i = 0; i < plan->component_count; i++)
		if (plan->components[i].component ==
		    one.components[0].component)
			refuse(reading, node, name, "is named twice");
	component = &plan->components[plan->component_count++];
	component->component = one.components[0].component;
	component->estimated_count = read_number(reading, node,
	    "estimated_count", 0, MOST_RECORDS);
	component->batch_size = read_number(reading, node, "batch_size", 1,
	    1000000);
	plan_free(&one);
}

static void
read_components(struct reading *reading, const struct yaml_node *root)
{
	const struct yaml_node *list = member(root, "components");

	if (list == NULL || list->kind != YAML_SEQUENCE || list->count == 0) {
		refuse(reading, list != NULL ? list : root, "components",
		    "must be a list of at least one");
		return;
	}
	reading->plan->components = arena_array(&reading->plan->arena,
	    list->count, sizeof *reading->plan->components);
	for (size_t i = 0; i < list->count && !reading->failed; i++)
		read_component(reading, list->items[i]);
}

static void
read_rest(struct reading *reading, const struct yaml_node *root)
{
	static const char *const validation[] = {"checksum_sample_percent",
	    "full_comparison_threshold", NULL};
	static const char *const rollback[] = {"backup_enabled",
	    "backup_path", NULL};
	struct plan *plan = reading->plan;
	const struct yaml_node *node = check_mapping(reading, member(root,
	    "validation"), root, "validation", validation);

	plan->sample_percent = read_number(reading, node,
	    "checksum_sample_percent", 0, 100);
	plan->threshold = read_number(reading, node,
	    "full_comparison_threshold", 0, MOST_RECORDS);
	node = check_mapping(reading, member(root, "rollback"), root,
	    "rollback", rollback);
	plan->backup = read_boolean(reading, node, "backup_enabled");
	plan->backup_path = read_optional(reading, node, "backup_path");
}

static void
read_all(struct reading *reading, const struct yaml_node *root)
{
	static const char *const words[] = {"version", "created_at", "source",
	    "target", "components", "validation", "rollback", NULL};
	const char *version;
	int64_t instant;

	root = check_mapping(reading, root, NULL, "the plan", words);
	version = read_text(reading, root, "version");
	if (version != NULL && strcmp(version, "1.0") != 0)
		refuse(reading, member(root, "version"), "version",
		    "is not 1.0, the only one that hr knows");
	reading->plan->created_at = read_text(reading, root, "created_at");
	if (reading->plan->created_at != NULL && !timestamp_parse(slice_of(
	    reading->plan->created_at), &instant))
		refuse(reading, member(root, "created_at"), "created_at",
		    "is no time, such as 2025-01-15T10:30:00Z");
	read_source(reading, root);
	read_target(reading, root);
	if (root != NULL)
		read_components(reading, root);
	read_rest(reading, root);
}

int
plan_read(struct plan *plan, const char *path, struct error *error)
{
	struct reading reading = {.plan = plan, .error = error};
	struct buffer text = {0};
	int got = durable_read(path, LONGEST_PLAN, &text, error);

	*plan = (struct plan){0};
	if (got == 0)
		error_set(error, STATUS_SOURCE, "%s: there is no such plan",
		    path);
	if (got == 1 && yaml_tree_parse(&reading.yaml, buffer_slice(&text),
	    error) != 0) {
		error_prefix(error, "%s: ", path);
		got = -1;
	}
	if (got == 1) {
		read_all(&reading, reading.yaml.root);
		if (reading.failed)
			error_prefix(error, "%s: ", path);
	}
	yaml_tree_free(&reading.yaml);
	buffer_free(&text);
	return got == 1 && !reading.failed ? 0 : -1;
}
